/** MODS, the XML of libraries and repositories that Zotero, JabRef and bibutils write as well: one record or a collection. */
import { parseIdentifier } from '../identifiers.ts';
import type { PaperInput } from '../paper.ts';
import { people as inParts, peopleShown } from './csl-json.ts';
import { fieldsWithValue } from './fields.ts';
import type { Found, Source } from './source.ts';
import { child, elements, readXml, rootName, textOf, textsOf, type XmlElement } from './xml-records.ts';
import { yearIn } from './year.ts';

export const mods: Source = {
  name: 'mods',
  title: 'MODS XML',

  detects: (head) => /^mods(?:Collection)?$/.test(rootName(head) ?? ''),

  read: (file): AsyncGenerator<Found> =>
    readXml(file.text(), { records: ['mods'], containers: ['modsCollection'] }, (record) => ({
      input: readMods(record),
    })),
};

/** What a MODS record says of a paper. */
export function readMods(record: XmlElement): PaperInput {
  const related = elements(record, 'relatedItem');
  const host = related.find(({ attributes }) => attributes.type === 'host');
  const series = related.find(({ attributes }) => attributes.type === 'series');
  const origins = [...elements(record, 'originInfo'), ...elements(host, 'originInfo')];
  const part = partOf(elements(record, 'part').concat(elements(host, 'part')));
  const dates = [...datesIn(origins), part.date ?? ''].filter((date) => date !== '');
  const year = dates.map(yearIn).find((each) => each !== undefined);
  const date = dates.find((each) => yearIn(each) === year) ?? '';
  const [ids, others] = identifiersIn(record);
  const ofHost = identifiersIn(host)[1];
  const genres = textsOf(record, 'genre').concat(textsOf(host, 'genre').map((genre) => `in ${genre}`));
  const urls = elements(record, 'location').flatMap((location) => textsOf(location, 'url'));
  const people = (place: XmlElement | undefined, role: RegExp) => peopleIn(place, role);
  const authors = people(record, AUTHOR);
  const isbn = others.isbn ?? ofHost.isbn;
  return {
    title: titleIn(record),
    abstract: textsOf(record, 'abstract').join('\n'),
    authors,
    year,
    venue: titleIn(host) || titleIn(series),
    url: urls.find((url) => /^https?:/.test(url)) ?? [others.uri].flat()[0],
    categories: [...new Set(elements(record, 'subject').flatMap(subjectsOf))],
    ...ids,
    extra: fieldsWithValue({
      ...others,
      isbn,
      issn: others.issn ?? ofHost.issn,
      type: genreOf(genres, host),
      genre: textsOf(record, 'genre'),
      key: others.citekey ?? record.attributes.ID,
      citekey: undefined,
      date: date === String(year) ? '' : date,
      volume: part.volume,
      issue: part.issue,
      pages: part.pages,
      editors: [...people(record, EDITOR), ...people(host, EDITOR)],
      publisher: origins.flatMap((origin) => textsOf(origin, 'publisher'))[0],
      place: origins.flatMap((origin) => elements(origin, 'place').flatMap(placeOf))[0],
      edition: origins.flatMap((origin) => textsOf(origin, 'edition'))[0],
      series: titleIn(host) === '' ? '' : titleIn(series),
      language: elements(record, 'language').map((each) => textOf(child(each, 'languageTerm')) || textOf(each)),
      note: textsOf(record, 'note').filter((note) => !/^(?:system details|statement of responsibility)$/.test(note)),
      alternativeTitles: elements(record, 'titleInfo').filter(isOther).map(titleOf),
      affiliations: [...new Set(elements(record, 'name').flatMap((name) => textsOf(name, 'affiliation')))],
      rights: textsOf(record, 'accessCondition'),
      callNumber: textsOf(record, 'classification'),
      recordIdentifier: textOf(child(record, 'recordInfo', 'recordIdentifier')),
      links: urls.slice(1),
    }),
  };
}

const isOther = ({ attributes }: XmlElement): boolean => /./.test(attributes.type ?? '');

/** The title that is not an abbreviation, a translation or another one. */
function titleIn(element: XmlElement | undefined): string {
  const titles = elements(element, 'titleInfo');
  const main = titles.find((each) => !isOther(each)) ?? titles[0];
  return main ? titleOf(main) : '';
}

function titleOf(info: XmlElement): string {
  const [nonSort, title, subtitle] = ['nonSort', 'title', 'subTitle'].map((name) => textOf(child(info, name)));
  const numbered = [...textsOf(info, 'partNumber'), ...textsOf(info, 'partName')].join(', ');
  // A blank, or an apostrophe, belongs to what is not sorted by.
  const whole = [nonSort, title].filter((part) => part !== '').join(/['’]$/.test(nonSort!) ? '' : ' ');
  const main = [whole, subtitle].filter((part) => part !== '').join(/[?!.:]$/.test(whole) ? ' ' : ': ');
  return [main, numbered].filter((part) => part !== '').join('. ');
}

const AUTHOR =
  /^(?:aut|author|authors|cre|creator|art|artist|inv|inventor|prg|programmer|drt|director|cmp|composer|dis|)$/;
const EDITOR = /^(?:edt|editor|pbd|edc|isb)$/;

/** The people of a role; who has no role is an author. */
function peopleIn(place: XmlElement | undefined, role: RegExp): (string | object)[] {
  const all = elements(place, 'name').filter((name) => {
    const roles = elements(name, 'role').flatMap((each) => textsOf(each, 'roleTerm'));
    return roles.length === 0 ? role.test('') : roles.some((each) => role.test(each.toLowerCase().replace(/\.$/, '')));
  });
  const named = new Map(all.map(nameOf).map((name) => [JSON.stringify(name), name])); // Each once.
  return inParts([...named.values()]);
}

/** In parts, as CSL has them; a text with a comma is one of a person, its family name first. */
function nameOf(name: XmlElement): Record<string, string> {
  const parts = (type: string): string[] =>
    elements(name, 'namePart')
      .filter(({ attributes }) => (attributes.type ?? '') === type)
      .map(textOf);
  const [family, given] = [parts('family').join(' '), parts('given').join(' ')];
  if (family !== '') return { family, given, suffix: parts('termsOfAddress').join(' ') };
  const isPerson = /^(?:personal)?$/.test(name.attributes.type ?? '');
  const units = parts('').map((part) => part.replace(/(?<!,),+$|(?<=\p{L}{3})\.$/gu, ''));
  const whole = units.join(isPerson ? ' ' : '. ') || given || textOf(child(name, 'displayForm'));
  const [first = '', second, ...others] = whole.split(',').map((part) => part.trim());
  return isPerson && second !== undefined && others.length === 0
    ? { family: first, given: second }
    : { literal: whole };
}

/** Dates of publication, the best first. */
function datesIn(origins: XmlElement[]): string[] {
  return ['dateIssued', 'copyrightDate', 'dateCreated', 'dateOther', 'dateCaptured', 'dateModified'].flatMap((name) => {
    const dates = origins.flatMap((origin) => elements(origin, name));
    return [...dates.filter(({ attributes }) => attributes.point !== 'end'), ...dates].map(textOf);
  });
}

interface Part {
  volume?: string | undefined;
  issue?: string | undefined;
  pages?: string | undefined;
  date?: string | undefined;
}

function partOf(parts: XmlElement[]): Part {
  const detail = (type: RegExp): string | undefined =>
    parts
      .flatMap((part) => elements(part, 'detail'))
      .filter(({ attributes }) => type.test(attributes.type ?? ''))
      .map((each) => textOf(child(each, 'number')) || textOf(each))[0];
  const extent = parts
    .flatMap((part) => elements(part, 'extent'))
    .find(({ attributes }) => /^pages?$/.test(attributes.unit ?? ''));
  const range = [...textsOf(extent, 'start'), ...textsOf(extent, 'end')].join('-') || textOf(child(extent, 'list'));
  return {
    volume: detail(/^volume$/),
    issue: detail(/^(?:issue|number)$/),
    pages: range || detail(/^pages?$/),
    date: parts.flatMap((part) => textsOf(part, 'date'))[0],
  };
}

/** Where it is said in words; a code otherwise. */
function placeOf(place: XmlElement): string[] {
  const terms = elements(place, 'placeTerm');
  const inWords = terms.find(({ attributes }) => attributes.type !== 'code');
  return inWords ? [textOf(inWords)] : [];
}

/** Of subjects what is said of the work in words: topics, places, names, titles. */
function subjectsOf(subject: XmlElement): string[] {
  return elements(subject).flatMap((each) => {
    if (each.name === 'name') return peopleShown(inParts([nameOf(each)]));
    if (each.name === 'titleInfo') return [titleOf(each)];
    return ['topic', 'geographic', 'temporal', 'genre', 'occupation'].includes(each.name) ? [textOf(each)] : [];
  });
}

/** Identifiers that akin knows, and those it does not, by their types; what no longer holds is left out. */
function identifiersIn(record: XmlElement | undefined): [PaperInput, Record<string, string | string[]>] {
  const known: PaperInput = {};
  const others: Record<string, string | string[]> = {};
  for (const element of elements(record, 'identifier')) {
    const value = textOf(element);
    const type = (element.attributes.type ?? '').toLowerCase();
    if (value === '' || element.attributes.invalid === 'yes') continue;
    const kind = type === 'pubmed' ? 'pmid' : type === 'pmc' ? 'pmcid' : type;
    const found = parseIdentifier(/^(?:doi|pmid|pmcid|arxiv)$/.test(kind) ? `${kind}:${value}` : value);
    if (found && found.kind !== 'isbn') known[found.kind] ??= found.value;
    else {
      const name = type === '' || type === 'local' ? 'citekey' : type;
      others[name] = Object.hasOwn(others, name) ? [others[name]!, value].flat() : value;
    }
  }
  return [known, others];
}

/** What it is: the genre that says most, or that of what it is in. */
function genreOf(genres: string[], host: XmlElement | undefined): string | undefined {
  const own = genres.filter((genre) => !genre.startsWith('in '));
  const said = own.find((genre) => KNOWN.test(genre)) ?? own[0];
  const around = genres.find((genre) => genre.startsWith('in '));
  if (said !== undefined || around === undefined) return said ?? (host ? 'part' : undefined);
  return /periodical|journal/.test(around)
    ? 'article'
    : /conference/.test(around)
      ? 'conference paper'
      : 'book section';
}

const KNOWN =
  /article|book|thes|dissert|report|conference|patent|web|software|data ?set|preprint|chapter|proceeding|film|video|map/i;
