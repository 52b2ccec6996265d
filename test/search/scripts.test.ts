/** Questions in other scripts than the model reads, and letters that are written in more ways than one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Embedder } from '../../src/embedding/embedder.ts';
import { reads } from '../../src/embedding/models.ts';
import type { Library } from '../../src/library/library.ts';
import { DEFAULT_CUTOFF } from '../../src/search/question.ts';
import { Search } from '../../src/search/search.ts';
import { temporaryFolder } from '../akin.ts';
import { MODEL, paper } from '../library/made.ts';
import { embeddedLibrary } from './embedded.ts';

/** The titles of ../shared/faults/22, and some more; with a word of each that somebody may look for. */
const TITLES: [title: string, asked: string[]][] = [
  ['冰川厚度的雷达测量方法研究', ['冰川厚度', '雷达']],
  ['草原绵羊种群数量的自动统计', ['绵羊', '种群数量']],
  ['城市交通拥堵的时空预测', ['交通拥堵', '时空预测']],
  ['基于注意力机制的机器翻译', ['机器翻译', '注意力']],
  ['青藏高原冻土退化的遥感监测', ['冻土退化', '遥感']],
  ['中医药治疗糖尿病的系统评价', ['糖尿病', '系统评价']],
  ['古代诗歌的情感计算分析', ['古代诗歌', '情感计算']],
  ['新能源汽车电池回收政策研究', ['电池回收', '新能源汽车']],
  ['緑茶の摂取と血圧の関係', ['血圧', '緑茶']],
  ['딥러닝을 이용한 음성인식 연구', ['음성 인식', '딥러닝']],
];

let embedder: Embedder;
let library: Library;
let search: Search;
beforeAll(async () => {
  embedder = await Embedder.start(MODEL, { threads: 1 });
  const papers = [
    ...TITLES.map(([title], i) => paper(`t${i}`, { title })),
    paper('pl', { title: 'On the logic of Łukasiewicz', abstract: 'Many values, one axiom.' }),
    paper('de', { title: 'Straßenverkehr in Großstädten', abstract: 'Wir zählen Fahrzeuge.' }),
    paper('co', { title: 'Uptake of CO₂ by eﬃcient membranes', abstract: 'Gas passes through.' }),
  ];
  library = await embeddedLibrary(temporaryFolder(afterAll), papers, embedder);
  search = new Search(library, embedder);
});
afterAll(async () => {
  await library.close();
  await embedder.close();
});

const asked = TITLES.flatMap(([, words], i) => words.map((words): [string, string] => [words, `t${i}`]));

describe('a question in a script that the model does not read', () => {
  it.each(asked)('finds the title that holds %s, by its words and as a phrase', async (words, id) => {
    for (const mode of ['hybrid', 'lexical'] as const) {
      const { hits, unread } = await search.search(words, { mode });
      expect([mode, hits[0]?.id, unread]).toEqual([mode, id, mode === 'hybrid']);
      expect(hits[0]!.relevance).toBeGreaterThanOrEqual(DEFAULT_CUTOFF);
    }
    const phrase = await search.search(`"${words.replaceAll(' ', '')}"`);
    expect(phrase.hits.map((hit) => hit.id)).toEqual([id]);
  });

  it('brings no paper without a word of it', async () => {
    const { hits } = await search.search('机器翻译的注意力');
    expect(hits.map(({ id }) => id)).toEqual(['t3']);
  });

  it('calls nothing relevant for being near', async () => {
    const { hits, total, unread } = await search.search('量子色動力學');
    expect([total.relevant, unread]).toEqual([0, true]);
    expect(hits.length).toBeGreaterThan(0);
    for (const { relevance, closeness } of hits) expect([relevance, closeness]).toEqual([0, 'weak']);
  });

  it('is explained by the words as they were asked, not by pairs of signs', async () => {
    const { hits } = await search.search('机器翻译的注意力', { limit: 1, explain: 'fast' });
    expect(hits[0]!.explanation!.words.map(({ word }) => word)).toEqual(['机器翻译', '注意力']);
  });
});

describe('a question in a script that the model reads', () => {
  it.each([
    ['lukasiewicz', 'pl'],
    ['Łukasiewicz', 'pl'],
    ['strassenverkehr', 'de'],
    ['CO2 membranes', 'co'],
    ['efficient', 'co'],
  ])('finds %s however it is written', async (words, id) => {
    const { hits, unread } = await search.search(words, { mode: 'lexical' });
    expect([hits[0]?.id, unread]).toEqual([id, false]);
  });
});

it('tells what a model reads by the most of the letters', () => {
  expect(reads(MODEL, 'graph neural networks')).toBe(true);
  expect(reads(MODEL, 'α-synuclein, β-amyloid')).toBe(true);
  expect(reads(MODEL, '2019 – 2020')).toBe(true);
  expect(reads(MODEL, 'BERT模型')).toBe(true);
  expect(reads(MODEL, '基于BERT的机器翻译')).toBe(false);
  expect(reads(MODEL, 'машинный перевод')).toBe(false);
});
