/**
 * BibTeX in UTF-8, with the fields of BibLaTeX where BibTeX has none.
 *
 * Of `extra` survive the texts, as fields of their names, on one line; but not under names that a field can't have, nor
 * those that would say something else of the paper (a `subtitle`, a `crossref`). Names are turned into BibTeX's where it has
 * its own (`issue` into `number`), lists are joined by semicolons, numbers become texts, and what is nested stays out. The
 * type is BibTeX's own word for it, the key is made unless the paper came with one. The id is in the field `akinid`, and in
 * `akinnames` what of the names can't be seen in them (see name-notes.ts).
 */
import { IDENTIFIER_KINDS } from '../identifiers.ts';
import { guessedName, namesByText, type Name } from '../names.ts';
import { editorsOf, type Paper } from '../paper.ts';
import { RAW, RAW_SIGN, VERBATIM } from '../sources/bibtex.ts';
import { isOthers, withoutBlanks } from '../sources/bibtex-names.ts';
import { writtenNotes } from '../sources/name-notes.ts';
import { yearIn } from '../sources/year.ts';
import type { Exporter } from './exporter.ts';
import { extraWithIsbn, identifierText } from './identifiers.ts';
import { CitationKeys } from './keys.ts';
import { kindOf, type Kind } from './kinds.ts';
import { markupSafe } from './markup.ts';

const TYPES: Record<Kind, string> = {
  ...{
    article: 'article',
    magazine: 'article',
    newspaper: 'article',
    conference: 'inproceedings',
    chapter: 'incollection',
  },
  ...{ entry: 'inreference', book: 'book', proceedings: 'proceedings', thesis: 'phdthesis', report: 'techreport' },
  ...{
    preprint: 'misc',
    dataset: 'dataset',
    software: 'software',
    webpage: 'online',
    patent: 'patent',
    video: 'video',
  },
  ...{ audio: 'audio', presentation: 'unpublished', manuscript: 'unpublished', standard: 'standard', other: 'misc' },
  ...{ legislation: 'legislation', letter: 'letter', periodical: 'periodical', artwork: 'artwork' },
};
/** What is said beside the type, where that does not tell. */
const MORE: Partial<Record<Kind, Field[]>> = {
  preprint: [['pubstate', 'prepublished']],
  newspaper: [['entrysubtype', 'newspaper']],
  magazine: [['entrysubtype', 'magazine']],
};
const KNOWN_TYPES = new Set(
  (
    'article artwork audio book bookinbook booklet collection conference dataset electronic image inbook incollection ' +
    'inproceedings inreference jurisdiction legal legislation letter manual mastersthesis misc movie music mvbook mvcollection ' +
    'mvproceedings mvreference online patent performance periodical phdthesis proceedings reference report review software ' +
    'standard suppbook suppcollection suppperiodical techreport thesis unpublished video www'
  ).split(' '),
);

/** BibTeX's names for what others call otherwise in `extra`; `subtype` and `sortkey` are so called by its own source. */
const FIELD_NAMES: Record<string, string> = {
  ...{ issue: 'number', page: 'pages', place: 'address', 'publisher-place': 'address', 'collection-title': 'series' },
  ...{ ISSN: 'issn', ISBN: 'isbn', shortTitle: 'shorttitle', 'title-short': 'shorttitle', accessed: 'urldate' },
  ...{ journalAbbreviation: 'shortjournal', 'container-title-short': 'shortjournal', articleNumber: 'eid' },
  ...{ subtype: 'type', sortkey: 'key' },
};
/** An ISBN may stand in `extra` as well, and is written with it. */
const ID_FIELDS = IDENTIFIER_KINDS.filter((kind) => kind !== 'isbn');
/** Fields that are written from elsewhere, or from which the source would learn something else of the paper. */
const TAKEN = new Set<string>([
  ...ID_FIELDS,
  ...(
    'title subtitle author editor abstract year date journal journaltitle booktitle url ee doi eprint eprinttype ' +
    'eprintclass archiveprefix primaryclass arxivid keywords keyword author_keywords keywords-plus mesh mesh_terms tags ' +
    'crossref xdata groups mendeley-groups akinid akinnames'
  ).split(' '),
]);
/** Names that BibTeX can have: Scopus's `funding_text 1` is none. */
const FIELD_NAME = /^[a-z][a-z\d_.:+-]*$/;

export const bibtex: Exporter = {
  name: 'bibtex',
  title: 'BibTeX, BibLaTeX',
  mediaType: 'application/x-bibtex',

  async *write(papers) {
    const keys = new CitationKeys();
    for await (const paper of papers) yield entry(paper, keys.keyFor(paper));
  },
};

function entry(paper: Paper, key: string): string {
  const [given, kind] = [paper.extra.type, kindOf(paper)];
  // An article may be one of a conference.
  const isKnown = typeof given === 'string' && KNOWN_TYPES.has(given) && (given !== 'article' || kind !== 'conference');
  const type = isKnown ? given : TYPES[kind];
  const isSaid = kindOf({ ...paper, extra: { ...paper.extra, type } }) === kind;
  const more = isSaid ? [] : (MORE[kind] ?? []);
  const fields = [...publication(paper, type), ...more, ...others(paper), ...contents(paper)];
  const lines = fields.map(([name, value]) => (value === '' ? '' : `  ${name} = {${value}},\n`));
  return `@${type}{${key},\n${lines.join('')}}\n\n`;
}

type Field = [name: string, value: string];

function publication(paper: Paper, type: string): Field[] {
  const { title, year, venue, url, extra } = paper;
  const { authors, editors } = peopleIn(paper);
  const given = lineOf(extra.date);
  const date = (yearIn(given) ?? year) === year ? given : '';
  // As it was written ("Sept./1994", "in press"), as long as that says the same.
  const written = lineOf(extra.year);
  const isSame = (yearIn(date) ?? yearIn(written) ?? null) === year;
  const idFields = ID_FIELDS.map((kind): Field => [kind, verbatim(identifierText(paper, kind))]);
  const arxiv = idFields.find(([kind]) => kind === 'arxiv')![1];
  return [
    ['author', [...authors, ...(extra.moreAuthors === true ? ['others'] : [])].join(' and ')],
    ['editor', editors.join(' and ')],
    // Styles put titles in small letters, except what is in braces.
    ['title', markupSafe(title).replace(/\S+/g, (word) => (/.\p{Lu}/u.test(word) ? `{${latex(word)}}` : latex(word)))],
    [/^(?:in|conf)/.test(type) ? 'booktitle' : 'journal', latex(markupSafe(venue ?? ''))],
    ['year', written !== '' && isSame ? latex(markupSafe(written)) : String(year ?? '')],
    ['date', verbatim(date)],
    ...idFields.filter(([kind]) => kind !== 'arxiv'),
    ['eprint', arxiv],
    ['archiveprefix', arxiv === '' ? '' : 'arXiv'],
    ['url', verbatim(url ?? '')],
  ];
}

/** What `extra` holds beside that. */
function others(paper: Paper): Field[] {
  const { venue, url } = paper;
  const { key: _key, type: _type, editors: _editors, moreAuthors: _moreAuthors, ...rest } = extraWithIsbn(paper);
  const fields = new Map<string, string>();
  for (const [called, value] of Object.entries(rest)) {
    const name = FIELD_NAMES[called] ?? called;
    const isAddress = name === 'howpublished' && isText(value) && /^\s*https?:/.test(value);
    const isStandIn = (name === 'eventtitle' && venue === null) || (isAddress && url === null);
    if (!FIELD_NAME.test(name) || TAKEN.has(name) || isStandIn || fields.has(name)) continue;
    const texts = (Array.isArray(value) ? value : [value]).filter(isTextOrNumber);
    fields.set(name, fieldText(name, texts.join('; ')));
  }
  return [...fields];
}

function fieldText(name: string, text: string): string {
  if (RAW.test(name)) return raw(text);
  return VERBATIM.test(name) ? verbatim(lineOf(text)) : latex(markupSafe(lineOf(text)));
}

const isTextOrNumber = (value: unknown): value is string | number => isText(value) || typeof value === 'number';

function contents(paper: Paper): Field[] {
  const { id, abstract, categories } = paper;
  return [
    // The source reads these without looking at semicolons.
    ['keywords', categories.map((category) => latex(markupSafe(category)).replace(/[,;]/g, '{$&}')).join(', ')],
    ['abstract', abstract === '' ? '' : paragraphs(abstract)],
    ['akinid', latex(markupSafe(id))],
    ['akinnames', peopleIn(paper).notes],
  ];
}

const isText = (value: unknown): value is string => typeof value === 'string';
/** A text on one line: where another begins with `@`, so does an entry. */
const lineOf = (value: unknown): string => (isText(value) ? value.replace(/\s+/g, ' ').trim() : '');

/** Paragraphs between blank lines, as TeX has them; one without text is an explicit one. */
function paragraphs(abstract: string): string {
  const lines = abstract.split('\n').map((line) => latex(markupSafe(line)));
  return lines.map((line) => (line === '' ? '\\par' : line.replace(/^@/, '{@}'))).join('\n\n');
}

/** Authors and editors as BibTeX has them, and what is to be said beside them. */
function peopleIn(paper: Paper): { authors: string[]; editors: string[]; notes: string } {
  const known = namesByText(paper.names ?? []);
  const places: Parameters<typeof writtenNotes>[0] = { guessed: [], joined: [] };
  let place = 0;
  const written = (text: string): string => {
    place++;
    const name = known.get(text) ?? guessedName(text);
    if (!known.has(text)) {
      if (isReadAlike(text, name)) return latex(markupSafe(text));
      places.guessed.push(place);
    }
    if ('literal' in name) {
      const whole = latex(markupSafe(text));
      // In one pair of braces a command would be an accent's.
      return isOthers(text) || whole.startsWith('\\') ? `{{${whole}}}` : `{${whole}}`;
    }
    const { family, particle, suffix } = name;
    const given = name.given.replace(/(?<=\p{Lu}\.)(?=\p{Lu}\.)/gu, ' ');
    const isJoined = given !== name.given && withoutBlanks(given) === name.given;
    if (isJoined) places.joined.push(place);
    const last = [particle, family].filter((part) => part !== undefined).map(namePart);
    const others = [suffix, isJoined ? given : name.given].filter((part) => part !== undefined).map(namePart);
    return [last.join(' '), ...others].join(', ');
  };
  const [authors, editors] = [paper.authors, editorsOf(paper)].map((people) => people.map(written));
  return { authors: authors!, editors: editors!, notes: writtenNotes(places) };
}

/** Initials without blanks are one to BibTeX, which would then leave the others out. */
const JOINED = /\p{Lu}\.(?=\p{Lu}\.)/u;

/** Whether BibTeX takes a name of unknown parts apart as akin does, when it is written as people see it. */
function isReadAlike(text: string, name: Name): boolean {
  if ('literal' in name || name.suffix !== undefined || isOthers(text)) return false;
  return !JOINED.test(text) && !/[={}\\]/.test(text);
}

/** A part of a name, in braces where it has a word or a sign in it that means something in a list of names. */
function namePart(part: string): string {
  const text = latex(markupSafe(part));
  return /(?:^| )and(?: |$)|=/i.test(part) ? `{${text}}` : text;
}

const COMMANDS: Record<string, string> = {
  // Not \textbackslash: a word after that is taken for a command which a reference manager escaped.
  '\\': '{$\\backslash$}',
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  ...Object.fromEntries([...'#$%&_'].map((sign) => [sign, `\\${sign}`])),
};

/** A text as LaTeX prints it: special characters escaped, braces always in pairs, hyphens and quotes kept apart. */
function latex(text: string): string {
  return text.replace(/[\\{}~^#$%&_]|(?<=-)-|(?<=')'|(?<=[`?!])`/g, (sign) => COMMANDS[sign] ?? `{}${sign}`);
}

/** Addresses stand as they are, as far as braces allow it. */
function verbatim(text: string): string {
  const names: Record<string, string> = {
    '\\': '\\textbackslash{}',
    '{': '\\textbraceleft{}',
    '}': '\\textbraceright{}',
  };
  return text.replace(/[\\{}]/g, (sign) => names[sign]!);
}

/** A field of a reference manager as it came, unless its braces are not in pairs or it looks as if it were escaped. */
function raw(text: string): string {
  const line = text.replace(/[\r\n]+/g, ' ').trim();
  let depth = 0;
  for (const sign of line.match(/[{}]/g) ?? []) {
    depth += sign === '{' ? 1 : -1;
    if (depth < 0) break;
  }
  return depth !== 0 || line.endsWith('\\') || RAW_SIGN.test(line) ? verbatim(line) : line;
}
