import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bibtex } from '../../src/export/bibtex.ts';
import { kindOf } from '../../src/export/kinds.ts';
import { toPaper, type Paper } from '../../src/paper.ts';
import { bibtex as source } from '../../src/sources/bibtex.ts';
import { readPath, records } from '../sources/read.ts';
import { itShared, sharedPath } from '../shared.ts';
import { nastyPaper, paper, papersIn, written } from './papers.ts';

const entry = (fields: Record<string, unknown>): Promise<string> => written(bibtex, [paper(fields)]);
const extraBack = async (fields: Record<string, unknown>): Promise<Paper['extra']> =>
  (await papersIn(source, await entry(fields)))[0]!.extra;
const keysOf = (text: string): string[] => Array.from(text.matchAll(/^@\w+\{(.*),$/gm), ([, key]) => key!);

it('is what one would write by hand', async () => {
  const text = await entry({
    title: 'The BERT of Things: 50% cheaper',
    authors: ['Anna de la Cruz', 'Martin Luther King Jr.', 'World Health Organization', 'Plato'],
    year: 2020,
    venue: 'Journal of Bees & Wasps',
    url: 'https://example.org/~a_b?x=1%20#y',
    doi: '10.1000/a_b',
    arxiv: '2101.00001',
    categories: ['cs.CL', 'bees, wasps'],
    abstract: 'First.\n@article(x, is no entry.',
    extra: { volume: '3', issue: '4', pages: '1–9', moreAuthors: true, editors: ['Jo Roe'] },
  });
  expect(text).toBe(`@article{cruz2020bert,
  author = {Anna de la Cruz and King, Jr., Martin Luther and {World Health Organization} and {Plato} and others},
  editor = {Jo Roe},
  title = {The {BERT} of Things: 50\\% cheaper},
  journal = {Journal of Bees \\& Wasps},
  year = {2020},
  doi = {10.1000/a_b},
  eprint = {2101.00001},
  archiveprefix = {arXiv},
  url = {https://example.org/~a_b?x=1%20#y},
  volume = {3},
  number = {4},
  pages = {1–9},
  keywords = {cs.CL, bees{,} wasps},
  abstract = {First.

{@}article(x, is no entry.},
  akinid = {x},
  akinnames = {guessed 2-4},
}

`);
});

it('has a field for what can not be seen in names only where they would not be read back as they were', async () => {
  const plain = ['Ann Abel', 'Ludwig van Beethoven', 'A. Abel', '王小明 Wang'];
  const known = [{ family: 'de la Cruz', given: 'Anna' }, { literal: 'WHO' }];
  const text = await entry({ authors: [...plain, 'Anna de la Cruz', 'WHO'], names: known });
  expect(text).not.toContain('akinnames');
  const [back] = await papersIn(source, text);
  const authors = [...plain, 'Anna de la Cruz', 'WHO'];
  expect([back!.authors, back!.names]).toEqual([authors, paper({ authors, names: known }).names]);
  expect(await entry({ authors: ['J.R.R. Tolkien', 'World Health Organization'] })).toContain(
    'akinnames = {guessed 1-2; joined 1}',
  );
});

it('escapes what LaTeX would take for a command, and keeps braces in pairs', async () => {
  const title = '\\cite{x} costs $5 {or} }{ 100% #1 a_b^c ~ -- `` "q" \\alpha';
  const text = await entry({ title });
  expect(text).toContain('{$\\backslash$}cite\\textbraceleft{}x\\textbraceright{} costs \\$5');
  expect(text.split('{').length).toBe(text.split('}').length);
});

it('has no line that begins like an entry but those that are one', async () => {
  for (const nasty of fc.sample(nastyPaper, { seed: 1, numRuns: 300 })) {
    const text = await written(bibtex, [nasty]);
    expect(text.match(/^\s*@/gm)).toHaveLength(1);
  }
});

describe('keys', () => {
  it('are made of family name, year and the first telling word', async () => {
    const papers = [
      paper({ authors: ['Ana Ørsted-Łuk'], year: 2001, title: 'On the Größe' }),
      paper({ authors: ['李明'], year: 2001, title: '题目' }),
      paper({ authors: ['Barnes and Noble, Inc.'], title: '3D bees' }),
      paper({ title: '', abstract: 'a' }),
    ];
    expect(keysOf(await written(bibtex, papers))).toEqual([
      'orstedluk2001grosse',
      'paper2001',
      'barnesandnobleinc3d',
      'paper',
    ]);
  });

  it('are those that papers came with, where there are such', async () => {
    const papers = ['Smith:2020-a', 'smith:2020-A', 'a b', '17', 'ä', 3].map((key) => paper({ extra: { key } }));
    expect(keysOf(await written(bibtex, papers))).toEqual([
      'Smith:2020-a',
      'smith:2020-A-2',
      'title',
      'title-2',
      'title-3',
      'title-4',
    ]);
  });

  it('are never given twice, and soon found even for very many alike', async () => {
    const papers = [paper({ extra: { key: 'title-3' } }), ...Array.from({ length: 20_000 }, () => paper({}))];
    const keys = keysOf(await written(bibtex, papers));
    expect(new Set(keys).size).toBe(20_001);
    expect(keys.slice(0, 4)).toEqual(['title-3', 'title', 'title-2', 'title-4']);
  });
});

describe('extra fields', () => {
  it('that are texts come back as they were', async () => {
    const extra = {
      key: 'k',
      type: 'online',
      volume: '3',
      note: '50% {of} $\\alpha$ & co',
      urldate: '2020-01-02',
      file: 'C:\\a{b}.pdf',
    };
    expect(await extraBack({ extra })).toEqual(extra);
    const others = {
      type: 'misc',
      key: 'k',
      subtype: 'Talk',
      sortkey: 's',
      editors: ['A B', 'Y X'],
      moreAuthors: true,
      date: 'in press',
    };
    expect(await extraBack({ extra: others })).toEqual(others);
  });

  it('take the names that BibTeX has for them', async () => {
    const extra = { type: 'journal-article', issue: '2', page: '1-9', ISSN: '1234-5678', place: 'Rome' };
    expect(await extraBack({ venue: 'J', extra })).toEqual({
      type: 'article',
      key: 'title',
      number: '2',
      pages: '1-9',
      issn: '1234-5678',
      address: 'Rome',
    });
  });

  it('become one text where they are lists, numbers or of several lines, and stay out where they are nested', async () => {
    const extra = { cited: 12, affiliation: ['A', 'B'], note: 'a\n\nb', tree: { a: 1 }, open: true, 'No name': 'x' };
    expect(await extraBack({ extra })).toEqual({
      key: 'title',
      type: 'misc',
      cited: '12',
      affiliation: 'A; B',
      note: 'a b',
    });
  });

  it('stay out where they would say something else of the paper', async () => {
    const extra = {
      subtitle: 'x',
      crossref: 'y',
      xdata: 'z',
      eventtitle: 'e',
      howpublished: 'https://a.org',
      mesh: 'm',
      year: '2016',
    };
    expect(await extraBack({ extra })).toEqual({ key: 'title', type: 'misc' });
  });

  itShared(
    'of genuine entries come back, all whose names have no blank; an article of a conference as one',
    async () => {
      const entries = { 'zotero_betterbiblatex.bib': 150, 'scopus_export.bib': 3 };
      for (const [name, count] of Object.entries(entries)) {
        const papers = records(await readPath(source, sharedPath(`formats/${name}`))).map(({ input }) =>
          toPaper(input),
        );
        const back = await papersIn(source, await written(bibtex, papers));
        expect([papers, back].map(({ length }) => length)).toEqual([count, count]);
        for (const [i, paper] of papers.entries()) {
          const isCalledArticle = paper.extra.type === 'article' && kindOf(paper) === 'conference';
          const extra = isCalledArticle ? { ...paper.extra, type: 'inproceedings' } : paper.extra;
          // Fields that were given twice are joined.
          const joined = Object.entries(extra)
            .filter(([field]) => !/\s/.test(field))
            .map(([field, value]) => [field, Array.isArray(value) && field !== 'editors' ? value.join('; ') : value]);
          expect(back[i]!.extra).toEqual(Object.fromEntries(joined));
        }
      }
    },
  );
});
