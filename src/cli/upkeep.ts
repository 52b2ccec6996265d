/**
 * The commands that look after a library: `status`, `duplicates`, `remove`, `compact`, `map`, `backup`, `restore`,
 * `doctor`, `eval`, `tune`.
 */
import path from 'node:path';
import { Option } from '@commander-js/extra-typings';
import { DEFAULT_MODEL, MODEL_NAMES } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import type { Making } from '../map/making.ts';
import { notFound } from '../search/understood.ts';
import type { EvaluationEvent } from '../session/evaluate.ts';
import { summaryOf } from '../session/summary.ts';
import { count } from '../text.ts';
import { withSession } from './asking.ts';
import { duplicatesText, judgedText } from './duplicates.ts';
import { addText, IntakeProgress } from './intake.ts';
import type { Program } from './program.ts';
import { bar, duration, Progress } from './progress.ts';
import { EXIT_INTERRUPTED, EXIT_UNSOUND, interruption, print, talk, wholeNumber } from './terminal.ts';

/** Of a set made of a library: enough for an interval of two points, and built in minutes. */
const KNOWN_ITEM_QUERIES = 500;
const KNOWN_ITEM_DOCUMENTS = 10_000;

/** Adds the commands to the program. */
export function upkeepCommands(program: Program): void {
  const { command, sessionOf } = program;
  command('status', 'what the library holds').action((options) =>
    withSession(sessionOf(options), async (session) => {
      const facts = await session.facts();
      const status = { folder: path.resolve(facts.place), ...summaryOf(facts) };
      print(options, status, (s) =>
        [
          `${count(s.papers)} papers, ${count(s.embedded)} embedded with ${s.model} (${count(s.truncated)} truncated)`,
          `the model reads ${s.language}; what is in another language is found by its words`,
          ...(s.works < s.papers ? [`${count(s.works)} works: versions of one work count once`] : []),
          ...(s.nameless > 0
            ? [
                `${count(s.nameless)} papers were read by an older akin, which did not keep what is the family name: ` +
                  'take their files in again (akin add, akin sync); nothing is embedded anew',
              ]
            : []),
          ...(s.settings.lexicalWeight === undefined
            ? []
            : [`words weigh ${s.settings.lexicalWeight} in hybrid searches, as "akin tune" found`]),
          `${megabytes(s.bytes)} in ${s.folder}`,
        ].join('\n'),
      );
    }),
  );

  command('duplicates', "works that have several versions, and a person's word on them")
    .option('--limit <n>', 'how many works', wholeNumber(1, 1_000_000), 20)
    .option('--join <ids...>', 'papers that are versions of one work')
    .option('--split <ids...>', 'papers that each are another work than those they stand with')
    .action((options) =>
      withSession(sessionOf(options), async (session) => {
        if (options.join || options.split) print(options, await session.judge(options), judgedText);
        else print(options, await session.duplicates(options.limit), duplicatesText);
      }),
    );

  command('remove', 'remove papers')
    .argument('<ids...>')
    .action((ids, options) =>
      withSession(sessionOf(options), async (session) => {
        const removed = await session.remove(ids);
        print(options, { removed: removed.length, ids: removed }, () => `${count(removed.length)} removed`);
        const missing = ids.filter((id) => !removed.includes(id));
        if (missing.length > 0) throw notFound(missing, 'id');
      }),
    );

  command('compact', 'give the space of removed papers back, and rebuild the graph without them').action((options) =>
    withSession(sessionOf(options), async (session) =>
      print(options, await session.compact(), ({ bytesBefore, bytesAfter }) =>
        [`${megabytes(bytesBefore)} before`, `${megabytes(bytesAfter)} now`].join(', '),
      ),
    ),
  );

  command('map', 'lay the library out in two dimensions, which is otherwise done when its map is first opened').action(
    (options) =>
      withSession(sessionOf(options), async (session) => {
        const progress = new Progress();
        const onProgress = ({ doing, share }: Making) => progress.update(() => `${doing}: ${bar(share, 1)}`);
        const made = await unlessInterrupted((signal) => session.mapping.made({ signal, onProgress }));
        if (!made) return;
        const { ids, papers, later, regions } = made.map;
        progress.finish(`laid out in ${duration(progress.elapsedMs)}`);
        print(options, { papers, onMap: ids.length, placedLater: later, regions }, (map) =>
          [
            `${count(map.onMap)} of ${count(map.papers)} papers on the map, ${count(map.regions.length)} regions`,
            ...map.regions.map(({ words, papers: n }) => `  ${words.join(', ')} (${count(n)})`),
          ].join('\n'),
        );
      }),
  );

  command('backup', 'write the whole library into one file; others may search and write meanwhile')
    .argument('<file>')
    .action((file, options) =>
      withSession(sessionOf(options), async (session) => {
        const made = await unlessInterrupted((signal) => session.backUp(file, signal));
        if (made)
          print(options, made, ({ papers, file, bytes }) => `${count(papers)} papers in ${file}, ${megabytes(bytes)}`);
      }),
    );

  command('restore', 'make the library of a backup, in a folder that has none')
    .argument('<file>')
    .action((file, options) =>
      withSession(sessionOf(options), async (session) => {
        const made = await unlessInterrupted((signal) => session.restore(file, signal));
        if (made)
          print(
            options,
            made,
            ({ papers, made }) => `${count(papers)} papers in ${path.resolve(options.index)}, as they were on ${made}`,
          );
      }),
    );

  command('doctor', 'look for faults in the library, the graph and the model').action((options) =>
    withSession(sessionOf(options), async (session) => {
      const findings = await session.examine();
      print(options, findings, (all) =>
        all
          .map(
            ({ check, ok, detail, hint }) =>
              `${ok ? 'ok   ' : 'WRONG'} ${check}: ${detail}${hint ? `\n      ${hint}` : ''}`,
          )
          .join('\n'),
      );
      if (findings.some(({ ok }) => !ok)) process.exitCode = EXIT_UNSOUND;
    }),
  );

  evalCommand(program);
  tuneCommand(program);
}

/** Does a work that Ctrl-C ends; then the command leaves with the exit code that says so. */
async function unlessInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const signal = interruption();
  try {
    return await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    process.exitCode = EXIT_INTERRUPTED;
    return undefined;
  }
}

function evalCommand({ command, sessionOf, configuration }: Program): void {
  command('eval', 'how good the search is, on a judged collection (BEIR, TREC) or on a set made of your own library')
    .option('--queries <file>', 'the queries: BEIR or akin JSON Lines, TREC topics, or lines of id, tab, text')
    .option('--qrels <file>', 'the judgements: BEIR or TREC')
    .option('--corpus <path>', 'the documents, in any format that akin reads (default: the library of --index)')
    .option('--keep <dir>', 'keep the library of the corpus there, and use it again')
    .option('--model <name>', `the model of the corpus: ${MODEL_NAMES.join(' or ')} (default: ${DEFAULT_MODEL})`)
    .option(
      '--mode <settings>',
      'hybrid, dense, lexical, hybrid:WEIGHT, any of them with +rerank:MS (default: those compared, or all modes)',
    )
    .option('--compare <a,b>', 'two settings to compare query by query')
    .option('--measures <list>', 'ndcg@K, recall@K, p@K, mrr, map', 'ndcg@10,recall@100,mrr,map')
    .option('--run <file>', 'write what was found, for trec_eval')
    .addOption(new Option('--make <kind>', 'make a set of the library instead').choices(['title-abstract']))
    .option('--out <dir>', 'the folder of the set that is made')
    .option('--limit <n>', 'queries of the set that is made, at most', wholeNumber(1, 1e6), KNOWN_ITEM_QUERIES)
    .option('--documents <n>', 'documents of the set that is made, at most', wholeNumber(1, 1e9), KNOWN_ITEM_DOCUMENTS)
    .option('--seed <n>', 'of the samples', wholeNumber(0, 2 ** 31 - 1), 1)
    .action(async (options) => {
      const [{ evaluateLibrary, makeKnownItems }, { evalText, knownItemsText }] = await Promise.all([
        import('../session/evaluate.ts'),
        import('./eval.ts'),
      ]);
      const { make, queries, qrels, index } = options;
      if (make !== undefined) {
        const out =
          options.out ?? missingOption('out', 'the folder that the set is written to', 'name a new one: --out DIR');
        const made = await withSession(sessionOf(options), async (session) =>
          makeKnownItems(await session.library(), { ...options, out }),
        );
        print(options, made, knownItemsText);
        return;
      }
      const report = await evaluateLibrary(
        { address: index, configuration },
        {
          ...options,
          queries:
            queries ??
            missingOption('queries', 'a file of queries', `give --queries FILE --qrels FILE, ${OF_YOUR_OWN}`),
          qrels: qrels ?? missingOption('qrels', 'a file of judgements', `give --qrels FILE beside it, ${OF_YOUR_OWN}`),
          onEvent: progressOf(),
          signal: interruption(),
        },
      );
      if (report) print(options, report, evalText);
      else process.exitCode = EXIT_INTERRUPTED;
    });
}

function tuneCommand({ command, configuration }: Program): void {
  command('tune', 'try how much words should weigh in the searches of a library')
    .option('--queries <file>', 'judged queries, as for eval (default: titles of the library)')
    .option('--qrels <file>', 'their judgements')
    .option('--limit <n>', 'titles that are asked, at most', wholeNumber(2, 1e6), KNOWN_ITEM_QUERIES)
    .option('--documents <n>', 'abstracts that are searched, at most', wholeNumber(2, 1e9), KNOWN_ITEM_DOCUMENTS)
    .option('--save', 'make searches of the library use what is proposed', false)
    .option('--seed <n>', 'of the samples', wholeNumber(0, 2 ** 31 - 1), 1)
    .action(async (options) => {
      const [{ tuneLibrary }, { tuneText }] = await Promise.all([import('../session/tune.ts'), import('./tune.ts')]);
      const report = await tuneLibrary(
        { address: options.index, configuration },
        { ...options, onEvent: progressOf(), signal: interruption() },
      );
      if (report) print(options, report, tuneText);
      else process.exitCode = EXIT_INTERRUPTED;
    });
}

/** Shows on stderr how far an evaluation has come. */
function progressOf(): (event: EvaluationEvent) => void {
  const intake = new IntakeProgress();
  let progress = new Progress();
  let shown = '';
  return (event) => {
    if (event.event === 'trouble') talk(addText(event.summary));
    else if (event.event === 'asked') {
      const { setting, done, total } = event;
      if (shown !== setting) [progress, shown] = [new Progress(), setting];
      const line = () => `${setting}: ${bar(done, total)} ${count(done)} searches`;
      if (done === total) progress.finish(line());
      else progress.update(line);
    } else intake.show(event);
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const OF_YOUR_OWN = 'or make both of your own library: akin eval --make title-abstract --out DIR';

function missingOption(name: string, what: string, hint: string): never {
  throw new AkinError('invalid-argument', `--${name} is missing: ${what}`, { hint, field: name });
}
