/** What the source tests share: reading a text or a file to the end. */
import { openFile } from '../../src/sources/input.ts';
import { fileOf, type Found, type FoundRecord, type Source, type UnreadableRecord } from '../../src/sources/source.ts';

/** Reads `text` with a source, handed over in pieces of `pieceLength` characters. */
export function readText(source: Source, text: string, pieceLength = 1000): Promise<Found[]> {
  return collect(source.read(fileOf(text, 'test', pieceLength)));
}

/** Reads a file on disk with a source. */
export async function readPath(source: Source, path: string): Promise<Found[]> {
  return collect(source.read(await openFile(path)));
}

async function collect(found: AsyncIterable<Found>): Promise<Found[]> {
  const all: Found[] = [];
  for await (const each of found) all.push(each);
  return all;
}

export const records = (found: Found[]): FoundRecord[] => found.filter((each) => 'input' in each);
export const rejects = (found: Found[]): UnreadableRecord[] => found.filter((each) => 'reject' in each);
