import { expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { inspire } from '../../src/sources/inspire.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, records, rejects } from './read.ts';

const metadata = {
  $schema: 'https://inspirehep.net/schemas/records/hep.json',
  ...{ control_number: 451647, texkeys: ['Maldacena:1997re', 'Maldacena:1998re'], document_type: ['article'] },
  titles: [
    { title: 'The Large $N$ limit of superconformal field theories and supergravity', source: 'arXiv' },
    { title: 'The Large N Limit of Superconformal Field Theories and Supergravity', source: 'AIP' },
  ],
  authors: [
    { full_name: 'Maldacena, Juan Martin', affiliations: [{ value: 'Harvard U.' }] },
    { full_name: 'Gross, David, Jr.', last_name: 'Gross', first_name: 'David', name_suffix: 'Jr.' },
    { full_name: 'Abel, Ann', inspire_roles: ['editor'] },
    { full_name: 'Baker, Bo', inspire_roles: ['supervisor'] },
  ],
  abstracts: [{ value: '<p>The limit of $N\\to\\infty$ is taken.</p>', source: 'arXiv' }, { value: 'Again.' }],
  arxiv_eprints: [{ value: 'hep-th/9711200', categories: ['hep-th'] }],
  dois: [
    { value: '10.1000/ERRATUM', material: 'erratum' },
    { value: '10.4310/ATMP.1998.v2.n2.a1', material: 'publication' },
  ],
  publication_info: [
    { pubinfo_freetext: 'to appear' },
    { journal_title: 'Adv.Theor.Math.Phys.', journal_volume: '2', page_start: '231', page_end: '252', year: 1998 },
  ],
  keywords: [
    { value: 'string model', schema: 'INSPIRE' },
    { value: '11.25.Tq', schema: 'PACS' },
  ],
  inspire_categories: [{ term: 'Theory-HEP' }],
  report_numbers: [{ value: 'HUTP-97-A097' }],
  ...{ citation_count: 18_000, references: [{}], number_of_pages: 22, preprint_date: '1997-11' },
};

it('a record of INSPIRE gives every field its place, from a search, alone, and in a list', async () => {
  const record = { id: '451647', created: '1998-01-01T00:00:00+00:00', links: {}, metadata };
  for (const value of [{ hits: { hits: [record], total: 1 }, links: {} }, record, [metadata]]) {
    const text = JSON.stringify(value);
    expect(detectSource(text)).toBe(inspire);
    const found = await readText(inspire, text);
    expect(rejects(found)).toEqual([]);
    expect(records(found).map(({ input }) => toPaper(input))).toEqual([
      {
        id: 'doi:10.4310/atmp.1998.v2.n2.a1',
        title: 'The Large N limit of superconformal field theories and supergravity',
        abstract: 'The limit of N→∞ is taken.',
        authors: ['Juan Martin Maldacena', 'David Gross Jr.'],
        names: [
          { family: 'Maldacena', given: 'Juan Martin' },
          { family: 'Gross', given: 'David', suffix: 'Jr.' },
          { family: 'Abel', given: 'Ann' },
        ],
        year: 1998,
        venue: 'Adv.Theor.Math.Phys.',
        url: 'https://inspirehep.net/literature/451647',
        ids: { doi: '10.4310/atmp.1998.v2.n2.a1', arxiv: 'hep-th/9711200' },
        categories: ['hep-th', 'string model', 'Theory-HEP'],
        extra: {
          ...{ inspire: '451647', key: 'Maldacena:1997re', ids: ['Maldacena:1998re'], type: 'article' },
          ...{ volume: '2', pages: '231-252', date: '1997-11', number_of_pages: 22, editors: ['Ann Abel'] },
          ...{ supervisors: ['Baker, Bo'], affiliations: ['Harvard U.'], reportNumbers: ['HUTP-97-A097'] },
          otherTitles: ['The Large N Limit of Superconformal Field Theories and Supergravity'],
          otherAbstracts: ['Again.'],
        },
      },
    ]);
  }
});

it.each([
  [
    'of a collaboration, that is the author',
    { collaborations: [{ value: 'ATLAS' }] },
    { authors: ['ATLAS Collaboration'] },
  ],
  [
    'a thesis has its degree and its institution',
    { document_type: ['thesis'], thesis_info: { degree_type: 'phd', date: '2011', institutions: [{ name: 'CERN' }] } },
    { year: 2011, extra: { type: 'phd thesis', institution: ['CERN'] } },
  ],
  [
    'a book has its ISBN, its year and its publisher',
    {
      ...{ document_type: ['book'], isbns: [{ value: '9783540282235' }] },
      imprints: [{ date: '2005-02', publisher: 'Sheep Press' }],
    },
    { year: 2005, extra: { type: 'book', publisher: 'Sheep Press' } },
  ],
  [
    'without a journal there is what is said of where it appears',
    { publication_info: [{ pubinfo_freetext: 'Sheep 7 (1970) 1', year: 1970 }] },
    { year: 1970, venue: 'Sheep 7 (1970) 1' },
  ],
])('where there are no persons or articles: %s', async (_, fields, expected) => {
  const text = JSON.stringify({
    hits: { hits: [{ metadata: { control_number: 1, titles: [{ title: 'T' }], ...fields } }] },
  });
  expect(detectSource(text)).toBe(inspire);
  const [found] = records(await readText(inspire, text));
  expect(toPaper(found!.input)).toMatchObject(expected);
});
