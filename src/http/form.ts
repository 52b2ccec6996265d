/**
 * A form as it comes in (RFC 7578): its files go to a folder piece by piece, its fields are short, and there are few of both.
 */
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { Context } from 'hono';
import { AkinError } from '../errors.ts';
import { pieces } from './body.ts';
import { LIMITS } from './limits.ts';

/** A file of a form, in the folder it was put into under the name of its field. */
export class ReceivedFile {
  readonly path: string;
  /** What whoever sent it calls it; only told, never used as a place. */
  readonly name: string;

  constructor(path: string, name: string) {
    this.path = path;
    this.name = name;
  }
}

/**
 * Receives a form.
 * @param folder where its files go, and nobody else writes.
 * @param names the fields there are.
 * @returns its fields and files by name.
 * @throws AkinError `invalid-argument` for what is no form, or has a field that there is none of or that came before;
 *   `too-large`.
 */
export async function receiveForm(
  c: Context,
  folder: string,
  names: readonly string[],
): Promise<Record<string, string | ReceivedFile>> {
  const form: Record<string, string | ReceivedFile> = {};
  const writing: Promise<void>[] = [];
  const over = new AbortController();
  const parser = parserOf(c.req.header('Content-Type') ?? '');
  const refuse = (error: Error) => void parser.destroy(error);
  const isNew = (name: string | undefined): name is string => {
    if (name !== undefined && names.includes(name) && !(name in form)) return true;
    const fault = name === undefined ? 'a part of the form has no name' : `unexpected or repeated field "${name}"`;
    refuse(new AkinError('invalid-argument', fault, { hint: `the fields are ${names.join(', ')}`, field: name }));
    return false;
  };
  parser.on('file', (name: string | undefined, content, filename: string | undefined) => {
    if (!isNew(name)) return void content.resume();
    const file = new ReceivedFile(path.join(folder, name), filename ?? '');
    form[name] = file;
    const written = pipeline(content, createWriteStream(file.path, { flags: 'wx' }), { signal: over.signal });
    written.catch(refuse);
    writing.push(written);
  });
  parser.on('field', (name: string | undefined, value, _, isCut) => {
    if (isCut) refuse(tooLarge(`field ${name} has more than ${LIMITS.formFieldBytes} bytes`));
    else if (isNew(name)) form[name] = value;
  });
  parser.on('partsLimit', () => refuse(tooLarge(`the form has more than ${LIMITS.formParts} parts`)));
  try {
    await pipeline(Readable.from(pieces(c, LIMITS.draftBytes)), parser);
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

function parserOf(type: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: {
        parts: LIMITS.formParts,
        fieldSize: LIMITS.formFieldBytes,
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
