import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { arxivAtom } from '../../src/sources/arxiv-atom.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

const feed = (entries: string) => `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/AbCd</id>
  <title>arXiv Query: search_query=all:knots</title>
  ${entries}
</feed>`;

const ENTRY = `<entry>
  <id>http://arxiv.org/abs/math.GT/0301001v2</id>
  <title>Knots that \\'Eric
  ties in $O(n^2)$ moves</title>
  <updated>2004-02-01T00:00:00Z</updated>
  <link href="https://arxiv.org/abs/math/0301001v2" rel="alternate" type="text/html"/>
  <link href="https://arxiv.org/pdf/math/0301001v2" rel="related" type="application/pdf" title="pdf"/>
  <summary>  We tie
about ~10 knots.
  Then we untie them.
</summary>
  <category term="math.GT" scheme="http://arxiv.org/schemas/atom"/>
  <category term="math.CO" scheme="http://arxiv.org/schemas/atom"/>
  <published>2003-01-01T12:00:00Z</published>
  <arxiv:comment>12 pages &amp; a rope</arxiv:comment>
  <arxiv:primary_category term="math.GT"/>
  <arxiv:journal_ref>J. Imag. Topol. 3 (2004)</arxiv:journal_ref>
  <arxiv:doi>10.5555/Knot.1</arxiv:doi>
  <author><name>Ann  Ekman</name><arxiv:affiliation>Rope Institute</arxiv:affiliation></author>
  <author><name>Bo Ito</name><arxiv:affiliation>Rope Institute</arxiv:affiliation></author>
</entry>`;

describe('an answer of the arXiv API', () => {
  it('gives every field of an entry its place', async () => {
    const [found] = records(await readText(arxivAtom, feed(ENTRY)));
    expect(toPaper(found!.input)).toEqual({
      id: 'doi:10.5555/knot.1',
      title: 'Knots that Éric ties in O(n²) moves',
      abstract: 'We tie about ~10 knots.\nThen we untie them.',
      authors: ['Ann Ekman', 'Bo Ito'],
      year: 2003,
      venue: null,
      url: 'https://arxiv.org/abs/math/0301001v2',
      ids: { doi: '10.5555/knot.1', arxiv: 'math/0301001' },
      categories: ['math.GT', 'math.CO'],
      extra: {
        version: 'v2',
        published: '2003-01-01T12:00:00Z',
        updated: '2004-02-01T00:00:00Z',
        comment: '12 pages & a rope',
        'journal-ref': 'J. Imag. Topol. 3 (2004)',
        primaryCategory: 'math.GT',
        pdf: 'https://arxiv.org/pdf/math/0301001v2',
        affiliations: ['Rope Institute'],
      },
    });
  });

  it('does without whatever an entry lacks', async () => {
    const [found] = records(
      await readText(arxivAtom, feed('<entry><id>http://arxiv.org/abs/2401.00001v1</id><title>Bare</title></entry>')),
    );
    expect(toPaper(found!.input)).toMatchObject({
      title: 'Bare',
      year: null,
      venue: null,
      ids: { arxiv: '2401.00001' },
    });
  });

  it('that is an error is a reject with what the API says', async () => {
    const text = feed(`<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_x</id><title>Error</title>
      <summary>incorrect id format for x</summary></entry>`);
    expect(rejects(await readText(arxivAtom, text))).toMatchObject([
      { reject: { code: 'record-invalid', reason: 'the arXiv API answered with an error: incorrect id format for x' } },
    ]);
  });

  it('is recognised, and other feeds are not', () => {
    expect(arxivAtom.detects(feed(''))).toBe(true);
    expect(arxivAtom.detects(feed('<entry/>').replace(/arxiv/g, 'example'))).toBe(false);
    expect(arxivAtom.detects('<html><a href="https://arxiv.org/api">feed</a></html>')).toBe(false);
  });

  itShared.each([
    ['arxiv_atom_2025_2.xml', 2],
    ['arxiv_atom_2026_5.xml', 5],
    ['arxiv_atom_empty.xml', 0],
  ])('of the past and of today is read: %s', async (name, count) => {
    const path = sharedPath(`formats/${name}`);
    const text = readFileSync(path, 'utf8');
    expect(arxivAtom.detects(text)).toBe(true);
    const found = await readPath(arxivAtom, path);
    expect(rejects(found)).toEqual([]);
    const papers = records(found).map(({ input }) => toPaper(input));
    expect(papers).toHaveLength(count);
    expect(papers.map(({ ids }) => ids.arxiv)).toEqual(
      Array.from(text.matchAll(/<id>http:\/\/arxiv\.org\/abs\/([\d.]+)v\d+/g), ([, id]) => id),
    );
    for (const paper of papers) {
      expect(paper.abstract.length).toBeGreaterThan(100);
      expect(paper.abstract + paper.title).not.toMatch(/\n| {2}|\\[a-z]/);
      expect(paper.authors.length).toBeGreaterThan(0);
      expect(paper.categories).toContain(paper.extra.primaryCategory);
      expect(String(paper.extra.published)).toMatch(new RegExp(`^${paper.year}`));
    }
  });
});
