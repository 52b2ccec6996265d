/**
 * The `akin` command: one program, one table of subcommands. Results go to stdout, talk to stderr; errors leave with the
 * exit code of their kind (see errors.ts and the README). What only one command needs, every source and the whole HTTP
 * door, is loaded by that command: the others start in half the time.
 */
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_MODEL, MODEL_NAMES } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import { LIBRARY_FILE, LIBRARY_FORMAT, openForReading } from '../library/database.ts';
import { removeGraph } from '../library/graph-file.ts';
import { LocalLibrary } from '../library/local.ts';
import { LocalWriter } from '../library/writer.ts';
import type { Paper } from '../paper.ts';
import { DEFAULT_LIMIT, MAX_LIMIT, MODES, type Mode } from '../search/search.ts';
import { otherVersions } from '../search/works.ts';
import type { AddOptions } from './add.ts';
import { examine } from './doctor.ts';
import { count } from './progress.ts';
import { openSession } from './session.ts';
import { answerText, paperText } from './text.ts';

/** "akin" on a telephone's keys. */
const DEFAULT_PORT = 2546;
const SAMPLE = fileURLToPath(new URL('../../scripts/sample-papers.jsonl', import.meta.url));

const EXIT_SOME_REJECTED = 4;
const EXIT_UNSOUND = 3;
const EXIT_INTERRUPTED = 130;

interface Common {
  index: string;
  json: boolean;
}

const program = new Command('akin')
  .description('Semantic search for scientific papers on your own machine')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

function command(nameAndArguments: string, description: string): Command {
  return program
    .command(nameAndArguments)
    .description(description)
    .option('--index <dir>', 'the folder of the library', 'index')
    .option('--json', 'print JSON', false);
}

command('add <paths...>', 'take in papers from files, folders, - (standard input) or online services')
  .option(
    '--format <name>',
    'the format of every file, instead of telling it from the content (the README has a table)',
  )
  .option('--model <name>', `the model of a new library: ${MODEL_NAMES.join(' or ')} (default: ${DEFAULT_MODEL})`)
  .option('--rejects <file>', 'write every record that could not be taken in, as JSON Lines')
  .option('--threads <n>', 'embedding threads (default: as many as the machine runs in parallel)', wholeNumber(1, 256))
  .option('--since <day>', 'from an online service: only what is from this day on (YYYY-MM-DD)')
  .option('--until <day>', 'from an online service: only what is until this day')
  .option('--date <day>', 'from hf-papers: the day')
  .option('--offline', 'refuse to ask any online service', false)
  .option('--no-embed', 'only store: found by words at once, embedded by the next run')
  .action(async (paths: string[], options: Common & Omit<AddOptions, 'signal'>) => {
    const { add, addText } = await import('./add.ts');
    const summary = await add(paths, { ...options, signal: interruption() });
    print(options, summary, addText);
    if (summary.interrupted) process.exitCode = EXIT_INTERRUPTED;
    else if (summary.rejected > 0) process.exitCode = EXIT_SOME_REJECTED;
  });

command('search <words...>', 'the papers that answer a query')
  .option('--limit <n>', 'how many', wholeNumber(1, MAX_LIMIT), DEFAULT_LIMIT)
  .addOption(new Option('--mode <mode>', 'how to rank').choices([...MODES]).default('hybrid'))
  .action(async (words: string[], options: Common & { limit: number; mode: Mode }) => {
    await withSession(options, async ({ search }) =>
      print(options, await search.search(words.join(' '), options), answerText),
    );
  });

command('like <id>', 'the papers nearest to a paper')
  .option('--limit <n>', 'how many', wholeNumber(1, MAX_LIMIT), DEFAULT_LIMIT)
  .action(async (id: string, options: Common & { limit: number }) => {
    await withSession(options, async ({ search }) => print(options, await search.similar(id, options), answerText));
  });

command('show <id>', 'one paper, whole').action(async (id: string, options: Common) => {
  const library = await LocalLibrary.open(options.index);
  try {
    for await (const paper of named(library, [id])) {
      print(options, { ...paper, versions: await otherVersions(library, paper.id) }, paperText);
    }
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
    bytes: folderBytes(options.index),
  };
  db.close();
  print(options, status, (s) =>
    [
      `${count(s.papers)} papers, ${count(s.embedded)} embedded with ${s.model} (${count(s.truncated)} truncated)`,
      ...(s.works < s.papers ? [`${count(s.works)} works: versions of one work count once`] : []),
      `${(s.bytes / 1e6).toFixed(1)} MB in ${s.folder}`,
    ].join('\n'),
  );
});

command('serve', 'answer searches over HTTP, with a page for people')
  .option('--port <n>', 'port; 0 takes any free one', wholeNumber(0, 65535), DEFAULT_PORT)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--threads <n>', 'embedding threads', wholeNumber(1, 256))
  .option('--sample', 'build the bundled sample library first if there is no library', false)
  .action(async (options: Common & { port: number; host: string; threads?: number; sample: boolean }) => {
    if (options.sample && !existsSync(path.join(options.index, LIBRARY_FILE))) {
      talk('no library yet: building the bundled sample library');
      const { add, addText } = await import('./add.ts');
      const summary = await add([SAMPLE], { index: options.index, embed: true, signal: interruption() });
      talk(addText(summary));
      if (summary.interrupted) {
        process.exitCode = EXIT_INTERRUPTED;
        return;
      }
    }
    const session = await openSession(options.index, options.threads);
    if (session.library.rebuilding !== undefined) {
      talk(`the graph is rebuilt in the background (${session.library.rebuilding}); searches are answered meanwhile`);
    }
    const { pino } = await import('pino');
    const { createApp } = await import('../http/app.ts');
    const { listen } = await import('../http/server.ts');
    const log = pino({ level: process.env.AKIN_LOG ?? 'info' }, pino.destination(2));
    const server = await listen(createApp(session.search, log), options).catch(async (error: unknown) => {
      await session.close();
      throw error;
    });
    const { papers } = await session.library.status();
    print(options, { url: server.url, papers }, () => `${count(papers)} papers at ${server.url}`);
    const stop = () => {
      talk('stopping');
      void server.close().then(() => session.close());
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
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
    if (!paper) throw new AkinError('not-found', `no paper has the id "${id}"`);
    yield paper;
  }
}

async function withSession(
  options: Common,
  run: (session: Awaited<ReturnType<typeof openSession>>) => Promise<void>,
): Promise<void> {
  const session = await openSession(options.index, 1);
  try {
    await run(session);
  } finally {
    await session.close();
  }
}

/** Aborts on the first Ctrl-C, so that what is under way is stored; the second ends the program at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    talk('\nstopping after what is under way (Ctrl-C again stops at once)');
    controller.abort();
    process.once('SIGINT', () => process.exit(EXIT_INTERRUPTED));
  });
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

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    return value;
  };
}
