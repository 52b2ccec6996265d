/**
 * Downloads a model's files on a machine that has a network, so that akin itself never needs one.
 *
 * A file grows as `<file>.part`; only when its SHA-256 is the manifest's is it renamed into place. An interrupted
 * download, in this run or an earlier one, goes on from the bytes that are already there.
 */
import { existsSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AkinError } from '../errors.ts';
import { makeFolder } from '../places.ts';
import { Interruption, retryAfter, troubleOf } from '../interruption.ts';
import { withoutTrailing } from '../text.ts';
import { sha256Of, type ModelFiles } from './models.ts';

/** Where models come from unless a mirror is named. */
export const UPSTREAM = 'https://huggingface.co';

export interface FetchOptions {
  /** Address that `/<model's upstream>/resolve/main/<file>` is appended to. */
  upstream?: string;
  /** Milliseconds without a byte after which a connection counts as lost. */
  patience?: number;
  /** Told about everything that happens. */
  report?: (event: FetchEvent) => void;
}

export type FetchEvent =
  | { kind: 'in-place'; file: string }
  /** `bytes` of `total` are on disk. */
  | { kind: 'received'; file: string; bytes: number; total: number }
  | { kind: 'retry'; file: string; reason: string; seconds: number }
  | { kind: 'fetched'; file: string; bytes: number };

/** How long to wait before the second, third, … try of a file. After the last one the download is given up. */
const BACK_OFF_SECONDS = [0.5, 1, 2, 4];
/** A server that asks for a longer wait (Retry-After) is left alone instead. */
const LONGEST_WAIT_SECONDS = 60;

/** One file on its way: where it comes from, where it grows, where it goes. */
interface Transfer {
  file: string;
  url: string;
  part: string;
  place: string;
  bytes: number;
  sha256: string;
}

/**
 * Fetches what is missing or damaged of a model into `folder/<model's name>/`; files that are right stay untouched.
 * @throws AkinError `invalid-argument` for an upstream that is no http address, `model-missing` for a file that could
 *   not be had, `model-damaged` for one that is not the manifest's.
 */
export async function fetchModel(model: ModelFiles, folder: string, options: FetchOptions = {}): Promise<void> {
  const { upstream = UPSTREAM, patience = 30_000, report = () => {} } = options;
  if (!/^https?:\/\//.test(upstream) || !URL.canParse(upstream)) {
    throw new AkinError('invalid-argument', `expected an http address, found ${JSON.stringify(upstream)}`, {
      field: 'upstream',
    });
  }
  for (const [file, { bytes, sha256 }] of Object.entries(model.files)) {
    const place = path.join(folder, model.name, file);
    const url = `${withoutTrailing(upstream, '/')}/${model.upstream}/resolve/main/${file}`;
    await fetchFile({ file, url, part: `${place}.part`, place, bytes, sha256 }, patience, report);
  }
}

async function fetchFile(transfer: Transfer, patience: number, report: (event: FetchEvent) => void): Promise<void> {
  const { file, url, part, place, bytes, sha256 } = transfer;
  if (existsSync(place) && (await sha256Of(place)) === sha256) return report({ kind: 'in-place', file });

  makeFolder(path.dirname(place));
  for (let tries = 0; ; tries++) {
    try {
      await download(transfer, patience, report);
      break;
    } catch (error) {
      if (!(error instanceof Interruption)) throw error;
      const seconds = error.wait ?? BACK_OFF_SECONDS[tries] ?? 0;
      if (tries === BACK_OFF_SECONDS.length || seconds > LONGEST_WAIT_SECONDS) {
        throw new AkinError('model-missing', `${url} could not be downloaded: ${error.message}`, {
          hint: 'run the command again: it goes on where this one ended; --upstream names a mirror',
          cause: error,
        });
      }
      report({ kind: 'retry', file, reason: error.message, seconds });
      await sleep(seconds * 1000);
    }
  }

  const found = await sha256Of(part);
  if (found !== sha256) throw await refused(transfer, `has SHA-256 ${found}, expected ${sha256}`);
  const written = await open(part, 'r+');
  await written.sync();
  await written.close();
  await rename(part, place);
  report({ kind: 'fetched', file, bytes });
}

/** One try: brings the part to its full length, from the bytes it has. */
async function download(transfer: Transfer, patience: number, report: (event: FetchEvent) => void): Promise<void> {
  const { file, part, bytes } = transfer;
  const kept = statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  if (kept === bytes) return;
  const from = kept < bytes ? kept : 0;

  const connection = new AbortController();
  const silence = setTimeout(() => connection.abort(new Error(`no byte for ${patience / 1000} s`)), patience);
  try {
    const answer = await ask(transfer, from, connection.signal);
    const goesOn = answer.status === 206;
    if (answer.status === 416 || (goesOn && firstByte(answer) !== from)) {
      await rm(part, { force: true });
      throw new Interruption(`the server does not continue at byte ${from}; starting over`, 0);
    }
    let received = goesOn ? from : 0;
    const written = await open(part, received > 0 ? 'a' : 'w');
    try {
      for await (const chunk of bodyOf(answer)) {
        silence.refresh();
        received += chunk.length;
        if (received > bytes) throw await refused(transfer, `is longer than the ${bytes} bytes expected`);
        await written.appendFile(chunk);
        report({ kind: 'received', file, bytes: received, total: bytes });
      }
    } finally {
      await written.close();
    }
    if (received < bytes) throw new Interruption(`the answer ended after ${received} of ${bytes} bytes`);
  } finally {
    clearTimeout(silence);
    connection.abort();
  }
}

/**
 * Sends the request; answers only with a status that has to do with the bytes (200, 206, 416).
 * @throws Interruption, or AkinError `model-missing` where asking again is pointless.
 */
async function ask({ url }: Transfer, from: number, signal: AbortSignal): Promise<Response> {
  // Compressed, the bytes of a range would not be those of the file.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (from > 0) headers.range = `bytes=${from}-`;
  const answer = await fetch(url, { headers, signal }).catch((error: unknown) => {
    throw new Interruption(troubleOf(error));
  });
  if ([200, 206, 416].includes(answer.status)) return answer;
  const says = `the server answered ${answer.status} ${answer.statusText}`.trim();
  if ([408, 429].includes(answer.status) || answer.status >= 500) throw new Interruption(says, retryAfter(answer));
  throw new AkinError('model-missing', `${url}: ${says}`, {
    hint: 'is --upstream right? Files can also be placed by hand',
  });
}

async function* bodyOf(answer: Response): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer.body ?? []) yield chunk as Uint8Array;
  } catch (error) {
    throw new Interruption(troubleOf(error));
  }
}

/** Removes a part that can never become the file. */
async function refused({ url, part }: Transfer, fault: string): Promise<AkinError> {
  await rm(part);
  return new AkinError('model-damaged', `${url} ${fault}`, {
    hint: 'upstream changed, or something on the way alters files: --upstream names a mirror',
  });
}

function firstByte(answer: Response): number {
  return Number(/^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1]);
}
