/** The HTTP door: the JSON API under `/v1`, health, and the page. Each resource has a file of its own. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import { AkinError } from '../errors.ts';
import { refusalOf } from '../faults.ts';
import type { SearchOptions } from '../search/question.ts';
import type { Keys } from '../session/keys.ts';
import { DEFAULT_LIBRARY } from '../session/named.ts';
import type { Session } from '../session/session.ts';
import { answersOf, webPage } from '../web/page.tsx';
import { demandKeys, holderOf, mayWrite } from './access.ts';
import { pagesOf, placeOf, sessionIn, type Libraries } from './addressed.ts';
import { formIn } from './body.ts';
import { serverGates, type Gates } from './admission.ts';
import { named, shared, timed, small, stated } from './answering.ts';
import { answerBatches } from './batch.ts';
import { openApi } from './document.ts';
import { answerDrafts } from './drafts.ts';
import { answerEdits } from './edits.ts';
import { answerEmbeddings } from './embeddings.ts';
import { answerHealth } from './health.ts';
import { answerJobs } from './jobs.ts';
import { Journal } from './journal.ts';
import { answerLibraries } from './libraries.ts';
import { answerLibrary } from './library.ts';
import { answerAgents } from './mcp.ts';
import { LIMITS } from './limits.ts';
import { Metrics } from './metrics.ts';
import { answerMatches } from './match.ts';
import { answerPapers, withIdsWhole } from './papers.ts';
import { makeProblem, problemOf, Refusal, sendProblem, toldOf } from './problem.ts';
import { answerRelated } from './related.ts';
import { answerSearches, gateOf } from './search.ts';
import { answerTakingIn } from './take-in.ts';
import { answerTerminals, type Terminal } from './terminal.ts';

export interface Door {
  /** The library that is asked where an address names none. */
  session: Session;
  /** All libraries by their names, that one first; undefined: it alone. */
  libraries?: Libraries | undefined;
  log: Logger;
  /** What the page asks of every search. */
  page?: Pick<SearchOptions, 'rerank'> | undefined;
  /** Origins whose pages may use the API, besides its own. */
  allowOrigins?: readonly string[] | undefined;
  /** Of which every request has to show one; undefined: none is demanded. */
  keys?: Keys | undefined;
  /** Whether the log has what was asked: each request's address, and the words of whatever fails. */
  logQueries?: boolean | undefined;
  /** Where requests are counted, also those that are refused before they come to the app. */
  metrics?: Metrics | undefined;
  /** Where requests wait for their turn; whoever listens may look how many do. */
  gates?: Gates | undefined;
  /** Reads the command lines that `/terminal` is sent; undefined: it is not there. */
  terminal?: Terminal | undefined;
}

/** The door of one or several libraries; `app.request()` asks it without a socket. */
export function createApp({
  session,
  libraries = new Map([[DEFAULT_LIBRARY, session]]),
  log,
  page = {},
  allowOrigins = [],
  keys,
  logQueries = false,
  metrics = new Metrics(),
  gates = serverGates(),
  terminal,
}: Door): OpenAPIHono {
  const app = new OpenAPIHono({ getPath: (request) => withIdsWhole(placeOf(new URL(request.url).pathname).path) });
  metrics.watch(gates);
  const sessionOf = sessionIn(libraries);
  const journal = new Journal(log, logQueries);

  app.use(named());
  app.use(metrics.counted(), journal.requests());
  if (allowOrigins.length > 0) app.use('/v1/*', shared(allowOrigins));
  app.use(...small());
  app.use(
    secureHeaders({
      strictTransportSecurity: false, // It would lock other programs on localhost out of plain http.
      referrerPolicy: 'same-origin', // With none at all, browsers do not say of akin's own forms where they are from.
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
  );
  if (keys) demandKeys(app, keys);
  app.use('/v1/*', timed(), stated(sessionOf));
  answerSearches(app, sessionOf, gates);
  answerBatches(app, sessionOf, gates);
  answerMatches(app, sessionOf, gates.quick);
  answerPapers(app, sessionOf, gates);
  answerEdits(app, sessionOf, gates.writing);
  answerJobs(app, sessionOf);
  answerLibrary(app, sessionOf, gates);
  answerRelated(app, sessionOf);
  answerLibraries(app, libraries, gates.thorough);
  answerAgents(app, libraries, sessionOf, gates, journal);
  answerEmbeddings(app, sessionOf, gates.thorough);
  answerHealth(app, session);
  if (terminal) answerTerminals(app, sessionOf, gates, terminal);
  metrics.answer(app, libraries);
  let document: string | undefined; // Made once: it takes as long as a search.
  app.get('/openapi.json', (c) => {
    document ??= openApi(app, keys !== undefined);
    return c.body(document, 200, { 'Content-Type': 'application/json' });
  });

  const saidOnPage = (error: AkinError, c: Context) => {
    journal.fault(error, c);
    return toldOf(error);
  };
  const pass = async <T>(query: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    gateOf(gates, { query }, page).pass(work, signal);
  const answerPage = answersOf({
    placed: (c) => ({ session: sessionOf(c), pages: pagesOf(c, libraries) }),
    said: saidOnPage,
    isSignedIn: (c) => holderOf(c) !== undefined,
    mayWrite,
  });
  answerDrafts(app, sessionOf, answerPage);
  answerTakingIn(app, answerPage);
  app.route(
    '/',
    webPage(answerPage, {
      sessionOf,
      pass,
      always: page,
      formIn: (c) => formIn(c, LIMITS.pageFormBytes),
      write: (work, signal) => gates.writing.pass(work, signal),
    }),
  );

  app.all('*', (c) => {
    const answers = (method: string) =>
      app.router.match(method, c.req.path)[0].some(([[, route]]) => route.method === method);
    const possible = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
      .filter(answers)
      .map((method) => (method === 'GET' ? 'GET, HEAD' : method));
    if (possible.length > 0) {
      const allow = possible.join(', ');
      c.header('Allow', allow);
      return sendProblem(
        c,
        makeProblem(405, 'method-not-allowed', `${c.req.method} is not possible here, only ${allow}`),
      );
    }
    return sendProblem(
      c,
      makeProblem(404, 'not-found', `there is nothing at ${new URL(c.req.url).pathname}`, {
        hint: 'see /openapi.json',
      }),
    );
  });
  app.onError((error, c) => {
    if (error instanceof Refusal) return sendProblem(c, error.problem);
    // What becomes of a request whose sender has gone interests nobody.
    if (!c.req.raw.signal.aborted) journal.fault(error, c);
    const refusal = refusalOf(error);
    if (refusal) return sendProblem(c, problemOf(refusal));
    return sendProblem(c, makeProblem(500, 'internal-error', 'akin failed to answer; the log of the server says why'));
  });
  return app;
}
