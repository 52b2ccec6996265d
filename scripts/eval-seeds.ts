/**
 * npm run eval:seeds -- --keep DIR [--sets cisi,doris_mae_dev] [--model NAME]: several papers to be like, and hits that
 * differ. Judged relatives of a query, drawn by a fixed seed, are the seeds; the others are to be found among the first
 * ten. Asks the libraries that `npm run eval -- --keep DIR` left, and prints nDCG@10 × 100 of
 *
 * - best: the cosine with the nearest of the seeds;
 * - mean: the cosine with their mean direction (`mode=dense`);
 * - hybrid: the same with their words, as `akin like` ranks;
 * - hybrid with diversity 0.2 and 0.5.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_MODEL } from '../src/embedding/models.ts';
import { seeded } from '../src/evaluation/bootstrap.ts';
import { readQrels } from '../src/evaluation/collection.ts';
import { ndcg } from '../src/evaluation/metrics.ts';
import { judgementsIn } from '../src/evaluation/runs.ts';
import type { Key } from '../src/library/library.ts';
import type { SearchOptions } from '../src/search/question.ts';
import { configurationOf } from '../src/session/configuration.ts';
import { Session } from '../src/session/session.ts';
import { shared } from './bench/report.ts';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'cranfield,cisi,npl,doris_mae_dev' },
    model: { type: 'string', default: DEFAULT_MODEL },
    keep: { type: 'string' },
  },
});
if (!values.keep) throw new Error('--keep DIR is missing: where npm run eval -- --keep DIR left its libraries');

const SEEDS = 3;
const DEPTH = 100;
type Method = (session: Session, seeds: string[]) => Promise<string[]>;

const asked =
  (options: SearchOptions): Method =>
  async (session, like) =>
    (await session.ask({ like }, { limit: DEPTH, cutoff: 0, ...options })).hits.map(({ id }) => id);

const METHODS: Record<string, Method> = {
  best: bestOfSeeds,
  mean: asked({ mode: 'dense' }),
  hybrid: asked({}),
  'diversity 0.2': asked({ diversity: 0.2 }),
  'diversity 0.5': asked({ diversity: 0.5 }),
};

console.log(`${values.model}; ${SEEDS} seeds, nDCG@10 × 100`);
console.log(['set'.padEnd(16), 'queries', ...Object.keys(METHODS).map((name) => name.padStart(13))].join('  '));
for (const set of values.sets.split(',')) {
  const address = path.join(values.keep, `${set}-${values.model}`);
  const session = new Session({ address, configuration: configurationOf(process.env) });
  const library = await session.library();
  const { qrels } = await judgementsIn(library, await readQrels(shared(`eval/${set}/qrels.tsv`)));
  const random = seeded(1);
  const sums = Object.keys(METHODS).map(() => 0);
  let queries = 0;
  for (const judged of qrels.values()) {
    const relatives = [];
    for (const [id, grade] of judged) {
      if (grade > 0 && (await library.find([id]))[0] !== undefined) relatives.push({ id, order: random() });
    }
    if (relatives.length < 2 * SEEDS) continue;
    const seeds = relatives
      .sort((a, b) => a.order - b.order)
      .slice(0, SEEDS)
      .map(({ id }) => id);
    const hidden = new Map([...judged].filter(([id]) => !seeds.includes(id)));
    queries++;
    for (const [i, method] of Object.values(METHODS).entries())
      sums[i]! += ndcg(await method(session, seeds), hidden, 10);
  }
  await session.close();
  const cells = sums.map((sum) => ((100 * sum) / queries).toFixed(1).padStart(13));
  console.log([set.padEnd(16), String(queries).padStart(7), ...cells].join('  '));
}

async function bestOfSeeds(session: Session, seeds: string[]): Promise<string[]> {
  const library = await session.library();
  const keys = (await library.find(seeds)).map((key) => key!);
  const best = new Map<Key, { id: string; similarity: number }>();
  for (const vector of await library.vectors(keys)) {
    const near = { legs: ['dense'], depth: DEPTH + SEEDS, scoring: 'alone', vector: Promise.resolve(vector!) } as const;
    for (const { key, id, similarity = -1 } of (await library.recall(near)).candidates) {
      best.set(key, { id, similarity: Math.max(best.get(key)?.similarity ?? -1, similarity) });
    }
  }
  const others = [...best].filter(([key]) => !keys.includes(key)).map(([, each]) => each);
  return others
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, DEPTH)
    .map(({ id }) => id);
}
