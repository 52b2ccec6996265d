/** `akin serve`: the HTTP door of one or several libraries, with the page, for as long as one likes. */
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { AkinError } from '../errors.ts';
import { refusalOf } from '../faults.ts';
import type { RunningServer } from '../http/server.ts';
import { MAX_RERANK } from '../search/question.ts';
import type { SyncSummary } from '../session/follow.ts';
import type { IntakeEvent } from '../session/intake.ts';
import type { Keys } from '../session/keys.ts';
import { Models } from '../session/models.ts';
import { DEFAULT_LIBRARY, namedFolders } from '../session/named.ts';
import { addSample, missingOfSample } from '../session/sample.ts';
import type { Session } from '../session/session.ts';
import { count } from '../text.ts';
import { terminalOf } from './asking.ts';
import { addText, IntakeProgress } from './intake.ts';
import type { Program } from './program.ts';
import { everyOne, EXIT_INTERRUPTED, interruption, print, talk, wholeNumber } from './terminal.ts';
import { leaveNote } from './warm.ts';

/** "akin" on a telephone's keys. */
const DEFAULT_PORT = 2546;

/** The command with its options. */
const declared = ({ command }: Program) =>
  command('serve', 'answer searches over HTTP, with a page for people')
    .option('--port <n>', 'port; 0 takes any free one', wholeNumber(0, 65535), DEFAULT_PORT)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--library <name=dir>',
      `a library, and what it is called in addresses (may be given several times, the first is the default one; without it: that of --index, called "${DEFAULT_LIBRARY}")`,
      everyOne,
      [] as string[],
    )
    .option(
      '--allow-host <name>',
      'answer those who ask for this name as well (may be given several times)',
      everyOne,
      [] as string[],
    )
    .option(
      '--allow-origin <url>',
      'let pages of this origin use the API (may be given several times)',
      everyOne,
      [] as string[],
    )
    .option('--keys', 'answer only whoever has a key, also where nobody but this machine asks', false)
    .option('--log-queries', 'write into the log what is asked', false)
    .option('--threads <n>', 'embedding threads', wholeNumber(1, 256))
    .option('--rerank <ms>', 'how long the page lets a cross-encoder re-rank', wholeNumber(0, MAX_RERANK), 0)
    .option('--watch <paths...>', 'follow these files and folders, as "akin watch" does; for the default library')
    .option('--delete', 'with --watch: remove the papers that the files no longer hold', false)
    .option('--offline', 'refuse jobs that ask an online service', false)
    .option('--sample', 'build the bundled sample library first if there is no library, or only a part of it', false);
type Options = ReturnType<ReturnType<typeof declared>['opts']>;

/** Adds the command to the program. */
export function serveCommand(program: Program): void {
  const command = declared(program);
  command.action(async (options) => {
    const folders = foldersOf(options, command.getOptionValueSource('index') !== 'default');
    const served = await openedIn(folders, options, program);
    try {
      if (options.sample && !(await buildSample(served.first))) {
        process.exitCode = EXIT_INTERRUPTED;
        return await close(served);
      }
      const whom = await answeredBy(served, options);
      await getReady(served, options);
      const server = await listening(served, whom, options, program);
      warn(whom, options);
      await answer(served, whom, server, options);
    } catch (error) {
      await close(served);
      throw error;
    }
  });
}

/** What is served. */
interface Served {
  folders: Map<string, string>;
  libraries: Map<string, Session>;
  /** The default library, and its folder. */
  first: Session;
  place: string;
  log: Logger;
}

/** The folders of the libraries by their names, the default one first. @throws AkinError as `namedFolders`. */
function foldersOf({ library, index }: Options, isIndexGiven: boolean): Map<string, string> {
  if (library.length === 0) return new Map([[DEFAULT_LIBRARY, index]]);
  if (!isIndexGiven) return namedFolders(library);
  throw new AkinError('invalid-argument', '--index names one library, and --library others', {
    hint: `name all of them with --library, the default one first: --library main=${index}`,
    field: 'library',
  });
}

/** Libraries that share their models. Nothing of them is opened yet. */
async function openedIn(
  folders: Map<string, string>,
  { threads, offline }: Options,
  { sessionOf, configuration }: Program,
): Promise<Served> {
  const { pino } = await import('pino');
  const log = pino({ level: configuration.logLevel }, pino.destination(2));
  const troubleOf = (library?: string) => (error: Error) =>
    log.error({ err: error, library }, 'went on after a failure');
  const models = new Models({ modelFolders: configuration.modelFolders, threads, onTrouble: troubleOf() });
  const libraries = new Map(
    [...folders].map(([name, index]) => [name, sessionOf({ index, offline, models }, troubleOf(name))]),
  );
  const [place] = folders.values();
  const [first] = libraries.values();
  return { folders, libraries, first: first!, place: place!, log };
}

async function close({ libraries }: Served): Promise<void> {
  await Promise.all([...libraries.values()].map((session) => session.close()));
}

/** Who is answered: those of this machine, or others as well, and whether by a key alone. */
interface Whom {
  hostAddress: string;
  isForOthers: boolean;
  /** Those of the default library. */
  keys: Keys | undefined;
}

/** @throws AkinError for an address that is none, and where a key is demanded and there is none. */
async function answeredBy({ first, place }: Served, { host, keys: demanded }: Options): Promise<Whom> {
  const [{ addressOf }, { isLoopback }] = await Promise.all([
    import('../http/server.ts'),
    import('../http/strangers.ts'),
  ]);
  const hostAddress = await addressOf(host);
  const isForOthers = !isLoopback(hostAddress);
  const keys = isForOthers || demanded ? first.keys : undefined;
  if (keys?.list().length === 0) throw keyless(host, place, isForOthers);
  return { hostAddress, isForOthers, keys };
}

/** Opens the default library with all that it takes to answer; the others are when they are first asked. @throws AkinError. */
async function getReady({ first, libraries }: Served, { watch, rerank }: Options): Promise<void> {
  for (const session of libraries.values()) await session.check();
  const lack = await first.ready();
  if (lack) talk(`${lack.message}\n${lack.hint}\nuntil then only words are looked for (--mode lexical)`);
  if (watch) await first.checkFollowed(watch);
  for (const note of (await first.facts()).notes) talk(note);
  // Without a cross-encoder there is nothing to re-rank with, which only matters where that was asked for.
  if (rerank > 0) await first.startScorer();
}

/** Makes the door, and listens. @throws AkinError as `listen`. */
async function listening(
  { first: session, libraries, log }: Served,
  { hostAddress, keys }: Whom,
  options: Options,
  { configuration }: Program,
): Promise<RunningServer> {
  const [{ serverGates }, { createApp }, { listen }, { givenOrigin }, { Metrics }] = await Promise.all([
    import('../http/admission.ts'),
    import('../http/app.ts'),
    import('../http/server.ts'),
    import('../http/strangers.ts'),
    import('../http/metrics.ts'),
  ]);
  const { host, port, rerank, logQueries, allowHost: allowHosts } = options;
  const allowOrigins = options.allowOrigin.map(givenOrigin);
  const metrics = new Metrics();
  const terminal = terminalOf(configuration);
  const gates = serverGates();
  const door = { session, libraries, log, page: { rerank }, allowOrigins, keys, logQueries, metrics, gates, terminal };
  const onRefused = (code: string) => metrics.refused(code);
  const isFull = () => gates.quick.isFull;
  return listen(createApp(door), { host, port, hostAddress, allowHosts, allowOrigins, onRefused, isFull });
}

/** Says what whoever opens a server to others may not have thought of. */
function warn({ isForOthers, keys }: Whom, { allowHost }: Options): void {
  const name = isForOthers && allowHost.length === 0 ? hostname() : '';
  if (name !== '') talk(`to be reached by name as well, start it with --allow-host ${name}`);
  const others = allowHost.filter((each) => !/^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/i.test(each));
  if (!keys && others.length > 0) talk(`nobody who comes by way of ${others.join(', ')} needs a key: see --keys`);
}

/** Takes in what is to be taken in, and says where it answers; ends when it is told to. */
async function answer(served: Served, { keys }: Whom, server: RunningServer, options: Options): Promise<void> {
  const { folders, libraries, first, log } = served;
  const { papers } = await first.status();
  const over = new AbortController();
  const takingIn = [...libraries.values()].map((session) => {
    const followed = session === first ? options.watch : undefined;
    return takeIn(session, { watch: followed, delete: options.delete }, log, over.signal);
  });
  const takeNotesAway = keys ? [] : notesOf(folders, server.url);
  const stop = () => {
    talk('stopping');
    for (const takeAway of takeNotesAway) takeAway();
    over.abort();
    // Who listens to a job is let go of when it is ended; it goes on when the library is served again.
    const jobsEnded = [...libraries.values()].map((session, i) => takingIn[i]!.then(() => session.endJobs()));
    void Promise.all([server.close(), ...jobsEnded]).then(() => close(served));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Last: whoever reads this may stop it at once.
  const { url, urlsForOthers } = server;
  const all = [...new Set([url, ...urlsForOthers])].join(' and ');
  const names = [...libraries.keys()];
  print(options, { url, urlsForOthers, papers, libraries: names }, () =>
    names.length === 1
      ? `${count(papers)} papers at ${all}`
      : `${count(papers)} papers of ${names[0]} at ${all}, and ${names.slice(1).join(', ')}: see ${url}/v1/libraries`,
  );
}

/** Leaves a note of the server in each library. @returns what takes each away again. */
function notesOf(folders: Map<string, string>, url: string): (() => void)[] {
  return [...folders].map(([name, folder], i) => leaveNote(folder, i === 0 ? url : `${url}/v1/libraries/${name}`));
}

/** What to do where keys are demanded, and there is none. */
function keyless(host: string, index: string, isForOthers: boolean): AkinError {
  const why = isForOthers ? `others reach ${host}, and akin answers them only by a key` : '--keys demands one';
  const library = index.includes(' ') ? `"${index}"` : index;
  return new AkinError('invalid-argument', `${why}: there is none yet`, {
    hint: `make one first: akin key add NAME --index ${library}${isForOthers ? '; or leave --host out' : ''}`,
    field: isForOthers ? 'host' : 'keys',
  });
}

/** Goes on with jobs that an earlier server left, and follows files; resolves when both have begun. */
async function takeIn(
  session: Session,
  { watch, delete: deletes }: { watch?: string[] | undefined; delete: boolean },
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (watch === undefined && !session.hasJobs()) return;
    const jobs = await session.jobs();
    if (watch) void jobs.follow(watch, { delete: deletes, signal, onEvent: said }, followed);
  } catch (error) {
    const what = watch ? 'files can not be followed' : 'jobs that were left can not be gone on with';
    const refusal = refusalOf(error);
    // Another server of the library has its jobs, say: a sentence tells all there is to know.
    if (refusal) log.warn({ code: refusal.code, reason: refusal.message }, what);
    else log.error({ err: error }, what);
  }
  function said(event: IntakeEvent): void {
    if (event.event === 'rejected') log.warn(event.reject, 'could not be taken in');
    else if (event.event === 'waiting' || event.event === 'notice') log.info(event);
  }
  function followed({ rejects: _, ...summary }: SyncSummary): void {
    log.info(summary, 'followed files');
  }
}

/**
 * Builds the bundled sample library where there is none, and what is missing of it where that was interrupted.
 * @returns whether it was left to come to its end.
 */
async function buildSample(session: Session): Promise<boolean> {
  const missing = await missingOfSample(session);
  if (missing === undefined) return true;
  talk(missing);
  const progress = new IntakeProgress();
  try {
    const summary = await addSample(session, {
      onEvent: (event) => progress.show(event),
      signal: interruption(),
    });
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
