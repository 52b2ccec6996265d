/**
 * Which lines of a PDF's page are the paper's title, and whether the file's metadata have it better: told by type and place,
 * and checked against one another.
 */
import { withoutTrailing } from '../text.ts';
import { markedText, namesIn } from './pdf-names.ts';
import { blocksOf, joinLines, leadingOf, textOf, type Block, type Line } from './pdf-lines.ts';

/** A title's type is larger than the text's by at least this. */
const TITLE_SCALE = 1.15;
const MAX_TITLE = 400;

/** Words of the labels that journals print above titles: "Research Article", "Debates and Perspectives Paper". */
const LABEL_WORDS = new Set(
  (
    'a and or the of open access free full short brief rapid regular original research review reviews mini systematic invited guest ' +
    'special feature featured technical clinical experimental scientific empirical theoretical conceptual methodological basic case ' +
    'primary secondary peer reviewed edge highlighted breakthrough letter letters article articles paper papers report reports ' +
    'note notes communication communications contribution contributions commentary comment comments correspondence debate debates ' +
    'perspective perspectives viewpoint opinion essay editorial survey tutorial study trial investigation protocol summary update ' +
    'reply response erratum corrigendum retraction to editor discussion forum news views focus issue section topic work progress ' +
    'software data resource resources tools methods methodology method practice education position industry demo poster extended ' +
    'abstract abstracts full-length peer-reviewed review-article minireview advanced advance online early view ' +
    'artículo artículos artigo articolo original originale originales originalarbeit originalartikel übersicht übersichtsarbeit ' +
    'fallbericht de recherche investigación revisión revisão revue synthèse pesquisa'
  ).split(' '),
);
/** A label has one of these. */
const LABEL =
  /\b(?:articles?|papers?|letters?|reports?|notes?|communications?|contributions?|reviews?|minireview|comment(?:ary|s)?|correspondence|debates?|perspectives?|viewpoint|opinion|essay|editorial|survey|tutorial|study|trial|investigation|protocol|access|summary|reply|erratum|corrigendum|retraction|research|forum|focus|view|communication|art[íi]culo|artigo|articolo|original(?:arbeit|artikel)|übersicht(?:sarbeit)?|fallbericht|revue|synthèse)\b/iu;
const MAX_LABEL = 80;
const MAX_LABEL_WORDS = 6;

/** Whether a line says only what kind of paper this is. */
export function isLabel(text: string): boolean {
  if (text.length > MAX_LABEL) return false;
  const words = text.toLowerCase().match(/[\p{L}-]+/gu) ?? [];
  if (words.length === 0 || words.length > MAX_LABEL_WORDS || /[.?!]\s*\S|\d/.test(text)) return false;
  return LABEL.test(text) && words.every((word) => LABEL_WORDS.has(word));
}

/** Of journals and repositories, in type as large as a title's. */
const FURNITURE = new RegExp(
  [
    '^arxiv:',
    '^(?:the )?(?:international |european |american )?(?:journal|annals|archives|transactions|proceedings|bulletin) (?:of|on)\\b',
    '^(?:ieee|acm) (?:transactions|journal)\\b',
    '^(?:preprint|accepted manuscript|author manuscript|technical report|working paper|under review\\b)',
    '^(?:published as|accepted (?:as|at|for)|to appear|submitted to)\\b',
    '\\bissn\\b|^vol(?:ume)?\\.? ?\\d|^doi:|https?:|www\\.|©|all rights reserved|contents lists available',
    '\\bpublic access$|\\bpreviously published works$|^hal$|^graphical abstract$|^highlights$|^article info$',
    '^(?:(?:\\d+|[ivx]+)(?:\\.\\d+)*\\.? )?(?:abstract|summary|introduction|contents|table of contents|references)$',
    '^(?:\\d+|[IVX]+)\\.? \\p{Lu}\\p{Ll}+$',
  ].join('|'),
  'iu',
);
const SCHOOL =
  'universit(?:y|ät|at|é|à|eit|et|etet)|universidade?|college|institute?|faculty|fakultät|faculté|facultad|department|departamento';
const OF = 'of|for|de|di|du|del|degli|für|do|van|voor|zu';
const DEGREE =
  "(?:ph\\.? ?d\\.?|doctoral|doctorate|masters?|master[’']s|bachelors?|bachelor[’']s|diploma|licentiate|m\\.?sc\\.?|b\\.?sc\\.?|inaugural)";
/** What stands on the cover of a thesis beside its title: the institution, the degree, what it was submitted for. */
const ON_COVER = new RegExp(
  [
    `^(?:the )?(?:technische )?(?:${SCHOOL}) (?:${OF})(?: [^ :?]+){1,6}$`,
    '^(?:technische )?universit(?:ät|é|à|eit) [^ :?]+$',
    '^(?:[^ :?]+ ){1,3}(?<!\\b(?:a|an|at|the|in|of|to|and|for|from) )(?:university|universität|college|institute of technology|hochschule)$',
    `^(?:an? )?(?:${DEGREE}[- ])?(?:thesis|dissertation)(?: (?:submitted|presented|in|for|zur)\\b.{0,200})?$`,
    '^(?:doktor|master|bachelor|diplom|magister)arbeit\\b.{0,60}$',
    '^(?:thèse de doctorat|mémoire de (?:master|maîtrise)|tesis (?:doctoral|de)|tese de|tesi di)\\b',
    '^(?:doctor|master|bachelor) of (?:philosophy|science|arts|engineering|laws|medicine|business|education)\\b',
    '^(?:in partial fulfil|(?:presented|submitted) (?:to|in|for)\\b|zur erlangung\\b|pour obtenir\\b)',
  ].join('|'),
  'iu',
);
const isFurniture = (text: string): boolean => FURNITURE.test(text) || ON_COVER.test(text);
/** A journal's name stands below the one and above the other. */
const ABOVE_JOURNAL = /contents lists available|sciencedirect/i;
const BELOW_JOURNAL = /journal homepage/i;
/** What a title does not end with: then there is more of it somewhere. */
const CUT_OFF =
  /(?:[-‐:,–]|\s(?:a|an|the|of|in|on|for|and|or|with|to|from|by|at|as|into|via|between|under|using|der|das|und|von|de|la|el|des|du|et))$/u;

/** Letters and digits alone: what two prints of one text have in common. */
export const letters = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^\p{L}\d]/gu, '')
    .toLowerCase();
const wordsIn = (text: string): number => text.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length;

/** What may be a title on a page. */
export interface TitleBlock {
  lines: Line[];
  text: string;
}

/**
 * The blocks of a page in type larger than the text's that may be its title, the likeliest first.
 * @param bottom where front matter ends, in points from the top.
 * @param known the text of the document, for words divided at lines' ends.
 */
export function titlesOnPage(lines: Line[], bottom: number, bodySize: number, known: string): TitleBlock[] {
  const above = lines.filter(({ y }) => y < bottom).sort((a, b) => a.y - b.y);
  const blocks = blocksOf(above, leadingOf(lines));
  const candidates = blocks.flatMap((block, i) => {
    if (block[0]!.size < bodySize * TITLE_SCALE) return [];
    const isJournal = [
      blocks[i - 1]?.some(({ text }) => ABOVE_JOURNAL.test(text)),
      blocks[i + 1]?.some(({ text }) => BELOW_JOURNAL.test(text)),
    ];
    if (isJournal.includes(true)) return [];
    const title = withoutFurniture(block);
    const text = titleText(title, known);
    const areNames = namesIn(title.map(markedText).join(' '));
    if (areNames?.hasMarks && areNames.isList) return [];
    const isTitle = text.length <= MAX_TITLE && letters(text).length >= 4 && !isLabel(text) && !isFurniture(text);
    return isTitle ? [{ lines: title, text, words: wordsIn(text) }] : [];
  });
  // What stands highest of those that are longer than two words.
  const longer = Math.min(...candidates.filter(({ words }) => words > 2).map(({ lines: [first] }) => first!.y));
  /**
   * A single large word is more often a journal's name, or a publisher's, and two below something longer are of a figure:
   * they are titles when nothing else can be.
   */
  const rank = ({ words, lines: [first] }: (typeof candidates)[number]): number =>
    words < 2 ? 0 : words === 2 && first!.y > longer ? 1 : 2;
  return candidates.sort((a, b) => rank(b) - rank(a) || b.lines[0]!.size - a.lines[0]!.size);
}

/** Words of a title that is told by less than its size. */
const MIN_WORDS = 3;
/** Blocks at the top of a page that are looked at for one. */
const MAX_BLOCKS = 15;

/** The blocks at the top of a page that are set off from the text by their font or in capitals, in order. */
export function blocksSetOff(lines: Line[], bottom: number, bodyFont: string, known: string): TitleBlock[] {
  const above = lines.filter(({ y }) => y < bottom).sort((a, b) => a.y - b.y);
  const blocks = blocksOf(above, leadingOf(lines)).slice(0, MAX_BLOCKS);
  return blocks.flatMap((block) => {
    const title = withoutFurniture(block);
    const text = titleText(title, known);
    const isSetOff = title.every((line) => line.font !== bodyFont) || text === text.toUpperCase();
    const isTitle = text.length <= MAX_TITLE && wordsIn(text) >= MIN_WORDS && !isLabel(text) && !isFurniture(text);
    return isSetOff && isTitle && !namesIn(title.map(markedText).join(' ')) ? [{ lines: title, text }] : [];
  });
}

/** Words of a line in a font of its own that is no part of the title below it. */
const MAX_OTHER_WORDS = 4;

/** A block without the labels and names of journals above the title in type of its size, and the names below it. */
function withoutFurniture(block: Block): Line[] {
  const isApart = ({ runs, text }: Line, below: Line[]): boolean =>
    wordsIn(text) <= MAX_OTHER_WORDS &&
    below.every((line) => line.runs.every(({ font }) => runs.every((run) => run.font !== font)));
  const begin = block.findIndex((line, i) => {
    const below = block.slice(i + 1);
    if (below.length === 0) return true;
    const isNone = isLabel(line.text) || isFurniture(line.text) || isApart(line, below);
    return !isNone || CUT_OFF.test(line.text) || /^\p{Ll}/u.test(below[0]!.text);
  });
  const title = block.slice(begin);
  const [first] = title;
  while (title.length > 1 && title.at(-1)!.font !== first!.font && namesIn(markedText(title.at(-1)!))) title.pop();
  return title;
}

/** A title's text, the marks of its footnotes left out. */
function titleText(block: Line[], known: string): string {
  const texts = block.map(({ runs, size, y }, i) => {
    const isMark = (k: number): boolean => runs[k]!.size <= size * 0.9 && y - runs[k]!.y >= size * 0.15;
    let end = runs.length;
    // Signs raised at the end of the title are a footnote's; those within are the title's: "CD8+ T cells".
    while (i === block.length - 1 && end > 1 && (isMark(end - 1) || runs[end - 1]!.text.trim() === '')) end--;
    return textOf(runs.slice(0, end));
  });
  return withoutTrailing(joinLines(texts, known), ' ∗*†‡§¶⋆');
}

/** A page with fewer letters is an image with a stamp, perhaps, on it. */
const SCANNED_LETTERS = 100;

export interface ChosenTitle {
  text: string | undefined;
  /** Where it stands on the page, if it does. */
  block: TitleBlock | undefined;
  /** What it may be, if that is not sure. */
  others: string[];
}

/**
 * The title as the metadata have it where the page has the same (lines and hyphens are no question there), or where it
 * stands on the page while what is largest there is something else or a part of it. Otherwise the page's. The metadata's
 * alone is taken of a scanned page; where the page could have it and has not, it is somebody's template's.
 */
export function chooseTitle(onPage: TitleBlock[], given: string[], lines: Line[]): ChosenTitle {
  const texts = lines.map(({ text }) => letters(text));
  const page = texts.join('');
  for (const text of given.filter(isPlausible)) {
    const same = onPage.find((each) => letters(each.text) === letters(text));
    if (same) return { text: withBlanksOf(same, text), block: same, others: [] };
  }
  const [best] = onPage;
  for (const text of given.filter(isPlausible)) {
    const known = letters(text);
    const isPart = best !== undefined && letters(best.text).includes(known);
    if (isPart) continue;
    if (page.length < SCANNED_LETTERS || standsIn(known, page, texts)) {
      const block = onPage.find((each) => known.startsWith(letters(each.text))) ?? blockOf(text, lines);
      return { text, block, others: [] };
    }
  }
  if (best && CUT_OFF.test(best.text)) return { text: undefined, block: best, others: [best.text] };
  return { text: best?.text, block: best, others: [] };
}

/** The block of a page that is a title, whatever its type. */
export function blockOf(title: string, lines: Line[]): TitleBlock | undefined {
  const wanted = letters(title);
  const sorted = lines.toSorted((a, b) => a.y - b.y);
  const blocks = blocksOf(sorted, leadingOf(sorted));
  const block = blocks.find((each) => letters(each.map(({ text }) => text).join('')) === wanted);
  return block && { lines: block, text: title };
}

/** Whether a text stands on the page: in one piece, or in lines between which the page has others. */
function standsIn(known: string, page: string, lines: string[]): boolean {
  if (page.includes(known)) return true;
  let found = 0;
  for (const line of lines) {
    if (line.length >= 4 && known.startsWith(line, found)) found += line.length;
    if (found === known.length) return true;
  }
  return false;
}

/**
 * The metadata's title with the blanks that the page has and it has lost: TeX drops line ends and ties from it. A blank amid
 * a word of the page's (letters drawn apart) is none.
 */
function withBlanksOf({ text: page, lines }: TitleBlock, given: string): string {
  const ends = new Set<number>(); // Letters before each line's end: a blank there is one, however short the words.
  lines.reduce((count, { text }) => ends.add(count + letters(text).length) && count + letters(text).length, 0);
  const blanks = new Set<number>();
  const words = page.split(/\s+/).map((word) => letters(word).length);
  words.reduce((count, length, i) => {
    if (ends.has(count + length) || (length > 1 && words[i + 1]! > 1)) blanks.add(count + length);
    return count + length;
  }, 0);
  let text = '';
  let passed = 0;
  for (const character of given) {
    const own = letters(character).length;
    if (own > 0 && blanks.has(passed) && /[\p{L}\d]$/u.test(text)) text += ' ';
    text += character;
    passed += own;
  }
  return text;
}

/** Whether it is no file's name, no template's, and not the program's that wrote the file. */
function isPlausible(title: string): boolean {
  if (title.length > MAX_TITLE || wordsIn(title) < 3 || isFurniture(title) || isLabel(title)) return false;
  return !/^(?:microsoft|untitled|powerpoint|slide|title|template|document\d*|pii:|s\d{4}-)|\.(?:docx?|tex|dvi|pdf|indd|qxd|rtf|ps|eps)$|[\\/]\w+[\\/]|_/i.test(
    title,
  );
}
