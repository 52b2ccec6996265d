import { expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { cslYaml } from '../../src/sources/csl-yaml.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, records, rejects } from './read.ts';

const BETTER_BIBTEX = `---
references:
  - id: abelCountingSheep2017
    abstract: >-
      A first line: with
      a colon.

      - A second one.
    accessed:
      - year: 2020
        month: 3
        day: 5
    author:
      - family: Abel
        given: Ann
      - family: Berg
        given: Bo
        non-dropping-particle: van den
      - literal: The Sheep Group
    citation-key: abelCountingSheep2017
    container-title: Journal of Sheep
    DOI: 10.5555/sheep
    issued:
      - year: 2017
        month: 6
    keyword: sheep,goats
    title: Counting <i>sheep</i>
    type: article-journal
    volume: 010
  - id: coleFences1999
    editor:
      - family: Cole
        given: Cy
    issued:
      - year: 1999
      - year: 2001
    note: 'PMID: 12345678'
    title: "Fences: a
      survey"
    type: book
...
`;
const PANDOC = `nocite: "[@*]"
references:
- author:
    family: Author
    given:
    - Ann
    - B.
  container-title: Journal
  id: item1
  issued: 2011-09-24/2011-09-26
  title: 'The *Ovis* CO~2~ [NASA]{.nocase} x^2^ a_b_c 2\\*3'
  type: article-magazine
# the next
- id: item2
  author: [{family: Bee, given: Cee}]
  issued: 2012
  title: Goats
`;

const papersIn = async (text: string) => {
  const found = await readText(cslYaml, text, 7);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
};

it("Better BibTeX's list gives every field its place", async () => {
  expect(detectSource(BETTER_BIBTEX)).toBe(cslYaml);
  expect(await papersIn(BETTER_BIBTEX)).toEqual([
    {
      id: 'doi:10.5555/sheep',
      title: 'Counting sheep',
      abstract: 'A first line: with a colon.\n- A second one.',
      authors: ['Ann Abel', 'Bo van den Berg', 'The Sheep Group'],
      names: [
        { family: 'Abel', given: 'Ann' },
        { family: 'Berg', given: 'Bo', particle: 'van den' },
        { literal: 'The Sheep Group' },
      ],
      year: 2017,
      venue: 'Journal of Sheep',
      url: null,
      ids: { doi: '10.5555/sheep' },
      categories: ['sheep', 'goats'],
      extra: {
        ...{ key: 'abelCountingSheep2017', accessed: '2020-03-05', issued: '2017-06', type: 'article-journal' },
        volume: '010',
      },
    },
    {
      id: 'pmid:12345678',
      title: 'Fences: a survey',
      abstract: '',
      authors: [],
      names: [{ family: 'Cole', given: 'Cy' }],
      year: 1999,
      venue: null,
      url: null,
      ids: { pmid: '12345678' },
      categories: [],
      extra: {
        ...{ key: 'coleFences1999', editors: ['Cy Cole'], issued: '1999/2001', note: 'PMID: 12345678', type: 'book' },
      },
    },
  ]);
});

it.each([
  ['below other keys', PANDOC],
  ['with CRLF', PANDOC.replaceAll('\n', '\r\n')],
  ['as a bare list', PANDOC.slice(PANDOC.indexOf('- author'))],
  ['with a text behind it', `---\n${PANDOC}---\n`],
])("Pandoc's list is read, and its Markdown as what it shows: %s", async (_, text) => {
  expect(detectSource(text)).toBe(cslYaml);
  expect(await papersIn(text)).toMatchObject([
    {
      title: 'The Ovis CO2 NASA x2 a_b_c 2*3',
      authors: ['Ann B. Author'],
      year: 2011,
      venue: 'Journal',
      extra: { key: 'item1', issued: '2011-09-24/2011-09-26' },
    },
    { title: 'Goats', authors: ['Cee Bee'], year: 2012, extra: { key: 'item2' } },
  ]);
});

it('an item that breaks the syntax costs itself, and what is no item is told', async () => {
  const text = `${BETTER_BIBTEX.replace('family: Abel', 'family: "Abel')}`;
  const found = await readText(cslYaml, text);
  expect(rejects(found)).toMatchObject([{ record: 1, reject: { code: 'syntax' } }]);
  expect(records(found)).toMatchObject([{ record: 2, input: { title: 'Fences: a survey' } }]);
  const broken = await readText(cslYaml, PANDOC.replace('# the next', 'the next\nagain'));
  expect(rejects(broken)).toMatchObject([{ record: 2, reject: { reason: 'expected an item of a list, "- id: …"' } }]);
  expect(records(broken)).toHaveLength(2);
  const long = await readText(cslYaml, `- id: a\n  issued: 2016\n  title: ${'a'.repeat(200_000)}\n- title: T\n`);
  expect(rejects(long)).toMatchObject([{ record: 1, reject: { code: 'too-large' } }]);
  expect(records(long)).toHaveLength(1);
});

it.each([
  '- title: Sheep\n  link: /sheep\n',
  'title: A draft\nreferences-title: x\n',
  '# Sheep\n\n- one: two\n- three\n',
  'sheep:\n  type: article\n  title: Sheep\n',
])('another list in YAML is none of CSL: %j', (text) => {
  expect(detectSource(text)?.name).not.toBe('csl-yaml');
});
