/** `akin eval` and `akin tune` on real libraries, with real files of queries and judgements. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { averagePrecision, ndcg, ranking, type Scored } from '../../src/evaluation/metrics.ts';
import { openWriter } from '../../src/library/open.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { evaluateLibrary, type EvalReport } from '../../src/session/evaluate.ts';
import type { TuneReport } from '../../src/session/tune.ts';
import { akin, sampleCopy, temporaryFolder } from '../akin.ts';
import { MODEL } from '../library/made.ts';

const TURING = 'doi:10.1112/plms/s2-42.1.230';
/** For tests that start the program several times and embed with it. */
const LONG = { timeout: 180_000 };

const folder = temporaryFolder(afterAll);
const queries = path.join(folder, 'queries.jsonl');
const qrels = path.join(folder, 'qrels.tsv');
const library = inject('sampleLibrary');
const judged = ['--queries', queries, '--qrels', qrels];

beforeAll(() => {
  writeFileSync(path.join(folder, 'strange.tsv'), 'q1\tfelines and eyesight\n');
  writeFileSync(
    queries,
    [
      { _id: 'cats', text: 'felines and eyesight' },
      { _id: 'halt', text: 'Entscheidungsproblem' },
      { _id: 'none', text: 'nothing relevant was found for this' },
      { _id: 'lost', text: 'deep learning of images' },
    ]
      .map((query) => `${JSON.stringify(query)}\n`)
      .join(''),
  );
  // The paper by two of its names, one that is not there, a query without a text and one without a relevant document.
  writeFileSync(
    qrels,
    `query-id\tcorpus-id\tscore\ncats\tdoi:10.1113/jphysiol.1962.sp006837\t2\nhalt\thttps://doi.org/10.1112/plms/s2-42.1.230\t1\n` +
      `none\t${TURING}\t0\nlost\tnowhere\t1\nunasked\t${TURING}\t1\n`,
  );
});

async function evaluated(parameters: string[]): Promise<EvalReport> {
  const { code, stdout, stderr } = await akin(['eval', '--json', ...parameters]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as EvalReport;
}

describe('evaluating a library that is there', () => {
  it('prints means with intervals and what separates two settings', async () => {
    const { code, stdout } = await akin(['eval', '--index', library, ...judged, '--compare', 'hybrid,lexical']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^3 queries, 120 papers; /);
    expect(stdout).toMatch(/\n {9}nDCG@10 +recall@100 +MRR +MAP\nhybrid {3}0\.6667 \[0\.000, 1\.000\] /);
    expect(stdout).toContain('1 judged queries have no text and were not asked');
    expect(stdout).toContain('1 judged documents are not in the library and count as not found');
    expect(stdout).toMatch(
      /hybrid against lexical, nDCG@10: \+0\.3333 .*: the difference is noise\nbetter on 1 queries,/,
    );
    expect(stdout).toContain('most gained:\n  +1.00  0.00 → 1.00  cats: felines and eyesight');
    expect(stdout).not.toContain('most lost');
  });

  it('gives the same as JSON, and writes runs from which the figures follow', async () => {
    const run = path.join(folder, 'run.txt');
    const report = await evaluated(['--index', library, ...judged, '--mode', 'dense,hybrid:0.3', '--run', run]);
    expect(report).toMatchObject({ papers: 120, queries: 3, unknownQueries: 1, missingDocuments: 1 });
    expect(report.runs).toEqual([path.join(folder, 'run.dense.txt'), path.join(folder, 'run.hybrid-0.3.txt')]);
    expect(report.results.map(({ setting }) => setting)).toEqual(['dense', 'hybrid:0.3']);
    for (const [i, file] of report.runs.entries()) {
      const found = new Map<string, Scored[]>();
      for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
        const [query, q0, id, rank, score] = line.split(' ') as [string, string, string, string, string];
        const before = found.get(query) ?? [];
        expect([q0, Number(rank)]).toEqual(['Q0', before.length + 1]);
        found.set(query, [...before, { id, score: Number(score) }]);
      }
      const relevant: [string, Map<string, number>][] = [
        ['cats', new Map([['doi:10.1113/jphysiol.1962.sp006837', 2]])],
        ['halt', new Map([[TURING, 1]])],
        ['lost', new Map([['nowhere', 1]])],
      ];
      const mean = (measure: (ranked: string[], judged: Map<string, number>) => number) =>
        relevant.reduce((sum, [query, judged]) => sum + measure(ranking(found.get(query)!), judged), 0) / 3;
      const { means } = report.results[i]!;
      expect(means['nDCG@10']!.mean).toBeCloseTo(
        mean((ranked, judged) => ndcg(ranked, judged, 10)),
        9,
      );
      expect(means.MAP!.mean).toBeCloseTo(mean(averagePrecision), 9);
    }
  });

  it.each([
    [{ mode: 'best' }, 'unknown setting "best"'],
    [{ mode: 'hybrid:2' }, 'unknown setting "hybrid:2"'],
    [{ mode: 'hybrid:' }, 'unknown setting "hybrid:"'],
    [{ mode: 'dense:0.5' }, 'unknown setting "dense:0.5"'],
    [{ mode: 'hybrid+rerank' }, 'unknown setting "hybrid+rerank"'],
    [{ mode: 'hybrid+rerank:soon' }, 'unknown setting "hybrid+rerank:soon"'],
    [{ mode: 'hybrid+rerank:60001' }, 'unknown setting "hybrid+rerank:60001"'],
    [{ mode: 'hybrid+rerank:5+rerank:5' }, 'unknown setting "hybrid+rerank:5+rerank:5"'],
    [{ compare: 'hybrid' }, 'expected two different settings, found "hybrid"'],
    [{ compare: 'hybrid,hybrid' }, 'expected two different settings'],
    [{ measures: 'ndcg' }, 'unknown measure "ndcg"'],
    [{ qrels: path.join(folder, 'nowhere') }, 'nowhere'],
    [{ queries: path.join(folder, 'strange.tsv') }, 'no query has a relevant document'],
  ])('refuses %j before it looks for the library', async (wrong, message) => {
    const target = { address: path.join(folder, 'no library'), configuration: configurationOf({}) };
    const { signal } = new AbortController();
    const options = { queries, qrels, measures: 'map', seed: 1, signal };
    await expect(evaluateLibrary(target, { ...options, ...wrong })).rejects.toThrow(message);
  });

  it('refuses wrong usage with exit code 2', async () => {
    expect(await akin(['eval', '--index', library])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--queries is missing'),
    });
  });
});

describe('a set made of the library', () => {
  const set = path.join(folder, 'set');
  const kept = path.join(folder, 'kept');
  const given = [
    ...['--corpus', path.join(set, 'corpus.jsonl')],
    ...['--queries', path.join(set, 'queries.jsonl')],
    ...['--qrels', path.join(set, 'qrels', 'test.tsv')],
  ];

  it('is written, evaluated in a library that is kept, and evaluated again without building it', LONG, async () => {
    const made = await akin([
      ...['eval', '--make', 'title-abstract', '--index', library, '--out', set],
      ...['--documents', '30', '--limit', '10'],
    ]);
    const again = await akin(['eval', '--make', 'title-abstract', '--index', library, '--out', set]);
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(made.stdout).toMatch(/^30 documents \(abstracts without their titles\), 10 queries \(titles\)\n/);
    const first = await evaluated([...given, '--keep', kept, '--mode', 'hybrid,dense']);
    expect(first).toMatchObject({ papers: 30, queries: 10, missingDocuments: 0 });
    expect(first.results[0]!.means['nDCG@10']!.mean).toBeGreaterThan(0.7);
    const graph = readdirSync(kept).find((name) => name.endsWith('.hnsw'))!;
    const before = statSync(path.join(kept, graph)).mtimeMs;
    const second = await evaluated([...given, '--keep', kept, '--mode', 'hybrid,dense']);
    expect(second).toEqual(first);
    expect(statSync(path.join(kept, graph)).mtimeMs).toBe(before);
  });

  it('never goes into a library of something else', async () => {
    const other = sampleCopy();
    const before = await akin(['status', '--json', '--index', other]);
    const refused = await akin(['eval', ...given, '--keep', other]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('holds something else than the library of an evaluation');
    expect((await akin(['status', '--json', '--index', other])).stdout).toBe(before.stdout);

    const corpus = path.join(folder, 'other.jsonl');
    writeFileSync(corpus, '{"_id": "1", "title": "", "text": "Another corpus."}\n');
    const another = await akin(['eval', ...judged, '--corpus', corpus, '--keep', kept]);
    expect(another).toMatchObject({ code: 2, stdout: '' });
    expect(another.stderr).toContain('holds the library of another corpus');
  });

  it('leaves no library behind where none is to be kept', async () => {
    const temporary = path.join(folder, 'tmp');
    mkdirSync(temporary);
    const corpus = path.join(folder, 'one.jsonl');
    writeFileSync(corpus, '{"_id": "doi:10.1112/plms/s2-42.1.230", "title": "", "text": "Entscheidungsproblem."}\n');
    const { code } = await akin(['eval', '--corpus', corpus, ...judged], { environment: { TMPDIR: temporary } });
    expect(code).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('tuning a library', () => {
  const own = sampleCopy(afterAll);
  const search = async () => (await akin(['search', 'felines and eyesight', '--json', '--index', own])).stdout;
  const ids = (stdout: string) => (JSON.parse(stdout) as { hits: { id: string }[] }).hits.map(({ id }) => id);

  it('tries every weight on judged queries, and keeps the default where there is only noise', async () => {
    const before = ids(await search());
    const { code, stdout } = await akin(['tune', '--index', own, ...judged, '--save']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^3 judged queries; nDCG@10 by the weight of the words\n {2}0\.0 {2}0\.\d{4}/);
    expect(stdout.match(/^ {2}\d\.\d {2}/gm)).toHaveLength(11);
    expect(stdout).toContain('proposed: 0.4, the default');
    expect(ids(await search())).toEqual(before);
  });

  it(
    'asks titles of the library where nobody has judged anything; what is saved is what searches use',
    LONG,
    async () => {
      const { code, stdout, stderr } = await akin([
        ...['tune', '--json', '--index', own, '--documents', '60', '--limit', '40', '--save'],
      ]);
      expect(code, stderr).toBe(0);
      const report = JSON.parse(stdout) as TuneReport;
      expect(report).toMatchObject({ asked: 'titles', defaultWeight: 0.4, saved: true });
      expect(report.queries).toBeLessThanOrEqual(40);
      if (report.isNoise) expect(report.proposal).toBe(0.4);
      const writer = await openWriter(own, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
      await writer.setSettings({ lexicalWeight: 0.1 });
      await writer.close();
      expect((await akin(['status', '--index', own])).stdout).toContain('words weigh 0.1 in hybrid');
      const found = ids(await search());
      const run = path.join(folder, 'weights.txt');
      await evaluated(['--index', own, ...judged, '--mode', 'hybrid,hybrid:0.1,hybrid:0.8', '--run', run]);
      const runOf = (setting: string) =>
        readFileSync(path.join(folder, `weights.${setting}.txt`), 'utf8').replaceAll(`akin-${setting}`, '');
      expect(runOf('hybrid')).toBe(runOf('hybrid-0.1'));
      expect(runOf('hybrid')).not.toBe(runOf('hybrid-0.8'));
      expect(
        runOf('hybrid')
          .split('\n')
          .slice(0, 10)
          .map((line) => line.split(' ')[2]),
      ).toEqual(found);
    },
  );

  it('says before the long work that what it finds could not be saved', async () => {
    const writer = await openWriter(own, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
    onTestFinished(() => writer.close());
    const unread = ['--queries', path.join(folder, 'none'), '--qrels', path.join(folder, 'none')];
    expect((await akin(['tune', '--index', own, ...unread, '--save'])).code).toBe(6);
    expect((await akin(['tune', '--index', own, ...unread])).code).toBe(2);
  });

  it('wants queries and judgements together, and makes no library where there is none', async () => {
    const half = await akin(['tune', '--index', own, '--queries', queries]);
    expect(half).toMatchObject({ code: 2, stdout: '' });
    expect(half.stderr).toContain('--queries and --qrels belong together');
    const nowhere = path.join(folder, 'no library');
    expect(await akin(['tune', '--index', nowhere])).toMatchObject({ code: 3, stdout: '' });
    expect(existsSync(nowhere)).toBe(false);
  });
});
