import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { endnoteXml } from '../../src/sources/endnote-xml.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, records, rejects } from './read.ts';

const style = (text: string) => `<style face="normal" font="default" size="100%">${text}</style>`;
const library = (...inside: string[]) =>
  `<?xml version="1.0" encoding="UTF-8" ?><xml><records>${inside.map((each) => `<record>${each}</record>`).join('')}</records></xml>`;

async function papersIn(text: string) {
  expect(detectSource(text)).toBe(endnoteXml);
  const found = await readText(endnoteXml, text);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

describe('a record of EndNote XML', () => {
  it('gives every field its place, its text in any style', async () => {
    const record = `<database name="My.enl" path="C:\\My.enl">My.enl</database>
      <source-app name="EndNote" version="20.4">EndNote</source-app><rec-number>7</rec-number>
      <foreign-keys><key app="EN" db-id="x">7</key></foreign-keys><ref-type name="Journal Article">17</ref-type>
      <contributors><authors><author>${style('Abel, Ann')}</author><author>${style('The Sheep Group,')}</author></authors>
        <secondary-authors><author>${style('Ode, Bo')}</author></secondary-authors></contributors>
      <auth-address>${style('Sheep U, Lund')}</auth-address>
      <titles><title>${style('Counting ')}<style face="italic">Ovis</style>${style(' at night')}</title>
        <secondary-title>${style('Journal of Sheep')}</secondary-title></titles>
      <periodical><full-title>${style('Journal of Sheep')}</full-title><abbr-1>${style('J Sheep')}</abbr-1></periodical>
      <pages>${style('1-9')}</pages><volume>${style('3')}</volume><number>${style('2')}</number>
      <keywords><keyword>${style('sheep')}</keyword><keyword>${style('night')}</keyword></keywords>
      <dates><year>${style('2020')}</year><pub-dates><date>${style('May 3')}</date></pub-dates></dates>
      <isbn>${style('1234-5678')}</isbn><accession-num>${style('123')}</accession-num>
      <abstract>${style('One.&#xD;Two.')}</abstract><notes>${style('read it')}</notes>
      <urls><related-urls><url>${style('https://example.org/s')}</url></related-urls>
        <pdf-urls><url>internal-pdf://1/s.pdf</url></pdf-urls></urls>
      <electronic-resource-num>${style('10.5555/SHEEP')}</electronic-resource-num>
      <remote-database-provider>${style('NLM')}</remote-database-provider><language>${style('eng')}</language>`;
    expect(await papersIn(library(record))).toEqual([
      {
        id: 'doi:10.5555/sheep',
        names: [{ family: 'Abel', given: 'Ann' }, { literal: 'The Sheep Group' }, { family: 'Ode', given: 'Bo' }],
        title: 'Counting Ovis at night',
        abstract: 'One.\nTwo.',
        authors: ['Ann Abel', 'The Sheep Group'],
        year: 2020,
        venue: 'Journal of Sheep',
        url: 'https://example.org/s',
        ids: { doi: '10.5555/sheep', pmid: '123' },
        categories: ['sheep', 'night'],
        extra: {
          ...{ type: 'Journal Article', pages: '1-9', volume: '3', issue: '2', date: 'May 3 2020', issn: '1234-5678' },
          ...{ editors: ['Bo Ode'], affiliations: ['Sheep U, Lund'], journalAbbreviation: 'J Sheep', language: 'eng' },
          ...{ accession: '123', databaseProvider: 'NLM', notes: 'read it', file: ['internal-pdf://1/s.pdf'] },
        },
      },
    ]);
  });

  it('of a book has an ISBN, of a part the book it is in', async () => {
    const book = `<ref-type name="Edited Book">28</ref-type><titles><title>Sheep</title></titles><isbn>978-3-16-148410-0</isbn>`;
    const chapter = `<ref-type name="Book Section">5</ref-type><titles><title>One</title><secondary-title>Sheep</secondary-title></titles><isbn>978-3-16-148410-0</isbn>`;
    expect(await papersIn(library(book, chapter))).toMatchObject([
      { title: 'Sheep', ids: { isbn: '9783161484100' } },
      { title: 'One', venue: 'Sheep', ids: {}, extra: { isbn: '978-3-16-148410-0' } },
    ]);
  });
});

it('an export of nothing is recognised', async () => {
  expect(await papersIn('<?xml version="1.0"?><xml><records></records></xml>')).toEqual([]);
});

itShared('the shared fault is read', async () => {
  const found = await readPath(endnoteXml, sharedPath('faults/41-formats-refused/endnote.xml'));
  expect(records(found).map(({ input }) => toPaper(input))).toMatchObject([
    { title: 'Counting sheep', authors: ['Ann Abel'], year: 2020, venue: 'Journal of Sheep', abstract: 'We count.' },
  ]);
});
