/** Words are found in whatever form they are written, and rank papers by how telling they are. */
import { describe, expect, it } from 'vitest';
import { ids, matching, matchingIds } from '../asking.ts';
import type { Fresh } from '../contract.ts';
import { paper, put } from '../made.ts';

export function aboutWords(fresh: () => Promise<Fresh>): void {
  describe('words', () => {
    it('are found whatever their ending, case and accents, in title and abstract', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        paper('a', { title: 'Recommending networks', abstract: 'Of schemes.' }),
        paper('b', { title: 'Über Gödel', abstract: 'Naïve Approaches.' }),
      ]);
      for (const query of ['network', 'NETWORKS', 'recommended', 'scheme', 'unknown scheme']) {
        expect([query, await matchingIds(library, query)]).toEqual([query, ['a']]);
      }
      for (const query of ['godel', 'GÖDEL', 'Go\u0308del', 'naive', 'approach', 'uber']) {
        expect([query, await matchingIds(library, query)]).toEqual([query, ['b']]);
      }
      expect(await matchingIds(library, 'Venue')).toEqual([]);
    });

    it('of Chinese, Japanese and Korean are found within what has no spaces', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        paper('a', { title: '基于注意力机制的机器翻译' }),
        paper('b', { title: '緑茶の成分と血圧', abstract: 'ﾒﾀｱﾅﾘｼｽによる。' }),
        paper('c', { title: '딥러닝을 이용한 음성인식' }),
        paper('d', { title: 'การเรียนรู้เชิงลึก' }),
        paper('e', { title: 'BERT模型' }),
      ]);
      const found = {
        机器翻译: 'a',
        注意力: 'a',
        血圧: 'b',
        メタアナリシス: 'b',
        茶: 'b',
        음성: 'c',
        인식: 'c',
        เชิงลึก: 'd',
      };
      for (const [query, id] of Object.entries({ ...found, 译: 'a', bert: 'e', 模型: 'e', BERT模型: 'e' })) {
        expect([query, (await matchingIds(library, query))[0]]).toEqual([query, id]);
      }
      expect(await matchingIds(library, '番')).toEqual([]);
    });

    it('follow each other in a phrase of any script, which may go on in a text', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        paper('a', { title: '基于注意力机制的机器翻译' }),
        paper('b', { title: '机器的翻译', abstract: 'Of 机器 learning' }),
      ]);
      const phrases = {
        机器翻译: ['a'],
        注意力机制: ['a'],
        译: ['a', 'b'],
        '机器 learning': ['b'],
        器翻: ['a'],
        机的: [],
      };
      for (const [phrase, expected] of Object.entries(phrases)) {
        const listed = await library.list({ phrase }, 'title', 10);
        expect([phrase, listed.map(({ id }) => id).sort()]).toEqual([phrase, expected]);
      }
    });

    it('are the same with ligatures, strokes, subscripts and letters of full width', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        paper('a', { title: 'Eﬃcient reduction of CO₂', abstract: 'By Łukasiewicz in the Große Straße.' }),
        paper('b', { title: 'Ｄｅｅｐ læring', abstract: 'Of ΑΛΉΘΕΙΑ and ёлка' }),
      ]);
      const found = { efficient: 'a', CO2: 'a', lukasiewicz: 'a', strasse: 'a', GROSSE: 'a', deep: 'b', laering: 'b' };
      for (const [query, id] of Object.entries({ ...found, αλήθεια: 'b', елка: 'b', eﬃcient: 'a', 'co₂': 'a' })) {
        expect([query, await matchingIds(library, query)]).toEqual([query, [id]]);
      }
    });

    it('follow changes', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', { title: 'Glaciers' }), paper('b', { title: 'Glaciers and rivers' })]);
      await put(writer, [paper('a', { title: 'Volcanoes' })]);
      expect(await matchingIds(library, 'glacier')).toEqual(['b']);
      expect(await matchingIds(library, 'volcano')).toEqual(['a']);
      await put(writer, [paper('a', { title: 'Volcanoes', abstract: 'And glaciers.', year: 2000 })]);
      expect((await matchingIds(library, 'glacier')).sort()).toEqual(['a', 'b']);
    });

    it('rank by how many of them there are and by how rare they are', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        ...Array.from({ length: 30 }, (_, i) => paper(`common${i}`, { title: `Common talk number${i}` })),
        paper('rare', { title: 'Seldom talk elsewhere' }),
        paper('both', { title: 'Seldom common talk' }),
      ]);
      const found = await matching(library, 'common seldom', 5);
      expect(ids(found).slice(0, 2)).toEqual(['both', 'rare']);
      expect(found.length).toBe(5);
      const scores = found.map(({ match }) => match!.score);
      expect(scores).toEqual([...scores].sort((x, y) => y - x));
      expect(scores.every((score) => score > 0)).toBe(true);
    });

    it('are never taken for an operator', async () => {
      const { writer, library } = await fresh();
      await put(writer, [
        paper('a', { title: 'Either near or far', abstract: 'Title: c plus plus; not quoted.' }),
        paper('b', { title: 'The and of it' }),
      ]);
      const always = [
        'near AND',
        'NEAR(near far, 2)',
        '"near',
        'near"',
        "near'",
        'near OR',
        'NOT near',
        '(near',
        'near)',
        'near*',
        '^near',
        'near + far',
        'near - far',
        '{near}',
        'near:',
        'title : near',
        '-title: near',
        'near\\',
        'near;--',
        'near\0',
        'near 😀',
        'near\ud83d',
        'near, far!',
      ];
      for (const query of always) expect([query, await matchingIds(library, query)]).toEqual([query, ['a']]);
    });

    it('may be none at all, or only common ones', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', { title: 'Glaciers' }), paper('b', { title: 'To be or not to be' })]);
      for (const none of ['', ' ', '""', '()', '*', '😀', '-- ; --', '\u0301', '\u0000', '\ud800', 'AND', '日本']) {
        expect([none, await matchingIds(library, none)]).toEqual([none, []]);
      }
      expect(await matchingIds(library, 'to be or not to be')).toEqual(['b']);
      // Words that tell nothing are left out beside one that tells something.
      expect(await matchingIds(library, 'to be a glacier')).toEqual(['a']);
    });

    it('may be very many, or very long', async () => {
      const { writer, library } = await fresh();
      await put(writer, [paper('a', { title: 'Glaciers' })]);
      expect(
        await matchingIds(library, `glaciers ${Array.from({ length: 5000 }, (_, i) => `word${i}`).join(' ')}`),
      ).toEqual(['a']);
      expect(await matchingIds(library, `${'x'.repeat(100_000)} glaciers`)).toEqual(['a']);
    });
  });
}
