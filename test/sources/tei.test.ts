import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { tei } from '../../src/sources/tei.ts';
import { readText, records, rejects } from './read.ts';

async function papersIn(text: string) {
  expect(detectSource(text)).toBe(tei);
  const found = await readText(tei, text);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

const AUTHOR = `<author><persName><forename type="first">Ann</forename><forename type="middle">B</forename><surname>Abel</surname>
  </persName><email>a@example.org</email><affiliation key="aff0"><orgName type="institution">Sheep U</orgName>
  <address><settlement>Lund</settlement></address></affiliation></author>`;
const BIBL = `<biblStruct><analytic>${AUTHOR}<title level="a" type="main">Counting sheep</title></analytic>
  <monogr><title level="j" type="main">Journal of Sheep</title><title level="j" type="abbrev">J Sheep</title>
  <idno type="ISSN">1234-5678</idno><imprint><publisher>Wool</publisher><biblScope unit="volume">3</biblScope>
  <biblScope unit="issue">2</biblScope><biblScope unit="page" from="1" to="9"/><date type="published" when="2020-05-01"/></imprint></monogr>
  <idno type="MD5">0A</idno><idno type="DOI">10.5555/SHEEP</idno><idno type="arXiv">arXiv:2005.00001v2[cs.CL]</idno></biblStruct>`;

const PAPER = {
  id: 'doi:10.5555/sheep',
  title: 'Counting sheep',
  authors: ['Ann B Abel'],
  names: [{ family: 'Abel', given: 'Ann B' }],
  year: 2020,
  venue: 'Journal of Sheep',
  ids: { doi: '10.5555/sheep', arxiv: '2005.00001' },
};

describe('what TEI says of a paper', () => {
  it('is in the header that GROBID makes, not in what the paper cites', async () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?><TEI xml:space="preserve" xmlns="http://www.tei-c.org/ns/1.0"><teiHeader
      xml:lang="en"><fileDesc><titleStmt><title level="a" type="main">Counting sheep</title></titleStmt>
      <publicationStmt><publisher>Wool</publisher><date type="published" when="2020-05-01">May 2020</date></publicationStmt>
      <sourceDesc>${BIBL}</sourceDesc></fileDesc><profileDesc><textClass><keywords><term>sheep</term><term>night</term></keywords>
      </textClass><abstract><div><p>One.</p><p>Two.</p></div></abstract></profileDesc></teiHeader>
      <text><back><listBibl><biblStruct><analytic><title>Cited</title></analytic></biblStruct></listBibl></back></text></TEI>`;
    expect(await papersIn(text)).toEqual([
      {
        ...PAPER,
        abstract: 'One.\nTwo.',
        url: null,
        categories: ['sheep', 'night'],
        extra: {
          ...{
            date: '2020-05-01',
            volume: '3',
            issue: '2',
            pages: '1-9',
            publisher: 'Wool',
            issn: '1234-5678',
            md5: '0A',
          },
          affiliations: ['Sheep U, Lund'],
        },
      },
    ]);
  });

  it('is in the entries of a bibliography, as Zotero exports one', async () => {
    const second = `<biblStruct type="book" xml:id="ode"><monogr><author><forename>Bo</forename><surname>Ode</surname></author>
      <title level="m">Sheep</title><imprint><date>2010</date></imprint></monogr></biblStruct>`;
    expect(await papersIn(`<listBibl xmlns="http://www.tei-c.org/ns/1.0">${BIBL}${second}</listBibl>`)).toMatchObject([
      PAPER,
      { title: 'Sheep', authors: ['Bo Ode'], year: 2010, venue: null, extra: { type: 'book', key: 'ode' } },
    ]);
  });

  it('is in the descriptions that HAL gives, not in the header of its answer', async () => {
    const text = `<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>HAL TEI export</title></titleStmt>
      </fileDesc></teiHeader><text><body><listBibl><biblFull><titleStmt><title xml:lang="en">Counting sheep</title></titleStmt>
      <publicationStmt><idno type="halId">hal-1</idno></publicationStmt><sourceDesc>${BIBL}</sourceDesc>
      <profileDesc><abstract xml:lang="en">We count.</abstract><textClass><classCode scheme="halTypology" n="COMM"/></textClass>
      </profileDesc></biblFull></listBibl></body></text></TEI>`;
    expect(await papersIn(text)).toMatchObject([
      { ...PAPER, abstract: 'We count.', extra: { type: 'conference paper', halId: 'hal-1' } },
    ]);
  });
});
