/**
 * A map of a library: each paper that has a vector as a point, with what it is coloured by, and regions named by their words. The
 * file that it is kept in begins with what the page is sent: one piece of bytes, which the page reads without a copy.
 *
 *     4 bytes    how long the head is (little-endian, as all that follows)
 *     head       JSON, with blanks behind it up to a multiple of 4 bytes
 *     x, y, year 2 bytes for each point; year 0: none
 *     category, collection   1 byte for each point: which of those in the head; 255: none of them
 *     ids        JSON: a list of texts
 *     — up to here it is sent —
 *     print      4 bytes for each point: of the text that its vector was made of
 *     sum        32 bytes: SHA-256 of all before
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { embeddedText, type Paper } from '../paper.ts';

/** Raised whenever an older map must not be used by newer code, or the other way round. */
const FORMAT = 1;
/** The farthest place along x and y. */
export const FARTHEST = 65_535;
/** No value of those that have a colour. */
export const NO_COLOUR = 255;
/** Values that have a colour of their own: as many as people tell apart, also those who see few colours. */
export const COLOURS = 7;

/** Papers that lie together. */
const regionSchema = z.object({
  /** What they are about, in two or three words of their titles, the most telling first. */
  words: z.array(z.string()),
  /** Where most of them are. */
  x: z.int().min(0).max(FARTHEST),
  y: z.int().min(0).max(FARTHEST),
  papers: z.int(),
});
export type Region = z.infer<typeof regionSchema>;

const headSchema = z.object({
  format: z.literal(FORMAT),
  /** Which library, in which space and state. */
  library: z.string(),
  fingerprint: z.string(),
  revision: z.string(),
  /** Papers that the library had. */
  papers: z.int(),
  points: z.int().min(0),
  /** Of these, placed by their neighbours since the whole was laid out. */
  later: z.int(),
  regions: z.array(regionSchema),
  categories: z.array(z.string()).max(COLOURS),
  collections: z.array(z.string()).max(COLOURS),
  /** Bytes of the ids. */
  ids: z.int(),
});
type Head = z.infer<typeof headSchema>;

/** What papers say of themselves, as far as a map shows it: each list in the same order. */
export interface Labels {
  ids: string[];
  years: Uint16Array;
  /** Of each the commonest values, and which of them each point has. */
  categories: { names: string[]; of: Uint8Array };
  collections: { names: string[]; of: Uint8Array };
  prints: Uint32Array;
}

export interface PaperMap extends Omit<Head, 'format' | 'points' | 'ids' | 'categories' | 'collections'>, Labels {
  x: Uint16Array;
  y: Uint16Array;
}

/** A text's mark: another text has another one, but for one of four thousand million. */
export const printOf = (paper: Paper): number =>
  createHash('sha256').update(embeddedText(paper)).digest().readUInt32LE(0);

/** A map as bytes, and how many of them are sent. */
export function written(map: PaperMap): { bytes: Buffer; sent: number } {
  const { x, y, years, categories, collections, prints, ids, ...about } = map;
  const names = Buffer.from(JSON.stringify(ids));
  const head: Head = {
    ...{ ...about, format: FORMAT, points: ids.length, ids: names.length },
    ...{ categories: categories.names, collections: collections.names },
  };
  const text = Buffer.from(JSON.stringify(head));
  const padded = Buffer.concat([text, Buffer.alloc(-text.length & 3, ' ')]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(padded.length);
  const places = [x, y, years, categories.of, collections.of].map(bytesOf);
  const sent = Buffer.concat([length, padded, ...places, names]);
  const all = Buffer.concat([sent, bytesOf(prints)]);
  return { bytes: Buffer.concat([all, sumOf(all)]), sent: sent.length };
}

/** @returns undefined for what is no whole map of this format. */
export function read(bytes: Buffer): PaperMap | undefined {
  const all = bytes.subarray(0, -32);
  if (bytes.length < 36 || !sumOf(all).equals(bytes.subarray(-32))) return undefined;
  const length = all.readUInt32LE(0);
  const head = headSchema.safeParse(JSON.parse(all.toString('utf8', 4, 4 + length)));
  if (!head.success) return undefined;
  const { format: _, points, ids, categories, collections, ...about } = head.data;
  let at = 4 + length;
  const next = (size: number): ArrayBuffer => new Uint8Array(all.subarray(at, (at += size))).buffer;
  const [x, y, years] = [0, 0, 0].map(() => new Uint16Array(next(2 * points)));
  const [ofCategory, ofCollection] = [0, 0].map(() => new Uint8Array(next(points)));
  const named = JSON.parse(Buffer.from(next(ids)).toString()) as string[];
  return {
    ...{ ...about, ids: named, x: x!, y: y!, years: years!, prints: new Uint32Array(next(4 * points)) },
    categories: { names: categories, of: ofCategory! },
    collections: { names: collections, of: ofCollection! },
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array | Uint32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
const sumOf = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
