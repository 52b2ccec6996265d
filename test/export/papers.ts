/** What the export tests share: writing papers and reading them back, and papers that are as hard to write as papers can be. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Exporter } from '../../src/export/exporter.ts';
import { toPaper, type Paper } from '../../src/paper.ts';
import type { Source } from '../../src/sources/source.ts';
import { readText, records, rejects } from '../sources/read.ts';

/** The text of a file with these papers. */
export async function written(exporter: Exporter, papers: Paper[]): Promise<string> {
  let text = '';
  for await (const piece of exporter.write(streamOf(papers))) text += piece;
  return text;
}

async function* streamOf(papers: Paper[]): AsyncGenerator<Paper> {
  yield* papers;
}

/** The papers that a source finds in a text, none of them rejected. */
export async function papersIn(source: Source, text: string, pieceLength = 1000): Promise<Paper[]> {
  const found = await readText(source, text, pieceLength);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

export const paper = (fields: Record<string, unknown>): Paper => toPaper({ id: 'x', title: 'A title', ...fields });

/** A paper without what only some formats can carry. */
export const withoutExtra = ({ extra: _, ...rest }: Paper): Omit<Paper, 'extra'> => rest;

const TOKENS = [
  ...[
    '\\alpha',
    '$\\alpha$',
    '$x$',
    '\\cite{x}',
    '\\',
    '\\\\',
    '\\textbackslash',
    '\\url',
    '\\_',
    '{',
    '}',
    '{{',
    '}}',
  ],
  ...[
    '"',
    '@article{a,',
    '@article(a,',
    '@string{',
    '@',
    '%',
    '#',
    '&',
    '~',
    '^',
    '_',
    '=',
    '= {',
    '|',
    '*',
    '* ',
    '[',
    ']',
  ],
  ...[
    '--',
    '---',
    '-',
    "''",
    "'",
    '``',
    '`',
    '&amp;',
    '&#92;',
    '&lt;i&gt;',
    '<i>',
    '</i>',
    '<',
    '>',
    '<!--',
    '-->',
    ']]>',
  ],
  ...[
    '<br>',
    '<jats:p>',
    '<script>',
    ' and ',
    ' AND ',
    ',',
    ',,',
    ';',
    ';;',
    'et al.',
    'others',
    'and others',
    'Jr.',
    'von der',
  ],
  ...[
    'ER',
    'ER  - ',
    'TY  - JOUR',
    'AB  - x',
    'U1  - akin-id: 9',
    'akin-id: 9',
    'Copyright of ',
    'PMID- 1',
    '0',
    'null',
  ],
  ...['\n', '\n\n', '\r\n', '\t', ' ', ' ', ' ', '\u00a0', '\u2028', '\u0085', '\ufeff', '\u0000', '\ud800', '\u0301'],
  ...[
    'é',
    '中文',
    '𝒳',
    'ı',
    '=SUM(A1)',
    '-1',
    '+1',
    "['a', 'b']",
    '["a"]',
    'arXiv:1512.03385',
    'DOI: 10.1000/xyz',
    'https://a.org/',
  ],
];

const nastyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...TOKENS),
      fc.stringMatching(/^[a-zA-Z]{1,6}$/),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''));

const name = fc.oneof(
  nastyText,
  fc.constantFrom(
    'Ludwig van Beethoven',
    'Martin Luther King Jr.',
    'Plato',
    'van Gogh',
    'van Gogh Jr.',
    'de',
    'Jr.',
    'family=a, given=b',
  ),
  fc.constantFrom(
    'Barnes and Noble',
    'University of A, B',
    'ACME, Inc.',
    'A; B',
    'others',
    'et al.',
    'and others',
    'and',
    'A,, B',
    ',',
  ),
);
/** A name whose parts a source told. */
const nameInParts = fc.oneof(
  fc.record({ literal: nastyText }),
  fc.record({
    family: fc.oneof(nastyText, fc.constantFrom('García Márquez', 'El Ghaoui', '李', 'Jr.', 'and', 'family=a')),
    given: fc.oneof(
      nastyText,
      fc.constantFrom('Gabriel', 'J.R.R.', 'J. R.', 'J. R.R.', 'Alexander von', '伟', 'II', 'and'),
    ),
    particle: fc.option(fc.oneof(nastyText, fc.constantFrom('de la', 'Van', "d'")), { nil: undefined }),
    suffix: fc.option(fc.oneof(nastyText, fc.constantFrom('Jr.', 'III', 'PhD')), { nil: undefined }),
  }),
);
const url = fc.oneof(
  nastyText,
  nastyText.map((path) => `https://example.org/${path}`),
  fc.constantFrom(
    'https://arxiv.org/abs/2101.00001v2',
    'https://doi.org/10.1000/y',
    'ftp://a/{b}\\_c',
    'www.example.org',
  ),
);
const venue = fc.oneof(
  nastyText,
  fc.constantFrom('CoRR', 'arXiv preprint arXiv:1512.03385', 'Proceedings of X', 'A & B'),
);
const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const identifiers = fc.record({
  doi: rarely(
    fc.oneof(
      fc.constantFrom('10.1000/A_b', '10.1002/(sici)1(1)<1:aid>3.0;2-#', '10.1/x'),
      nastyText.map((end) => `10.1000/${end}`),
    ),
  ),
  arxiv: rarely(fc.constantFrom('2101.00001', 'hep-th/9901001', 'no id')),
  pmid: rarely(fc.constantFrom(17, '123456', 'x')),
  pmcid: rarely(fc.constantFrom('PMC17', 'pmc?')),
  acl: rarely(fc.constantFrom('P19-1001', '2020.acl_x-main_1.5', '{')),
  openalex: rarely(fc.constantFrom('W123', 'w4')),
  s2: rarely(fc.constant('0123456789abcdef0123456789abcdef01234567')),
  isbn: rarely(fc.constantFrom('978-3-16-148410-0', '9791090636071', '978-3')),
});
/** Names under which sources keep fields, and under which a format may have something else. */
const EXTRA_NAMES = (
  'volume number issue pages page publisher place note date year issued language editors moreAuthors key type subtype sortkey ' +
  'title subtitle author editor abstract journal booktitle eventtitle howpublished url ee keywords mesh tags eprint eprinttype ' +
  'archiveprefix crossref xdata akinid id doi arxiv pmid acl file urldate isbn ISBN ISSN annotation constructor custom akin_extra ' +
  'T1 TI T2 AB N2 C2 C3 U1 U2 M1 SE JO shortTitle secondaryTitle series workType fullText links accession databaseProvider ' +
  'journalAbbreviation affiliations accessed'
).split(' ');
const json = fc.oneof(
  nastyText,
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(
    '2016',
    '2016-05-12',
    '/1999//',
    '10.1000/extra',
    'pmid:5',
    '12',
    'NLM',
    'article',
    'JOUR',
    'xdata',
    'c17',
    'book',
    'CHAP',
    '3-16-148410-X',
    '9791090636071, 978-3-16-148410-0',
  ),
  fc.array(nastyText, { maxLength: 3 }),
  fc.dictionary(nastyText, nastyText, { maxKeys: 2 }),
);
const extra = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...EXTRA_NAMES), nastyText), json), { maxLength: 5 })
  .map(Object.fromEntries);

const editors = fc.array(fc.oneof(name, nameInParts), { maxLength: 2 });

/** Any paper that a library may hold. */
export const nastyPaper: fc.Arbitrary<Paper> = fc
  .record({
    id: rarely(fc.oneof(fc.constantFrom('17', 'W1', 'doi:10.1000/z'), nastyText)),
    title: nastyText,
    abstract: fc.oneof(
      nastyText,
      fc.array(nastyText, { maxLength: 5 }).map((paragraphs) => paragraphs.join('\n')),
    ),
    authors: fc.array(fc.oneof(name, nameInParts), { maxLength: 4 }),
    year: rarely(fc.integer({ min: 1000, max: 2999 })),
    venue: rarely(venue),
    url: rarely(url),
    categories: fc.array(nastyText, { maxLength: 4 }),
    ids: identifiers,
    extra: fc.oneof(
      extra,
      fc.tuple(extra, editors).map(([others, people]): object => ({ ...(others as object), editors: people })),
    ),
  })
  .map((input) => toPaper({ ...input, title: input.title + (/\S/.test(input.abstract) ? '' : 'T') }));
