import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { aclXml } from '../../src/sources/acl-xml.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

const META = `<meta><booktitle>Proceedings of the <fixed-case>R</fixed-case>ope Workshop</booktitle>
  <editor><first>Ann</first><last>Ekman</last></editor><publisher>Rope Press</publisher><month>May</month>
  <year>2022</year><doi>10.5555/book</doi><venue>rope</venue></meta>`;
const volume = (id: string, content: string) => `<volume id="${id}" ingest-date="2022-05-15">${content}</volume>`;
const collection = (id: string, ...volumes: string[]) =>
  `<?xml version='1.0' encoding='UTF-8'?>\n<collection id="${id}">${volumes.join('')}</collection>`;

async function papersFrom(text: string) {
  return records(await readText(aclXml, text)).map(({ input }) => toPaper(input));
}

describe('the ACL Anthology', () => {
  it('gives every field of a paper its place', async () => {
    const paper = `<paper id="3"><!-- https://aclanthology.org/2022.rope-1.3 -->
      <title>Tying <fixed-case>BERT</fixed-case> in <tex-math>O(n^2)</tex-math>: a <i>knotty</i> task</title>
      <author id="bo-ito"><first>Bo</first><last>Ito</last><affiliation>Rope U</affiliation></author>
      <author><first/><last>Roy</last></author><editor><first>Cy</first><last>Day</last></editor>
      <pages>1–9</pages><abstract>First.<par/>Second, at <url>http://x.org</url>.</abstract>
      <url hash="ab">2022.rope-1.3</url><doi>10.5555/Rope.3</doi><bibkey>ito-roy-2022-tying</bibkey>
      <video href="2022.rope-1.3.mp4"/><award>Best Knot</award><award>Best End</award></paper>`;
    const [found] = await papersFrom(collection('2022.rope', volume('1', META + paper)));
    expect(found).toEqual({
      id: 'doi:10.5555/rope.3',
      title: 'Tying BERT in O(n²): a knotty task',
      abstract: 'First.\nSecond, at http://x.org.',
      authors: ['Bo Ito', 'Roy'],
      year: 2022,
      venue: 'Proceedings of the Rope Workshop',
      url: 'https://aclanthology.org/2022.rope-1.3',
      ids: { doi: '10.5555/rope.3', acl: '2022.rope-1.3' },
      categories: [],
      extra: {
        publisher: 'Rope Press',
        month: 'May',
        venue: 'rope',
        pages: '1–9',
        video: '2022.rope-1.3.mp4',
        award: ['Best Knot', 'Best End'],
        type: 'inproceedings',
        key: 'ito-roy-2022-tying',
        editors: ['Cy Day'],
      },
    });
  });

  it('has front matter, which is the proceedings', async () => {
    const [found] = await papersFrom(
      collection('2022.rope', volume('1', `${META}<frontmatter><bibkey>rope-2022</bibkey></frontmatter>`)),
    );
    expect(found).toMatchObject({
      title: 'Proceedings of the Rope Workshop',
      authors: ['Ann Ekman'],
      year: 2022,
      ids: { acl: '2022.rope-1.0' },
      extra: { type: 'proceedings', key: 'rope-2022' },
    });
  });

  it.each([
    ['2022.acl', 'long', '12', '2022.acl-long.12'],
    ['P18', '1', '1', 'P18-1001'],
    ['P18', '1', '123', 'P18-1123'],
    ['W15', '1', '1', 'W15-0101'],
    ['W18', '63', '10', 'W18-6310'],
    ['D19', '1', '1', 'D19-1001'],
    ['D19', '57', '2', 'D19-5702'],
    ['D19', '5', '2', 'D19-0502'],
    ['C69', '1', '7', 'C69-0107'],
  ])('counts its papers: %s, %s, %s', async (collectionId, volumeId, paperId, id) => {
    const text = collection(collectionId, volume(volumeId, `<paper id="${paperId}"><title>x</title></paper>`));
    expect((await papersFrom(text))[0]!.ids.acl).toBe(id);
  });

  it('tells of each volume by itself, and of events not at all', async () => {
    const paper = '<paper id="1"><title>x</title></paper>';
    const event = '<event id="rope-2022"><meta><title>Rope week</title><year>2021</year></meta></event>';
    const papers = await papersFrom(collection('2022.rope', volume('1', META + paper), event, volume('2', paper)));
    expect(papers.map(({ year, ids }) => [ids.acl, year])).toEqual([
      ['2022.rope-1.1', 2022],
      ['2022.rope-2.1', null],
    ]);
  });

  it('keeps an address that is not its own', async () => {
    const text = collection('Q13', volume('1', '<paper id="1"><title>x</title><url>http://x.org/a.pdf</url></paper>'));
    expect((await papersFrom(text))[0]).toMatchObject({ url: 'http://x.org/a.pdf', ids: { acl: 'Q13-1001' } });
  });

  it('does without what is missing: an id, a title, the meta of its volume', async () => {
    const text = collection(
      '2022.rope',
      volume('1', '<meta><year>soon</meta><paper><title>x</title></paper><paper id="2"/>'),
    );
    const found = await readText(aclXml, text);
    expect(rejects(found)).toMatchObject([{ record: 1, reject: { code: 'syntax' } }]);
    expect(toPaper(records(found)[0]!.input)).toMatchObject({ title: 'x', year: null, venue: null, ids: {} });
    expect(() => toPaper(records(found)[1]!.input)).toThrow('expected a title or an abstract');
  });

  it('is recognised by its root', () => {
    expect(aclXml.detects(collection('2022.rope', volume('1', META)))).toBe(true);
    expect(aclXml.detects('<collection><item id="1"/></collection>')).toBe(false);
  });

  itShared('is read as it is published', async () => {
    const path = sharedPath('formats/acl_anthology_sample.xml');
    const text = readFileSync(path, 'utf8');
    expect(aclXml.detects(text)).toBe(true);
    const found = await readPath(aclXml, path);
    expect(rejects(found)).toEqual([]);
    const papers = records(found).map(({ input }) => toPaper(input));
    expect(papers.map(({ ids }) => ids.acl)).toEqual(Array.from({ length: 15 }, (_, i) => `2022.in2writing-1.${i}`));
    expect(papers.flatMap(({ authors }) => authors)).toHaveLength(text.match(/<(?:author|editor)>/g)!.length);
    expect(new Set(papers.map(({ year, venue }) => `${year} ${venue?.length}`)).size).toBe(1);
    for (const paper of papers) {
      expect(paper.title).not.toMatch(/[<>]/);
      if (paper.extra.type !== 'proceedings') expect(paper.abstract.length).toBeGreaterThan(300);
    }
  });
});
