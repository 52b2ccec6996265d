/** Every name that any reader gives is written by every format that is read back, and is read as it was. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exporterNamed } from '../../src/export/registry.ts';
import { shownName, type Name } from '../../src/names.ts';
import { editorsOf, toPaper, type Paper } from '../../src/paper.ts';
import { sourceNamed } from '../../src/sources/registry.ts';
import { readText, records } from '../sources/read.ts';
import { papersIn, written } from './papers.ts';

const FORMATS = [
  { format: 'bibtex', source: 'bibtex' },
  { format: 'ris', source: 'ris' },
  { format: 'csl', source: 'csl-json' },
  { format: 'jsonl', source: 'jsonl' },
  { format: 'csv', source: 'csv' },
].map(({ format, source }) => ({ exporter: exporterNamed(format), source: sourceNamed(source) }));

const oneLine = (text: string): string => text.replace(/[\r\n\u0085\u2028\u2029\v\f]/g, ' ');
const xml = (text: string): string =>
  text
    .replace(/[&<>"\p{Cc}\ufffe\uffff]/gu, (sign) => ('&<>"'.includes(sign) ? `&#${sign.charCodeAt(0)};` : ' '))
    .toWellFormed();
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const braces = (text: string): string => text.replace(/[{}\\@%]/g, '');

/** A file of each kind with people in it, as they are or by their parts. */
const READERS: Record<string, (people: string[][], texts: string[]) => string> = {
  bibtex: (_, texts) => `@article{a,\n title = {A},\n author = {${texts.map(braces).map(oneLine).join(' and ')}}\n}`,
  ris: (_, texts) => ['TY  - JOUR', 'TI  - A', ...texts.map((text) => `AU  - ${oneLine(text)}`), 'ER  - '].join('\n'),
  nbib: (_, texts) => ['PMID- 1', 'TI  - A', ...texts.map((text) => `FAU - ${oneLine(text)}`)].join('\n'),
  wos: (_, texts) =>
    ['PT J', 'TI A', ...texts.map((text, i) => `${i === 0 ? 'AF' : '  '} ${oneLine(text)}`), 'ER', 'EF'].join('\n'),
  csv: (_, texts) => `Title,Authors,DOI\nA,${cell(texts.join('; '))},10.1000/a\nB,"Ito, Ai",`,
  jsonl: (_, texts) => JSON.stringify({ title: 'A', authors: texts }),
  'csl-json': (people) =>
    JSON.stringify([
      {
        id: 'a',
        type: 'article-journal',
        title: 'A',
        author: people.map(([family, given, particle, suffix]) => ({
          ...{
            family,
            given,
            suffix,
            [particle?.includes('x') ? 'dropping-particle' : 'non-dropping-particle']: particle,
          },
        })),
        editor: [{ literal: people[0]?.join(' ') }],
      },
    ]),
  crossref: (people) =>
    JSON.stringify({ DOI: '10.1000/a', title: ['A'], author: people.map(([family, given]) => ({ family, given })) }),
  'pubmed-xml': (people) =>
    `<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>A</ArticleTitle><AuthorList>${people
      .map(
        ([family = '', given = '', , suffix = '']) =>
          `<Author><LastName>${xml(family)}</LastName><ForeName>${xml(given)}</ForeName><Suffix>${xml(suffix)}</Suffix></Author>`,
      )
      .join('')}</AuthorList></Article></MedlineCitation></PubmedArticle>`,
  'arxiv-kaggle': (people) =>
    JSON.stringify({
      id: '1512.03385',
      title: 'A',
      authors_parsed: people.map(([family, given, , suffix]) => [family, given, suffix]),
    }),
  'oai-pmh': (people) =>
    `<OAI-PMH><ListRecords><record><header/><metadata><arXiv><id>1512.03385</id><title>A</title><authors>${people
      .map(
        ([family = '', given = '']) =>
          `<author><keyname>${xml(family)}</keyname><forenames>${xml(given)}</forenames></author>`,
      )
      .join('')}</authors></arXiv></metadata></record></ListRecords></OAI-PMH>`,
  'acl-xml': (people) =>
    `<collection id="2020.a"><volume id="1"><paper id="1"><title>A</title>${people
      .map(([family = '', given = '']) => `<author><first>${xml(given)}</first><last>${xml(family)}</last></author>`)
      .join('')}</paper></volume></collection>`,
};

const part = fc.oneof(
  fc.constantFrom(
    ...[
      'García Márquez',
      'Ben Guirat',
      'El Ghaoui',
      "O'Dea",
      'Ito',
      'Li',
      '李',
      '김',
      'Kovács',
      'Smith-Jones',
      'de la Cruz',
      'LI',
    ],
    ...[
      'World Health Organization',
      'University of A',
      'Inc.',
      'Plato',
      'and',
      'others',
      'AT&T',
      'A <b>',
      'x = y',
      'family=a',
    ],
  ),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const given = fc.oneof(
  fc.constantFrom(
    ...['Gabriel', 'A.', 'J.R.R.', 'J. P.', 'J.-P.', 'AB', 'Alexander von', '伟', 'Ai Bo', 'Jr.', 'II', ''],
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const particle = fc.constantFrom('', 'von', 'de la', 'Van', "d'", 'x van');
const suffix = fc.constantFrom('', 'Jr.', 'III', '3rd', 'PhD');
const person = fc.tuple(part, given, particle, suffix);

/** What people write in one text: in any order, with any of it. */
const text = ([family, first, small, last]: string[]) =>
  fc.constantFrom(
    `${small} ${family}, ${first}, ${last}`.replace(/, $/, ''),
    `${small} ${family}, ${last}, ${first}`,
    `${first} ${small} ${family} ${last}`,
    `${family} ${first}`,
    `${family},`,
    `${family}, ${first}; Ode, Bo`,
    family!,
  );
const people = fc.array(
  person.chain((parts) => fc.tuple(fc.constant(parts as string[]), text(parts as string[]))),
  { minLength: 1, maxLength: 3 },
);

const namesOf = ({ authors, names, ...paper }: Paper) => ({ authors, editors: editorsOf(paper), names });

describe.each(Object.entries(READERS))('names that %s gives', (name, fileOf) => {
  it('are written and read back the same', async () => {
    const kinds = { parts: 0, whole: 0, text: 0 };
    await fc.assert(
      fc.asyncProperty(people, async (some) => {
        const file = fileOf(
          some.map(([parts]) => parts),
          some.map(([, written]) => written),
        );
        const papers = records(await readText(sourceNamed(name), file)).map(({ input }) => toPaper(input));
        for (const paper of papers) {
          const known = new Map((paper.names ?? []).map((each): [string, Name] => [shownName(each), each]));
          for (const author of paper.authors) {
            const told = known.get(author);
            kinds[told === undefined ? 'text' : 'literal' in told ? 'whole' : 'parts']++;
          }
        }
        for (const { exporter, source } of FORMATS) {
          const back = await papersIn(source, await written(exporter, papers));
          expect(back.map(namesOf), exporter.name).toEqual(papers.map(namesOf));
        }
      }),
      { seed: 13, numRuns: 300, interruptAfterTimeLimit: 20_000 },
    );
    expect(kinds.parts, JSON.stringify(kinds)).toBeGreaterThan(100);
  });
});
