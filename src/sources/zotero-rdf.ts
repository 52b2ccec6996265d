/**
 * Zotero RDF, in which Zotero exports everything it has. Items stand one after the other; what one is part of stands inside
 * it or, where it has an address of its own (a journal's ISSN), after it. Notes and files are passed over.
 */
import type { PaperInput } from '../paper.ts';
import type { Found, Source } from './source.ts';
import { child, elements, rawText, rootName, textOf, xmlRecords, type XmlElement } from './xml-records.ts';
import { isPrimary } from './zotero-json.ts';
import { paper, type Creator } from './zotero.ts';

/** What items are called, by their classes; those without a class of their own are a `Description`. */
const ITEMS = (
  'Description Article Book BookSection ConferenceProceedings Data Document Illustration Image Interview Legislation Letter ' +
  'Manuscript MotionPicture Patent Recording Report Thesis'
).split(' ');
/** What they are part of, where it stands beside them. */
const WHOLES = ['Journal', 'Periodical', 'Newspaper', 'CourtReporter', 'Series', 'Website', 'Blog', 'Forum'];

export const zoteroRdf: Source = {
  name: 'zotero-rdf',
  title: 'Zotero RDF',

  detects: (head) => rootName(head) === 'RDF' && head.includes('http://www.zotero.org/namespaces/export#'),

  async *read(file): AsyncGenerator<Found> {
    const shape = { records: [...ITEMS, ...WHOLES], containers: ['RDF'], inside: ['isPartOf'] };
    let record = 0;
    let waiting: { found: Omit<Extract<Found, { input: unknown }>, 'input'>; item: XmlElement } | undefined;
    function* next(whole?: XmlElement): Generator<Found> {
      if (waiting) yield { ...waiting.found, input: inputOf(waiting.item, whole) };
      waiting = undefined;
    }
    for await (const each of xmlRecords(file.text(), shape)) {
      if ('reject' in each) {
        yield* next();
        yield { record: ++record, offset: each.offset, raw: each.raw, reject: each.reject };
        continue;
      }
      const { element, offset, raw } = each;
      if (WHOLES.includes(element.name)) {
        if (waiting && partOf(waiting.item)?.attributes.resource === element.attributes.about) yield* next(element);
        continue;
      }
      if (isPart(element)) continue;
      yield* next();
      waiting = { found: { record: ++record, offset, raw }, item: element };
      if (partOf(element)?.attributes.resource === undefined) yield* next();
    }
    yield* next();
  },
};

/** What the item says that it is part of. */
const partOf = (item: XmlElement): XmlElement | undefined =>
  elements(item, 'isPartOf').find(({ attributes }) => attributes.resource !== undefined) ?? child(item, 'isPartOf');

/** Files and notes of an item are items of their own. */
const isPart = (item: XmlElement): boolean =>
  ['attachment', 'note', 'annotation'].includes(textOf(child(item, 'itemType')));

/** Zotero's names for what RDF's vocabularies call otherwise. */
const FIELDS: Record<string, string> = {
  ...{
    abstract: 'abstractNote',
    description: 'extra',
    dateSubmitted: 'accessDate',
    alternative: 'journalAbbreviation',
  },
  ...{ itemType: '', subject: '', publisher: '', identifier: '', isPartOf: '', presentedAt: '', relation: '' },
  ...{ isReferencedBy: '', link: '', hasPart: '' },
};

function inputOf(item: XmlElement, beside: XmlElement | undefined): PaperInput {
  const wholes = [...elements(item, 'isPartOf').flatMap((part) => elements(part)), ...(beside ? [beside] : [])];
  // A part stands in a section of a newspaper, a series around a book.
  const all = wholes.flatMap((whole) => [whole, ...elements(whole, 'isPartOf').flatMap((part) => elements(part))]);
  const fields: Record<string, string> = {};
  for (const { name, value } of fieldsIn(item)) fields[name] ??= value;
  for (const whole of all) {
    for (const [name, value] of ofWhole(whole)) fields[name] ??= value;
  }
  const type = textOf(child(item, 'itemType')) || TYPES[item.name] || null;
  const conference = textOf(child(item, 'presentedAt', 'Conference', 'title'));
  if (conference !== '') fields[type === 'presentation' ? 'meetingName' : 'conferenceName'] = conference;
  const publisher = elements(child(item, 'publisher'))[0];
  for (const [name, value] of [
    ['publisher', textOf(child(publisher, 'name')) || (publisher ? '' : textOf(child(item, 'publisher')))],
    ['place', textOf(child(publisher, 'adr', 'Address', 'locality'))],
  ] as const)
    if (value !== '') fields[name] ??= value;
  const { citationKey, ...rest } = fields;
  const id = item.attributes.about ?? '';
  const key =
    citationKey ?? /^citation key: *(\S+)/im.exec(fields.extra ?? '')?.[1] ?? (id.startsWith('#') ? id.slice(1) : '');
  return paper({ key, type, added: null, library: null }, rest, creatorsOf(item, type), subjectsOf(item), []);
}

/** A class says less than the type that items have beside it. */
const TYPES: Record<string, string> = {
  ...{ Article: 'journalArticle', Book: 'book', BookSection: 'bookSection', Document: 'webpage', Report: 'report' },
  ...{ Thesis: 'thesis', Manuscript: 'manuscript', Patent: 'patent', Data: 'computerProgram' },
};

/** What has lines that say something. */
const LINES = new Set(['abstractNote', 'extra']);

function* fieldsIn(item: XmlElement): Generator<{ name: string; value: string }> {
  for (const each of elements(item)) {
    const name = FIELDS[each.name] ?? each.name;
    if (each.name === 'identifier') yield* identified(each);
    else if (name !== '' && child(each, 'Seq') === undefined && textOf(each) !== '')
      yield { name, value: LINES.has(name) ? rawText(each).trim() : textOf(each) };
  }
  const callNumber = textOf(child(item, 'subject', 'LCC', 'value'));
  if (callNumber !== '') yield { name: 'callNumber', value: callNumber };
}

/** "DOI 10.5555/1", "ISBN …", an address in an element of its own, or a number of whatever kind. */
function* identified(identifier: XmlElement): Generator<{ name: string; value: string }> {
  const url = textOf(child(identifier, 'URI', 'value'));
  if (url !== '') yield { name: 'url', value: url };
  const [, kind, value] = /^(DOI|ISBN|ISSN|PMID|PMCID):? ?(.+)$/.exec(textOf(identifier)) ?? [];
  if (kind !== undefined) yield { name: kind, value: value! };
  else if (url === '' && textOf(identifier) !== '') yield { name: 'accessionNumber', value: textOf(identifier) };
}

/** What a journal, a book or a series gives to what is in it. */
function ofWhole(whole: XmlElement): [string, string][] {
  const isSeries = whole.name === 'Series';
  const given = Array.from(fieldsIn(whole), ({ name, value }): [string, string] => {
    if (name === 'title') return [isSeries ? 'series' : whole.name === 'Part' ? 'section' : 'publicationTitle', value];
    if (name === 'number') return [isSeries ? 'seriesNumber' : 'issue', value];
    return [isSeries && name === 'accessionNumber' ? 'seriesNumber' : name, value];
  });
  return given.filter(([name]) => name !== 'url');
}

function creatorsOf(item: XmlElement, itemType: string | null): Creator[] {
  return elements(item).flatMap((role) =>
    elements(child(role, 'Seq'), 'li').flatMap((entry) =>
      elements(entry).map((person): Creator => {
        const type = role.name.replace(/s$/, '');
        const given = textOf(child(person, 'givenName')) || textOf(child(person, 'givenname'));
        return {
          type,
          firstName: given === '' ? null : given,
          lastName: textOf(child(person, 'surname')) || textOf(child(person, 'name')),
          fieldMode: given === '' ? 1 : 0,
          isPrimary: Number(isPrimary(type, itemType)),
        };
      }),
    ),
  );
}

const subjectsOf = (item: XmlElement): string[] =>
  elements(item, 'subject')
    .filter((subject) => child(subject, 'LCC') === undefined)
    .map((subject) => textOf(child(subject, 'AutomaticTag', 'value')) || textOf(subject));
