/**
 * CITATION.cff, in which software and data say how to cite them: the work itself, what is to be cited in its place
 * (`preferred-citation`), and the works it refers to, all of one form. It is a small file of YAML and is read whole.
 */
import { parseDocument } from 'yaml';
import type { PaperInput } from '../paper.ts';
import { parseIdentifier } from '../identifiers.ts';
import { people as inParts } from './csl-json.ts';
import { fieldsWithValue } from './fields.ts';
import { isObject, objects, text, texts, type JsonObject } from './json-records.ts';
import type { Found, Source, UnreadableRecord } from './source.ts';
import { yearIn } from './year.ts';

export const cff: Source = {
  name: 'cff',
  title: 'CITATION.cff',

  detects: (head) => /^[ \ufeff]*["']?cff-version["']? *:/m.test(head),

  async *read(file): AsyncGenerator<Found> {
    let content = '';
    for await (const piece of file.text()) {
      content += piece;
      if (content.length > MAX_CHARACTERS) break;
    }
    const raw = content.slice(0, 300);
    const place = { offset: 0, raw };
    const read = documentIn(content);
    if ('reject' in read) yield { record: 1, ...place, reject: read.reject };
    else for (const [i, input] of read.papers.entries()) yield { record: i + 1, ...place, input };
  },
};

/** A thousand authors with all there is of them take half of this. */
const MAX_CHARACTERS = 192 * 1024;

function documentIn(content: string): { papers: PaperInput[] } | Pick<UnreadableRecord, 'reject'> {
  const reject = (code: 'syntax' | 'too-large', reason: string) => ({ reject: { code, reason } });
  if (content.length > MAX_CHARACTERS)
    return reject('too-large', `CITATION.cff has more than ${MAX_CHARACTERS / 1024} Ki characters`);
  try {
    // Every value is a text: version 1.10 is not 1.1.
    const document = parseDocument(content, {
      ...{ schema: 'failsafe', uniqueKeys: false },
      ...{ logLevel: 'silent', prettyErrors: false },
    });
    const [problem] = document.errors;
    if (problem) return reject('syntax', `not YAML: ${problem.message}`);
    const work: unknown = document.toJS({ maxAliasCount: 10 });
    if (!isObject(work)) return reject('syntax', 'expected fields such as "title:", found none');
    const preferred = objects([work['preferred-citation']]);
    return {
      papers: [paperOf(work, true), ...[...preferred, ...objects(work.references)].map((each) => paperOf(each))],
    };
  } catch (error) {
    return reject('syntax', `not YAML: ${(error as Error).message}`); // Aliases without end, lists in lists.
  }
}

const MAPPED = [
  ...[
    'title',
    'abstract',
    'authors',
    'doi',
    'identifiers',
    'url',
    'keywords',
    'year',
    'month',
    'journal',
    'start',
    'end',
  ],
  ...[
    'date-released',
    'date-published',
    'collection-title',
    'conference',
    'publisher',
    'institution',
    'editors',
    'type',
  ],
  ...['cff-version', 'message', 'preferred-citation', 'references', 'pages', 'repository-code', 'repository', 'pmcid'],
  ...['loc-start', 'loc-end', 'contact', 'isbn', 'issn', 'volume', 'issue', 'version', 'license', 'commit'],
];

/** A work of the file; what says nothing else of it is the software or the data that the file lies with. */
function paperOf(work: JsonObject, isOwn = false): PaperInput {
  const identifiers = objects(work.identifiers);
  const found = identifiers.flatMap(
    ({ type, value }) => parseIdentifier(type === 'doi' ? `doi:${text(value) ?? ''}` : (text(value) ?? '')) ?? [],
  );
  const date = text(work['date-released'] ?? work['date-published'] ?? work['issue-date']);
  const month = text(work.month)?.padStart(2, '0');
  const year = yearIn(text(work.year) ?? date);
  const pages = texts([work.start ?? work['loc-start'], work.end ?? work['loc-end']]).join('-');
  const links = texts([work.url, work['repository-code'], work.repository]);
  return {
    title: text(work.title),
    abstract: text(work.abstract),
    authors: people(work.authors),
    year,
    venue: text(work.journal) ?? text(work['collection-title']) ?? nameIn(work.conference),
    url: links[0],
    categories: texts(work.keywords),
    ...Object.fromEntries(found.reverse().map(({ kind, value }) => [kind, value])), // The first of a kind counts.
    ...fieldsWithValue({ doi: text(work.doi), pmcid: text(work.pmcid) }),
    extra: {
      ...fieldsWithValue({
        type: text(work.type) ?? (isOwn ? 'software' : undefined),
        date: date ?? (year !== undefined && month !== undefined ? `${year}-${month}` : undefined),
        pages: pages || text(work.pages),
        volume: text(work.volume),
        issue: text(work.issue),
        version: text(work.version),
        isbn: text(work.isbn),
        issn: text(work.issn),
        license: texts([work.license].flat()),
        editors: people(work.editors),
        conference: nameIn(work.conference),
        publisher: nameIn(work.publisher),
        institution: nameIn(work.institution),
        links: links.slice(1),
        affiliations: [...new Set(texts(objects(work.authors).map(({ affiliation }) => affiliation)))],
      }),
      ...fieldsWithValue(work, MAPPED),
    },
  };
}

/** People, and what is none ("entity"), in parts as CSL has them. */
const people = (value: unknown) =>
  inParts(
    objects(value).map((person) => {
      const literal = text(person.name) ?? (person['family-names'] === undefined ? text(person.alias) : undefined);
      if (literal !== undefined) return { literal };
      return {
        family: person['family-names'],
        given: person['given-names'],
        'non-dropping-particle': person['name-particle'],
        suffix: person['name-suffix'],
      };
    }),
  );

const nameIn = (value: unknown): string | undefined => (isObject(value) ? text(value.name) : text(value));
