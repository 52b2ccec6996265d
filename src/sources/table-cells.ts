/** What does a cell of a table say: a year, a venue, a list of keywords, an identifier, or nothing in many words? */
import { parseIdentifier, type Identifier } from '../identifiers.ts';
import { isObject } from './json-records.ts';
import { literalIn } from './literals.ts';
import { identifiersAmong } from './table-columns.ts';
import { yearIn } from './year.ts';

/** What services and programs write where they have nothing to say. */
export const saysNothing = (value: string): boolean =>
  value.length < 40 &&
  /^(?:NA|N\/A|#N\/A|NaN|nan|NULL|null|None|-+|–|—|\[?no \w+( name)? (?:available|listed|found)\.?\]?|\[?\w+ not available\.?\]?)$/i.test(
    value,
  );

/** What a program wrote into a cell, without what it wrote around it: Excel's formula of a text (`="0012"`), pandas' `nan`. */
export function contentOf(cell: string): string {
  if (cell === 'nan' || cell === 'NaN') return '';
  return cell.startsWith('="') && cell.endsWith('"') && cell.length > 2
    ? cell.slice(2, -1).replaceAll('""', '"').trim()
    : cell;
}

const SUM =
  /^(?:grand )?(?:total|sum|count|gesamt|summe|somme|suma|totale|合计|总计|總計|合計)(?: \p{L}{1,20}){0,2} ?[:=：] ?\d[\d.,]*$/iu;

/** Whether a row only counts the others: `Total: 12`, in one cell or in two. */
export function isSum(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell !== '');
  return cells.length > 1 && filled.length < 3 && SUM.test(filled.join(': ').slice(0, 100));
}

/** A list as akin writes it: a backslash before a semicolon or backslash that is part of an item. */
export const ownList = (list: string): string[] =>
  Array.from(list.matchAll(/(?:\\[^]|[^\\;])+/g), ([item]) => item.trim().replace(/\\([^])/g, '$1'));

/** The object a text is in JSON; undefined for anything else. */
export function jsonObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The year that a cell names: `2016`, 2016.0 as pandas writes it, 2,016 and 2.016 as spreadsheets do, or the year of a date. */
export function yearOf(value: string): number | undefined {
  const text = value.slice(0, 60);
  const plain = /^\(?([12])[.,'’\u00a0\u202f ]?(\d{3})(?:[.,]0+)?[a-rt-z]?\)?$/.exec(text);
  if (plain) return Number(plain[1]! + plain[2]!);
  return yearIn(text);
}

/** The year of the first date that says one. Days are counted by spreadsheets from 1900 on. */
export function yearOfDate(dates: readonly string[]): number | undefined {
  for (const date of dates) {
    const isDays = /^[1-6]\d{4}(?:\.\d+)?$/.test(date);
    const year = isDays ? new Date(Date.UTC(1899, 11, 30) + Number(date) * 86_400_000).getUTCFullYear() : yearOf(date);
    if (year !== undefined) return year;
  }
  return undefined;
}

const DATABASES =
  /^(?:scopus|web of science(?: core collection)?|wos|pubmed|medline|pmc|embase|crossref|openalex|google scholar|scholar|arxiv|dimensions|(?:the )?lens(?:\.org)?|ieee(?: xplore)?|acm(?: digital library)?|science ?direct|springer(?:link)?|cinahl|psycinfo|eric|proquest|ebsco(?:host)?|cochrane|scielo|lilacs|dblp|semantic scholar|wiley|jstor|med|ppr|manual|hand ?search(?:ing)?|other|database)$/i;

/** A journal or a conference, unless the cell says nothing, or is a whole citation. */
export const venueOf = (value: string): string | undefined =>
  saysNothing(value) || citedIn(value) ? undefined : value;

/** The same, unless the cell names the database in which the record was found. */
export const sourceOf = (value: string): string | undefined => (DATABASES.test(value) ? undefined : venueOf(value));

/** The journal and year of `Journal of Lemmas (2014) 3:3 (152-160). Date of Publication: …`, as Embase writes them. */
export function citedIn(value: string): { venue: string; year: number } | undefined {
  const match = /^([^(]{2,300}?)[.,]? \(((?:1[5-9]|20)\d\d)\)[ ,.]+(?:\d|Date|Article)/.exec(value.slice(0, 400));
  return match ? { venue: match[1]!, year: Number(match[2]) } : undefined;
}

/** An identifier that says its kind, or that has the form of arXiv's, which nothing else has. */
export function identifierOf(id: string): Identifier | undefined {
  if (/^\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}(?:v\d+)?$/.test(id)) return { kind: 'arxiv', value: id };
  return parseIdentifier(id) ?? undefined;
}

/** Semantic Scholar's numbers of papers have a form of their own, and stand under `paperId`. */
export const paperIdentifierOf = (id: string): Identifier | undefined =>
  /^[0-9a-f]{40}$/.test(id) ? { kind: 's2', value: id } : identifierOf(id);

export function identifiersOf(cell: string): Record<string, string> | undefined {
  const ids = literalIn(cell);
  return isObject(ids) ? identifiersAmong(ids) : undefined;
}

/** The items of a list, separated by commas where there is nothing better, but not by those in brackets. */
export function listOf(list: string): string[] {
  if (saysNothing(list)) return [];
  const literal = literalIn(list);
  const items = Array.isArray(literal)
    ? literal.map(String)
    : /[;|；\n]/.test(list)
      ? list.split(/[;|；\n]/)
      : betweenCommas(list);
  return [...new Set(items.map((item) => item.trim()).filter((item) => item !== ''))];
}

function betweenCommas(list: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < list.length; i++) {
    const character = list[i]!;
    if (character === '(' || character === '[') depth++;
    else if (character === ')' || character === ']') depth = Math.max(0, depth - 1);
    else if (depth === 0 && (character === ',' || character === '，' || character === '、')) {
      items.push(list.slice(from, i));
      from = i + 1;
    }
  }
  items.push(list.slice(from));
  return depth === 0 ? items : list.split(/[,，、]/); // A bracket that is never closed holds nothing together.
}
