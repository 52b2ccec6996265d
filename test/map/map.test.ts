/** A map as a file: read as it was written, or not at all. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { COLOURS, FARTHEST, NO_COLOUR, read, written, type PaperMap } from '../../src/map/map.ts';
import { regionsOf } from '../../src/map/regions.ts';
import { pointsWithin } from '../../src/map/within.ts';

const place = fc.integer({ min: 0, max: FARTHEST });
const point = fc.record({
  id: fc.string(),
  x: place,
  y: place,
  year: place,
  print: fc.nat(2 ** 32 - 1),
  kind: fc.nat(NO_COLOUR),
});
const maps = fc
  .record({
    points: fc.array(point, { maxLength: 30 }),
    names: fc.array(fc.string(), { maxLength: COLOURS }),
    revision: fc.string(),
    words: fc.array(fc.string()),
  })
  .map(({ points, names, revision, words }): PaperMap => ({
    ...{ library: 'a', fingerprint: 'b', revision, papers: points.length, later: 0 },
    regions: [{ words, x: 1, y: 2, papers: 3 }],
    ids: points.map(({ id }) => id),
    x: Uint16Array.from(points, ({ x }) => x),
    y: Uint16Array.from(points, ({ y }) => y),
    years: Uint16Array.from(points, ({ year }) => year),
    prints: Uint32Array.from(points, ({ print }) => print),
    categories: { names, of: Uint8Array.from(points, ({ kind }) => kind) },
    collections: { names: [], of: Uint8Array.from(points, () => NO_COLOUR) },
  }));

it('is read as it was written', () => {
  fc.assert(
    fc.property(maps, (map) => {
      expect(read(written(map).bytes)).toEqual(map);
    }),
  );
});

it('is not read where a single byte is another one, or missing', () => {
  fc.assert(
    fc.property(maps, fc.nat(), fc.integer({ min: 1, max: 255 }), (map, at, by) => {
      const { bytes } = written(map);
      expect(read(bytes.subarray(0, at % bytes.length))).toBeUndefined();
      bytes[at % bytes.length]! ^= by;
      expect(read(bytes)).toBeUndefined();
    }),
  );
});

it('does not send what only the next map needs', () => {
  fc.assert(
    fc.property(maps, (map) => {
      const { bytes, sent } = written(map);
      expect(bytes.length - sent).toBe(4 * map.ids.length + 32);
    }),
  );
});

it('says which papers lie in a part of it, the newest first', () => {
  const [map] = fc.sample(maps, 1);
  const of = {
    ...map!,
    x: Uint16Array.of(10, 20, 30, 20),
    y: Uint16Array.of(10, 20, 30, 20),
    years: Uint16Array.of(2000, 2001, 2002, 2003),
  };
  expect(pointsWithin(of, { left: 10, top: 10, right: 20, bottom: 20 })).toEqual([3, 1, 0]);
  expect(pointsWithin(of, { left: 11, top: 0, right: 19, bottom: FARTHEST })).toEqual([]);
});

it('calls regions by the words that tell them from the others', () => {
  const [left, right] = [Array.from({ length: 20 }, () => 10_000), Array.from({ length: 20 }, () => 50_000)];
  const titles = [
    ...left.map((_, i) => `Machine translation of language ${'abcdefghijklmnopqrst'[i]}${i}`),
    ...right.map((_, i) => `The language of <b>birds</b> number ${i}`),
  ];
  const places = { x: Uint16Array.from([...left, ...right]), y: Uint16Array.from([...left, ...right]) };
  const regions = regionsOf(places, titles);
  expect(regions.map(({ papers, x }) => [papers, x])).toEqual([
    [20, 10_000],
    [20, 50_000],
  ]);
  expect(regions[0]!.words[0]).toBe('machine translation');
  expect(regions[1]!.words.join(' ')).toContain('birds');
  for (const { words } of regions) expect(words).not.toContain('language');
});
