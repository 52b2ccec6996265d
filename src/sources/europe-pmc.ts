/** Europe PMC's answers in JSON: a search (core and lite), one article, its citations; or a list of such records. */
import type { PaperInput } from '../paper.ts';
import { listedName, namesIn, styleOf, type NameGiven } from './author-list.ts';
import { people as inParts, peopleShown } from './csl-json.ts';
import { fieldsWithValue } from './fields.ts';
import { firstRecord, isObject, objects, readJson, text, texts } from './json-records.ts';
import type { JsonDialect, JsonObject } from './json-records.ts';
import { plainText } from './markup.ts';
import type { Source } from './source.ts';
import { yearIn } from './year.ts';

const dialect: JsonDialect = {
  wrappers: ['resultList.result', 'result', 'citationList.citation', 'referenceList.reference'],
  read,
};

export const europePmc: Source = {
  name: 'europe-pmc',
  title: 'Europe PMC',

  detects(head) {
    const record = firstRecord(head, dialect.wrappers);
    if (!record) return /^[\s\ufeff]*\{[^{}[\]]*"hitCount"\s*:/.test(head);
    const isTitled = text(record.title) !== undefined || 'abstractText' in record;
    const isOwn = ['authorString', 'abstractText', 'journalInfo', 'pubTypeList', 'inEPMC'].some((key) => key in record);
    return (isTitled && isOwn && text(record.id ?? record.source) !== undefined) || isNothing(head);
  },

  read: (file) => readJson(file, dialect),
};

/** An answer without a hit: its first list is that of the results, and empty. */
function isNothing(head: string): boolean {
  const at = head.indexOf('[');
  const before = head.slice(0, Math.max(at, 0));
  const isAnswer = /^[\s\ufeff]*\{/.test(before) && /"hitCount"\s*:/.test(before) && !before.includes(']');
  return isAnswer && /"resultList"\s*:\s*\{\s*"result"\s*:\s*$/.test(before) && /^\[\s*\]/.test(head.slice(at));
}

const MAPPED = [
  ...['id', 'source', 'pmid', 'pmcid', 'doi', 'title', 'authorString', 'authorList', 'abstractText', 'pubYear'],
  ...['journalTitle', 'journalInfo', 'journalVolume', 'issue', 'journalIssn', 'pageInfo', 'pubType', 'pubTypeList'],
  ...['keywordList', 'meshHeadingList', 'chemicalList', 'fullTextUrlList', 'bookOrReportDetails', 'grantsList'],
  ...[
    'investigatorList',
    'language',
    'affiliation',
    'volume',
    'bookTitle',
    'firstPublicationDate',
    'journalAbbreviation',
  ],
];
/** Europe PMC's own accounts: of the day they were fetched, or of what it holds itself. */
const BOOKKEEPING =
  /^(?:(?:has|in|is)[A-Z].*|.*(?:IndexDate|RevisionDate|CreationDate)|dateOf(?:Creation|Revision|Completion)|citedByCount|fullTextIdList|tmAccessionTypeList|dbCrossReferenceList|dataLinksTagsList|authorIdList|subsetList|pubModel|manuscriptId|fullTextReceivedDate|score|citedOrder|match)$/;

function read(record: JsonObject): PaperInput {
  const info = objectOf(record.journalInfo);
  const journal = objectOf(info.journal);
  const book = objectOf(record.bookOrReportDetails);
  const source = text(record.source);
  const mesh = objects(objectOf(record.meshHeadingList).meshHeading);
  const date = text(record.firstPublicationDate);
  const year = yearIn(text(record.pubYear) ?? text(info.yearOfPublication) ?? text(book.yearOfPublication) ?? date);
  const title = plainText(text(record.title) ?? '');
  return {
    title,
    abstract: plainText(text(record.abstractText) ?? ''),
    authors: authorsOf(record),
    year,
    venue: plainText(
      text(journal.title) ??
        text(record.journalTitle) ??
        text(book.comprisingTitle) ??
        text(record.bookTitle) ??
        text(record.journalAbbreviation) ??
        '',
    ),
    url: texts(objects(objectOf(record.fullTextUrlList).fullTextUrl).map((each) => each.url))[0],
    categories: [
      ...new Set([
        ...texts(mesh.map((heading) => heading.descriptorName)),
        ...texts(objectOf(record.keywordList).keyword),
      ]),
    ],
    pmid: text(record.pmid) ?? (source === 'MED' ? text(record.id) : undefined),
    pmcid: text(record.pmcid) ?? (source === 'PMC' ? text(record.id) : undefined),
    doi: text(record.doi),
    extra: {
      ...fieldsWithValue({
        type: typeOf(record),
        source,
        sourceId: source === 'MED' || source === 'PMC' ? undefined : record.id,
        volume: text(info.volume) ?? text(record.journalVolume) ?? text(record.volume),
        issue: text(info.issue) ?? text(record.issue),
        pages: text(record.pageInfo),
        date: date === String(year) ? undefined : date,
        issn: text(journal.issn) ?? text(journal.ISSN) ?? text(record.journalIssn),
        eissn: text(journal.essn) ?? text(journal.ESSN),
        journalAbbreviation: text(journal.medlineAbbreviation) ?? text(journal.isoabbreviation),
        language: record.language,
        publisher: text(book.publisher),
        isbn: text(book.isbn13) ?? text(book.isbn10),
        edition: text(book.edition),
        series: text(book.seriesName),
        affiliations: affiliationsOf(record),
        investigators: peopleShown(people(objectOf(record.investigatorList).investigator)),
        grants: objects(objectOf(record.grantsList).grant).map((grant) =>
          texts([grant.grantId, grant.agency]).join(', '),
        ),
        chemicals: texts(objects(objectOf(record.chemicalList).chemical).map((each) => each.name)),
      }),
      ...Object.fromEntries(
        Object.entries(fieldsWithValue(record, MAPPED)).filter(([name]) => !BOOKKEEPING.test(name)),
      ),
    },
  };
}

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** With the parts of their names in a core answer, in one line in others: `Ito A, Ode B.` */
function authorsOf(record: JsonObject): (NameGiven | object)[] {
  const listed = people(objectOf(record.authorList).author);
  const line = text(record.authorString);
  if (listed.length > 0 || line === undefined) return listed;
  const list = line.replace(/\.$/, '');
  const style = { ...styleOf([list]), initials: 'last' as const };
  return namesIn(list, style).names.map((name) => listedName(name, style));
}

function people(value: unknown): (string | object)[] {
  return inParts(
    objects(value).map(({ firstName, initials, lastName, fullName, collectiveName }) => {
      if (text(collectiveName) !== undefined) return { literal: collectiveName };
      const [family, given] = [text(lastName), text(firstName) ?? text(initials)];
      return family === undefined ? { literal: fullName } : { family, given };
    }),
  );
}

function affiliationsOf(record: JsonObject): string[] {
  const ofAuthors = objects(objectOf(record.authorList).author).flatMap((author) => [
    ...texts([author.affiliation]),
    ...objects(objectOf(author.authorAffiliationDetailsList).authorAffiliation).flatMap((each) =>
      texts([each.affiliation]),
    ),
  ]);
  return [...new Set(ofAuthors.length > 0 ? ofAuthors : texts([record.affiliation]))];
}

/** The types of a publication; a preprint, a thesis or a patent is told by where it is from. */
function typeOf(record: JsonObject): string | string[] | undefined {
  const own = { PPR: 'preprint', ETH: 'thesis', PAT: 'patent' }[text(record.source) ?? ''];
  const types = texts(objectOf(record.pubTypeList).pubType);
  return own ?? (types.length > 0 ? types : text(record.pubType)?.split('; '));
}
