/** One question brings what both legs find, and whichever found a paper, what the other one says of it. */
import { describe, expect, it } from 'vitest';
import { NOTHING_KEPT } from '../../../src/library/kept.ts';
import { NAMED_DEPTH } from '../../../src/library/called.ts';
import type { Candidate, Key, Library, Recall } from '../../../src/library/library.ts';
import { dot } from '../../../src/vector.ts';
import { ids, keysOf, NO_KEY, recordsOf } from '../asking.ts';
import type { Fresh } from '../contract.ts';
import { embedAll, embedding, paper, put, readingOf, unitVector, vectorOf, seeded } from '../made.ts';

const QUESTION: Recall = { legs: ['dense', 'lexical'], depth: 100, scoring: 'fused' };

/** The candidates by their ids. */
function byId(candidates: Candidate[]): Record<string, Candidate> {
  return Object.fromEntries(candidates.map((each) => [each.id, each]));
}

export function aboutRecall(fresh: () => Promise<Fresh>): void {
  /** Papers on ice, of which one has no vector, and one other paper that is near the question. */
  const ofIce = async () => {
    const all = await fresh();
    const { writer } = all;
    await put(writer, [
      paper('sheets', { title: 'Ice sheets', year: 2001 }),
      paper('shelves', { title: 'Ice shelves of ice' }),
      paper('deserts', { title: 'Deserts', year: 2003 }),
    ]);
    await embedAll(writer);
    await put(writer, [paper('cores', { title: 'Cores of ice', year: 2004 })]);
    return all;
  };
  const near = unitVector(seeded(1), vectorOf('Deserts'));
  const vector = Promise.resolve(near);

  describe('a candidate', () => {
    it('is complete, whichever leg found it', async () => {
      const { library } = await ofIce();
      const { candidates } = await library.recall({ ...QUESTION, vector, words: 'ice', depth: 1 });
      expect(candidates).toHaveLength(2);
      const { deserts, shelves } = byId(candidates);
      const keys = await keysOf(library, ['deserts', 'shelves']);
      expect(deserts).toEqual({
        ...{ key: keys[0], work: keys[0], id: 'deserts', title: 'Deserts', year: 2003 },
        vector: vectorOf('Deserts'),
        similarity: expect.closeTo(dot(near, vectorOf('Deserts')), 5),
        match: { score: 0, words: 0, coverage: 0 },
        called: undefined,
        ranks: { dense: 1, lexical: undefined },
      });
      const text = vectorOf('Ice shelves of ice');
      expect(shelves).toEqual({
        ...{ key: keys[1], work: keys[1], id: 'shelves', title: 'Ice shelves of ice', year: null, vector: text },
        similarity: expect.closeTo(dot(near, text), 5),
        match: { score: expect.any(Number), words: 1, coverage: expect.closeTo(1, 9) },
        called: undefined,
        ranks: { dense: undefined, lexical: 1 },
      });
    });

    it('is there once, though both legs found it', async () => {
      const { library } = await ofIce();
      const { candidates, exhausted } = await library.recall({ ...QUESTION, vector, words: 'ice deserts' });
      expect(ids(candidates).toSorted()).toEqual(['cores', 'deserts', 'sheets', 'shelves']);
      expect(exhausted).toBe(true);
      const { deserts, cores } = byId(candidates);
      expect(deserts!.ranks).toEqual({ dense: 1, lexical: expect.any(Number) });
      expect(cores).toMatchObject({ vector: undefined, similarity: undefined, match: { words: 1 } });
      expect(cores!.ranks.dense).toBeUndefined();
      for (const leg of ['dense', 'lexical'] as const) {
        const ranks = candidates.flatMap(({ ranks }) => ranks[leg] ?? []).sort();
        expect(ranks).toEqual(ranks.map((_, i) => i + 1));
      }
    });

    it('has a similarity where a vector is asked for, and a match where words are, whichever leg looks', async () => {
      const { library } = await ofIce();
      const found = async (question: Partial<Recall>) =>
        byId((await library.recall({ ...QUESTION, ...question })).candidates);
      const dense = await found({ legs: ['dense'], vector, words: 'ice' });
      expect(Object.keys(dense).toSorted()).toEqual(['deserts', 'sheets', 'shelves']);
      expect(dense.sheets!.match).toMatchObject({ words: 1 });
      const lexical = await found({ legs: ['lexical'], vector, words: 'ice' });
      expect(Object.keys(lexical).toSorted()).toEqual(['cores', 'sheets', 'shelves']);
      expect(lexical.sheets!.similarity).toBeCloseTo(dot(near, vectorOf('Ice sheets')), 5);
      expect((await found({ legs: ['dense'], vector })).sheets).toMatchObject({ match: undefined });
      expect((await found({ legs: ['lexical'], words: 'ice' })).sheets).toMatchObject({ similarity: undefined });
      // A text that holds no word asks for none.
      expect((await found({ legs: ['dense'], vector, words: '… 😀' })).sheets).toMatchObject({ match: undefined });
      expect(await found({ legs: ['dense'], words: 'ice' })).toEqual({});
      expect(await found({ legs: ['lexical'], vector })).toEqual({});
      expect(await found({ legs: [], vector, words: 'ice' })).toEqual({});
    });

    it('has its place by its score in each leg, equal ones in the order of their ids', async () => {
      const { writer, library } = await fresh();
      await put(
        writer,
        ['c', 'B', 'a', 'd', '10', '9'].map((id) => paper(id, { title: id === 'd' ? 'Ice and ice' : 'Ice on Mars' })),
      );
      await embedAll(writer);
      const { candidates } = await library.recall({
        ...{ ...QUESTION, words: 'ice' },
        vector: Promise.resolve(vectorOf('Ice on Mars')),
      });
      const placed = (leg: 'dense' | 'lexical') => ids(candidates.toSorted((a, b) => a.ranks[leg]! - b.ranks[leg]!));
      expect(placed('dense')).toEqual(['10', '9', 'B', 'a', 'c', 'd']);
      expect(placed('lexical')).toEqual(['d', '10', '9', 'B', 'a', 'c']);
      const cut = await library.recall({ ...QUESTION, words: 'ice', depth: 3 });
      expect(cut.candidates).toHaveLength(3);
      expect(byId(cut.candidates).d!.ranks.lexical).toBe(1);
      expect(cut.candidates.map(({ ranks }) => ranks.lexical).sort()).toEqual([1, 2, 3]);
    });

    it('is only what the filter lets through, in both legs', async () => {
      const { library } = await ofIce();
      const { candidates } = await library.recall({
        ...{ ...QUESTION, vector, words: 'ice' },
        filter: { year: { from: 2002 } },
      });
      expect(ids(candidates).toSorted()).toEqual(['cores', 'deserts']);
    });
  });

  describe('a question', () => {
    it('is told of more papers, whatever the legs find and the filter says', async () => {
      const { library } = await ofIce();
      const [sheets, cores, deserts] = (await keysOf(library, ['sheets', 'cores', 'deserts'])) as [Key, Key, Key];
      const { candidates, also } = await library.recall({
        ...{ ...QUESTION, vector, words: 'ice', depth: 1, filter: { year: { from: 2003, to: 2003 } } },
        also: [cores, NO_KEY, deserts, sheets, cores],
      });
      expect(ids(candidates)).toEqual(['deserts']);
      expect(ids(also)).toEqual(['cores', undefined, 'deserts', 'sheets', 'cores']);
      expect(also[0]).toMatchObject({ match: { words: 1 }, vector: undefined, similarity: undefined });
      expect(also[0]!.ranks).toEqual({ dense: undefined, lexical: undefined });
      expect(also[2]).toEqual(candidates[0]);
      expect(also[3]).toEqual({
        ...{ key: sheets, work: sheets, id: 'sheets', title: 'Ice sheets', year: 2001, vector: vectorOf('Ice sheets') },
        similarity: expect.closeTo(dot(near, vectorOf('Ice sheets')), 5),
        match: { score: expect.any(Number), words: 1, coverage: expect.closeTo(1, 9) },
        called: undefined,
        ranks: { dense: undefined, lexical: undefined },
      });
    });

    it('is exhausted where neither leg found as many as were asked for', async () => {
      const { library } = await ofIce();
      const exhausted = async (question: Partial<Recall>) =>
        (await library.recall({ ...QUESTION, vector, words: 'ice', ...question })).exhausted;
      expect(await exhausted({ depth: 3 })).toBe(false);
      expect(await exhausted({ depth: 4 })).toBe(true);
      expect(await exhausted({ depth: 3, filter: { has: 'year' } })).toBe(true);
      expect(await exhausted({ depth: 2, filter: { has: 'year' } })).toBe(false);
      expect(await exhausted({ depth: 3, words: 'cores' })).toBe(false); // There may be more that are near.
      expect(await exhausted({ depth: 3, words: 'cores', legs: ['lexical'] })).toBe(true);
      expect(await exhausted({ depth: 3, legs: ['dense'] })).toBe(false);
    });

    it('is answered with the state of the library that was asked, and the time it took', async () => {
      const { writer, library } = await ofIce();
      const { state, timings } = await library.recall({ ...QUESTION, vector, words: 'ice' });
      expect(state).toEqual(await library.state());
      expect(state).toMatchObject({ papers: 4, embedded: 3 });
      for (const leg of ['dense', 'lexical'] as const) expect(timings[leg]).toBeGreaterThanOrEqual(0);
      await writer.setSettings({ lexicalWeight: 0.2 });
      expect((await library.recall(QUESTION)).state.settings).toEqual({ lexicalWeight: 0.2 });
    });

    it('owns up to the words that were looked for instead', async () => {
      const { library } = await ofIce();
      const { candidates, corrections } = await library.recall({ ...QUESTION, words: 'ice sheetts of desertts' });
      expect(corrections).toEqual([
        { word: 'sheetts', term: 'sheet' },
        { word: 'desertts', term: 'desert' },
      ]);
      expect(byId(candidates).deserts).toMatchObject({ match: { words: 1 } });
      expect((await library.recall({ ...QUESTION, words: 'ice shelves' })).corrections).toEqual([]);
    });
  });

  describe('names', () => {
    const ofPeople = async () => {
      const all = await fresh();
      await put(all.writer, [
        paper('vaswani', { authors: ['Ashish Vaswani', 'N. Shazeer'], year: 2017, venue: 'NIPS', title: 'Attention' }),
        paper('other vaswani', { authors: ['A. Vaswani'], year: 2013, title: 'Names of rivers' }),
        paper('rivers', { authors: ['Pat O’Brien'], year: 2017, title: 'Rivers and their names' }),
        paper('team', { authors: ['River Survey Team'], year: null, title: 'Floods' }),
        paper('li', { authors: ['李伟'], names: [{ family: '李', given: '伟' }], title: 'Ice' }),
      ]);
      return all;
    };
    const called = async (library: Library, names: string, more: Partial<Recall> = {}) => {
      const { candidates, said } = await library.recall({ ...QUESTION, legs: [], names, ...more });
      return { said, ids: ids(candidates), by: Object.fromEntries(candidates.map(({ id, called: by }) => [id, by])) };
    };

    it('bring the papers by those whose family names were said, and say what each is called by', async () => {
      const { library } = await ofPeople();
      const { said, by } = await called(library, '[1] A. Vaswani et al., NIPS (2017a): on names');
      expect(said).toEqual([
        ...[
          { word: '1', names: 0, texts: 0 },
          { word: 'vaswani', names: 2, texts: 0 },
        ],
        ...[
          { word: 'nips', names: 0, texts: 0 },
          { word: '2017a', names: 0, texts: 0 },
          { word: 'names', names: 0, texts: 2 },
        ],
      ]);
      expect(by).toEqual({
        vaswani: { family: ['vaswani'], given: [], venue: ['nips'], nearYear: [], year: ['2017a'], text: [] },
        'other vaswani': { family: ['vaswani'], given: [], venue: [], nearYear: [], year: [], text: ['names'] },
      });
    });

    it('are the words of a family name however it is written, and all of an institution', async () => {
      const { library } = await ofPeople();
      for (const name of ["O'Brien", 'obrien', "o’brien's"])
        expect((await called(library, name)).ids).toEqual(['rivers']);
      expect((await called(library, 'survey')).ids).toEqual(['team']);
      expect((await called(library, '李伟')).ids).toEqual(['li']);
      expect((await called(library, '李')).ids).toEqual(['li']);
    });

    it('are given names and initials only beside the family name of the same person', async () => {
      const { library } = await ofPeople();
      expect(await called(library, 'Ashish')).toMatchObject({ ids: [], said: [] });
      const { by } = await called(library, 'Ashish Vaswani');
      expect(by.vaswani).toMatchObject({ family: ['vaswani'], given: ['ashish'] });
      expect(by['other vaswani']).toMatchObject({ given: ['ashish'] }); // No text holds it: it can only be what A. stands for.
      expect((await called(library, 'Vaswani aspects')).by['other vaswani']).toMatchObject({ given: [] });
      expect((await called(library, 'n. vaswani')).by.vaswani).toMatchObject({ given: [] });
    });

    it('are nothing where no word is a family name or a year, and a year alone brings no paper', async () => {
      const { library } = await ofPeople();
      expect(await called(library, 'ice on rivers')).toMatchObject({ ids: [], said: [] });
      expect((await called(library, '')).said).toEqual([]);
      const { ids: found, said } = await called(library, 'ice of 2017');
      expect(found).toEqual([]);
      expect(said.map(({ word }) => word)).toEqual(['ice', '2017']);
      const { candidates } = await library.recall({ ...QUESTION, words: 'rivers', names: 'rivers 2017' });
      expect(byId(candidates).rivers!.called).toEqual({
        ...{ family: [], given: [], venue: [], nearYear: [] },
        year: ['2017'],
        text: ['rivers'],
      });
      expect(byId(candidates)['other vaswani']!.called).toBeUndefined();
    });

    it('bring only what the filter lets through, and follow what is stored, changed and removed', async () => {
      const { writer, library } = await ofPeople();
      expect((await called(library, 'vaswani', { filter: { year: { to: 2015 } } })).ids).toEqual(['other vaswani']);
      const [key] = await keysOf(library, ['team']);
      const { also } = await library.recall({ ...QUESTION, legs: [], names: 'vaswani team', also: [key!] });
      expect(also[0]!.called).toMatchObject({ family: ['team'] });
      await put(writer, [paper('new', { authors: ['Vaswani, A.'] })], readingOf('/a.bib'));
      expect((await called(library, 'vaswani')).ids).toContain('new');
      await put(writer, [paper('new', { authors: ['Shazeer, N.'] })], readingOf('/a.bib'));
      expect((await called(library, 'vaswani')).ids).not.toContain('new');
      expect((await called(library, 'shazeer')).ids.toSorted()).toEqual(['new', 'vaswani']);
      await writer.remove(['new', 'vaswani']);
      expect((await called(library, 'shazeer')).ids).toEqual([]);
    });

    it('is corrected in a word whose stem is short, and in no question that is too long to have been typed', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', { title: 'Learning' })]);
      const correctionsOf = async (words: string) => (await library.recall({ ...QUESTION, words })).corrections;
      expect(await correctionsOf('lerning')).toEqual([{ word: 'lerning', term: 'learn' }]);
      expect(await correctionsOf('lern')).toEqual([]);
      const others = (count: number) => Array.from({ length: count }, (_, i) => `word${i}`).join(' ');
      expect(await correctionsOf(`lerning ${others(11)}`)).toEqual([{ word: 'lerning', term: 'learn' }]);
      expect(await correctionsOf(`lerning ${others(12)}`)).toEqual([]);
    });

    it('are no slips of the finger', async () => {
      const { library } = await ofPeople();
      const corrected = async (words: string) => (await library.recall({ ...QUESTION, words })).corrections;
      expect(await corrected('attenttion')).toEqual([{ word: 'attenttion', term: 'attent' }]);
      expect(await corrected('Vaswani')).toEqual([]);
    });

    it('bring fifty papers at most, first those that most of what was said calls', async () => {
      const { writer, library } = await fresh();
      await put(
        writer,
        Array.from({ length: 60 }, (_, i) =>
          paper(`${i}`, { authors: [i === 55 ? 'Wei Li' : 'Jun Li'], year: 2000 + i }),
        ),
      );
      const { ids: found, by } = await called(library, 'Wei Li 2057');
      expect(found).toHaveLength(NAMED_DEPTH);
      expect(by['55']).toMatchObject({ given: ['wei'] });
      expect(by['57']).toMatchObject({ year: ['2057'] });
      const all = { ...QUESTION, legs: [], names: 'Li' };
      expect((await library.recall(all)).exhausted).toBe(false);
      expect((await library.recall({ ...all, filter: { year: { from: 2050 } } })).exhausted).toBe(true);
    });
  });

  describe('a vector that is still under way', () => {
    it('is waited for', async () => {
      const { library } = await ofIce();
      let arrive = (_: Float32Array): void => {};
      let isAnswered = false;
      const question = {
        ...QUESTION,
        words: 'ice',
        vector: new Promise<Float32Array>((resolve) => (arrive = resolve)),
      };
      const answer = library.recall(question).finally(() => (isAnswered = true));
      await library.count({ all: [] });
      expect(isAnswered).toBe(false);
      arrive(near);
      const late = await answer;
      const known = await library.recall({ ...question, vector });
      expect({ ...late, timings: {} }).toEqual({ ...known, timings: {} });
    });

    it('and never comes, fails the question with its own error', async () => {
      const { library } = await ofIce();
      const failed = Promise.reject<Float32Array>(new Error('the model is tired'));
      await expect(library.recall({ ...QUESTION, words: 'ice', vector: failed })).rejects.toThrow('the model is tired');
      expect(ids((await library.recall({ ...QUESTION, words: 'cores' })).candidates)).toEqual(['cores']);
    });
  });

  describe('a question that nobody waits for any more', () => {
    it('is not begun', async () => {
      const { library } = await ofIce();
      const signal = AbortSignal.abort(new Error('hung up'));
      // What its vector comes to is nobody's affair.
      const failed = Promise.reject<Float32Array>(new Error('the model is tired'));
      await expect(library.recall({ ...QUESTION, words: 'ice', vector, signal })).rejects.toThrow('hung up');
      await expect(library.recall({ ...QUESTION, words: 'ice', vector: failed, signal })).rejects.toThrow('hung up');
    });

    it('is left in the middle, and the next one is answered', async () => {
      const { library } = await ofIce();
      const hangsUp = new AbortController();
      let fail = (_: Error): void => {};
      const never = new Promise<Float32Array>((_, reject) => (fail = reject));
      const answer = library.recall({ ...QUESTION, words: 'ice', vector: never, signal: hangsUp.signal });
      const refused = expect(answer).rejects.toThrow('hung up');
      await library.count({ all: [] });
      hangsUp.abort(new Error('hung up'));
      await refused;
      fail(new Error('too late'));
      expect(ids((await library.recall({ ...QUESTION, words: 'cores', vector })).candidates)).toContain('cores');
    });

    it('does no harm when it is answered already', async () => {
      const { library } = await ofIce();
      const hangsUp = new AbortController();
      const question = { ...QUESTION, words: 'ice', vector, signal: hangsUp.signal };
      const { candidates } = await library.recall(question);
      hangsUp.abort();
      expect((await library.recall({ ...question, signal: undefined })).candidates).toEqual(candidates);
    });
  });

  describe('what a page shows', () => {
    it('is a paper, its records and versions, and the words that it holds, in the order of the keys', async () => {
      const { writer, library } = await ofIce();
      await put(writer, [
        paper('sheets', { title: 'Ice sheets', abstract: 'Of the north.' }),
        paper('rivers', { title: 'Rivers' }),
      ]);
      await writer.join(['sheets', 'rivers', 'cores']);
      const [sheets, shelves, cores] = (await keysOf(library, ['sheets', 'shelves', 'cores'])) as [Key, Key, Key];
      const words = { text: 'north ice unheard', scoring: 'fused' as const };
      const described = await library.describe([cores, NO_KEY, sheets, cores, shelves], { words, records: true });
      expect(described.map((each) => each?.paper.id)).toEqual(['cores', undefined, 'sheets', 'cores', 'shelves']);
      expect(described.map((each) => each?.key)).toEqual([cores, undefined, sheets, cores, shelves]);
      // "Sheets" has the longest abstract, and leads.
      expect(described[0]!.versions[0]!.id).toBe('sheets');
      expect(ids(described[0]!.versions).toSorted()).toEqual(['rivers', 'sheets']);
      expect(ids(described[2]!.versions).toSorted()).toEqual(['cores', 'rivers']);
      expect(described[4]!.versions).toEqual([]);
      expect(described.map((each) => each?.words.map(({ word }) => word))).toEqual([
        ...[['ice'], undefined, ['north', 'ice'], ['ice'], ['ice']],
      ]);
      expect(described[2]!.records).toEqual(await recordsOf(library, 'sheets'));
      expect(described[0]!.records).toEqual([]);
    });

    it('has no words and no records where nobody asks for them', async () => {
      const { writer, library } = await ofIce();
      await put(writer, [paper('sheets', { title: 'Ice sheets', abstract: 'Of the north.' })], {
        ...{ path: '/a.bib', mount: '/', reading: 'first' },
      });
      const [sheets] = await keysOf(library, ['sheets']);
      expect(await recordsOf(library, 'sheets')).toHaveLength(2);
      const [plain] = await library.describe([sheets!]);
      expect(plain).toEqual({
        ...{ key: sheets, kept: NOTHING_KEPT, versions: [], records: [], words: [] },
        paper: paper('sheets', { title: 'Ice sheets', abstract: 'Of the north.', year: 2001 }),
      });
      const [unmatched] = await library.describe([sheets!], { words: { text: '…', scoring: 'alone' } });
      expect(unmatched!.words).toEqual([]);
    });

    it('says of each word what it adds to the score', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        paper('a', { title: 'Ice and ice cores', abstract: 'Networked networks of ice.' }),
        paper('b', { title: 'Cores' }),
        ...Array.from({ length: 10 }, (_, i) => paper(`other ${i}`)),
      ]);
      const [key] = await keysOf(library, ['a']);
      const text = 'networks of ice cores, networking, ice, unheard';
      for (const scoring of ['alone', 'fused'] as const) {
        const [described] = await library.describe([key!], { words: { text, scoring } });
        const { candidates } = await library.recall({ ...QUESTION, words: text, scoring });
        const { match } = byId(candidates).a!;
        expect(described!.words.map(({ word }) => word)).toEqual(['networks', 'ice', 'cores']);
        expect(match!.words).toBe(3);
        expect(described!.words.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(match!.score, 9);
        expect(match!.coverage).toBeGreaterThan(0);
        expect(match!.coverage).toBeLessThan(1);
      }
    });

    it('is of a paper without a vector, too', async () => {
      const { writer, library } = await ofIce();
      const [pending] = await writer.pending(1);
      const [described] = await library.describe([pending!.key]);
      expect(described!.paper.id).toBe('cores');
      await writer.storeVectors([{ key: pending!.key, embedding: embedding(vectorOf('any')) }]);
      expect((await library.describe([pending!.key]))[0]).toEqual(described);
    });
  });
}
