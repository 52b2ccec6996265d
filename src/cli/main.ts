/**
 * The `akin` command: one program, one table of subcommands. Results go to stdout, talk to stderr; errors leave with the
 * exit code of their kind (see errors.ts and the README). What only one command needs, every source and the whole HTTP
 * door, is loaded by that command: the others start in half the time.
 */
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_MODEL, findCrossEncoder, MODEL_NAMES } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import { LIBRARY_FORMAT, openForReading, settingsOf } from '../library/database.ts';
import { FilesRead } from '../library/files.ts';
import { removeGraph } from '../library/graph-file.ts';
import { LocalLibrary } from '../library/local.ts';
import { LocalWriter } from '../library/writer.ts';
import { ROOT, VERSION } from '../package.ts';
import { embeddedText, type Paper } from '../paper.ts';
import { DEFAULT_SUGGESTIONS, MAX_SUGGESTIONS } from '../search/related.ts';
import { DEFAULT_CUTOFF } from '../search/relevance.ts';
import { MAX_RERANK } from '../search/rerank.ts';
import { DEFAULT_LIMIT, MAX_LIMIT, MODES, type Mode, type Question } from '../search/search.ts';
import { wholePaper } from '../search/works.ts';
import type { AddOptions } from './add.ts';
import type { SyncOptions } from './sync.ts';
import { examine } from './doctor.ts';
import type { EvalOptions, MakeOptions } from './eval.ts';
import { count } from './progress.ts';
import type { RelatedFormat, RelatedOptions } from './related.ts';
import { openSession, type Session } from './session.ts';
import { answerText, paperText } from './text.ts';
import type { TuneOptions } from './tune.ts';

/** "akin" on a telephone's keys. */
const DEFAULT_PORT = 2546;
const SAMPLE = path.join(ROOT, 'scripts/sample-papers.jsonl');

/** Of a set made of a library: enough for an interval of two points, and built in minutes. */
const KNOWN_ITEM_QUERIES = 500;
const KNOWN_ITEM_DOCUMENTS = 10_000;
const RELATED_FORMATS: RelatedFormat[] = ['text', 'json', 'markdown', 'bibtex'];

const EXIT_SOME_REJECTED = 4;
const EXIT_UNSOUND = 3;
const EXIT_INTERRUPTED = 130;

interface Common {
  index: string;
  json: boolean;
}

const program = new Command('akin')
  .description('Semantic search for scientific papers on your own machine')
  .version(VERSION, '--version', 'print the version')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

function command(nameAndArguments: string, description: string): Command {
  return program
    .command(nameAndArguments)
    .description(description)
    .option('--index <dir>', 'the folder of the library', 'index')
    .option('--json', 'print JSON', false);
}

/** A command that takes papers in. */
function intakeCommand(nameAndArguments: string, description: string): Command {
  return command(nameAndArguments, description)
    .option(
      '--format <name>',
      'the format of every file, instead of telling it from the content (the README has a table)',
    )
    .option('--map <field=header>', 'which column of a table holds a field (may be given several times)', everyOne, [])
    .option('--model <name>', `the model of a new library: ${MODEL_NAMES.join(' or ')} (default: ${DEFAULT_MODEL})`)
    .option('--rejects <file>', 'write every record that could not be taken in, as JSON Lines')
    .option(
      '--threads <n>',
      'embedding threads (default: as many as the machine runs in parallel)',
      wholeNumber(1, 256),
    )
    .option('--no-embed', 'only store: found by words at once, embedded by the next run');
}

intakeCommand('add <paths...>', 'take in papers from files, folders, - (standard input) or online services')
  .option('--since <day>', 'from an online service: only what is from this day on (YYYY-MM-DD)')
  .option('--until <day>', 'from an online service: only what is until this day')
  .option('--date <day>', 'from hf-papers: the day')
  .option('--offline', 'refuse to ask any online service', false)
  .action(async (paths: string[], options: Common & Omit<AddOptions, 'signal'>) => {
    const { add, addText } = await import('./add.ts');
    const summary = await add(paths, { ...options, signal: interruption() });
    print(options, summary, addText);
    if (summary.interrupted) process.exitCode = EXIT_INTERRUPTED;
    else if (summary.rejected > 0) process.exitCode = EXIT_SOME_REJECTED;
  });

for (const [name, description] of [
  ['sync', 'bring the library in step with files that changed'],
  ['watch', 'keep the library in step with files, until Ctrl-C'],
] as const) {
  intakeCommand(`${name} <paths...>`, description)
    .option('--delete', 'remove the papers that the files no longer hold', false)
    .option('--delete-many', 'also where more than half of a file or folder is gone', false)
    .action(async (paths: string[], options: Common & Omit<SyncOptions, 'signal'>) => {
      const { sync, syncText, watch } = await import('./sync.ts');
      const full = { ...options, delete: options.delete || options.deleteMany, signal: interruption() };
      if (name === 'watch') {
        await watch(paths, full, (summary) => {
          print(options, summary, syncText);
          if (summary.interrupted) process.exitCode = EXIT_INTERRUPTED;
        });
        return;
      }
      const summary = await sync(paths, full);
      print(options, summary, syncText);
      if (summary.interrupted) process.exitCode = EXIT_INTERRUPTED;
      else if (summary.rejected > 0) process.exitCode = EXIT_SOME_REJECTED;
    });
}

/** What every command that answers with papers can be asked. */
function answering(asking: Command): Command {
  return asking
    .option('--limit <n>', 'how many', wholeNumber(1, MAX_LIMIT), DEFAULT_LIMIT)
    .addOption(new Option('--mode <mode>', 'how to rank').choices([...MODES]).default('hybrid'))
    .option('--cursor <cursor>', 'go on after the page that ended with this cursor')
    .option('--explain', 'say why each paper is there', false)
    .option('--facets', 'count the years, venues, categories and authors of the whole list', false)
    .option('--diversity <share>', 'how much the papers should differ from one another, 0 to 1', decimal(0, 1))
    .option(
      '--cutoff <relevance>',
      `show nothing unless something is as relevant, 0 to 100`,
      decimal(0, 100),
      DEFAULT_CUTOFF,
    )
    .option(
      '--rerank <ms>',
      'put the best into the order of a cross-encoder, as far as it gets in so many milliseconds',
      wholeNumber(0, MAX_RERANK),
    );
}

interface Answering extends Common {
  limit: number;
  mode: Mode;
  cursor?: string;
  explain: boolean;
  facets: boolean;
  diversity?: number;
  cutoff: number;
  rerank?: number;
}

answering(command('search <words...>', 'the papers that answer a query; the README has the query language')).action(
  async (words: string[], options: Answering) => ask({ query: words.join(' ') }, options),
);

answering(command('like [ids...]', 'papers like these papers or texts'))
  .option('--unlike <ids...>', 'and not like these')
  .option('--text <text...>', 'like these texts')
  .option('--unlike-text <text...>', 'not like these texts')
  .option('--file <files...>', 'like the papers in these files: a PDF, a .bib, whatever "akin add" reads')
  .option('--query <query>', 'and about this, in the query language')
  .option('--unlike-above <cosine>', 'leave out what is at least as similar to one of --unlike', decimal(-1, 1))
  .action(
    async (
      ids: string[],
      options: Answering & {
        unlike?: string[];
        text?: string[];
        unlikeText?: string[];
        file?: string[];
        query?: string;
        unlikeAbove?: number;
      },
    ) => {
      const texts = [...(options.text ?? [])];
      if (options.file) {
        const { papersIn } = await import('../ingest.ts');
        for await (const paper of papersIn(options.file)) texts.push(embeddedText(paper));
      }
      const { unlike, unlikeText: unlikeTexts, query } = options;
      await ask({ query, like: ids, unlike, texts, unlikeTexts }, options);
    },
  );

command('related <draft>', 'the papers a draft might cite and does not, by the passage that asks for them')
  .option('--bib <file>', 'what the draft cites (default: the bibliography it names or holds)')
  .option('--year <years>', 'only papers of these years: 2019, 2019..2022, 2019.., ..2022')
  .option('--limit <n>', 'how many in all', wholeNumber(1, MAX_SUGGESTIONS), DEFAULT_SUGGESTIONS)
  .addOption(new Option('--format <name>', 'how to print').choices(RELATED_FORMATS).default('text'))
  .action(async (draft: string, options: Common & RelatedOptions) => {
    const { related } = await import('./related.ts');
    const format = options.json ? 'json' : options.format;
    process.stdout.write(`${await related(draft, { ...options, format }, () => openSession(options.index))}\n`);
  });

command('show <id>', 'one paper, whole').action(async (id: string, options: Common) => {
  const library = await LocalLibrary.open(options.index);
  try {
    const paper = await wholePaper(library, id);
    if (!paper) throw noSuchPaper(id);
    print(options, paper, paperText);
  } finally {
    await library.close();
  }
});

command('export [ids...]', 'papers for other programs: all of them, or those named')
  .option('--format <name>', 'the format', 'bibtex')
  .action(async (ids: string[], options: Common & { format: string }) => {
    const { exporterNamed } = await import('../export/exporter.ts');
    const exporter = exporterNamed(options.json ? 'jsonl' : options.format);
    const library = await LocalLibrary.open(options.index);
    try {
      const papers = ids.length === 0 ? library.everyPaper() : named(library, ids);
      for await (const piece of exporter.write(papers)) {
        if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
      }
    } finally {
      await library.close();
    }
  });

command('duplicates', "works that have several versions, and a person's word on them")
  .option('--limit <n>', 'how many works', wholeNumber(1, 1_000_000), 20)
  .option('--join <ids...>', 'papers that are versions of one work')
  .option('--split <ids...>', 'papers that each are another work than those they stand with')
  .action(async (options: Common & { limit: number; join?: string[]; split?: string[] }) => {
    const { duplicates, duplicatesText } = await import('./duplicates.ts');
    if (options.join || options.split) {
      const writer = openWriter(options.index, 'akin duplicates');
      try {
        const judged = {
          split: writer.split(options.split ?? []),
          joined: options.join ? writer.join(options.join) : [],
        };
        print(
          options,
          judged,
          ({ split, joined }) =>
            [
              split.length > 0 ? `another work each: ${split.join(', ')}` : '',
              joined.length > 0 ? `one work: ${joined.join(', ')}` : '',
            ]
              .filter(Boolean)
              .join('\n') || 'nothing to split: each stands alone',
        );
      } finally {
        await writer.close();
      }
      return;
    }
    const library = await LocalLibrary.open(options.index);
    try {
      print(options, await duplicates(library, options.limit), duplicatesText);
    } finally {
      await library.close();
    }
  });

command('remove <ids...>', 'remove papers').action(async (ids: string[], options: Common) => {
  openForReading(options.index).db.close(); // Removing from nothing must not make a library.
  const writer = openWriter(options.index, 'akin remove');
  const removed = writer.remove(ids);
  await writer.close();
  print(options, { removed: removed.length, ids: removed }, () => `${count(removed.length)} removed`);
  const missing = ids.filter((id) => !removed.includes(id));
  if (missing.length > 0)
    throw new AkinError('not-found', `no paper has the id ${missing.map((id) => `"${id}"`).join(', ')}`);
});

command('status', 'what the library holds').action((options: Common) => {
  const { db, libraryId, model } = openForReading(options.index);
  const one = (sql: string) => db.prepare(sql).pluck().get() as number;
  const status = {
    folder: path.resolve(options.index),
    library: libraryId,
    format: LIBRARY_FORMAT,
    model: model.name,
    fingerprint: model.fingerprint,
    papers: one('SELECT count(*) FROM papers'),
    embedded: one('SELECT count(*) FROM vectors'),
    truncated: one('SELECT count(*) FROM vectors WHERE truncated'),
    works: one('SELECT (SELECT count(*) FROM papers) - count(*) + count(DISTINCT leader) FROM works'),
    settings: settingsOf(db),
    bytes: folderBytes(options.index),
  };
  db.close();
  print(options, status, (s) =>
    [
      `${count(s.papers)} papers, ${count(s.embedded)} embedded with ${s.model} (${count(s.truncated)} truncated)`,
      ...(s.works < s.papers ? [`${count(s.works)} works: versions of one work count once`] : []),
      ...(s.settings.lexicalWeight === undefined
        ? []
        : [`words weigh ${s.settings.lexicalWeight} in hybrid searches, as "akin tune" found`]),
      `${(s.bytes / 1e6).toFixed(1)} MB in ${s.folder}`,
    ].join('\n'),
  );
});

interface ServeOptions extends Common {
  port: number;
  host: string;
  threads?: number;
  rerank: number;
  sample: boolean;
}

command('serve', 'answer searches over HTTP, with a page for people')
  .option('--port <n>', 'port; 0 takes any free one', wholeNumber(0, 65535), DEFAULT_PORT)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--threads <n>', 'embedding threads', wholeNumber(1, 256))
  .option('--rerank <ms>', 'how long the page lets a cross-encoder re-rank', wholeNumber(0, MAX_RERANK), 0)
  .option('--sample', 'build the bundled sample library first if there is no library, or only a part of it', false)
  .action(async (options: ServeOptions) => {
    if (options.sample && !(await buildSample(options.index))) {
      process.exitCode = EXIT_INTERRUPTED;
      return;
    }
    const session = await openSession(options.index, options.threads, findCrossEncoder());
    if (session.library.rebuilding !== undefined) {
      talk(`the graph is rebuilt in the background (${session.library.rebuilding}); searches are answered meanwhile`);
    }
    const { pino } = await import('pino');
    const { createApp } = await import('../http/app.ts');
    const { listen } = await import('../http/server.ts');
    const log = pino({ level: process.env.AKIN_LOG ?? 'info' }, pino.destination(2));
    const app = createApp(session.search, session.related, log, { rerank: options.rerank });
    const start = async () => {
      // Without a cross-encoder there is nothing to re-rank with, which only matters where that was asked for.
      if (options.rerank > 0) await session.scorer?.();
      return listen(app, options);
    };
    const server = await start().catch(async (error: unknown) => {
      await session.close();
      throw error;
    });
    const { papers } = await session.library.status();
    const stop = () => {
      talk('stopping');
      void server.close().then(() => session.close());
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    // Last: whoever reads this may stop it at once.
    print(options, { url: server.url, papers }, () => `${count(papers)} papers at ${server.url}`);
  });

command('compact', 'give the space of removed papers back, and rebuild the graph without them').action(
  async (options: Common) => {
    openForReading(options.index).db.close();
    const before = folderBytes(options.index);
    const writer = openWriter(options.index, 'akin compact');
    writer.compact();
    await writer.close();
    removeGraph(options.index);
    const library = await LocalLibrary.open(options.index);
    await library.settle();
    await library.close();
    const after = folderBytes(options.index);
    print(
      options,
      { bytesBefore: before, bytesAfter: after },
      () => `${(before / 1e6).toFixed(1)} MB before, ${(after / 1e6).toFixed(1)} MB now`,
    );
  },
);

command('doctor', 'look for faults in the library, the graph and the model').action(async (options: Common) => {
  const findings = await examine(options.index);
  print(options, findings, (all) =>
    all
      .map(
        ({ check, ok, detail, hint }) =>
          `${ok ? 'ok   ' : 'WRONG'} ${check}: ${detail}${hint ? `\n      ${hint}` : ''}`,
      )
      .join('\n'),
  );
  if (findings.some(({ ok }) => !ok)) process.exitCode = EXIT_UNSOUND;
});

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
  .action(
    async (options: Common & Omit<MakeOptions, 'out'> & Partial<EvalOptions> & { make?: string; out?: string }) => {
      const { evaluateLibrary, evalText, knownItemsText, makeKnownItems } = await import('./eval.ts');
      if (options.make !== undefined) {
        const { out } = options;
        if (out === undefined) throw missingOption('out', 'the folder that the set is written to');
        print(options, await makeKnownItems({ ...options, out }), knownItemsText);
        return;
      }
      const { queries, qrels } = options;
      if (queries === undefined) throw missingOption('queries', 'a file of queries');
      if (qrels === undefined) throw missingOption('qrels', 'a file of judgements');
      const report = await evaluateLibrary({ ...(options as EvalOptions), queries, qrels, signal: interruption() });
      if (report) print(options, report, evalText);
      else process.exitCode = EXIT_INTERRUPTED;
    },
  );

command('tune', 'try how much words should weigh in the searches of a library')
  .option('--queries <file>', 'judged queries, as for eval (default: titles of the library)')
  .option('--qrels <file>', 'their judgements')
  .option('--limit <n>', 'titles that are asked, at most', wholeNumber(2, 1e6), KNOWN_ITEM_QUERIES)
  .option('--documents <n>', 'abstracts that are searched, at most', wholeNumber(2, 1e9), KNOWN_ITEM_DOCUMENTS)
  .option('--save', 'make searches of the library use what is proposed', false)
  .option('--seed <n>', 'of the samples', wholeNumber(0, 2 ** 31 - 1), 1)
  .action(async (options: Common & Omit<TuneOptions, 'signal'>) => {
    const { tuneLibrary, tuneText } = await import('./tune.ts');
    const report = await tuneLibrary({ ...options, signal: interruption() });
    if (report) print(options, report, tuneText);
    else process.exitCode = EXIT_INTERRUPTED;
  });

// Whoever reads the answer may have read enough: `akin export | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/**
 * Builds the bundled sample library where there is none, and what is missing of it where that was interrupted.
 * @returns whether it was left to come to its end.
 */
async function buildSample(index: string): Promise<boolean> {
  const { add, addText } = await import('./add.ts');
  const missing = missingOfSample(index);
  if (missing === undefined) return true;
  talk(missing);
  try {
    const summary = await add([SAMPLE], { index, embed: true, signal: interruption() });
    talk(addText(summary));
    return !summary.interrupted;
  } catch (error) {
    // Whoever writes to it now may well be completing it.
    if (!(error instanceof AkinError && error.code === 'library-locked')) throw error;
    talk(`not completed now: ${error.message}`);
    return true;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
  }
}

/** What there is to do about the sample library; undefined where it is complete, or where the library is another one. */
function missingOfSample(index: string): string | undefined {
  try {
    const { db } = openForReading(index);
    try {
      const papers = db.prepare('SELECT count(*) FROM papers').pluck().get() as number;
      const waiting = new FilesRead(db).waiting(SAMPLE);
      if (papers > 0 && waiting === 0) return undefined;
      return papers === 0 ? 'the library is empty: building the sample library' : 'completing the sample library';
    } finally {
      db.close();
    }
  } catch (error) {
    if (!(error instanceof AkinError && error.code === 'library-missing')) throw error;
    return 'no library yet: building the bundled sample library';
  }
}

function openWriter(folder: string, purpose: string): LocalWriter {
  const { db, model } = openForReading(folder);
  db.close();
  return LocalWriter.open(folder, { model, mustBeThatModel: false, purpose });
}

/** The papers of these ids. @throws AkinError `not-found`. */
async function* named(library: LocalLibrary, ids: string[]): AsyncGenerator<Paper> {
  for (const id of ids) {
    const row = await library.find(id);
    const [paper] = row === undefined ? [] : await library.papers([row]);
    if (!paper) throw noSuchPaper(id);
    yield paper;
  }
}

function noSuchPaper(id: string): AkinError {
  return new AkinError('not-found', `no paper has the id "${id}"`);
}

/** Asks the library a question, and prints the answer. */
async function ask(question: Question, { explain, ...options }: Answering): Promise<void> {
  await withSession(options, async ({ search }) => {
    const answer = await search.ask(question, { ...options, explain: explain ? 'full' : undefined });
    const { timings: _, ...told } = answer; // They are for those who run a server.
    print(options, told, answerText);
  });
}

async function withSession(
  options: Pick<Answering, 'index' | 'rerank'>,
  run: (session: Session) => Promise<void>,
): Promise<void> {
  const session = await openSession(options.index, 1, options.rerank ? findCrossEncoder() : undefined);
  try {
    if (options.rerank) await session.scorer?.(); // Its start takes none of the time that it is given.
    await run(session);
  } finally {
    await session.close();
  }
}

function missingOption(name: string, what: string): AkinError {
  return new AkinError('invalid-argument', `--${name} is missing: ${what}`, { field: name });
}

/** Aborts on the first Ctrl-C (or SIGTERM), so that what is under way is stored; the second ends the program at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    talk('\nstopping after what is under way (Ctrl-C again stops at once)');
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

function print<T>({ json }: { json: boolean }, value: T, asText: (value: T) => string): void {
  process.stdout.write(`${json ? JSON.stringify(value) : asText(value)}\n`);
}

function talk(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Tells an error to people and returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // Commander has said it already.
  if (error instanceof AkinError) {
    talk(`akin: ${error.message}${error.hint ? `\n      ${error.hint}` : ''}`);
    return error.exitCode;
  }
  talk((error as Error).stack ?? String(error));
  return 1;
}

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}

function decimal(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max))
      throw new InvalidArgumentError(`Expected a number from ${min} to ${max}.`);
    return value;
  };
}

/** Collects the values of an option that may be given several times. */
function everyOne(value: string, before: string[]): string[] {
  return [...before, value];
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    return value;
  };
}
