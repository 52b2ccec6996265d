import { expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { dataciteXml } from '../../src/sources/datacite-xml.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, records, rejects } from './read.ts';

const RESOURCE = `<resource xmlns="http://datacite.org/schema/kernel-4">
  <identifier identifierType="DOI">10.5555/SHEEP</identifier>
  <creators>
    <creator>
      <creatorName nameType="Personal">García Abel, Ann</creatorName>
      <givenName>Ann</givenName><familyName>García Abel</familyName>
      <affiliation>Farm</affiliation>
    </creator>
    <creator><creatorName nameType="Organizational">The Sheep Group</creatorName></creator>
    <creator><creatorName>Ode, Bo</creatorName></creator>
  </creators>
  <titles>
    <title xml:lang="en">Counting sheep &amp; goats</title>
    <title titleType="Subtitle">On farms</title>
    <title titleType="TranslatedTitle">Schafe zählen</title>
  </titles>
  <publisher>Meadow Archive</publisher>
  <publicationYear>2020</publicationYear>
  <subjects><subject>sheep</subject><subject>goats</subject></subjects>
  <contributors>
    <contributor contributorType="Editor"><contributorName>Cole, Cy</contributorName></contributor>
    <contributor contributorType="DataManager"><contributorName>Dole, Dee</contributorName></contributor>
  </contributors>
  <dates><date dateType="Updated">2021</date><date dateType="Issued">2020-05-01</date></dates>
  <language>en</language>
  <resourceType resourceTypeGeneral="Dataset">Counts</resourceType>
  <alternateIdentifiers>
    <alternateIdentifier alternateIdentifierType="arXiv">2005.00001</alternateIdentifier>
    <alternateIdentifier alternateIdentifierType="url">https://example.org/sheep</alternateIdentifier>
  </alternateIdentifiers>
  <relatedIdentifiers><relatedIdentifier relatedIdentifierType="DOI" relationType="Cites">10.5555/fence</relatedIdentifier></relatedIdentifiers>
  <version>010</version>
  <rightsList><rights rightsURI="https://example.org/by">CC BY 4.0</rights></rightsList>
  <descriptions>
    <description descriptionType="Methods">By hand.</description>
    <description descriptionType="Abstract">&lt;p&gt;We &lt;i&gt;count&lt;/i&gt;.&lt;/p&gt;<br/>Twice.</description>
  </descriptions>
  <relatedItems>
    <relatedItem relatedItemType="Book" relationType="Cites"><titles><title>Fences</title></titles></relatedItem>
    <relatedItem relatedItemType="Journal" relationType="IsPublishedIn">
      <relatedItemIdentifier relatedItemIdentifierType="ISSN">1234-5678</relatedItemIdentifier>
      <titles><title>Journal of Sheep</title></titles>
      <volume>3</volume><issue>2</issue><firstPage>1</firstPage><lastPage>9</lastPage>
    </relatedItem>
  </relatedItems>
</resource>`;

it.each([
  ['alone', `<?xml version="1.0" encoding="UTF-8"?>\n${RESOURCE}`],
  ['with prefixes', RESOURCE.replace(/<(\/?)(?=\w)/g, '<$1d:').replace('xmlns=', 'xmlns:d=')],
  [
    "in its registry's frame",
    `<oai_datacite xmlns="http://schema.datacite.org/oai/oai-1.1/"><payload>${RESOURCE}</payload></oai_datacite>`,
  ],
])('what DataCite says in XML has its place: %s', async (_, text) => {
  expect(detectSource(text)).toBe(dataciteXml);
  const found = await readText(dataciteXml, text);
  expect(rejects(found)).toEqual([]);
  expect(records(found).map(({ input }) => toPaper(input))).toEqual([
    {
      id: 'doi:10.5555/sheep',
      title: 'Counting sheep & goats: On farms',
      abstract: 'We count.\nTwice.',
      authors: ['Ann García Abel', 'The Sheep Group', 'Bo Ode'],
      names: [
        { family: 'García Abel', given: 'Ann' },
        { literal: 'The Sheep Group' },
        { family: 'Ode', given: 'Bo' },
        { family: 'Cole', given: 'Cy' },
      ],
      year: 2020,
      venue: 'Journal of Sheep',
      url: 'https://example.org/sheep',
      ids: { doi: '10.5555/sheep', arxiv: '2005.00001' },
      categories: ['sheep', 'goats'],
      extra: {
        ...{
          type: 'dataset',
          subtype: 'Counts',
          date: '2020-05-01',
          publisher: 'Meadow Archive',
          editors: ['Cy Cole'],
        },
        ...{ volume: '3', issue: '2', pages: '1–9', issn: '1234-5678', otherTitles: ['Schafe zählen'] },
        ...{ notes: ['By hand.'], license: ['CC BY 4.0'], related: ['10.5555/fence'], affiliations: ['Farm'] },
        ...{ version: '010', language: 'en' },
      },
    },
  ]);
});

it('of an older kernel there is what it says, and a resource of something else is none', async () => {
  const old =
    '<resource xmlns="http://datacite.org/schema/kernel-2.2"><identifier identifierType="DOI">10.5555/old</identifier><creators>' +
    '<creator><creatorName>Abel, A.</creatorName></creator></creators><titles><title>Old sheep</title></titles></resource>';
  expect(detectSource(old)).toBe(dataciteXml);
  const [found] = records(await readText(dataciteXml, old));
  expect(toPaper(found!.input)).toMatchObject({ id: 'doi:10.5555/old', title: 'Old sheep', authors: ['A. Abel'] });
  expect(detectSource('<resources><string name="app_name">Sheep</string></resources>')).toBeUndefined();
});
