/** What may be done to a library, and asked of it, drawn at random: few texts and names, so that they meet all the time. */
import fc from 'fast-check';
import { HAS_FIELDS, type Filter } from '../../../src/library/filter.ts';
import { READ_STATES } from '../../../src/library/kept.ts';
import type { Leg, ListOrder, WordScoring } from '../../../src/library/library.ts';
import type { CorrectedField } from '../../../src/library/merge.ts';
import { toPaper, type Paper } from '../../../src/paper.ts';

/** Ids of records; what a paper is called that has none of them is `~0`, `~1`. */
export const IDS = ['1', '2', '3', 'x'];
export const PLACES = ['/a.bib', '/b.ris', '/c/d.csv', '-', 'arXiv'];
export const CURSORS = ['arxiv:cs.CL', 'openalex:ice'];

const TITLES = [
  ...[
    'Ice on the seven moons',
    'Ice on the Seven Moons!',
    'Ice on the seven moons: what drones see',
    'What drones see',
  ],
  ...['Icy glaciers', 'On stars', '[RETRACTED] On stars', 'Ströme', 'Part II', ''],
  ...['机器翻译与机器学习', 'BERT翻译模型', '음성인식 모델', 'ﬁlms of Łódź, straße 3²'],
];
const ABSTRACTS = [
  ...['', 'Ice.', 'Ice and more ice, on icy glaciers that melt.', 'Ice 😀😀😀.', 'Stars form networks.'],
  ...['Networking stars, and the stars of networks.', 'Übergänge der Ströme.', '茶。機器翻譯：機器'],
];

/** A paper's fields, as few at once as a shrunk example needs. */
const record: fc.Arbitrary<Paper> = fc
  .record({
    id: fc.constantFrom(...IDS),
    title: fc.constantFrom(...TITLES),
    abstract: fc.constantFrom(...ABSTRACTS),
    authors: fc.constantFrom(
      [],
      ['Ada Ashwood'],
      ['Ada Ashwood', 'Ben Birch'],
      ['A. Ashwood', 'Birch, Ben'],
      ['Eva Ice', 'Stars Group'],
      ['…'],
    ),
    year: fc.constantFrom(null, 2015, 2016, 2021),
    venue: fc.constantFrom(null, 'arXiv', 'Journal of Ice', 'JOURNAL OF ICE'),
    url: fc.constantFrom(undefined, 'https://example.org/1'),
    doi: fc.constantFrom(undefined, '10.1000/a', '10.1000/b', '10.48550/arXiv.2209.09004'),
    arxiv: fc.constantFrom(undefined, '2209.09004', '2209.09005'),
    isbn: fc.constantFrom(undefined, '316148410X'),
    categories: fc.constantFrom([], ['cs.IR'], ['cs', 'Stars']),
    extra: fc.constantFrom({}, { collections: ['Thesis / Ice'] }, { collections: ['Thesis'], note: [1, null] }),
  })
  .map((fields) => toPaper(fields.title === '' && fields.abstract === '' ? { ...fields, title: 'Untitled' } : fields));

/** Ids, identifiers and names of nobody. */
const name = fc.constantFrom(
  ...[...IDS, ...IDS, '~0', '~1', 'doi:10.1000/a', '10.1000/b', 'arXiv:2209.09004', 'nobody'],
);
const names = fc.array(name, { minLength: 1, maxLength: 3 });
const place = fc.constantFrom(...PLACES);

const ending = fc.record({
  stamp: fc.constantFrom(null, 'stamp 1', 'stamp 2'),
  hash: fc.constantFrom(null, 'hash'),
  manner: fc.constantFrom('', 'csv'),
  readAt: fc.nat(5),
  invalid: fc.array(fc.constantFrom('no title', 'bad year'), { maxLength: 3 }),
  trouble: fc.constantFrom(null, null, 'it was cut'),
});
const part = fc.record({
  place,
  /** Whether a new reading begins, or the last one goes on that has not come to its end. */
  isNew: fc.boolean(),
  papers: fc.array(record, { maxLength: 4 }),
  end: fc.option(ending, { nil: undefined }),
});
const cursor = fc.record({ key: fc.constantFrom(...CURSORS), at: fc.constantFrom(null, 'page 2', 'page 3') });

const leaf = fc.constantFrom<Filter>(
  ...[{ year: { from: 2016 } }, { year: { from: 2015, to: 2016 } }, { author: 'ashwood' }, { author: 'B. Birch' }],
  ...[
    { venue: 'ice' },
    { category: 'cs' },
    { collection: 'thesis' },
    { collection: 'ice' },
    { phrase: 'star network' },
  ],
  ...[{ phrase: 'networks stars' }, { title: 'ice on the seven' }, { title: 'stars' }],
  ...[{ is: 'starred' as const }, { is: 'unread' as const }, { is: 'reading' as const }, { is: 'read' as const }],
  ...[{ note: 'chapter' }, { note: 'chapters on' }, { note: 'read' }, { note: '机器' }],
  ...[{ phrase: '机器' }, { phrase: '译' }, { phrase: '机器 器' }, { title: 'bert 翻译' }, { phrase: 'films of lodz' }],
  ...HAS_FIELDS.map((has) => ({ has })),
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie('filter'), { maxLength: 2 }).map((all) => ({ all })) },
    { weight: 1, arbitrary: fc.array(tie('filter'), { maxLength: 2 }).map((any) => ({ any })) },
    { weight: 1, arbitrary: tie('filter').map((not) => ({ not })) },
  ),
}));

const WORDS = [
  ...[
    'ice',
    'icy',
    'glacier',
    'melting',
    'star',
    'stars',
    'networks',
    'glaceirs',
    'ströme',
    'strome',
    'the',
    'unheard',
  ],
  ...['机器翻译', '译', '翻', '机器', '器翻', 'bert翻译', '음성', '식', 'films', 'łódź', 'Strasse', '３²', '茶'],
  '…',
];

const NAMES = [
  ...['Ashwood', "Ashwood's", 'birch et al.,', '(2015)', '2016a', 'journal', 'ice', 'Ada', 'b.', 'ben', 'the', 'do'],
  ...['stars', 'group', 'networks', 'unheard', '…'],
];

export type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;
const question = fc.record({
  legs: fc.constantFrom<readonly Leg[]>(['dense', 'lexical'], ['dense'], ['lexical'], ['lexical', 'dense']),
  depth: fc.constantFrom(1, 2, 3, 5, 100),
  /** What is asked about is near the papers of this text. */
  near: fc.option(fc.constantFrom(...ABSTRACTS), { nil: undefined, freq: 4 }),
  words: fc.option(
    fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 5 }).map((all) => all.join(' ')),
    { nil: undefined, freq: 4 },
  ),
  names: fc.option(
    fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 }).map((all) => all.join(' ')),
    { nil: undefined, freq: 2 },
  ),
  scoring: fc.constantFrom<WordScoring>('alone', 'fused'),
  filter: fc.option(filter, { nil: undefined }),
  also: names,
  order: fc.constantFrom<ListOrder>('newest', 'title'),
  limit: fc.constantFrom(1, 2, 3, 100),
});

/** What is done. @param twice whether it is done once more, as if no answer had come; that must change nothing. */
export type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;
const twice = fc.boolean();
const deed = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      what: fc.constant('store' as const),
      parts: fc.array(part, { minLength: 1, maxLength: 3 }),
      cursor: fc.option(cursor, { nil: undefined }),
      twice,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('embed' as const),
      /** Of all papers that there ever were, those whose number leaves no rest; some are gone, some have a vector. */
      each: fc.constantFrom(1, 1, 2, 3),
      isSound: fc.constantFrom(true, true, true, true, false),
      twice,
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('remove' as const), names }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('release' as const),
      place: fc.constantFrom(...PLACES, '/nowhere'),
      which: fc.constantFrom('missing' as const, 'all' as const),
      twice,
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('join' as const), names, twice }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('split' as const), names }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('correct' as const),
      name,
      word: fc.record({
        said: fc.record(
          {
            title: fc.constantFrom(...TITLES.slice(0, 6)),
            abstract: fc.constantFrom(...ABSTRACTS),
            authors: fc.constantFrom<string[]>([], ['Ada Ashwood']),
            year: fc.constantFrom(null, 1999),
            venue: fc.constantFrom(null, 'Journal of Ice'),
            categories: fc.constantFrom<string[]>([], ['cs.IR']),
          },
          { requiredKeys: [] },
        ),
        takenBack: fc.subarray(['title', 'year', 'authors'] as CorrectedField[]),
      }),
      twice,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('keep' as const),
      name,
      said: fc.record(
        {
          starred: fc.boolean(),
          read: fc.constantFrom(...READ_STATES),
          note: fc.constantFrom('', ' For the chapter\r\non ice ', 'Read the proofs.', '机器翻译'),
        },
        { requiredKeys: [] },
      ),
      twice,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('settings' as const),
      settings: fc.constantFrom({}, { lexicalWeight: 0.25 }),
      twice,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('confirm' as const),
      files: fc.array(fc.record({ path: place, stamp: fc.constantFrom(null, 'stamp 3'), readAt: fc.nat(5) }), {
        maxLength: 2,
      }),
      twice,
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('compact' as const, 'finish' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('reopen' as const),
      side: fc.constantFrom('reader' as const, 'writer' as const),
    }),
  },
);

export type Step = { deed: Deed; question: Question };
export const steps: fc.Arbitrary<Step[]> = fc.array(fc.record({ deed, question }), { minLength: 1, maxLength: 14 });
