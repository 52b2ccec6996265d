/**
 * What a person typed, understood: the words to rank by, the conditions that hold, or a paper's identifier.
 *
 * Most of what is typed or pasted is a sentence or a title, and titles hold colons, quotes, hyphens and dashes. So what
 * is not plainly a condition is text, and only a word that all but names a field (`auther:bengio`) is an error.
 *
 * - `"a phrase"` must be there, and its words take part in the ranking; quotes stand between white space.
 * - `-word`, `-"a phrase"`, `-author:x` leave out whatever they match.
 * - `author:`, `year:`, `venue:`, `category:`, `in:` (a collection), `has:`, `title:`, and of what a person keeps `is:`, `note:`;
 *   each directly before its values;
 *   values with spaces in quotes, several values with commas between them, any of which will do.
 * - In more than `LONGEST_QUERY` words quotes and minus signs mean nothing: that is an abstract somebody pasted.
 * - `OR` between conditions: one of them suffices. It binds closer than mere succession: `a:x OR b:y c:z` wants c:z and
 *   one of the others. A word beside it is then a condition as well. Between words only, OR is a word like any other:
 *   the ranking takes any of the words anyway. `AND` may be written, and `NOT` for the minus.
 */
import { AkinError } from '../errors.ts';
import type { FacetField } from '../library/facets.ts';
import { HAS_FIELDS, hasWord, isTooLarge, KEPT_STATES, type Filter } from '../library/filter.ts';
import { namedIdentifier } from '../identifiers.ts';
import { nearest } from './slips.ts';
import { yearsFilter } from './years.ts';

export interface ParsedQuery {
  /** What to rank by: the words outside of conditions and those of wanted phrases, in their order. May be empty. */
  text: string;
  /** The words outside of conditions alone. */
  words: string;
  /** The phrases that must be there, those that are one of several included. */
  phrases: string[];
  filter: Filter | undefined;
  /** Each condition as it is written in the plainest way, and the query without it. */
  conditions: { written: string; without: string }[];
  /**
   * Where words stand beside conditions: how those are written that demand something; and the text and the filter without
   * them, which only leaves out.
   */
  droppable: { written: string[]; text: string; filter: Filter | undefined } | undefined;
  /** The whole query names a paper: `doi:…`, `arxiv:…`, ready for `Library.find`. The text is there for when it is unknown. */
  identifier: string | undefined;
  /** The query as it was understood, in its plainest form; parsing it gives the same again. */
  canonical: string;
}

const FIELDS = ['author', 'year', 'venue', 'category', 'has', 'in', 'title', 'is', 'note'] as const;
type Field = (typeof FIELDS)[number];

/** Other words for a field, which are not near it in spelling. */
const MEANT: Record<string, Field> = {
  ...{ by: 'author', date: 'year', published: 'year', journal: 'venue', conference: 'venue' },
  ...{ notes: 'note', state: 'is' },
  ...{ cat: 'category', categories: 'category', subject: 'category', collection: 'in', folder: 'in', tag: 'in' },
};
/** Those that a word near them may be meant for; `node:` and `mode:` are no `note:`. */
const GUESSED = FIELDS.filter((field) => field !== 'note');

/** A word as it stands. */
interface Word {
  word: string;
}
interface Condition {
  filter: Filter;
  /** What of it the ranking looks for. */
  text: string;
  phrases: string[];
  /** As it is written in the plainest way. */
  written: string;
  /** What it is the opposite of. */
  excludes?: Condition;
}
type Part = Word | Condition;

/** A part, with the connecting words before it. */
interface Item {
  part: Part;
  /** AND, OR and NOT as they came, without the NOTs right before the part. */
  connectors: string[];
  nots: string[];
}

/**
 * Understands a query.
 * @throws AkinError `invalid-argument` with field `query`: an unknown field that is near a known one, a value that its field
 *   can't have, a bracket before a condition, hundreds of conditions. Nothing else is refused.
 */
export function parseQuery(query: string): ParsedQuery {
  const line = query.trim().replace(/\s+/g, ' ');
  const identifier = identifierIn(line);
  if (identifier !== undefined) {
    return {
      text: line,
      words: line,
      phrases: [],
      filter: undefined,
      conditions: [],
      droppable: undefined,
      identifier,
      canonical: line,
    };
  }

  const parts = connected(partsOf(line));
  const conditions = parts.filter((part) => 'filter' in part);
  const filters = conditions.map(({ filter }) => filter);
  if (isTooLarge(filters)) throw refused('the query has too many conditions');
  const words = spaced(parts.flatMap((part) => ('word' in part ? [part.word] : [])));
  return {
    text: spaced(parts.map((part) => ('word' in part ? part.word : part.text))),
    words,
    phrases: conditions.flatMap(({ phrases }) => phrases),
    filter: joined(filters),
    conditions: conditions.map((each) => ({
      written: each.written,
      without: asCanonical(parts.filter((part) => part !== each)),
    })),
    droppable: droppableOf(conditions, words),
    identifier: undefined,
    canonical: asCanonical(parts),
  };
}

const asCanonical = (parts: Part[]): string => spaced(parts.map((part) => ('word' in part ? part.word : part.written)));

const FIELD_OF: Record<FacetField, Field> = {
  ...{ year: 'year', author: 'author', venue: 'venue', category: 'category' },
  collection: 'in',
};

/** A query that wants a value of a facet as well. */
export function narrowedTo(query: string, facet: FacetField, value: string): string {
  return spaced([query, writtenAs(FIELD_OF[facet], [value])]);
}

function joined(filters: Filter[]): Filter | undefined {
  return filters.length > 1 ? { all: filters } : filters[0];
}

function droppableOf(conditions: Condition[], text: string): ParsedQuery['droppable'] {
  const demanding = conditions.filter(({ excludes }) => excludes === undefined);
  if (demanding.length === 0 || !hasWord(text)) return undefined;
  const leavingOut = conditions.filter(({ excludes }) => excludes !== undefined).map(({ filter }) => filter);
  return { written: demanding.map(({ written }) => written), text, filter: joined(leavingOut) };
}

function identifierIn(line: string): string | undefined {
  const said = namedIdentifier(line);
  return said ? `${said.kind}:${said.value}` : undefined;
}

const FIELD = /(\p{L}+):(?=[^\s:])/uy;
const PHRASE = /"([^"]*)"(?=[,;.]?(?: |$))[,;.]?/y;
const VALUES = /(?:"[^"]*"(?=[ ,]|$)|[^ ,]+|,)+/y;
const VALUE = /"([^"]*)"(?=,|$)|[^,]+/g;
const WORD = /[^ ]+/y;
const BRACKETED = /^-?\(+-?(\p{L}+):[^:]/u;

/** Words; what has more is prose that was pasted, where quotes and dashes are only punctuation. */
const LONGEST_QUERY = 40;

/** The words and conditions between a line's spaces. */
function partsOf(line: string): Part[] {
  const parts: Part[] = [];
  const isProse = line.split(' ').length > LONGEST_QUERY;
  let at = 0;
  /** Goes on behind a pattern that matches here. */
  const take = (pattern: RegExp, from: number): RegExpExecArray | null => {
    pattern.lastIndex = from;
    const found = pattern.exec(line);
    if (found) at = pattern.lastIndex;
    return found;
  };
  while (at < line.length) {
    const start = at;
    const isExcluded = line[start] === '-';
    const begin = isExcluded ? start + 1 : start;
    let condition: Condition | undefined;
    const field = fieldNamed(take(FIELD, begin)?.[1]);
    if (field !== undefined) {
      condition = fieldCondition(field, take(VALUES, at)![0]);
    } else {
      const phrase = isProse ? undefined : take(PHRASE, begin)?.[1];
      if (phrase !== undefined && hasWord(phrase)) condition = phraseCondition(phrase);
    }
    if (condition) {
      parts.push(isExcluded ? excluded(condition) : condition);
    } else {
      const word = take(WORD, start)![0];
      refuseBracket(word);
      // A number after a minus is a negative number.
      parts.push(!isProse && /^-\p{L}/u.test(word) ? excluded(phraseCondition(word.slice(1))) : { word });
    }
    while (line[at] === ' ') at++;
  }
  return parts;
}

/** Joins parts by the AND, OR and NOT between them, where these belong to conditions. */
function connected(parts: Part[]): Part[] {
  const { items, rest } = itemsOf(parts);
  const joined: Part[] = [];
  let wasCondition = false;
  for (const chain of chainsOf(items)) {
    const isCondition = chain.some(({ part }) => 'filter' in part);
    if (!isCondition && wasCondition) chain[0]!.connectors = []; // They belong to the condition before.
    joined.push(...(isCondition ? choiceAmong(chain) : chain.flatMap(asWritten)));
    wasCondition = isCondition;
  }
  return wasCondition ? joined : [...joined, ...rest.map((word) => ({ word }))];
}

function asWritten({ connectors, nots, part }: Item): Part[] {
  return [...[...connectors, ...nots].map((word) => ({ word })), part];
}

/** A chain with a condition in it: its words become conditions too, save a dash, say, of which none can be made. */
function choiceAmong(chain: Item[]): Part[] {
  const isMere = ({ part }: Item) => 'word' in part && !hasWord(part.word);
  const choices = chain
    .filter((item) => !isMere(item))
    .map(({ part, nots }) => {
      const condition = 'word' in part ? phraseCondition(part.word) : part;
      return nots.length % 2 === 1 ? excluded(condition) : condition;
    });
  const mere = chain.filter(isMere).flatMap((item) => asWritten({ ...item, connectors: [] }));
  return [...mere, choices.length === 1 ? choices[0]! : anyOf(choices)];
}

/** Takes the connecting words to the parts behind them; `rest` are those with nothing behind. */
function itemsOf(parts: Part[]): { items: Item[]; rest: string[] } {
  const items: Item[] = [];
  let connectors: string[] = [];
  for (const part of parts) {
    if ('word' in part && /^(?:AND|OR|NOT)$/.test(part.word)) {
      connectors.push(part.word);
    } else {
      const end = connectors.findLastIndex((word) => word !== 'NOT') + 1;
      items.push({ part, connectors: connectors.slice(0, end), nots: connectors.slice(end) });
      connectors = [];
    }
  }
  return { items, rest: connectors };
}

/** Items with an OR between them, together. */
function chainsOf(items: Item[]): Item[][] {
  const chains: Item[][] = [];
  for (const item of items) {
    if (chains.length > 0 && item.connectors.includes('OR')) chains.at(-1)!.push(item);
    else chains.push([item]);
  }
  return chains;
}

function phraseCondition(given: string): Condition {
  const phrase = unquoted(given);
  return { filter: { phrase }, text: phrase, phrases: [phrase], written: `"${phrase}"` };
}

function excluded(condition: Condition): Condition {
  const { filter, written, excludes } = condition;
  return excludes ?? { filter: { not: filter }, text: '', phrases: [], written: `-${written}`, excludes: condition };
}

function anyOf(choices: Condition[]): Condition {
  return {
    filter: { any: choices.map(({ filter }) => filter) },
    text: spaced(choices.map(({ text }) => text)),
    phrases: choices.flatMap(({ phrases }) => phrases),
    written: choices.map(({ written }) => written).join(' OR '),
  };
}

function fieldCondition(field: Field, list: string): Condition {
  const values = [...list.matchAll(VALUE)].map(([bare, quoted]) => unquoted(quoted ?? bare)).filter(hasWord);
  if (values.length === 0) throw refused(`${field}: wants a value`, `for example ${EXAMPLES[field]}`);
  const filters = field === 'year' ? [yearsOf(values)] : values.map((value) => filterOf(field, value));
  const titles = field === 'title' ? values : [];
  return {
    filter: filters.length > 1 ? { any: filters } : filters[0]!,
    text: spaced(titles),
    phrases: titles,
    written: writtenAs(field, values),
  };
}

function writtenAs(field: Field, values: string[]): string {
  const quoted = values.map((value) => (/^[^: ,"][^ ,"]*$/.test(value) ? value : `"${unquoted(value)}"`));
  return `${field}:${quoted.join(',')}`;
}

const EXAMPLES: Record<Field, string> = {
  author: 'author:bengio or author:"yoshua bengio"',
  year: 'year:2019, year:2019..2022, year:2019.. or year:>=2019',
  venue: 'venue:nature or venue:"neural information processing"',
  category: 'category:cs.CL',
  has: 'has:doi or has:abstract',
  in: 'in:thesis or in:"to read"',
  title: 'title:attention or title:"attention is all"',
  is: 'is:starred or is:unread',
  note: 'note:chapter or note:"for chapter two"',
};

/** What `year` is everywhere. @throws AkinError `invalid-argument` with field `query`. */
function yearsOf(values: string[]): Filter {
  try {
    return yearsFilter(values.join(','));
  } catch (error) {
    throw refused((error as AkinError).message, `for example ${EXAMPLES.year}`);
  }
}

function filterOf(field: Field, value: string): Filter {
  if (field === 'has') return { has: oneOf(HAS_FIELDS, 'has', value, "asks for a field that papers don't have") };
  if (field === 'is') return { is: oneOf(KEPT_STATES, 'is', value, 'asks for what no paper can be') };
  if (field === 'in') return { collection: value };
  return { [field]: value } as Filter;
}

function oneOf<T extends string>(all: readonly T[], field: Field, value: string, fault: string): T {
  const wanted = value.toLowerCase();
  const known = all.find((each) => each === wanted);
  if (known) return known;
  const meant = nearest(wanted, all, () => 2);
  throw refused(
    `${field}:${value} ${fault}`,
    `${meant ? `did you mean ${field}:${meant}? ` : ''}there are ${all.join(', ')}`,
  );
}

/** The field a word before a colon names; undefined for a word of the text. */
function fieldNamed(given: string | undefined): Field | undefined {
  if (given === undefined) return undefined;
  const name = given.toLowerCase();
  const known = FIELDS.find((each) => each === name);
  if (known) return known;
  const meant = Object.hasOwn(MEANT, name) ? MEANT[name] : nearest(name, GUESSED);
  if (meant === undefined) return undefined;
  throw refused(
    `there is no field "${given}"`,
    `did you mean ${meant}:? the fields are ${FIELDS.join(', ')}; to look for the word itself, put a space after the colon`,
  );
}

function refuseBracket(word: string): void {
  const name = BRACKETED.exec(word)?.[1]?.toLowerCase();
  if (FIELDS.some((field) => field === name)) {
    throw refused(
      `brackets don't group conditions: ${word}`,
      'leave them out; OR binds closest, so a:x OR b:y c:z wants c:z and one of the others',
    );
  }
}

function refused(message: string, hint?: string): AkinError {
  return new AkinError('invalid-argument', message, { hint, field: 'query' });
}

/** Without quotes that have no partner: a value or phrase can't hold any. */
function unquoted(text: string): string {
  return spaced(text.replaceAll('"', ' ').split(' '));
}

function spaced(words: string[]): string {
  return words.filter((word) => word !== '').join(' ');
}
