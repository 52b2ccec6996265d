/**
 * `GET /metrics`: how the server is doing, in numbers, as Prometheus asks for them. What is counted is labelled with the patterns
 * of addresses, never with what was asked: there are only so many numbers, whatever comes.
 */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Session } from '../session/session.ts';
import { libraryOf, type Libraries } from './addressed.ts';
import type { Gate, Gates } from './admission.ts';
import { METHODS, routeOf } from './answering.ts';
import { LIMITS } from './limits.ts';
import { refusedAs } from './problem.ts';

/** Seconds. A search takes some hundredths, a draft some seconds. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'library' | 'method' | 'route' | 'status'>;
  readonly #seconds: Histogram<'method' | 'route'>;
  readonly #refused: Counter<'code'>;

  constructor() {
    const registers = [this.#registry];
    this.#requests = new Counter({
      ...{ name: 'akin_http_requests_total', help: 'Requests that were answered', registers },
      labelNames: ['library', 'method', 'route', 'status'],
    });
    this.#seconds = new Histogram({
      ...{ name: 'akin_http_request_seconds', help: 'Time until an answer began', registers, buckets: BUCKETS },
      labelNames: ['method', 'route'],
    });
    this.#refused = new Counter({
      ...{ name: 'akin_http_refused_total', help: 'Requests that were refused, by the code of the problem', registers },
      labelNames: ['code'],
    });
  }

  /** Counts each request, and how long its answer took. */
  counted(): MiddlewareHandler {
    return async (c, next) => {
      const start = performance.now();
      await next();
      const code = refusedAs(c);
      if (code !== undefined) this.refused(code);
      const method = METHODS.includes(c.req.method) ? c.req.method : 'other';
      const asked = { method, route: routeOf(c) };
      this.#requests.inc({ library: libraryOf(c) ?? 'none', ...asked, status: String(c.res.status) });
      this.#seconds.observe(asked, (performance.now() - start) / 1000);
    };
  }

  /** Counts a refusal. @param code one of those that a problem has. */
  refused(code: string): void {
    this.#refused.inc({ code });
  }

  /** Tells how many are answered at a gate, and how many wait before it. */
  watch(gates: Gates): void {
    const registers = [this.#registry];
    const gauge = (name: string, help: string, valueOf: (gate: Gate) => number) =>
      new Gauge({
        ...{ name, help, registers, labelNames: ['gate'] },
        collect() {
          for (const [gate, each] of Object.entries<Gate>({ ...gates })) this.set({ gate }, valueOf(each));
        },
      });
    gauge('akin_running', 'Requests whose turn has come', ({ running }) => running);
    gauge('akin_waiting', 'Requests that wait for their turn', ({ waiting }) => waiting);
  }

  /**
   * Adds the route to the app. It waits for nothing that is under way: a library that is slow to answer is told as it was last, and
   * one that nobody has asked yet is not opened, save the default one.
   */
  answer(app: OpenAPIHono, libraries: Libraries): void {
    const sizes = new Gauge({
      ...{ name: 'akin_papers', help: 'Papers in each library, and those of them that have a vector' },
      ...{ registers: [this.#registry], labelNames: ['library', 'state'] },
    });
    const [first] = libraries.values();
    const tell = async (library: string, session: Session) => {
      if (session !== first && !session.isOpen) return;
      const { papers, embedded } = await session.status();
      sizes.set({ library, state: 'all' }, papers);
      sizes.set({ library, state: 'embedded' }, embedded);
    };
    this.#tellEmbedding(libraries);
    let isBegun = false;
    app.get('/metrics', async (c) => {
      if (!isBegun) collectDefaultMetrics({ register: this.#registry }); // It looks at the process from now on.
      isBegun = true;
      const told = Promise.allSettled([...libraries].map(([name, session]) => tell(name, session)));
      await Promise.race([told, after(LIMITS.metricsWaitMs)]);
      return c.body(await this.#registry.metrics(), 200, { 'Content-Type': this.#registry.contentType });
    });
  }

  /** Libraries of one model have the same threads. */
  #tellEmbedding(libraries: Libraries): void {
    const parts = [
      ['akin_embedding_threads', 'Embedding threads that are alive', 'alive'],
      ['akin_embedding_restarts', 'How often one was started again', 'restarts'],
      ['akin_embedding_waiting', 'Texts that wait for one', 'waiting'],
      ['akin_embedding_mean_milliseconds', 'What one text took lately', 'meanMs'],
    ] as const;
    for (const [name, help, part] of parts) {
      new Gauge({
        ...{ name, help, registers: [this.#registry], labelNames: ['model'] },
        collect() {
          for (const { embedding } of libraries.values())
            if (embedding) this.set({ model: embedding.model }, embedding[part]);
        },
      });
    }
  }
}

const after = (ms: number): Promise<undefined> =>
  new Promise((resolve) => void setTimeout(() => resolve(undefined), ms).unref());
