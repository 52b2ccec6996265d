import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { jats } from '../../src/sources/jats.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, records, rejects } from './read.ts';

const front = (meta: string) => `<front><journal-meta><journal-id journal-id-type="iso-abbrev">J. Sheep</journal-id>
  <journal-title-group><journal-title>Journal of Sheep</journal-title></journal-title-group><issn pub-type="epub">1234-5678</issn>
  <publisher><publisher-name>Wool</publisher-name></publisher></journal-meta><article-meta>${meta}</article-meta></front>`;
const META = `<article-id pub-id-type="pmid">123</article-id><article-id pub-id-type="pmc">PMC77</article-id>
  <article-id pub-id-type="doi">10.5555/SHEEP</article-id>
  <article-categories><subj-group subj-group-type="heading"><subject>Research Article</subject></subj-group>
    <subj-group><subject>Zoology</subject></subj-group></article-categories>
  <title-group><article-title>Counting <italic>Ovis</italic><xref ref-type="fn">*</xref> at CO<sub>2</sub></article-title>
    <subtitle>a study</subtitle></title-group>
  <contrib-group><contrib contrib-type="author" corresp="yes"><name><surname>Abel</surname><given-names>Ann B</given-names>
      <suffix>Jr</suffix></name><xref ref-type="aff" rid="a1"/></contrib>
    <contrib contrib-type="author"><collab>The Sheep Group<contrib-group><contrib><name><surname>X</surname></name></contrib>
      </contrib-group></collab></contrib>
    <contrib contrib-type="editor"><name><surname>Ode</surname><given-names>Bo</given-names></name></contrib>
    <aff id="a1"><label>1</label>Sheep U, Lund</aff></contrib-group>
  <pub-date pub-type="epub"><day>1</day><month>12</month><year>2019</year></pub-date>
  <pub-date pub-type="ppub"><month>5</month><year>2020</year></pub-date>
  <volume>3</volume><issue>2</issue><fpage>1</fpage><lpage>9</lpage>
  <abstract abstract-type="summary"><p>Short.</p></abstract>
  <abstract><title>Abstract</title><sec><title>Aims</title><p>To count <inline-formula><alternatives><tex-math>x</tex-math>
    <mml:math xmlns:mml="m"><mml:mi>x</mml:mi></mml:math></alternatives></inline-formula>.</p></sec></abstract>
  <kwd-group kwd-group-type="author"><kwd>sheep</kwd><kwd>night</kwd></kwd-group>`;

async function papersIn(text: string, pieceLength?: number) {
  expect(detectSource(text)).toBe(jats);
  const found = await readText(jats, text, pieceLength);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

describe('an article in JATS', () => {
  it('gives what its front matter says its place, whatever text and references follow', async () => {
    const text = `<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving DTD v1.2//EN" "a.dtd">
      <article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article">${front(META)}
      <body><p>Text &amp; more &unknown;</p></body><back><ref-list><ref><element-citation><article-title>Cited</article-title>
      </element-citation></ref></ref-list></back>
      <sub-article article-type="translation"><front>${META}</front></sub-article></article>`;
    for (const length of [1000, 11]) {
      expect(await papersIn(text, length)).toEqual([
        {
          id: 'doi:10.5555/sheep',
          names: [
            { family: 'Abel', given: 'Ann B', suffix: 'Jr' },
            { literal: 'The Sheep Group' },
            { family: 'Ode', given: 'Bo' },
          ],
          title: 'Counting Ovis at CO2: a study',
          abstract: 'Aims\nTo count x.',
          authors: ['Ann B Abel Jr', 'The Sheep Group'],
          year: 2020,
          venue: 'Journal of Sheep',
          url: null,
          ids: { doi: '10.5555/sheep', pmid: '123', pmcid: 'PMC77' },
          categories: ['sheep', 'night', 'Zoology'],
          extra: {
            ...{
              type: 'research-article',
              date: '2020-05',
              volume: '3',
              issue: '2',
              pages: '1-9',
              issn: ['1234-5678'],
            },
            ...{ publisher: 'Wool', journalAbbreviation: 'J. Sheep', editors: ['Bo Ode'], otherAbstracts: ['Short.'] },
            affiliations: ['Sheep U, Lund'],
          },
        },
      ]);
    }
  });

  it('stands in a set of them, in the older form of it', async () => {
    const old = `<article><front><journal-meta><journal-title>Journal of Sheep</journal-title></journal-meta><article-meta>
      <title-group><article-title>Old</article-title></title-group><pub-date><year>2005</year></pub-date></article-meta></front></article>`;
    expect(await papersIn(`<pmc-articleset>${old}${old.replace('Old', 'Older')}</pmc-articleset>`)).toMatchObject([
      { title: 'Old', year: 2005, venue: 'Journal of Sheep' },
      { title: 'Older' },
    ]);
  });

  it('is not every article in XML', () => {
    expect(
      detectSource('<article xmlns="http://docbook.org/ns/docbook"><title>A manual</title></article>'),
    ).toBeUndefined();
  });
});
