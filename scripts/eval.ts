/**
 * npm run eval [-- --sets cranfield,cisi] [--model NAME]: nDCG@10 and recall@100 of the real search path on judged
 * collections of `../shared/eval`, for each mode. The collections are built into a temporary library each, once, with
 * the same code as `akin add`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { add } from '../src/cli/add.ts';
import { openSession } from '../src/cli/session.ts';
import { DEFAULT_MODEL } from '../src/embedding/models.ts';
import { embeddedText } from '../src/paper.ts';
import { MODES } from '../src/search/search.ts';
import { shared } from './bench/report.ts';
import { ndcg, recall, type Qrels } from './metrics.ts';

interface Query {
  id: string;
  text?: string;
  /** In place of a text: the paper of the collection that is the query. */
  paper_id?: string;
}

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'cranfield,cisi' },
    model: { type: 'string', default: DEFAULT_MODEL },
    keep: { type: 'string' },
  },
});

console.log(`${values.model}; nDCG@10 × 100 (gain 2^grade − 1) / recall@100 × 100`);
console.log(['set'.padEnd(16), 'queries', ...MODES.map((mode) => mode.padStart(14))].join('  '));
for (const set of values.sets.split(',')) {
  const folder = values.keep
    ? path.join(values.keep, `${set}-${values.model}`)
    : mkdtempSync(path.join(tmpdir(), 'akin-eval-'));
  await add([shared(`eval/${set}/corpus.jsonl`)], {
    index: folder,
    model: values.model,
    embed: true,
    signal: new AbortController().signal,
  });
  const session = await openSession(folder);
  const queries = linesOf(`eval/${set}/queries.jsonl`).map((line) => JSON.parse(line) as Query);
  const qrels = readQrels(set);
  const judged = queries.filter(({ id }) => [...(qrels.get(id)?.values() ?? [])].some((grade) => grade > 0));
  const cells = [];
  for (const mode of MODES) {
    let sumNdcg = 0;
    let sumRecall = 0;
    for (const { id, text, paper_id: paperId } of judged) {
      // A whole paper as the query: its text, and itself is no answer.
      const query = text ?? embeddedText(await session.search.paper(paperId!));
      const { hits } = await session.search.search(query, { mode, limit: 100, cutoff: Number(process.env.CUT ?? 0) });
      const run = hits.map((hit) => hit.id).filter((hit) => hit !== paperId);
      sumNdcg += ndcg(run, qrels.get(id)!, 10);
      sumRecall += recall(run, qrels.get(id)!, 100);
    }
    cells.push(`${((sumNdcg / judged.length) * 100).toFixed(1)} / ${((sumRecall / judged.length) * 100).toFixed(1)}`);
  }
  console.log(
    [set.padEnd(16), String(judged.length).padStart(7), ...cells.map((cell) => cell.padStart(14))].join('  '),
  );
  await session.close();
  if (!values.keep) rmSync(folder, { recursive: true });
}

function linesOf(file: string): string[] {
  return readFileSync(shared(file), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function readQrels(set: string): Map<string, Qrels> {
  const qrels = new Map<string, Qrels>();
  for (const line of linesOf(`eval/${set}/qrels.tsv`)) {
    const [query, document, grade] = line.split('\t') as [string, string, string];
    const ofQuery = qrels.get(query) ?? new Map<string, number>();
    qrels.set(query, ofQuery.set(document, Number(grade)));
  }
  return qrels;
}
