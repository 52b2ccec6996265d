/** INSPIRE, the literature of high-energy physics: answers of its API (a search, one record), or a list of such records. */
import type { PaperInput } from '../paper.ts';
import { arxivText } from './arxiv-atom.ts';
import { people, peopleShown } from './csl-json.ts';
import { fieldsWithValue } from './fields.ts';
import { firstRecord, isObject, objects, readJson, text, texts } from './json-records.ts';
import type { JsonDialect, JsonObject } from './json-records.ts';
import { plainText } from './markup.ts';
import type { Source } from './source.ts';
import { yearIn } from './year.ts';

const dialect: JsonDialect = { wrappers: ['hits.hits'], read };

export const inspire: Source = {
  name: 'inspire',
  title: 'INSPIRE',

  detects(head) {
    const record = firstRecord(head, dialect.wrappers);
    if (!record) return false;
    const given = metadataOf(record);
    const isNamed = objects(given.authors).some(({ full_name: name }) => text(name) !== undefined);
    const isOwn = isNamed || OWN.some((key) => key in given) || /\binspirehep\b/.test(text(given.$schema) ?? '');
    return isOwn && objects(given.titles).some(({ title }) => text(title) !== undefined);
  },

  read: (file) => readJson(file, dialect),
};

/** What nobody else says of a paper. */
const OWN = ['texkeys', 'arxiv_eprints', 'publication_info', 'inspire_categories', 'control_number'];

/** The API has the metadata beside what it says of the record. */
const metadataOf = (record: JsonObject): JsonObject => (isObject(record.metadata) ? record.metadata : record);

const MAPPED = [
  ...['titles', 'abstracts', 'authors', 'corporate_author', 'publication_info', 'dois', 'arxiv_eprints', 'keywords'],
  ...['document_type', 'publication_type', 'imprints', 'isbns', 'report_numbers', 'thesis_info', 'book_series', 'urls'],
  ...[
    'inspire_categories',
    'texkeys',
    'control_number',
    'id',
    'collaborations',
    'public_notes',
    'languages',
    'license',
  ],
  ...['editions', 'title_translations', 'external_system_identifiers', 'preprint_date', 'earliest_date'],
];
/** What INSPIRE says of itself and of other papers, or computes. */
const BOOKKEEPING =
  /^(?:_.*|\$.*|legacy_.*|self|acquisition_source|first_author|author_count|citation.*|core|curated|deleted|refereed|withdrawn|references|reference_count|related_records|record_versions|figures|documents|fulltext_links|number_of_references|facet_.*|bookautocomplete|abstract_source_suggest|authors_with_.*|is_.*|can_edit|orcid_push_.*|dataset_links|private_notes|referenced_.*|uuid|links|created|updated|revision_id)$/;

function read(found: JsonObject): PaperInput {
  const record = metadataOf(found);
  const [main = {}, ...otherTitles] = objects(record.titles);
  const [abstract, ...otherAbstracts] = objects(record.abstracts);
  const published = objects(record.publication_info);
  const journal = published.find((each) => text(each.journal_title) !== undefined) ?? published[0] ?? {};
  const imprint = objects(record.imprints)[0] ?? {};
  const thesis = isObject(record.thesis_info) ? record.thesis_info : {};
  const dates = texts([imprint.date, thesis.date, thesis.defense_date, record.preprint_date, record.earliest_date]);
  const series = objects(record.book_series)[0] ?? {};
  const [doi, ...otherDois] = of(record.dois, (each) => each.material !== 'erratum' && each.material !== 'addendum');
  const [key, ...otherKeys] = texts(record.texkeys);
  const number = text(record.control_number);
  const links = of(record.urls);
  const keywords = objects(record.keywords).filter(({ schema }) => schema !== 'PACS' && schema !== 'JACOW');
  const pages = [text(journal.page_start), text(journal.page_end)].filter(Boolean).join('-');
  return {
    title: [main.title, main.subtitle].map(shown).filter(Boolean).join(': '),
    abstract: abstract && shown(abstract.value),
    authors: authorsOf(record),
    year: yearIn(text(journal.year)) ?? dates.map(yearIn).find(Boolean),
    venue: text(journal.journal_title) ?? text(journal.conf_acronym) ?? shown(journal.pubinfo_freetext),
    url: links[0] ?? (number && `https://inspirehep.net/literature/${number}`),
    categories: [
      ...new Set([
        ...objects(record.arxiv_eprints).flatMap(({ categories }) => texts(categories)),
        ...of(keywords).map(shown),
        ...texts(objects(record.inspire_categories).map(({ term }) => term)),
      ]),
    ],
    doi,
    arxiv: of(record.arxiv_eprints)[0],
    isbn: of(record.isbns)[0],
    extra: {
      ...fieldsWithValue(record, [...MAPPED, ...Object.keys(record).filter((name) => BOOKKEEPING.test(name))]),
      ...fieldsWithValue({
        inspire: number,
        key,
        ids: otherKeys,
        type: typeOf(record, thesis),
        date: dates[0],
        editors: withRole(record, EDITOR),
        supervisors: peopleShown(withRole(record, 'supervisor')),
        collaborations: of(record.collaborations),
        volume: text(journal.journal_volume),
        issue: text(journal.journal_issue),
        pages: pages || text(journal.artid),
        publisher: text(imprint.publisher),
        place: text(imprint.place),
        edition: text(record.editions),
        institution: texts(objects(thesis.institutions).map(({ name }) => name)),
        series: text(series.title),
        seriesVolume: text(series.volume),
        reportNumbers: of(record.report_numbers),
        otherTitles: [...otherTitles, ...objects(record.title_translations)].map(({ title }) => shown(title)),
        otherAbstracts: otherAbstracts.map(({ value }) => shown(value)),
        otherDois,
        otherIds: of(record.external_system_identifiers),
        affiliations: [...new Set(objects(record.authors).flatMap(({ affiliations }) => of(affiliations)))],
        language: texts(record.languages),
        license: texts(objects(record.license).map(({ license, url }) => license ?? url)),
        notes: of(record.public_notes).map(shown),
        links: links.slice(1),
      }),
    },
  };
}

/** The values of a list of objects that have one, each once. */
const of = (list: unknown, isWanted: (each: JsonObject) => boolean = () => true): string[] => [
  ...new Set(
    texts(
      objects(list)
        .filter(isWanted)
        .map(({ value }) => value),
    ),
  ),
];

/** A text in which publishers have MathML, and arXiv LaTeX. */
const shown = (value: unknown): string => arxivText(plainText(text(value) ?? ''));

const EDITOR = 'editor';

/** The people of a role; who has none is an author. */
const withRole = (record: JsonObject, role: string): (string | object)[] =>
  people(
    objects(record.authors)
      .filter(({ inspire_roles: roles }) => (texts(roles)[0] ?? 'author') === role)
      .map(nameOf),
  );

function authorsOf(record: JsonObject): (string | object)[] {
  const found = withRole(record, 'author');
  if (found.length > 0 || withRole(record, EDITOR).length > 0) return found;
  const corporate = texts(record.corporate_author);
  const bodies = corporate.length > 0 ? corporate : of(record.collaborations).map((name) => `${name} Collaboration`);
  return bodies.map((literal) => ({ literal }));
}

/** In parts, as CSL has them; where they are not said, a comma parts the name. */
function nameOf({ full_name: whole, first_name: given, last_name: family, name_suffix: suffix }: JsonObject): unknown {
  return text(family) === undefined ? text(whole) : { family, given, suffix };
}

/** What it is; of a thesis with its degree. */
function typeOf(record: JsonObject, thesis: JsonObject): string | undefined {
  const type = text(record.document_type);
  const degree = text(thesis.degree_type);
  return type === 'thesis' && degree !== undefined ? `${degree} thesis` : type;
}
