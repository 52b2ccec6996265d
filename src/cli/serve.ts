/** `akin serve`: the HTTP door, with the page, for as long as one likes. */
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { AkinError } from '../errors.ts';
import { MAX_RERANK } from '../search/question.ts';
import type { SyncSummary } from '../session/follow.ts';
import type { IntakeEvent } from '../session/intake.ts';
import { addSample, missingOfSample } from '../session/sample.ts';
import type { Session } from '../session/session.ts';
import { terminalOf } from './asking.ts';
import { addText, IntakeProgress } from './intake.ts';
import type { Program } from './program.ts';
import { count } from './progress.ts';
import { everyOne, EXIT_INTERRUPTED, interruption, print, talk, wholeNumber } from './terminal.ts';
import { leaveNote } from './warm.ts';

/** "akin" on a telephone's keys. */
const DEFAULT_PORT = 2546;

/** Adds the command to the program. */
export function serveCommand({ command, sessionOf, configuration }: Program): void {
  command('serve', 'answer searches over HTTP, with a page for people')
    .option('--port <n>', 'port; 0 takes any free one', wholeNumber(0, 65535), DEFAULT_PORT)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
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
    .option('--watch <paths...>', 'follow these files and folders, as "akin watch" does')
    .option('--delete', 'with --watch: remove the papers that the files no longer hold', false)
    .option('--offline', 'refuse jobs that ask an online service', false)
    .option('--sample', 'build the bundled sample library first if there is no library, or only a part of it', false)
    .action(async (options) => {
      const { pino } = await import('pino');
      const log = pino({ level: configuration.logLevel }, pino.destination(2));
      const session = sessionOf(options, (trouble) => log.error({ err: trouble }, 'went on after a failure'));
      try {
        if (options.sample && !(await buildSample(session))) {
          process.exitCode = EXIT_INTERRUPTED;
          return await session.close();
        }
        const [{ createApp }, { addressOf, listen }, { givenOrigin, isLoopback }, { Metrics }] = await Promise.all([
          import('../http/app.ts'),
          import('../http/server.ts'),
          import('../http/strangers.ts'),
          import('../http/metrics.ts'),
        ]);
        const hostAddress = await addressOf(options.host);
        const isForOthers = !isLoopback(hostAddress);
        const keys = isForOthers || options.keys ? session.keys : undefined;
        if (keys?.list().length === 0) throw keyless(options, isForOthers);
        await session.ready();
        if (options.watch) await session.checkFollowed(options.watch);
        for (const note of (await session.facts()).notes) talk(note);
        // Without a cross-encoder there is nothing to re-rank with, which only matters where that was asked for.
        if (options.rerank > 0) await session.startScorer();
        const allowOrigins = options.allowOrigin.map(givenOrigin);
        const metrics = new Metrics();
        const { rerank, logQueries, allowHost: allowHosts } = options;
        const terminal = terminalOf(configuration);
        const app = createApp({ session, log, page: { rerank }, allowOrigins, keys, logQueries, metrics, terminal });
        const onRefused = (code: string) => metrics.refused(code);
        const server = await listen(app, { ...options, hostAddress, allowHosts, allowOrigins, onRefused });
        if (isForOthers) {
          const name = options.allowHost.length === 0 ? hostname() : '';
          if (name !== '') talk(`to be reached by name as well, start it with --allow-host ${name}`);
        }
        const others = options.allowHost.filter((each) => !/^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/i.test(each));
        if (!keys && others.length > 0) talk(`nobody who comes by way of ${others.join(', ')} needs a key: see --keys`);
        const { papers } = await session.status();
        const over = new AbortController();
        const takingIn = takeIn(session, options, log, over.signal);
        const takeNoteAway = keys ? () => {} : leaveNote(options.index, server.url);
        const stop = () => {
          talk('stopping');
          takeNoteAway();
          over.abort();
          // Who listens to a job is let go of when it is ended; it goes on when the library is served again.
          const ended = takingIn.then(() => session.endJobs());
          void Promise.all([server.close(), ended]).then(() => session.close());
        };
        process.once('SIGINT', stop);
        process.once('SIGTERM', stop);
        // Last: whoever reads this may stop it at once.
        const { url, urlsForOthers } = server;
        const all = [...new Set([url, ...urlsForOthers])].join(' and ');
        print(options, { url, urlsForOthers, papers }, () => `${count(papers)} papers at ${all}`);
      } catch (error) {
        await session.close();
        throw error;
      }
    });
}

/** What to do where keys are demanded, and there is none. */
function keyless({ host, index }: { host: string; index: string }, isForOthers: boolean): AkinError {
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
    log.error({ err: error }, 'jobs that were left can not be gone on with');
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
