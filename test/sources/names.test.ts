/** What each format tells of names, and lists that mean something else than their format's rules. */
import { describe, expect, it } from 'vitest';
import { written } from '../export/papers.ts';
import { bibtex as bibtexExport } from '../../src/export/bibtex.ts';
import { ris as risExport } from '../../src/export/ris.ts';
import { toPaper, type Paper } from '../../src/paper.ts';
import { sourceNamed } from '../../src/sources/registry.ts';
import { readText, records } from './read.ts';

async function paperOf(format: string, text: string): Promise<Paper> {
  const [found] = records(await readText(sourceNamed(format), text));
  return toPaper(found!.input);
}
const bibtex = (authors: string) => paperOf('bibtex', `@misc{a, title={One}, author={${authors}}}`);
const ris = (...authors: string[]) =>
  paperOf('ris', ['TY  - JOUR', 'TI  - One', ...authors.map((name) => `AU  - ${name}`), 'ER  - '].join('\n'));
const authorField = async (paper: Paper) => /author = \{(.*)\},\n/.exec(await written(bibtexExport, [paper]))?.[1];

describe('BibTeX', () => {
  it.each([
    ['Abel, Laura, III', ['Laura Abel III'], 'Abel, III, Laura'],
    ['Abel, A.; Baker, B.; Cole, C.', ['A. Abel', 'B. Baker', 'C. Cole'], 'Abel, A. and Baker, B. and Cole, C.'],
    ['A. Abel, B. Baker and C. Cole', ['A. Abel', 'B. Baker', 'C. Cole'], 'A. Abel and B. Baker and C. Cole'],
    ['A. Abel, B. Baker, and C. Cole', ['A. Abel', 'B. Baker', 'C. Cole'], 'A. Abel and B. Baker and C. Cole'],
    ['Ann Abel, Bob Baker, Cy Cole', ['Ann Abel', 'Bob Baker', 'Cy Cole'], 'Ann Abel and Bob Baker and Cy Cole'],
    ['Abel, A., Baker, B., and Cole, C.', ['A. Abel', 'B. Baker', 'C. Cole'], 'Abel, A. and Baker, B. and Cole, C.'],
    ['given=Hans, family=Abel, given-i=H', ['Hans Abel'], 'Abel, Hans'],
    ['Abel, J.\\,A. and Baker, B.', ['J. A. Abel', 'B. Baker'], 'Abel, J. A. and Baker, B.'],
    ['Abel, Ann and Baker, Bob et al.', ['Ann Abel', 'Bob Baker'], 'Abel, Ann and Baker, Bob and others'],
    ['Abel, Ann and  and Baker, Bob', ['Ann Abel', 'Bob Baker'], 'Abel, Ann and Baker, Bob'],
    ['Abel, Ann and', ['Ann Abel'], 'Abel, Ann'],
    ["Garc{\\'\\i}a M{\\'a}rquez, Gabriel", ['Gabriel García Márquez'], 'García Márquez, Gabriel'],
    ['{Ben Guirat}, Iness', ['Iness Ben Guirat'], 'Ben Guirat, Iness'],
    ['Iness {Ben Guirat}', ['Iness Ben Guirat'], 'Ben Guirat, Iness'],
    ["Charles de la {Vall{\\'e}e Poussin}", ['Charles de la Vallée Poussin'], 'de la Vallée Poussin, Charles'],
    ["de la Vall{\\'e}e Poussin, Charles", ['Charles de la Vallée Poussin'], 'de la Vallée Poussin, Charles'],
    [
      '{World Bee Society, Rome} and Abel, A.',
      ['World Bee Society, Rome', 'A. Abel'],
      '{World Bee Society, Rome} and Abel, A.',
    ],
    ['Abel A. and de Baker J.P.', ['A. Abel', 'J.P. de Baker'], 'Abel, A. and de Baker, J. P.'],
    ['Tolkien, J.R.R.', ['J.R.R. Tolkien'], 'Tolkien, J. R. R.'],
    ['King, Jr., Martin Luther', ['Martin Luther King Jr.'], 'King, Jr., Martin Luther'],
    ['family=Gogh, given=Vincent, prefix=van, suffix=III', ['Vincent van Gogh III'], 'van Gogh, III, Vincent'],
    ['Ann Abel and Ludwig van Beethoven', ['Ann Abel', 'Ludwig van Beethoven'], 'Ann Abel and Ludwig van Beethoven'],
    ['李, 伟', ['李伟'], '李, 伟'],
    ['{\\"O}zg{\\"u}r, Arzucan', ['Arzucan Özgür'], 'Özgür, Arzucan'],
  ])('%s', async (authors, shown, back) => {
    const paper = await bibtex(authors);
    expect(paper.authors).toEqual(shown);
    expect(await authorField(paper)).toBe(back);
  });

  it('says of an entry that has others', async () => {
    for (const end of [' et al.', ', et al.', ' and others', ' and et al.']) {
      const { authors, extra } = await bibtex(`Abel, Ann and Baker, Bob${end}`);
      expect([authors, extra.moreAuthors]).toEqual([['Ann Abel', 'Bob Baker'], true]);
    }
  });
});

describe('RIS', () => {
  it.each([
    [['Abel A.', 'de Baker J.P.'], ['A. Abel', 'J.P. de Baker'], 'Abel, A. and de Baker, J. P.'],
    [['Cole CDE', 'Abel A Jr'], ['CDE Cole', 'A Abel Jr'], 'Cole, CDE and Abel, Jr, A'],
    [['Gómez Pérez, Asunción'], ['Asunción Gómez Pérez'], 'Gómez Pérez, Asunción'],
    [['King, Martin Luther, Jr.'], ['Martin Luther King Jr.'], 'King, Jr., Martin Luther'],
    [['University of A, B'], ['University of A, B'], '{University of A, B}'],
    [['World Bee Society,'], ['World Bee Society'], '{World Bee Society}'],
    [['Abel, A.; Baker, B.; Cole, C.'], ['A. Abel', 'B. Baker', 'C. Cole'], 'Abel, A. and Baker, B. and Cole, C.'],
    [['Abel A., Baker B.C.'], ['A. Abel', 'B.C. Baker'], 'Abel, A. and Baker, B. C.'],
    [['Elizabeth II'], ['Elizabeth II'], 'Elizabeth II'],
  ])('%j', async (authors, shown, back) => {
    const paper = await ris(...authors);
    expect(paper.authors).toEqual(shown);
    expect(await authorField(paper)).toBe(back);
  });
});

it.each([
  ['nbib', 'PMID- 1\nTI  - One\nFAU - Gómez Pérez, Ana B Jr\nCN  - Bee Group', 'Gómez Pérez, Ana B, Jr\nBee Group,'],
  [
    'wos',
    'PT J\nTI One\nAF Gómez Pérez, Ana\n   Ben Guirat, Iness\nCA Bee Group\nER\n',
    'Gómez Pérez, Ana\nBen Guirat, Iness\nBee Group,',
  ],
  ['csv', 'Title,Authors\nOne,"Gómez Pérez, Ana; Ben Guirat, Iness"\n', 'Gómez Pérez, Ana\nBen Guirat, Iness'],
  ['csv', 'Title,Authors\nOne,"Abel A, Baker BC, Cole CDE."\n', 'Abel, A\nBaker, BC\nCole, CDE'],
  ['csv', 'Title,Author Names\nOne,"Abel A., Baker B.C."\n', 'Abel, A.\nBaker, B.C.'],
  [
    'jsonl',
    '{"title":"One","authors":["Gómez Pérez, Ana",{"family":"Ito","given":"Ai"}]}',
    'Gómez Pérez, Ana\nIto, Ai',
  ],
  [
    'jsonl',
    '{"title":"One","author":[{"family":"Gogh","given":"Vincent","non-dropping-particle":"van"}]}',
    'van Gogh, Vincent',
  ],
  [
    'csl-json',
    JSON.stringify([
      {
        ...{ id: 'a', type: 'book', title: 'One' },
        author: [
          { family: 'Humboldt', given: 'Alexander', 'dropping-particle': 'von' },
          { family: 'Gogh', given: 'Vincent', 'non-dropping-particle': 'van', suffix: 'III' },
          { literal: 'Bee Group' },
        ],
      },
    ]),
    'Humboldt, Alexander von\nvan Gogh, Vincent, III\nBee Group,',
  ],
])('%s says which the family names are: %#', async (format, text, names) => {
  const file = await written(risExport, [await paperOf(format, text)]);
  expect(Array.from(file.matchAll(/^AU {2}- (.*)\r$/gm), ([, name]) => name).join('\n')).toBe(names);
});

it.each([
  ['bibtex', '@book{h, title={One}, editor={Abel, Ann}}'],
  ['ris', 'TY  - BOOK\nTI  - One\nA2  - Abel, Ann\nER  - \n'],
  ['nbib', 'PMID- 1\nTI  - One\nFED - Abel, Ann'],
  ['csl-json', '[{"id":"a","type":"book","title":"One","editor":[{"family":"Abel","given":"Ann"}]}]'],
  ['crossref', '{"DOI":"10.1000/a","title":["One"],"editor":[{"family":"Abel","given":"Ann"}]}'],
])('%s has the editors of a work without authors, by their parts', async (format, text) => {
  const paper = await paperOf(format, text);
  expect(paper).toMatchObject({
    authors: [],
    names: [{ family: 'Abel', given: 'Ann' }],
    extra: { editors: ['Ann Abel'] },
  });
});
