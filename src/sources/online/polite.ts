/**
 * The one HTTP client of the online sources, made so that no service has reason to turn akin away: it says who it is, asks
 * one question at a time, leaves each service the pause that it asks for, waits when it is told to, and gives up after a
 * few tries. An answer is read whole before anything is made of it, so a connection that breaks costs no half page.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AkinError } from '../../errors.ts';
import { Interruption, retryAfter, troubleOf } from '../../interruption.ts';
import { VERSION } from '../../package.ts';
import { excerpt } from '../../text.ts';

export interface Service {
  /** Names it in `PoliteOptions.addresses`. */
  name: string;
  /** What people call it. Services of one title are asked in turn, even on several hosts. */
  title: string;
  /** Where it is, without a slash at the end. */
  address: string;
  /** Seconds between one request and the next, at least, by its own rules. */
  pause: number;
  /** What a person can do where it refuses to answer. */
  advice?: string;
}

export interface PoliteOptions {
  /** Every question is refused with an AkinError `offline`; no connection is made. */
  offline?: boolean;
  /** An e-mail address under which services can complain; some serve those who give one sooner. */
  contact?: string | undefined;
  /** The keys with which services are asked, by the services' names. */
  keys?: Record<string, string | undefined>;
  /** Addresses to use instead of the services' own, by their names. */
  addresses?: Record<string, string>;
  /** Seconds, instead of the services' own pauses. */
  pause?: number;
  /** Seconds, about, before the second try; doubled before each further one. */
  backOff?: number;
  /** Seconds without a byte after which a connection counts as lost. */
  patience?: number;
  /** Longest answer that is taken. */
  maxBytes?: number;
  /** Told of every wait that a failure made necessary. */
  onWait?: (wait: Wait) => void;
}

export interface Wait {
  /** The service's title. */
  service: string;
  reason: string;
  seconds: number;
}

export interface Question {
  /** Of the query string; those that are undefined are left out. */
  parameters?: Record<string, string | undefined>;
  /** What is wrong with an answer that should be what was asked for, such as a page of HTML or half of one. */
  fault?: (text: string) => string | undefined;
  signal?: AbortSignal | undefined;
}

export interface Answer {
  /** 2xx, or a 4xx which says that the service does not know or does not want this. */
  status: number;
  text: string;
}

/** A question that fails this often in a row is given up; the next one to that service gets a single try, until one succeeds. */
const TRIES = 5;
/** A service that asks for a longer wait (Retry-After) is left alone instead. The quota windows of most are 5 minutes. */
const LONGEST_WAIT_SECONDS = 300;
/** arXiv takes a minute or two for a page at times, and its proxy gives up after three. */
const PATIENCE_SECONDS = 180;
/** A page of 3,500 records from arXiv has 8 MB. */
const MAX_BYTES = 32 * 1024 * 1024;

/** What is known of a service while questions stand in line for it. */
interface Line {
  /** Settles when the last question in line is answered or given up; never rejects. */
  end: Promise<unknown>;
  /** When the service may be asked again, on the clock of `performance.now`. */
  freeAt: number;
  /** Tries that failed since the last that succeeded, and what the last of them met. */
  failures: number;
  trouble: string;
}

export class PoliteClient {
  readonly #options: PoliteOptions;
  readonly #userAgent: string;
  readonly #lines = new Map<string, Line>();

  /** @throws AkinError `invalid-argument` for a contact that is no e-mail address. */
  constructor(options: PoliteOptions = {}) {
    this.#options = options;
    const contact = options.contact ?? '';
    if (!/^(?:[!-?A-~]+@[!-?A-~]+)?$/.test(contact)) {
      throw new AkinError('invalid-argument', `expected an e-mail address, found ${JSON.stringify(contact)}`, {
        field: 'AKIN_CONTACT',
      });
    }
    this.#userAgent = contact === '' ? `akin/${VERSION}` : `akin/${VERSION} (mailto:${contact})`;
  }

  /** The key with which a service is to be asked, if there is one. */
  keyOf({ name }: Service): string | undefined {
    return this.#options.keys?.[name];
  }

  /**
   * Asks a service when its turn has come.
   * @throws AkinError `offline`, or `file-unreadable` where no usable answer could be had; the signal's reason if aborted.
   */
  get(service: Service, path: string, question: Question = {}): Promise<Answer> {
    if (this.#options.offline) {
      const message = `${service.title} is on the network, and akin was told to stay offline`;
      return Promise.reject(new AkinError('offline', message, { hint: 'run it without --offline, or add a file' }));
    }
    const line = this.#lines.get(service.title) ?? { end: Promise.resolve(), freeAt: 0, failures: 0, trouble: '' };
    this.#lines.set(service.title, line);
    const answer = line.end.then(() => this.#ask(line, service, path, question));
    line.end = answer.catch(() => {});
    return answer;
  }

  async #ask(line: Line, service: Service, path: string, question: Question): Promise<Answer> {
    const { addresses, pause = service.pause, backOff = 2, onWait } = this.#options;
    const url = new URL((addresses?.[service.name] ?? service.address) + path);
    for (const [name, value] of Object.entries(question.parameters ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    for (;;) {
      const wait = Math.max(0, line.freeAt - performance.now());
      if (wait > LONGEST_WAIT_SECONDS * 1000) {
        throw givenUp(service, `${line.trouble}, and asks to be left alone for ${Math.ceil(wait / 1000)} seconds`);
      }
      await sleep(Math.ceil(wait), undefined, { signal: question.signal });
      try {
        const answer = await this.#request(service, url, question);
        line.failures = 0;
        line.freeAt = performance.now() + pause * 1000;
        return answer;
      } catch (error) {
        line.freeAt = performance.now() + pause * 1000;
        if (!(error instanceof Interruption)) throw error;
        line.failures++;
        line.trouble = error.message;
        const isLast = line.failures >= TRIES;
        // With jitter, so that those whom one outage threw out don't all come back at once.
        const backOffSeconds = isLast ? 0 : backOff * 2 ** (line.failures - 1) * (1 + Math.random() / 2);
        const seconds = error.wait ?? backOffSeconds;
        line.freeAt = Math.max(line.freeAt, performance.now() + seconds * 1000);
        if (isLast) throw givenUp(service, error.message, error);
        if (seconds <= LONGEST_WAIT_SECONDS) onWait?.({ service: service.title, reason: error.message, seconds });
      }
    }
  }

  /** One try. @throws Interruption, or AkinError where asking again is pointless. */
  async #request(service: Service, url: URL, { fault, signal }: Question): Promise<Answer> {
    const { patience = PATIENCE_SECONDS } = this.#options;
    const connection = new AbortController();
    const silence = setTimeout(() => connection.abort(new Error(`sent no byte for ${patience} s`)), patience * 1000);
    try {
      const answer = await fetch(url, {
        headers: { 'user-agent': this.#userAgent },
        signal: signal ? AbortSignal.any([signal, connection.signal]) : connection.signal,
      });
      const { status } = answer;
      const says = `answered ${status} ${answer.statusText}`.trim();
      if ([408, 425, 429].includes(status) || status >= 500) throw new Interruption(says, askedToWait(answer));
      const text = await this.#textOf(service, answer, silence);
      if ([401, 403].includes(status)) throw givenUp(service, `${says}: ${wordsOf(text)}`);
      const wrong = answer.ok ? fault?.(text) : undefined;
      if (wrong !== undefined) throw new Interruption(`answered with something else than it should: ${wrong}`);
      return { status, text };
    } catch (error) {
      if (error instanceof Interruption || error instanceof AkinError || signal?.aborted) throw error;
      throw new Interruption(`could not be reached or broke off: ${troubleOf(error)}`);
    } finally {
      clearTimeout(silence);
      connection.abort();
    }
  }

  async #textOf(service: Service, answer: Response, silence: NodeJS.Timeout): Promise<string> {
    const { maxBytes = MAX_BYTES } = this.#options;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
      silence.refresh();
      bytes += chunk.length;
      if (bytes > maxBytes) throw givenUp(service, `sent an answer of more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return new TextDecoder().decode(Buffer.concat(chunks));
  }
}

/** What an answer that is no success says, on one line: the message in its JSON, or its text without tags. */
export function wordsOf(text: string): string {
  let said = text;
  try {
    const { message, error } = JSON.parse(text) as Record<string, unknown>;
    const words = [error, message].filter((part) => typeof part === 'string');
    if (words.length > 0) said = words.join(': ');
  } catch {
    // No JSON, or null.
  }
  return excerpt(said.slice(0, 2000).replace(/<[^<>]*>/g, ' '), 200);
}

function givenUp({ title, advice }: Service, trouble: string, cause?: unknown): AkinError {
  const later = 'run the same command again later: it goes on where this one ended';
  return new AkinError('file-unreadable', `${title} ${trouble}`, {
    hint: advice ? `${advice}; ${later}` : later,
    cause,
  });
}

/** Seconds to wait by Retry-After, or else by RateLimit (`"api";r=0;t=55`), as Hugging Face has it. */
function askedToWait(answer: Response): number | undefined {
  if (answer.headers.has('retry-after') || answer.status !== 429) return retryAfter(answer);
  const reset = /\bt=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1];
  return reset === undefined ? undefined : Number(reset);
}
