import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readQrels, readQueries } from '../../src/evaluation/collection.ts';
import { writeKnownItems, type KnownItemOptions } from '../../src/evaluation/known-item.ts';
import { temporaryFolder } from '../akin.ts';

interface Known {
  id: string;
  title: string;
  abstract: string;
}

const PAPERS: Known[] = [
  { id: 'moth', title: 'Moths at Night Lamps', abstract: 'Insects circle what shines.' },
  { id: 'said', title: 'Bees: a short guide', abstract: 'This is bees, a short guide to hives.' },
  { id: 'short', title: 'Editorial note', abstract: 'We say what this issue holds.' },
  { id: 'twin', title: 'A copy under another name', abstract: 'Insects circle – what shines!' },
  { id: 'bare', title: 'A title and nothing else', abstract: '' },
  { id: 'nameless', title: '', abstract: 'Nobody knows what this is called.' },
  { id: 'shared 1', title: 'Proceedings of the meeting', abstract: 'The first year.' },
  { id: 'shared 2', title: 'Proceedings of the Meeting.', abstract: 'The second year.' },
  { id: 'part', title: 'The ant works', abstract: 'Giant works are common.' },
];

async function made(papers: Known[], options: Partial<KnownItemOptions> = {}) {
  const folder = temporaryFolder();
  const known = await writeKnownItems(
    async function* () {
      yield* papers;
    },
    folder,
    { documents: 1000, queries: 1000, seed: 1, ...options },
  );
  const corpus = readFileSync(path.join(folder, 'corpus.jsonl'), 'utf8').trim().split('\n');
  return { known, corpus: corpus.map((line) => JSON.parse(line) as { _id: string; title: string; text: string }) };
}

const many = Array.from({ length: 300 }, (_, i) => ({
  id: `p${i}`,
  title: `Observation number ${i}`,
  abstract: `What was seen on day ${i} of the year.`,
}));

describe('a set made of a library', () => {
  it('asks for abstracts by their titles, which are not in the documents', async () => {
    const { known, corpus } = await made(PAPERS);
    expect(corpus).toContainEqual({ _id: 'moth', title: '', text: 'Insects circle what shines.' });
    expect(corpus.every(({ title }) => title === '')).toBe(true);
    expect(await readQueries(known.files.queries)).toEqual([
      { id: 'title:moth', text: 'Moths at Night Lamps' },
      { id: 'title:part', text: 'The ant works' },
    ]);
    expect(await readQrels(known.files.qrels)).toEqual(
      new Map([
        ['title:moth', new Map([['moth', 1]])],
        ['title:part', new Map([['part', 1]])],
      ]),
    );
  });

  it('asks no title that the abstract repeats, that is shared or names nothing, and says so', async () => {
    const { known, corpus } = await made(PAPERS);
    expect(corpus.map(({ _id }) => _id)).toEqual(['moth', 'said', 'short', 'nameless', 'shared 1', 'shared 2', 'part']);
    expect(known).toMatchObject({
      documents: 7,
      queries: 2,
      left: { noAbstract: 1, sameAbstract: 1, titleInAbstract: 1, titleShared: 2, titleShort: 2 },
    });
  });

  it('is a sample that depends on the seed, and not on the order of the papers', async () => {
    const ids = (corpus: { _id: string }[]) => corpus.map(({ _id }) => _id).sort();
    const sample = { documents: 100, queries: 20 };
    const one = await made(many, sample);
    const turned = await made([...many].reverse(), sample);
    const other = await made(many, { ...sample, seed: 2 });
    expect(one.known).toMatchObject({ documents: 100, queries: 20 });
    expect(ids(turned.corpus)).toEqual(ids(one.corpus));
    const asked = async ({ known }: typeof one) => (await readQueries(known.files.queries)).map(({ id }) => id).sort();
    expect(await asked(turned)).toEqual(await asked(one));
    expect(ids(other.corpus)).not.toEqual(ids(one.corpus));
    for (const query of (await readQrels(one.known.files.qrels)).values()) {
      expect(ids(one.corpus)).toEqual(expect.arrayContaining([...query.keys()]));
    }
  });

  it('changes little when the library grows', async () => {
    const sample = { documents: 100, queries: 100 };
    const before = new Set((await made(many.slice(0, 280), sample)).corpus.map(({ _id }) => _id));
    const after = (await made(many, sample)).corpus.filter(({ _id }) => before.has(_id));
    expect(after.length).toBeGreaterThan(85);
  });
});
