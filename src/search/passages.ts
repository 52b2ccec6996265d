/**
 * A draft cut into passages that each can ask the library: as long as the model takes, never over the end of a section, at
 * the end of a paragraph where possible and else at that of a sentence.
 */
import { isBackMatter, type Draft, type Paragraph } from '../drafts/draft.ts';
import { embeddedText } from '../paper.ts';
import { sentencesOf } from './sentences.ts';

export interface Passage {
  heading: string;
  text: string;
  /** Of the paragraph it begins in: UTF-16 units of the draft's text before it. */
  offset: number;
  /** Keys of what it cites, each once. */
  cited: string[];
}

/** Tokens a word: of 100 abstracts in English, 97 and more have fewer. */
const TOKENS_A_WORD = 1.6;
/** Words; a passage longer than an abstract is about more than one thing, even where the model takes it. */
const MAX_WORDS = 160;
/** A passage with fewer takes the next paragraph in. */
const FEW_WORDS = 60;
/** A passage with fewer asks for nothing in particular. */
const MIN_WORDS = 8;
/** Passages of one draft that are asked for; a book of 400 pages has as many. */
export const MAX_PASSAGES = 500;

/** What the passage of title and abstract is called. */
export const ABSTRACT_HEADING = 'Title and abstract';

/**
 * The passages of a draft in their order, title and abstract first: they are embedded as those of a paper are.
 * @param maxTokens the model's limit.
 */
export function passagesOf(draft: Draft, maxTokens: number): Passage[] {
  const maxWords = Math.min(MAX_WORDS, Math.floor(maxTokens / TOKENS_A_WORD));
  const passages: Passage[] = [];
  const front = embeddedText(draft);
  if (front !== '') passages.push({ heading: ABSTRACT_HEADING, text: front, offset: 0, cited: [] });
  let open: Passage | undefined;
  for (const paragraph of draft.paragraphs) {
    if (isBackMatter(paragraph.heading.split(' › ').at(-1)!)) continue;
    for (const piece of piecesOf(paragraph, maxWords)) {
      const fits =
        open !== undefined &&
        open.heading === piece.heading &&
        wordsIn(open.text) < FEW_WORDS &&
        wordsIn(open.text) + wordsIn(piece.text) <= maxWords;
      if (fits) {
        open!.text += `\n${piece.text}`;
        open!.cited = [...new Set([...open!.cited, ...piece.cited])];
      } else passages.push((open = piece));
    }
  }
  return passages.filter(({ text, heading }) => heading === ABSTRACT_HEADING || wordsIn(text) >= MIN_WORDS);
}

/** A paragraph, or parts of it of about the same length. */
function piecesOf({ heading, text, offset, citations }: Paragraph, maxWords: number): Passage[] {
  const parts = Math.ceil(wordsIn(text) / maxWords);
  const wanted = wordsIn(text) / parts;
  const pieces: Passage[] = [];
  let start = 0;
  let words = 0;
  const take = (end: number): void => {
    // What stands before a sentence's first letter, or after its full stop, belongs to it: so does its citation.
    const isLast = end === text.length;
    const keys = citations.filter(({ at }) => at >= start && (at < end || isLast)).map(({ key }) => key);
    const piece = text.slice(start, end).trim();
    if (piece !== '') pieces.push({ heading, text: piece, offset, cited: [...new Set(keys)] });
    start = end;
    words = 0;
  };
  for (const { start: begin, end, text: sentence } of parts > 1 ? sentencesOf(text) : []) {
    const length = wordsIn(sentence);
    if (words > 0 && (words + length > maxWords || words + length / 2 > wanted)) take(begin);
    if (length > maxWords) {
      for (const cut of cutsOf(text.slice(begin, end), maxWords)) take(begin + cut);
    }
    words += length;
  }
  take(text.length);
  return pieces;
}

/** Where a sentence longer than any is cut: after each so many words. */
function cutsOf(sentence: string, maxWords: number): number[] {
  const ends = Array.from(sentence.matchAll(/\S+\s*/g), ({ 0: word, index }) => index + word.length);
  return ends.filter((_, i) => (i + 1) % maxWords === 0);
}

const wordsIn = (text: string): number => text.match(/\S+/g)?.length ?? 0;
