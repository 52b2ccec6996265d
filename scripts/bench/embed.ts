/**
 * npm run bench -- embed [--rounds N] [--texts N]: how fast akin embeds.
 *
 * Against the plain transformers.js pipeline with batches of 32, and against the limit: threads × one bare
 * single-threaded ONNX session over ready-made token ids. Same texts, same token limit, same run, rounds in turn. Also
 * the main thread's timer lag while akin embeds.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Embedder } from '../../src/embedding/embedder.ts';
import { DEFAULT_MODEL, findModel, MODEL_FILE, verifiedModelFolder } from '../../src/embedding/models.ts';
import { AutoTokenizer, env, pipeline } from '../../src/embedding/runtime.ts';
import { startThread } from '../../src/thread.ts';
import { recordsWithAbstract, shared, showSpread, spread } from './report.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { rounds: { type: 'string', default: '3' }, texts: { type: 'string', default: '500' } },
});
const rounds = Number(values.rounds);
const threads = availableParallelism();
const model = findModel(DEFAULT_MODEL);
const folder = await verifiedModelFolder(model);
env.localModelPath = path.dirname(folder);
const tokenizer = await AutoTokenizer.from_pretrained(model.name);

// The seed page's abstracts: every second paragraph after the eight header lines.
const page = readFileSync(shared('papers/hf-papers-page.txt'), 'utf8').split('\n\n').slice(5);
const abstracts = page.filter((_, i) => i % 2 === 1);
// Three times over, so that the end of a round, when one thread has nothing left to do, weighs little.
const seedPage = [...abstracts, ...abstracts, ...abstracts];
const sets = [
  { name: 'seed page, limit 256', maxTokens: 256, texts: seedPage },
  { name: 'seed page, limit 512', maxTokens: 512, texts: seedPage },
  {
    name: `${values.texts} papers of arxiv-cs-2016, limit 512`,
    maxTokens: 512,
    texts: (await recordsWithAbstract(shared('papers/arxiv-cs-2016.jsonl.gz'), Number(values.texts))).map(
      ({ title, abstract }) => `${title}\n${abstract}`,
    ),
  },
];

async function docsPerSecond(count: number, run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return count / ((performance.now() - start) / 1000);
}

const bare = await Promise.all(
  Array.from({ length: threads }, async () => {
    const worker = startThread('scripts/bench/bare-session.ts', path.join(folder, MODEL_FILE));
    await once(worker, 'message');
    return worker;
  }),
);
const plain = await pipeline('feature-extraction', model.name, { dtype: 'q8' });

console.log(`${threads} threads, ${rounds} rounds, docs/s as min / median / max`);
for (const { name, maxTokens, texts } of sets) {
  const embedder = await Embedder.start({ ...model, maxTokens });
  const ids = texts
    .map((text) => tokenizer.encode(text))
    .map((all) => (all.length > maxTokens ? [...all.slice(0, maxTokens - 1), all.at(-1)!] : all));
  Object.defineProperty(plain.tokenizer, 'model_max_length', { value: maxTokens, configurable: true });
  const figures = { limit: [] as number[], together: [] as number[], pipeline: [] as number[], akin: [] as number[] };
  let lagMs = 0;
  for (let round = -1; round < rounds; round++) {
    const limit = await docsPerSecond(texts.length * threads, async () => {
      bare[0]!.postMessage(ids);
      await once(bare[0]!, 'message');
    });
    const together = await docsPerSecond(texts.length, async () => {
      await Promise.all(
        bare.map((worker, t) => {
          worker.postMessage(ids.filter((_, i) => i % threads === t));
          return once(worker, 'message');
        }),
      );
    });
    const akin = await docsPerSecond(texts.length, async () => {
      // Watching the timer costs a little, so it is done in the warming-up round.
      const delay = monitorEventLoopDelay({ resolution: 5 });
      if (round < 0) delay.enable();
      for await (const embedding of embedder.embedDocuments(texts)) void embedding;
      delay.disable();
      if (round < 0) lagMs = delay.max / 1e6 - 5;
    });
    const piped = await docsPerSecond(texts.length, async () => {
      for (let i = 0; i < texts.length; i += 32) {
        (await plain(texts.slice(i, i + 32), { pooling: 'mean', normalize: true })).dispose();
      }
    });
    if (round < 0) continue; // The first round warms up.
    figures.limit.push(limit);
    figures.together.push(together);
    figures.akin.push(akin);
    figures.pipeline.push(piped);
  }
  await embedder.close();
  const ratio = (of: number[]) => showSpread(spread(figures.akin.map((akin, i) => akin / of[i]!)), 2);
  console.log(`\n${name}: ${texts.length} texts, ${Math.round(ids.flat().length / ids.length)} tokens each`);
  console.log(`  limit (${threads} × one bare session alone)  ${showSpread(spread(figures.limit))}`);
  console.log(`  ${threads} bare sessions side by side         ${showSpread(spread(figures.together))}`);
  console.log(`  transformers.js pipeline, batches of 32 ${showSpread(spread(figures.pipeline))}`);
  console.log(`  akin                                    ${showSpread(spread(figures.akin))}`);
  console.log(
    `  akin / limit ${ratio(figures.limit)}   akin / side by side ${ratio(figures.together)}   akin / pipeline ${ratio(figures.pipeline)}`,
  );
  console.log(`  main thread's timer lag while akin embeds: at most ${lagMs.toFixed(1)} ms`);
}
for (const worker of bare) await worker.terminate();
await plain.dispose();
