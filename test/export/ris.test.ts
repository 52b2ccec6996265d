import { describe, expect, it } from 'vitest';
import { ris } from '../../src/export/ris.ts';
import { toPaper, type Paper } from '../../src/paper.ts';
import { ris as source } from '../../src/sources/ris.ts';
import { readPath, records } from '../sources/read.ts';
import { itShared, sharedPath } from '../shared.ts';
import { paper, papersIn, written } from './papers.ts';

const record = (fields: Record<string, unknown>): Promise<string> => written(ris, [paper(fields)]);
const extraBack = async (fields: Record<string, unknown>): Promise<Paper['extra']> =>
  (await papersIn(source, await record(fields)))[0]!.extra;

it('is what other programs write', async () => {
  const text = await record({
    id: '17',
    title: 'R&D for p < q',
    authors: ['Anna de la Cruz', 'Martin Luther King Jr.', 'University of A, B', 'Plato', 'et al.'],
    year: 2020,
    venue: 'Journal of Bees',
    url: 'https://example.org/a',
    ids: { doi: '10.1000/a', arxiv: '2101.00001', pmid: '5', pmcid: 'PMC6' },
    categories: ['cs.CL', 'a; b'],
    abstract: 'First.\n\nER\nAU - is no author',
    extra: { key: 'k', volume: '3', issue: '4', pages: '1–9', moreAuthors: true, editors: ['Jo Roe'] },
  });
  expect(text).toBe(
    [
      ...['TY  - JOUR', 'ID  - k', 'TI  - R&D for p < q', 'AU  - de la Cruz, Anna', 'AU  - King, Martin Luther, Jr.'],
      ...['AU  - University of A,, B', 'AU  - Plato', 'AU  - et al.,', 'AU  - et al.', 'A2  - Roe, Jo', 'PY  - 2020'],
      ...[
        'T2  - Journal of Bees',
        'SP  - 1',
        'EP  - 9',
        'DO  - 10.1000/a',
        'UR  - https://example.org/a',
        'C2  - PMC6',
      ],
      ...[
        'AN  - pmid:5',
        'AN  - arxiv:2101.00001',
        'KW  - cs.CL',
        'KW  - a; b',
        'U1  - akin-id: 17',
        'U1  - akin-names: guessed 1-2, 4-6',
        'VL  - 3',
        'IS  - 4',
      ],
      ...['AB  - First.', '<br>', '&#69;R', '&#65;U - is no author', 'ER  - ', '', ''],
    ].join('\r\n'),
  );
});

it('escapes only what would be taken for markup', async () => {
  expect(await record({ title: 'a & b <c' })).toContain('TI  - a & b <c\r\n');
  expect(await record({ title: 'a <b>b</b> &amp; c' })).toContain('TI  - a &lt;b&gt;b&lt;/b&gt; &amp;amp; c\r\n');
});

describe('extra fields', () => {
  it('with a tag come back as they were', async () => {
    const extra = {
      ...{
        type: 'CPAPER',
        key: 'k',
        volume: '3',
        issue: '4',
        pages: '1-9',
        note: ['a\nER\n\nb', 'c'],
        issn: '1234-5678',
        C6: 'x',
      },
      ...{ shortTitle: 's', affiliations: ['X', 'Y'], editors: ['A B', 'Y X'], moreAuthors: true, date: '2016-05-12' },
      ...{ links: ['https://a.org', 'https://b.org'] },
    };
    expect(await extraBack({ year: 2016, extra })).toEqual(extra);
  });

  it('take the names and forms that RIS has for them', async () => {
    const extra = { type: 'journal-article', number: '2', page: '1–9', ISSN: '1234-5678', address: 'Rome' };
    expect(await extraBack({ venue: 'J', extra })).toEqual({
      type: 'JOUR',
      issue: '2',
      pages: '1-9',
      issn: '1234-5678',
      place: 'Rome',
    });
  });

  it('stay out where RIS has no tag for them, where they are no texts, or would say something else of the paper', async () => {
    const extra = {
      cited: '12',
      volume: 3,
      tree: { a: 1 },
      secondaryTitle: 'a venue',
      workType: '10.1000/x',
      date: '2016',
      accession: 'pmid:5',
    };
    expect(await extraBack({ extra })).toEqual({ type: 'GEN' });
  });

  it('are not said again where they are title, venue or abstract', async () => {
    expect(await extraBack({ title: 'A', extra: { type: 'GEN', shortTitle: 'A' } })).toEqual({ type: 'GEN' });
  });

  itShared.each([
    ['scopus_export', 92],
    ['ovid_export', 4],
    ['citesource_mixed', 17],
    ['endnote_kwok', 120],
    ['endnote_ptsd_150', 150],
    ['ebsco_asp_export', 4],
  ])("of %s come back, all but a publisher's copyright", async (name, count) => {
    const found = records(await readPath(source, sharedPath(`formats/${name}.ris`)));
    const papers = found.map(({ input }) => toPaper(input));
    const back = await papersIn(source, await written(ris, papers));
    expect([papers, back].map(({ length }) => length)).toEqual([count, count]);
    for (const [i, { extra }] of papers.entries()) {
      const { copyright: _, ...rest } = extra;
      expect(back[i]!.extra).toEqual(rest);
    }
  });
});
