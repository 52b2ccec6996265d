/** EndNote's XML, as EndNote, Zotero, Bookends, Citavi and others export it. */
import type { PaperInput } from '../paper.ts';
import { onOneLine } from '../text.ts';
import { seenName } from '../names.ts';
import { peopleOn } from './author-list.ts';
import { fieldsWithValue, partsBetween } from './fields.ts';
import { identifiersIn } from './csl-json.ts';
import { parseIdentifier } from '../identifiers.ts';
import type { Found, Source } from './source.ts';
import { child, elements, rawText, readXml, rootName, textOf, textsOf, type XmlElement } from './xml-records.ts';
import { yearIn } from './year.ts';

export const endnoteXml: Source = {
  name: 'endnote-xml',
  title: 'EndNote XML',

  detects: (head) =>
    /^(?:xml|records)$/.test(rootName(head) ?? '') &&
    /<records(?:\s*\/>|>\s*(?:<record\b|<\/records>))|<ref-type\b|<source-app\b/.test(head),

  read: (file): AsyncGenerator<Found> =>
    readXml(file.text(), { records: ['record'], containers: ['xml', 'records'] }, (record) => ({
      input: readRecord(record),
    })),
};

/** What is read by name, and what EndNote says of its own library. */
const MAPPED = new Set(
  (
    'database source-app rec-number foreign-keys ref-type contributors titles periodical alt-periodical keywords dates ' +
    'abstract urls electronic-resource-num auth-address auth-affiliaton label isbn accession-num notes modified-date'
  ).split(' '),
);
const NAMES: Record<string, string> = {
  ...{ number: 'issue', 'pub-location': 'place', 'call-num': 'callNumber', 'remote-database-name': 'database' },
  ...{ 'remote-database-provider': 'databaseProvider', 'access-date': 'accessed', 'work-type': 'workType' },
  ...{ 'num-vols': 'numberOfVolumes', 'research-notes': 'researchNotes', 'orig-pub': 'originalPublication' },
  ...{ 'report-id': 'reportNumber', 'reviewed-item': 'reviewedItem', 'meeting-place': 'conferencePlace' },
};

function readRecord(record: XmlElement): PaperInput {
  const titles = child(record, 'titles');
  const [title, second, third, short] = ['title', 'secondary-title', 'tertiary-title', 'short-title'].map((name) =>
    textOf(child(titles, name)),
  );
  const journal = textOf(child(record, 'periodical', 'full-title'));
  const venue =
    second || journal || textOf(child(titles, 'alt-title')) || textOf(child(record, 'periodical', 'abbr-1'));
  const dates = child(record, 'dates');
  const year = textOf(child(dates, 'year'));
  const published = textsOf(child(dates, 'pub-dates'), 'date')[0];
  const urls = elements(child(record, 'urls')).flatMap((kind) =>
    elements(kind).map((url) => ({ kind: kind.name, url: textOf(url) })),
  );
  const pages = urls.filter(({ kind, url }) => /^(?:related|web)-urls$/.test(kind) && /^https?:/i.test(url));
  const notes = textOf(child(record, 'notes'));
  const accession = textOf(child(record, 'accession-num'));
  const provider = textOf(child(record, 'remote-database-provider'));
  const people = contributorsOf(record);
  const type = child(record, 'ref-type');
  return {
    title,
    abstract: linesOf(child(record, 'abstract')),
    authors: peopleOn(people.get('authors') ?? []),
    year: yearIn(year) ?? yearIn(published),
    venue,
    url: pages[0]?.url,
    categories: textsOf(child(record, 'keywords'), 'keyword').flatMap((words) =>
      partsBetween(words, ';').map((word) => word.trim()),
    ),
    ...identifiersAmong([...pages.map(({ url }) => url), accession]),
    ...identifiersIn(rawText(child(record, 'notes')).replace(/\r/g, '\n')),
    ...pubmedIdOf(accession, provider),
    ...fieldsWithValue({
      doi: textOf(child(record, 'electronic-resource-num')).split(/\s/, 1)[0],
      pmcid: /^PMC\d+$/.exec(textOf(child(record, 'custom2')))?.[0],
    }),
    extra: fieldsWithValue({
      ...others(record),
      type: type?.attributes.name ?? textOf(type),
      key: textOf(child(record, 'label')),
      date: [published, yearIn(published) === undefined ? year : ''].filter(Boolean).join(' '),
      editors: peopleOn(people.get('secondary-authors') ?? []),
      seriesEditors: people.get('tertiary-authors')?.map(seenName),
      contributors: people.get('subsidiary-authors')?.map(seenName),
      translatedAuthors: people.get('translated-authors')?.map(seenName),
      series: third,
      shortTitle: short,
      translatedTitle: textOf(child(titles, 'translated-title')),
      journalAbbreviation: textOf(child(record, 'periodical', 'abbr-1')),
      ...{
        [/\b97[89]|\b\d{9}[\dX]\b|\d-\d+-\d+-[\dX]\b/.test(textOf(child(record, 'isbn'))) ? 'isbn' : 'issn']: textOf(
          child(record, 'isbn'),
        ),
      },
      accession,
      notes,
      affiliations: [...textsOf(record, 'auth-address'), ...textsOf(record, 'auth-affiliaton')],
      links: pages.slice(1).map(({ url }) => url),
      file: urls.filter(({ kind }) => /^(?:pdf|image|text)-urls$/.test(kind)).map(({ url }) => url),
    }),
  };
}

/** The people of every kind, in the order of their kinds. */
function contributorsOf(record: XmlElement): Map<string, string[]> {
  return new Map(
    elements(child(record, 'contributors')).map((kind) => [
      kind.name,
      textsOf(kind, 'author'), // "Institute," is no person.
    ]),
  );
}

/** Whatever a record says that is not read by name. */
function others(record: XmlElement): Record<string, string> {
  const left = elements(record).filter(({ name }) => !MAPPED.has(name));
  return Object.fromEntries(left.map((each) => [NAMES[each.name] ?? each.name, linesOf(each)]));
}

/** A text with its lines: what is indented only goes on, in a file that was laid out for people. */
const linesOf = (element: XmlElement | undefined): string =>
  rawText(element)
    .split(/[\r\n]+(?![ \t\r\n])/)
    .map((line) => onOneLine(line).trim())
    .filter((line) => line !== '')
    .join('\n');

/** The first of each kind. */
function identifiersAmong(texts: string[]): PaperInput {
  const found = texts.flatMap((text) => parseIdentifier(text) ?? []);
  return Object.fromEntries(found.reverse().map(({ kind, value }) => [kind, value]));
}

/** PubMed's number is the accession number of what came from there. */
function pubmedIdOf(accession: string, provider: string): PaperInput {
  return /^\d{1,8}$/.test(accession) && /^(?:NLM|PubMed)$/i.test(provider) ? { pmid: accession } : {};
}
