/**
 * npm run eval [-- --sets cranfield,cisi,known-item] [--model NAME] [--keep DIR]: `akin eval` on the judged collections of
 * `../shared/eval`, and on a known-item set made of the papers beside them: a table of nDCG@10 and recall@100 for each mode.
 * With --keep, the libraries stay and are used again.
 */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { DEFAULT_MODEL } from '../src/embedding/models.ts';
import { writeKnownItems } from '../src/evaluation/known-item.ts';
import { toPaper, type Paper, type PaperInput } from '../src/paper.ts';
import { MODES } from '../src/search/question.ts';
import { configurationOf } from '../src/session/configuration.ts';
import { evaluateLibrary } from '../src/session/evaluate.ts';
import { shared } from './bench/report.ts';

const KNOWN_ITEM = { documents: 2000, queries: 500, seed: 1 };

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'cranfield,cisi' },
    model: { type: 'string', default: DEFAULT_MODEL },
    keep: { type: 'string' },
  },
});
const configuration = configurationOf(process.env);
const made = mkdtempSync(path.join(tmpdir(), 'akin-known-item-'));

console.log(`${values.model}; nDCG@10 ± half its 95% interval / recall@100, × 100; gain is the grade, as in trec_eval`);
console.log(['set'.padEnd(16), 'queries', ...MODES.map((mode) => mode.padStart(19))].join('  '));
try {
  for (const set of values.sets.split(',')) {
    const report = await evaluateLibrary(
      { address: '', configuration },
      {
        ...(set === 'known-item' ? await knownItem() : judged(set)),
        keep: values.keep && path.join(values.keep, `${set}-${values.model}`),
        model: values.model,
        measures: 'ndcg@10,recall@100',
        seed: 1,
        signal: new AbortController().signal,
      },
    );
    const cells = report!.results.map(({ means }) => {
      const { mean, low, high } = means['nDCG@10']!;
      const half = ((high - low) / 2) * 100;
      return `${(mean * 100).toFixed(1)} ±${half.toFixed(1)} / ${(means['recall@100']!.mean * 100).toFixed(1)}`;
    });
    console.log(
      [set.padEnd(16), String(report!.queries).padStart(7), ...cells.map((cell) => cell.padStart(19))].join('  '),
    );
  }
} finally {
  rmSync(made, { recursive: true });
}

function judged(set: string): { corpus: string; queries: string; qrels: string } {
  return {
    corpus: shared(`eval/${set}/corpus.jsonl`),
    queries: shared(`eval/${set}/queries.jsonl`),
    qrels: shared(`eval/${set}/qrels.tsv`),
  };
}

/** Titles of a seeded sample of papers, which are to find their abstracts. */
async function knownItem(): Promise<{ corpus: string; queries: string; qrels: string }> {
  const { files } = await writeKnownItems(papers, made, KNOWN_ITEM);
  return files;
}

async function* papers(): AsyncGenerator<Paper> {
  const file = createReadStream(shared('papers/arxiv-cs-2016.jsonl.gz')).pipe(createGunzip());
  for await (const line of createInterface({ input: file })) yield toPaper(JSON.parse(line) as PaperInput);
}
