/**
 * A form as it comes in (RFC 7578): its files go to a folder piece by piece, its fields are short, and there are few of both.
 */
import { setMaxListeners } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { Context } from 'hono';
import { AkinError } from '../errors.ts';
import { pieces } from './body.ts';
import { LIMITS } from './limits.ts';

/** A file of a form, in the folder it was put into. */
export class ReceivedFile {
  readonly path: string;
  bytes = 0;
  /** What whoever sent it calls it; only told, never used as a place. */
  readonly name: string;

  constructor(path: string, name: string) {
    this.path = path;
    this.name = name;
  }
}

/** What a form may have. */
export interface FormBounds {
  /** The fields there are. */
  names: readonly string[];
  /** Those of them that may come several times. */
  repeated?: readonly string[];
  /** Bytes in all. */
  bytes: number;
  /** Fields and files together. */
  parts: number;
  /** Bytes of a field's value. */
  fieldBytes?: number;
}

/**
 * Receives a form.
 * @param folder where its files go, as `0`, `1` and so on, and nobody else writes. When it is received, they are on the disk.
 * @returns its fields and files by name, each in their order.
 * @throws AkinError `invalid-argument` for what is no form, or has a field that there is none of or that came before;
 *   `too-large`.
 */
export async function receiveForm(
  c: Context,
  folder: string,
  { names, repeated = [], bytes, parts, fieldBytes = LIMITS.formFieldBytes }: FormBounds,
): Promise<Record<string, (string | ReceivedFile)[]>> {
  const form: Record<string, (string | ReceivedFile)[]> = {};
  const writing: Promise<void>[] = [];
  const over = new AbortController();
  setMaxListeners(0, over.signal); // One for each file.
  const parser = parserOf(c.req.header('Content-Type') ?? '', parts, fieldBytes);
  const refuse = (error: Error) => void parser.destroy(error);
  const isNew = (name: string | undefined): name is string => {
    if (name !== undefined && names.includes(name) && (!(name in form) || repeated.includes(name))) return true;
    const fault = name === undefined ? 'a part of the form has no name' : `unexpected or repeated field "${name}"`;
    refuse(new AkinError('invalid-argument', fault, { hint: `the fields are ${names.join(', ')}`, field: name }));
    return false;
  };
  parser.on('file', (name: string | undefined, content, filename: string | undefined) => {
    if (!isNew(name)) return void content.resume();
    const file = new ReceivedFile(path.join(folder, String(writing.length)), filename ?? '');
    (form[name] ??= []).push(file);
    content.on('data', (piece: Buffer) => (file.bytes += piece.length));
    const place = createWriteStream(file.path, { flags: 'wx', flush: true });
    const written = pipeline(content, place, { signal: over.signal });
    written.catch(refuse);
    writing.push(written);
  });
  parser.on('field', (name: string | undefined, value, _, isCut) => {
    if (isCut) refuse(tooLarge(`field ${name} has more than ${fieldBytes} bytes`));
    else if (isNew(name)) (form[name] ??= []).push(value);
  });
  parser.on('partsLimit', () => refuse(tooLarge(`the form has more than ${parts} parts`)));
  try {
    await pipeline(Readable.from(pieces(c, bytes)), parser);
    await Promise.all(writing);
  } catch (error) {
    over.abort();
    await Promise.allSettled(writing);
    // What has a code was no fault of the form: the disk is full, the connection broke.
    if ('code' in (error as Error)) throw error;
    throw notAForm((error as Error).message);
  }
  return form;
}

function parserOf(type: string, parts: number, fieldBytes: number): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: {
        parts,
        fieldSize: fieldBytes,
        headerSize: LIMITS.formHeaderBytes,
      },
    });
  } catch (error) {
    throw notAForm((error as Error).message);
  }
}

function notAForm(reason: string): AkinError {
  return new AkinError('invalid-argument', `the form can't be read: ${reason}`, {
    hint: 'for example curl -F file=@draft.pdf',
  });
}

const tooLarge = (message: string) => new AkinError('too-large', message);
