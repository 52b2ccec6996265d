import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { mods } from '../../src/sources/mods.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, records, rejects } from './read.ts';

const collection = (...inside: string[]) =>
  `<modsCollection xmlns="http://www.loc.gov/mods/v3">${inside.map((each) => `<mods>${each}</mods>`).join('')}</modsCollection>`;
const person = (family: string, given: string, role: string) =>
  `<name type="personal"><namePart type="given">${given}</namePart><namePart type="family">${family}</namePart>
    <role><roleTerm type="text">${role}</roleTerm></role></name>`;

async function papersIn(text: string) {
  expect(detectSource(text)).toBe(mods);
  const found = await readText(mods, text);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

describe('a record of MODS', () => {
  it('gives every field its place, with what it is part of', async () => {
    const record = `<titleInfo type="alternative"><title>Other</title></titleInfo>
      <titleInfo><nonSort>The</nonSort><title>counting of sheep</title><subTitle>a study</subTitle></titleInfo>
      ${person('Abel', 'Ann', 'author')}<name type="corporate"><namePart>The Sheep Group</namePart></name>
      ${person('Trans', 'T', 'translator')}
      <genre>journal article</genre><originInfo><dateIssued point="end">2021</dateIssued><dateIssued>2020-05</dateIssued></originInfo>
      <language><languageTerm type="code">eng</languageTerm></language><abstract>We count.</abstract>
      <subject><topic>sheep</topic><geographic>Lund</geographic></subject>
      <relatedItem type="host"><titleInfo><title>Journal of Sheep</title></titleInfo>${person('Ode', 'Bo', 'editor')}
        <identifier type="issn">1234-5678</identifier>
        <part><detail type="volume"><number>3</number></detail><detail type="issue"><number>2</number></detail>
          <extent unit="page"><start>1</start><end>9</end></extent></part></relatedItem>
      <identifier type="doi">10.5555/SHEEP</identifier><identifier type="citekey">abel2020</identifier>
      <identifier type="doi" invalid="yes">10.5555/old</identifier>
      <location><url>https://example.org/s</url></location>`;
    expect(await papersIn(collection(record))).toEqual([
      {
        id: 'doi:10.5555/sheep',
        names: [{ family: 'Abel', given: 'Ann' }, { literal: 'The Sheep Group' }, { family: 'Ode', given: 'Bo' }],
        title: 'The counting of sheep: a study',
        abstract: 'We count.',
        authors: ['Ann Abel', 'The Sheep Group'],
        year: 2020,
        venue: 'Journal of Sheep',
        url: 'https://example.org/s',
        ids: { doi: '10.5555/sheep' },
        categories: ['sheep', 'Lund'],
        extra: {
          ...{ type: 'journal article', genre: ['journal article'], key: 'abel2020', date: '2020-05', volume: '3' },
          ...{ issue: '2', pages: '1-9', issn: '1234-5678', language: ['eng'], editors: ['Bo Ode'] },
          alternativeTitles: ['Other'],
        },
      },
    ]);
  });

  it('of a book, with names as catalogues write them', async () => {
    const book = `<titleInfo><title>Sheep</title></titleInfo><genre>book</genre>
      <name type="personal"><namePart>Abel, Ann B.</namePart><namePart type="date">1950-</namePart></name>
      <name type="corporate"><namePart>Lund</namePart><namePart>Sheep Office.</namePart><role><roleTerm>aut</roleTerm></role></name>
      <originInfo><place><placeTerm type="code">sw</placeTerm></place><place><placeTerm type="text">Lund</placeTerm></place>
        <publisher>Wool</publisher><copyrightDate>c2010</copyrightDate></originInfo>
      <identifier type="isbn">978-3-16-148410-0</identifier>`;
    const [paper] = await papersIn(`<mods xmlns="http://www.loc.gov/mods/v3">${book}</mods>`);
    expect(paper).toMatchObject({
      authors: ['Ann B. Abel', 'Lund. Sheep Office'],
      year: 2010,
      ids: { isbn: '9783161484100' },
    });
    expect(paper!.extra).toMatchObject({ publisher: 'Wool', place: 'Lund' });
  });
});
