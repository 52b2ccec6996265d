/**
 * npm run eval:calibration -- --keep DIR [--sets cranfield,cisi] [--model NAME]: does the cut-off tell what a library has
 * nothing on from what it has? Asks the libraries that `npm run eval -- --keep DIR` left two hundred questions of no
 * science (off-topic.txt) and the judged ones, and prints
 *
 * - false: off-topic questions that got any hit that is not weak;
 * - nothing: judged questions that got none;
 * - lost 10 / 100: judged relevant papers among the first 10 / 100 whose own relevance is below the cut-off;
 * - very close, close, related, weak: of the first 100 papers that are called so, those judged relevant.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_MODEL } from '../src/embedding/models.ts';
import { readQrels, readQueries } from '../src/evaluation/collection.ts';
import { judgementsIn } from '../src/evaluation/runs.ts';
import { ROOT } from '../src/package.ts';
import { embeddedText } from '../src/paper.ts';
import { DEFAULT_CUTOFF } from '../src/search/question.ts';
import { configurationOf } from '../src/session/configuration.ts';
import { Session } from '../src/session/session.ts';
import { shared } from './bench/report.ts';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'cranfield,cisi' },
    model: { type: 'string', default: DEFAULT_MODEL },
    keep: { type: 'string' },
  },
});
if (!values.keep) throw new Error('--keep DIR is missing: where npm run eval -- --keep DIR left its libraries');
const STEPS = ['very-close', 'close', 'related', 'weak'] as const;
const offTopic = readFileSync(path.join(ROOT, 'scripts/off-topic.txt'), 'utf8').trim().split('\n');

console.log(`${values.model}, cut-off ${DEFAULT_CUTOFF}, in %`);
console.log(['set'.padEnd(16), 'false', 'nothing', 'lost 10', 'lost 100', ...STEPS].join('  '));
for (const set of values.sets.split(',')) {
  const address = path.join(values.keep, `${set}-${values.model}`);
  const session = new Session({ address, configuration: configurationOf(process.env) });
  let answered = 0;
  for (const question of offTopic) if ((await session.ask({ query: question })).total.relevant > 0) answered++;

  const { qrels } = await judgementsIn(await session.library(), await readQrels(shared(`eval/${set}/qrels.tsv`)));
  let nothing = 0;
  let asked = 0;
  const lost = { 10: 0, 100: 0 };
  const found = { 10: 0, 100: 0 };
  const steps = new Map<string, { all: number; relevant: number }>(
    STEPS.map((each) => [each, { all: 0, relevant: 0 }]),
  );
  for (const query of await readQueries(shared(`eval/${set}/queries.jsonl`))) {
    const judged = qrels.get(query.id);
    if (![...(judged?.values() ?? [])].some((grade) => grade > 0)) continue;
    const paper = 'paper' in query ? await session.paper(query.paper) : undefined;
    const text = 'paper' in query ? embeddedText(paper!) : query.text;
    asked++;
    const { hits, total } = await session.ask({ query: text }, { limit: 100 });
    if (total.relevant === 0) nothing++;
    for (const [at, { id, relevance, closeness }] of hits.filter(({ id }) => id !== paper?.id).entries()) {
      const step = steps.get(closeness!);
      if (step) step.all++;
      if (!((judged!.get(id) ?? 0) > 0)) continue;
      if (step) step.relevant++;
      for (const depth of [10, 100] as const) {
        if (at >= depth) continue;
        found[depth]++;
        if (relevance! < DEFAULT_CUTOFF) lost[depth]++;
      }
    }
  }
  await session.close();
  const share = (part: number, all: number) => ((100 * part) / all).toFixed(1).padStart(7);
  console.log(
    [
      set.padEnd(14),
      share(answered, offTopic.length),
      share(nothing, asked),
      share(lost[10], found[10]),
      share(lost[100], found[100]),
      ...STEPS.map((each) => share(steps.get(each)!.relevant, steps.get(each)!.all)),
    ].join('  '),
  );
}
