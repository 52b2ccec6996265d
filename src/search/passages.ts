/**
 * A draft cut into passages that each can ask the library: as long as the model takes, never over the end of a section, at
 * the end of a paragraph where possible and else at that of a sentence.
 */
import type { Draft, Paragraph } from '../drafts/draft.ts';
import { isBackMatter } from '../drafts/headings.ts';
import { embeddedText } from '../paper.ts';
import { sentencesIn } from './sentences.ts';

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
 * The passages of a draft in their order, title and abstract first: they are embedded as those of a paper are. They are made
 * as they are asked for, since a draft may have more of them than anybody asks.
 * @param maxTokens the model's limit.
 */
export function* passagesOf(draft: Draft, maxTokens: number): Generator<Passage> {
  const maxWords = Math.min(MAX_WORDS, Math.floor(maxTokens / TOKENS_A_WORD));
  const front = embeddedText(draft);
  if (front !== '') yield { heading: ABSTRACT_HEADING, text: front, offset: 0, cited: [] };
  let open: Passage | undefined;
  let length = 0; // Its words.
  for (const paragraph of draft.paragraphs) {
    if (isBackMatter(paragraph.heading.split(' › ').at(-1)!)) continue;
    for (const piece of piecesOf(paragraph, maxWords)) {
      const words = wordsIn(piece.text);
      if (open?.heading === piece.heading && length < FEW_WORDS && length + words <= maxWords) {
        open.text += `\n${piece.text}`;
        open.cited = [...new Set([...open.cited, ...piece.cited])];
        length += words;
      } else {
        if (open && length >= MIN_WORDS) yield open;
        [open, length] = [piece, words];
      }
    }
  }
  if (open && length >= MIN_WORDS) yield open;
}

/** A paragraph, or parts of it of about the same length. */
function* piecesOf({ heading, text, offset, citations }: Paragraph, maxWords: number): Generator<Passage> {
  const all = wordsIn(text);
  const wanted = all / Math.ceil(all / maxWords);
  let [start, words, next] = [0, 0, 0]; // `next` is the first citation that no piece has yet.
  const pieceTo = (end: number): Passage => {
    // What stands before a sentence's first letter, or after its full stop, belongs to it: so does its citation.
    const keys = new Set<string>();
    const isLast = end === text.length;
    for (; next < citations.length && (citations[next]!.at < end || isLast); next++) keys.add(citations[next]!.key);
    const piece = { heading, text: text.slice(start, end).trim(), offset, cited: [...keys] };
    [start, words] = [end, 0];
    return piece;
  };
  const cuts = function* (): Generator<number> {
    for (const { start: begin, end, text: sentence } of all > maxWords ? sentencesIn(text) : []) {
      const length = wordsIn(sentence);
      if (words > 0 && (words + length > maxWords || words + length / 2 > wanted)) yield begin;
      if (length > maxWords) for (const cut of cutsOf(text.slice(begin, end), maxWords)) yield begin + cut;
      words += length;
    }
    yield text.length;
  };
  for (const cut of cuts()) {
    const piece = pieceTo(cut);
    if (piece.text !== '') yield piece;
  }
}

/** A word, or so much of one that is longer: of a text without blanks as much is read as of others. */
const WORD = /\S{1,20}/g;

/** Where a sentence longer than any is cut: after each so many words. */
function* cutsOf(sentence: string, maxWords: number): Generator<number> {
  let words = 0;
  for (const { 0: word, index } of sentence.matchAll(WORD)) {
    if (++words % maxWords === 0) yield index + word.length;
  }
}

function wordsIn(text: string): number {
  let words = 0;
  WORD.lastIndex = 0;
  while (WORD.test(text)) words++;
  return words;
}
