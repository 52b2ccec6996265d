import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQrels } from '../../src/evaluation/collection.ts';
import {
  averagePrecision,
  measuresNamed,
  ndcg,
  precision,
  ranking,
  recall,
  reciprocalRank,
  type Scored,
} from '../../src/evaluation/metrics.ts';
import { ROOT } from '../akin.ts';

const GOLDEN = path.join(ROOT, 'test/golden/trec-eval');
const golden = (name: string) => readFileSync(path.join(GOLDEN, name), 'utf8');

const documents = fc.integer({ min: 0, max: 30 }).map((n) => `d${n}`);
const judgements = fc
  .array(fc.tuple(documents, fc.integer({ min: -2, max: 4 })), { maxLength: 25 })
  .map((pairs) => new Map(pairs));
const runs: fc.Arbitrary<Scored[]> = fc.uniqueArray(
  fc.record({ id: documents, score: fc.integer({ min: 0, max: 6 }).map((n) => n / 3) }),
  { selector: ({ id }) => id, maxLength: 25 },
);
const everyMeasure = measuresNamed('ndcg@10,recall@10,p@10,mrr,map', 100);

function check(property: (run: Scored[], judged: Map<string, number>) => void): void {
  fc.assert(fc.property(runs, judgements, property), { seed: 1, numRuns: 1000 });
}

describe('every measure', () => {
  it('has the value that trec_eval gives, on runs with ties, graded, negative and missing judgements', async () => {
    const expected = JSON.parse(golden('reference.json')) as Record<string, Record<string, number>>;
    const qrels = await readQrels(path.join(GOLDEN, 'reference.qrels'));
    const found = new Map<string, Scored[]>();
    for (const line of golden('reference.run').trim().split('\n')) {
      const [query, , id, , score] = line.split(' ') as [string, string, string, string, string];
      found.set(query, [...(found.get(query) ?? []), { id, score: Number(score) }]);
    }
    expect(found.size).toBeGreaterThan(20);
    for (const [query, run] of found) {
      const [ranked, judged] = [ranking(run), qrels.get(query)!];
      const ours = Object.fromEntries(
        [1, 5, 10, 20].flatMap((k) => [
          [`ndcg_cut_${k}`, ndcg(ranked, judged, k)],
          [`recall_${k}`, recall(ranked, judged, k)],
          [`P_${k}`, precision(ranked, judged, k)],
        ]),
      );
      Object.assign(ours, { map: averagePrecision(ranked, judged), recip_rank: reciprocalRank(ranked, judged) });
      for (const [name, value] of Object.entries(expected[query]!)) {
        expect(ours[name], `${name} of ${query}`).toBeCloseTo(value, 6);
      }
      expect(Object.keys(ours).sort()).toEqual(Object.keys(expected[query]!).sort());
    }
  });

  it('lies between 0 and 1', () => {
    check((run, judged) => {
      for (const measure of everyMeasure) {
        const value = measure.of(ranking(run), judged);
        expect(value, measure.name).toBeGreaterThanOrEqual(0);
        expect(value, measure.name).toBeLessThanOrEqual(1 + 1e-12);
      }
    });
  });

  it('is 0 where nothing relevant was found, and nothing is gained by a document that is not relevant', () => {
    check((run, judged) => {
      const irrelevant = run.filter(({ id }) => (judged.get(id) ?? 0) < 1);
      for (const measure of everyMeasure) {
        expect(measure.of(ranking(irrelevant), judged), measure.name).toBe(0);
        const more = [...run, { id: 'never judged', score: -1 }];
        expect(measure.of(ranking(more), judged), measure.name).toBe(measure.of(ranking(run), judged));
      }
    });
  });

  it('is at its best with the relevant documents first, the higher grades before the lower', () => {
    check((run, judged) => {
      const best = [...judged].sort((a, b) => b[1] - a[1]).map(([id]) => id);
      for (const measure of everyMeasure) {
        expect(measure.of(best, judged), measure.name).toBeGreaterThanOrEqual(measure.of(ranking(run), judged) - 1e-12);
      }
      if (best.some((id) => judged.get(id)! > 0)) {
        for (const name of ['nDCG@10', 'MRR', 'MAP']) {
          const measure = everyMeasure.find((each) => each.name === name)!;
          expect(measure.of(best, judged), name).toBeCloseTo(1, 12);
        }
      }
    });
  });
});

describe('a ranking', () => {
  it('does not depend on the order in which a run is given', () => {
    check((run) => {
      expect(ranking([...run].reverse())).toEqual(ranking(run));
      expect(ranking(run).sort()).toEqual(run.map(({ id }) => id).sort());
    });
  });

  it('puts the greater id first among equal scores, and takes for equal what a 32-bit float can not tell apart', () => {
    const found = [
      { id: 'a', score: 0.5 + 1e-10 },
      { id: 'b', score: 0.5 },
      { id: 'B', score: 0.5 },
      { id: 'c', score: 0.4 },
    ];
    expect(ranking(found)).toEqual(['b', 'a', 'B', 'c']);
  });
});

describe('a list of measures', () => {
  it('is read in either case and named as the field writes it', () => {
    expect(measuresNamed('ndcg@5, Recall@50,P@1,MRR,map', 100).map(({ name }) => name)).toEqual([
      'nDCG@5',
      'recall@50',
      'P@1',
      'MRR',
      'MAP',
    ]);
  });

  it.each(['', 'ndcg', 'ndcg@0', 'recall@101', 'map@10', 'f1@3', 'toString', 'ndcg@10,'])('refuses %j', (list) => {
    expect(() => measuresNamed(list, 100)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', field: 'measures', hint: expect.stringContaining('ndcg@K') }),
    );
  });
});
