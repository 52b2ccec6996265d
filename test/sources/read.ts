/** What the source tests share: reading a text or a file to the end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nameSchema, partsShown, seenName } from '../../src/names.ts';
import { openFile } from '../../src/sources/input.ts';
import { fileOf, type Found, type FoundRecord, type Source, type UnreadableRecord } from '../../src/sources/source.ts';

/** Reads `text` with a source, handed over in pieces of `pieceLength` characters. */
export function readText(source: Source, text: string, pieceLength = 1000): Promise<Found[]> {
  return collect(source.read(fileOf(text, 'test', pieceLength)));
}

/** Reads a file on disk with a source. */
export async function readPath(source: Source, file: string): Promise<Found[]> {
  return collect(source.read(await openFile(file)));
}

/** Reads bytes with a source, from a file of this name that is there as long as that takes. */
export async function readBytes(source: Source, bytes: Buffer, name: string): Promise<Found[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-test-'));
  try {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    return await readPath(source, file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function collect(found: AsyncIterable<Found>): Promise<Found[]> {
  const all: Found[] = [];
  for await (const each of found) all.push(each);
  return all;
}

export const records = (found: Found[]): FoundRecord[] => found.filter((each) => 'input' in each);
/** The same, with names as people see them. */
export const recordsSeen = (found: Found[]): FoundRecord[] =>
  records(found).map((each) => {
    const { authors, extra } = each.input as { authors?: unknown; extra?: Record<string, unknown> };
    return {
      ...each,
      input: {
        ...each.input,
        ...(Array.isArray(authors) && { authors: authors.map(seen) }),
        ...(Array.isArray(extra?.editors) && { extra: { ...extra, editors: extra.editors.map(seen) } }),
      },
    };
  });

const seen = (name: unknown): unknown =>
  typeof name === 'string' ? seenName(name) : nameSchema.safeParse(name).success ? partsShown(name as object) : name;

export const rejects = (found: Found[]): UnreadableRecord[] => found.filter((each) => 'reject' in each);
