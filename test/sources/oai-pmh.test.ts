import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { oaiPmh } from '../../src/sources/oai-pmh.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

const HEADER =
  '<header><identifier>oai:x.org:1</identifier><datestamp>2020-01-02</datestamp><setSpec>a</setSpec></header>';
const answer = (content: string) => `<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2020-01-03T00:00:00Z</responseDate>
<request verb="ListRecords">http://x.org/oai</request>${content}</OAI-PMH>`;
const record = (metadata: string) => `<record>${HEADER}<metadata>${metadata}</metadata></record>`;

async function paperFrom(metadata: string) {
  const found = await readText(oaiPmh, answer(`<ListRecords>${record(metadata)}<resumptionToken/></ListRecords>`));
  expect(found).toHaveLength(1);
  return toPaper(records(found)[0]!.input);
}

describe('metadata of the form arXiv', () => {
  it('gives every field its place', async () => {
    const paper = await paperFrom(`<arXiv xmlns="http://arxiv.org/OAI/arXiv/">
      <id>cs/0101001</id><created>2001-01-03</created><updated>2002-04-05</updated>
      <authors><author><keyname>Ekman</keyname><forenames>Ann B.</forenames><affiliation>Lund</affiliation></author>
      <author><keyname>M\\"uller</keyname><forenames>Bo</forenames><suffix>Jr</suffix></author>
      <author><keyname>Rope Group</keyname></author></authors>
      <title>Kekul\\'e
  ropes</title><categories>cs.DM math.CO</categories><comments>9 pages</comments><report-no>R-1</report-no>
      <journal-ref>Ropes 4 (2002) 1-9</journal-ref><doi>10.5555/a 10.5555/b</doi>
      <abstract>  About ropes of length $\\ell$
and their ends.
  And knots.
</abstract><license>http://x.org/licence</license></arXiv>`);
    expect(paper).toEqual({
      id: 'doi:10.5555/a',
      title: 'Kekulé ropes',
      abstract: 'About ropes of length ℓ and their ends.\nAnd knots.',
      authors: ['Ann B. Ekman', 'Bo Müller Jr', 'Rope Group'],
      year: 2001,
      venue: null,
      url: null,
      ids: { doi: '10.5555/a', arxiv: 'cs/0101001' },
      categories: ['cs.DM', 'math.CO'],
      extra: {
        created: '2001-01-03',
        updated: '2002-04-05',
        comments: '9 pages',
        'report-no': 'R-1',
        license: 'http://x.org/licence',
        'journal-ref': 'Ropes 4 (2002) 1-9',
        otherDois: ['10.5555/b'],
        affiliations: ['Lund'],
        oai: { identifier: 'oai:x.org:1', datestamp: '2020-01-02', setSpec: 'a' },
      },
    });
  });

  itShared('is read as arXiv sends it', async () => {
    const path = sharedPath('formats/arxiv_oai_listrecords_100.xml');
    const text = readFileSync(path, 'utf8');
    expect(oaiPmh.detects(text)).toBe(true);
    const found = await readPath(oaiPmh, path);
    expect(rejects(found)).toEqual([]);
    const papers = records(found).map(({ input }) => toPaper(input));
    const texts = (name: string) =>
      Array.from(text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g')), ([, value]) => value!);
    expect(papers.map(({ ids }) => ids.arxiv)).toEqual(texts('id'));
    expect(papers.map(({ year }) => year)).toEqual(texts('created').map((date) => Number(date.slice(0, 4))));
    expect(papers.flatMap(({ authors }) => authors)).toHaveLength(texts('keyname').length);
    expect(papers.flatMap(({ categories }) => categories)).toEqual(
      texts('categories').flatMap((list) => list.split(' ')),
    );
    expect(papers.filter(({ ids }) => ids.doi)).toHaveLength(texts('doi').length);
    for (const paper of papers) {
      expect(paper.title).not.toMatch(/\\['"`^]|&\w+;/);
      expect(paper.abstract.length).toBeGreaterThan(50);
    }
  });
});

describe('metadata of the form arXivRaw', () => {
  const raw = (authors: string) => `<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2101.00001</id>
    <submitter>Ann Ekman</submitter>
    <version version="v2"><date>Tue, 1 Feb 2022 10:00:00 GMT</date><size>10kb</size></version>
    <version version="v1"><date>Fri, 1 Jan 2021 00:00:00 GMT</date><size>9kb</size><source_type>D</source_type></version>
    <title>Rope</title><authors>${authors}</authors><categories>cs.DM</categories><abstract>On it.</abstract></arXivRaw>`;

  it('takes the year from the first version', async () => {
    const paper = await paperFrom(raw('Ann Ekman'));
    expect(paper).toMatchObject({ title: 'Rope', abstract: 'On it.', year: 2021, ids: { arxiv: '2101.00001' } });
    expect(paper.extra).toMatchObject({
      submitter: 'Ann Ekman',
      versions: [
        { version: 'v2', date: 'Tue, 1 Feb 2022 10:00:00 GMT' },
        { version: 'v1', date: 'Fri, 1 Jan 2021 00:00:00 GMT' },
      ],
    });
  });

  it.each([
    ['A. Ekman, B. Ito and C. Roy', ['A. Ekman', 'B. Ito', 'C. Roy']],
    ['A. Ekman (Lund, Sweden (and Oslo)), B. M\\"uller, Jr., C. Roy III', ['A. Ekman', 'B. Müller Jr.', 'C. Roy III']],
    ['Alexandra Anderson and the Rope Group', ['Alexandra Anderson', 'the Rope Group']],
    ['A. Ekman (unclosed, B. Ito', ['A. Ekman']],
  ])('splits its line of authors: %s', async (authors, names) => {
    const paper = await paperFrom(raw(authors));
    expect(paper.authors).toEqual(names);
    expect(paper.extra.authors).toBe(authors);
  });
});

describe('Dublin Core', () => {
  const dc = (fields: string) =>
    `<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/">${fields}</oai_dc:dc>`;

  it('gives every field its place', async () => {
    const paper = await paperFrom(
      dc(`<dc:title xml:lang="en">Ropes</dc:title><dc:title xml:lang="de">Seile</dc:title>
        <dc:creator>Ekman, Ann</dc:creator><dc:creator>Rope Group</dc:creator><dc:creator>Ito, B., Jr.</dc:creator>
        <dc:subject>Knots</dc:subject><dc:subject>Ends</dc:subject>
        <dc:description xml:lang="de">Von Seilen und davon, wie lang sie sind.</dc:description>
        <dc:description xml:lang="en">12 pages</dc:description>
        <dc:description xml:lang="en">&lt;p&gt;About &lt;i&gt;ropes&lt;/i&gt;.&lt;/p&gt;&lt;p&gt;And ends.&lt;/p&gt;</dc:description>
        <dc:publisher>Rope Press</dc:publisher><dc:date>2012-05-01T00:00:00Z</dc:date><dc:date>2010-11</dc:date>
        <dc:date>info:eu-repo/date/embargoEnd/2009-01-01</dc:date>
        <dc:identifier>http://x.org/1</dc:identifier><dc:identifier>https://doi.org/10.5555/ABC</dc:identifier>
        <dc:source>1234-567X</dc:source><dc:source>Journal of Ropes; Vol. 5 No. 2 (2010); 1-9</dc:source>
        <dc:language>eng</dc:language><dc:type>article</dc:type><dc:rights/>`),
    );
    expect(paper).toEqual({
      id: 'doi:10.5555/abc',
      title: 'Ropes',
      abstract: 'About ropes.\nAnd ends.',
      authors: ['Ann Ekman', 'Rope Group', 'B. Ito Jr.'],
      year: 2010,
      venue: 'Journal of Ropes',
      url: 'http://x.org/1',
      ids: { doi: '10.5555/abc' },
      categories: ['Knots', 'Ends'],
      extra: {
        otherTitles: ['Seile'],
        otherDescriptions: ['Von Seilen und davon, wie lang sie sind.', '12 pages'],
        publisher: 'Rope Press',
        date: ['2012-05-01T00:00:00Z', '2010-11', 'info:eu-repo/date/embargoEnd/2009-01-01'],
        identifier: ['http://x.org/1', 'https://doi.org/10.5555/ABC'],
        source: ['1234-567X', 'Journal of Ropes; Vol. 5 No. 2 (2010); 1-9'],
        language: 'eng',
        type: 'article',
        oai: { identifier: 'oai:x.org:1', datestamp: '2020-01-02', setSpec: 'a' },
      },
    });
  });

  it('from arXiv is LaTeX, and a paper of arXiv', async () => {
    const paper = await paperFrom(
      dc(`<dc:title>Ropes of length $\\ell$</dc:title><dc:description>  On M\\"obius ropes.</dc:description>
        <dc:description>Comment: 9 pages</dc:description><dc:identifier>http://arxiv.org/abs/2101.00001</dc:identifier>`),
    );
    expect(paper).toMatchObject({
      title: 'Ropes of length ℓ',
      abstract: 'On Möbius ropes.',
      ids: { arxiv: '2101.00001' },
    });
  });

  it('without any field is no paper, but a record', async () => {
    const found = await readText(oaiPmh, answer(record(dc(''))));
    expect(() => toPaper(records(found)[0]!.input)).toThrow('expected a title or an abstract');
  });

  itShared('is read as a repository sends it', async () => {
    const found = await readPath(oaiPmh, sharedPath('formats/oai_dc_listrecords_synthetic.xml'));
    expect(rejects(found)).toMatchObject([{ record: 1, reject: { reason: 'deleted by the repository' } }]);
    expect(records(found).map(({ input }) => toPaper(input))).toMatchObject([{ year: 2010, authors: { length: 4 } }]);
  });
});

describe("metadata in repositories' own forms", () => {
  it.each([
    [
      'MODS',
      '<mods><titleInfo><title>Ropes</title></titleInfo><name><namePart type="family">Abel</namePart></name></mods>',
    ],
    [
      'JATS',
      '<article article-type="research-article"><front><article-meta><title-group><article-title>Ropes</article-title></title-group>' +
        '<contrib-group><contrib contrib-type="author"><name><surname>Abel</surname></name></contrib></contrib-group>' +
        '</article-meta></front><body><p>Ropes are long.</p></body></article>',
    ],
    [
      'DataCite',
      '<resource><creators><creator><creatorName>Abel</creatorName></creator></creators><titles><title>Ropes</title></titles></resource>',
    ],
    [
      "DataCite, in its registry's frame",
      '<oai_datacite><schemaVersion>4</schemaVersion><payload><resource><creators><creator><creatorName>Abel</creatorName>' +
        '</creator></creators><titles><title>Ropes</title></titles></resource></payload></oai_datacite>',
    ],
  ])('are read as a file of theirs is: %s', async (_, metadata) => {
    expect(await paperFrom(metadata)).toMatchObject({ title: 'Ropes', authors: ['Abel'], extra: { oai: {} } });
  });
});

describe('what is no paper', () => {
  it.each([
    [
      'a deleted record',
      '<record><header status="deleted"><identifier>oai:x.org:2</identifier></header></record>',
      'deleted by the repository',
    ],
    [
      'an error',
      '<error code="noRecordsMatch">nothing there</error>',
      'the repository answered with an error: noRecordsMatch nothing there',
    ],
    [
      'metadata in another form',
      record('<marc:record2><title>x</title></marc:record2>'),
      'metadata of the form <record2>, expected one of arXiv, arXivRaw, dc, mods, resource, article, oai_datacite',
    ],
    [
      'metadata of a strange name',
      record('<constructor/>'),
      'metadata of the form <constructor>, expected one of arXiv, arXivRaw, dc, mods, resource, article, oai_datacite',
    ],
    ['a record without any', `<record>${HEADER}</record>`, 'a record without metadata'],
  ])('is a reject: %s', async (_, content, reason) => {
    expect(rejects(await readText(oaiPmh, answer(content)))).toMatchObject([
      { reject: { code: 'record-invalid', reason } },
    ]);
  });
});
