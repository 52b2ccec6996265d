import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { zoteroRdf } from '../../src/sources/zotero-rdf.ts';
import { readText, records, rejects } from './read.ts';

const rdf = (content: string) => `<rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#"
 xmlns:bib="http://purl.org/net/biblio#" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/"
 xmlns:vcard="http://nwalsh.com/rdf/vCard#" xmlns:link="http://purl.org/rss/1.0/modules/link/">${content}</rdf:RDF>`;
const people = (role: string, ...names: [string, string?][]) =>
  `<${role}><rdf:Seq>${names
    .map(([family, given]) => {
      const first = given === undefined ? '' : `<foaf:givenName>${given}</foaf:givenName>`;
      return `<rdf:li><foaf:Person><foaf:surname>${family}</foaf:surname>${first}</foaf:Person></rdf:li>`;
    })
    .join('')}</rdf:Seq></${role}>`;

async function papersIn(content: string, pieceLength?: number) {
  expect(detectSource(rdf(content))).toBe(zoteroRdf);
  const found = await readText(zoteroRdf, rdf(content), pieceLength);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

const ARTICLE = `<bib:Article rdf:about="https://example.org/s">
  <z:itemType>journalArticle</z:itemType>
  <dcterms:isPartOf rdf:resource="urn:issn:1234-5678"/>
  ${people('bib:authors', ['Abel', 'Ann'], ['The Sheep Group'])}${people('bib:editors', ['Ode', 'Bo'])}
  <link:link rdf:resource="#item_2"/>
  <dc:subject>sheep</dc:subject><dc:subject><z:AutomaticTag><rdf:value>counting</rdf:value></z:AutomaticTag></dc:subject>
  <dc:identifier><dcterms:URI><rdf:value>https://example.org/s</rdf:value></dcterms:URI></dc:identifier>
  <dc:identifier>DOI 10.5555/SHEEP</dc:identifier>
  <dc:date>2020-05</dc:date><dc:description>PMID: 123
Citation Key: abel2020</dc:description>
  <dcterms:abstract>We count.</dcterms:abstract><dc:title>Counting sheep</dc:title><bib:pages>1-9</bib:pages>
</bib:Article>`;
const JOURNAL = `<bib:Journal rdf:about="urn:issn:1234-5678"><prism:volume>3</prism:volume><prism:number>2</prism:number>
  <dc:title>Journal of Sheep</dc:title><dc:identifier>ISSN 1234-5678</dc:identifier></bib:Journal>`;
const ATTACHMENT = `<z:Attachment rdf:about="#item_2"><z:itemType>attachment</z:itemType><dc:title>PDF</dc:title></z:Attachment>`;

describe('an item of Zotero RDF', () => {
  it('gives every field its place, with its journal beside it', async () => {
    for (const length of [1000, 7]) {
      expect(await papersIn(ARTICLE + ATTACHMENT + JOURNAL, length)).toEqual([
        {
          id: 'doi:10.5555/sheep',
          names: [{ family: 'Abel', given: 'Ann' }, { literal: 'The Sheep Group' }, { family: 'Ode', given: 'Bo' }],
          title: 'Counting sheep',
          abstract: 'We count.',
          authors: ['Ann Abel', 'The Sheep Group'],
          year: 2020,
          venue: 'Journal of Sheep',
          url: 'https://example.org/s',
          ids: { doi: '10.5555/sheep', pmid: '123' },
          categories: ['sheep', 'counting'],
          extra: {
            ...{ type: 'journalArticle', key: 'abel2020', date: '2020-05', volume: '3', issue: '2', pages: '1-9' },
            ...{ issn: '1234-5678', editors: ['Bo Ode'], note: 'PMID: 123\nCitation Key: abel2020' },
          },
        },
      ]);
    }
  });

  it('has its book, with the series that is part of, inside it', async () => {
    const [chapter] = await papersIn(`<bib:BookSection rdf:about="#item_3"><z:itemType>bookSection</z:itemType>
      <dcterms:isPartOf><bib:Book><dcterms:isPartOf><bib:Series><dc:title>Flocks</dc:title></bib:Series></dcterms:isPartOf>
        <dc:title>Sheep of the world</dc:title><dc:identifier>ISBN 978-3-16-148410-0</dc:identifier></bib:Book></dcterms:isPartOf>
      <dc:publisher><foaf:Organization><vcard:adr><vcard:Address><vcard:locality>Lund</vcard:locality></vcard:Address></vcard:adr>
        <foaf:name>Wool</foaf:name></foaf:Organization></dc:publisher><dc:title>A chapter</dc:title></bib:BookSection>`);
    expect(chapter).toMatchObject({ title: 'A chapter', venue: 'Sheep of the world' });
    expect(chapter!.extra).toMatchObject({ key: 'item_3', series: 'Flocks', publisher: 'Wool', place: 'Lund' });
  });

  it('is told from the next where its journal never comes, and without a class of its own', async () => {
    const talk = `<rdf:Description rdf:about="#item_4"><z:itemType>presentation</z:itemType>
      ${people('z:presenters', ['Cole', 'Cy'])}
      <bib:presentedAt><bib:Conference><dc:title>Sheep days</dc:title></bib:Conference></bib:presentedAt>
      <dc:title>A talk</dc:title></rdf:Description>`;
    const papers = await papersIn(ARTICLE + talk + '<bib:Memo rdf:about="#m"><rdf:value>note</rdf:value></bib:Memo>');
    expect(papers).toMatchObject([
      { title: 'Counting sheep', venue: null },
      { title: 'A talk', authors: ['Cy Cole'], venue: 'Sheep days' },
    ]);
  });

  it('costs itself alone where it is broken', async () => {
    const broken = ARTICLE.replace('</bib:Article>', '');
    const found = await readText(zoteroRdf, rdf(broken + ARTICLE + JOURNAL));
    expect(rejects(found)).toHaveLength(1);
    expect(records(found).map(({ input }) => toPaper(input).venue)).toEqual(['Journal of Sheep']);
  });
});
