/**
 * Sentences of an abstract, and which of them is nearest to a vector: the sentence that says why a paper is there.
 *
 * The rules of Unicode (UAX #29) find the sentences; they know no abbreviations, so those of papers are put right here.
 */
import type { Embeds } from '../embedding/embedder.ts';
import { dot } from '../vector.ts';

/** A sentence and where it stands: `text.slice(start, end)`, UTF-16 units, without white space around it. */
export interface Sentence {
  text: string;
  start: number;
  end: number;
}

export interface NearestSentence extends Sentence {
  /** Cosine with the vector asked for, −1..1. */
  similarity: number;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** What an abbreviation may stand behind. */
const BEFORE = '(?:^|[\\s([{“"\'~–-])';
/** No sentence ends after one of these. */
const NEVER_LAST = new RegExp(
  `${BEFORE}(?:[Ee]\\.\\s?g|[Ii]\\.\\s?e|[Cc]f|viz|vs|resp|ca|approx|incl|esp|a\\.k\\.a|w\\.r\\.t|s\\.t|Dr|Prof|Mrs?|Ms|Proc|Conf|Trans|Univ|Dept)\\.$`,
);
/** No sentence ends between one of these and a number. */
const COUNTED = new RegExp(
  `${BEFORE}(?:figs?|eqs?|eqns?|secs?|sects?|tabs?|refs?|thms?|defs?|lem|prop|cor|chaps?|app|suppl|nos?|vols?|pp?|alg)\\.$`,
  'i',
);
/** After these, and after initials, one ends only where the next word is one that sentences begin with. */
const SELDOM_LAST = new RegExp(`${BEFORE}(?:et al|etc|inc|ltd|corp|(?:\\p{L}\\.)*\\p{L})\\.$`, 'iu');
const BEGINS =
  /^["“(]*(?:we|the|this|these|those|that|it|its|they|their|our|in|on|at|for|from|to|by|with|as|if|when|while|where|here|there|however|moreover|furthermore|finally|additionally|although|because|since|thus|therefore|hence|then|also|an?|and|but|both|each|such|some|many|most|results?|experiments?|using|based|despite|unlike|after|before|during|through|under|among|first|second|third)\b/i;
/** "(1)", "2." and "iv)" count what follows. */
const LABEL = /^\s*[([]?(?:\d{1,2}|[ivx]{1,4}|[a-h])[.)\]]+\s*$/i;
/** A line that ends without a full stop before this is a heading, after it it was wrapped. */
const WRAPPED = 40;

/** The sentences of a text in their order, as they are asked for. A text without any letter has none. */
export function* sentencesIn(text: string): Generator<Sentence> {
  let start = 0;
  let pending = false; // Whether what was cut so far goes on.
  const unwrapped = withoutWrapping(text);
  for (const [from, end] of segmentsOf(unwrapped)) {
    if (!pending) start = from;
    pending =
      unwrapped[end - 1] !== '\n' && goesOn(unwrapped.slice(start, end).trimEnd(), unwrapped.slice(end, end + 40));
    const sentence = pending ? undefined : sentenceAt(text, start, end);
    if (sentence) yield sentence;
  }
  const last = pending ? sentenceAt(text, start, text.length) : undefined;
  if (last) yield last;
}

/** Characters that are segmented at once: every step of a segmenter takes a time that grows with its whole text. */
const WINDOW = 4000;
/** Where a sentence ends depends on what comes next, up to its first letter. */
const AHEAD = 200;

/** Where the sentences of Unicode begin and end. */
function* segmentsOf(text: string): Generator<[start: number, end: number]> {
  for (let [start, size] = [0, WINDOW]; start < text.length;) {
    const isLast = start + size >= text.length;
    const most = isLast ? text.length : start + size - AHEAD;
    const begin = start;
    for (const { segment, index } of segmenter.segment(text.slice(begin, begin + size))) {
      const end = begin + index + segment.length;
      if (end > most) break;
      yield [start, end];
      start = end;
    }
    size = start === begin ? 2 * size : WINDOW; // A sentence that is longer than the window.
  }
}

function sentenceAt(text: string, from: number, to: number): Sentence | undefined {
  const said = text.slice(from, to);
  const start = from + said.length - said.trimStart().length;
  const sentence = { text: said.trim(), start, end: from + said.trimEnd().length };
  return /[\p{L}\p{N}]/u.test(sentence.text) ? sentence : undefined;
}

/** Of one abstract; what has more is no abstract. */
const [MAX_SENTENCES, MAX_CHARACTERS] = [64, 20_000];

/** The sentences of an abstract in their order; of a text that is longer than any, the first ones. */
export function sentencesOf(abstract: string): Sentence[] {
  const sentences: Sentence[] = [];
  for (const sentence of sentencesIn(abstract.slice(0, MAX_CHARACTERS))) {
    if (sentences.push(sentence) === MAX_SENTENCES) break;
  }
  return sentences;
}

/** Whether the sentence that seems to end with `before` goes on in what comes after it. */
function goesOn(before: string, after: string): boolean {
  if (LABEL.test(before)) return true;
  const tail = before.slice(-40);
  if (NEVER_LAST.test(tail)) return true;
  if (COUNTED.test(tail) && /^\s*[([]?(?:\d|[IVX]+\b|[A-Z]\b)/.test(after)) return true;
  return SELDOM_LAST.test(tail) && !BEGINS.test(after);
}

/** The text with a blank for each line end that only wraps, so that every offset stays. */
function withoutWrapping(text: string): string {
  const pieces: string[] = [];
  let end = 0; // Of what is among the pieces.
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1;) {
    const next = text.indexOf('\n', at + 1);
    // A blank line divides.
    if (next === -1 || text.slice(at + 1, next).trim() !== '') {
      const line = text.slice(lineStart, at).trim();
      lineStart = at + 1;
      const wraps = /\p{Ll}/u.test(text[at + 1] ?? '') || line.length > WRAPPED;
      if (line !== '' && wraps && !/[.?!:][)"”’\]]*$/.test(line.slice(-10))) {
        pieces.push(text.slice(end, at), ' ');
        end = at + 1;
      }
    }
    at = next;
  }
  return end === 0 ? text : pieces.join('') + text.slice(end);
}

/** Vectors kept: 30 MB of them, for about two thousand abstracts. */
const MAX_VECTORS = 20_000;

/**
 * Finds the nearest sentence of abstracts. Sentences are embedded when they are first asked for, one after the other, in
 * the embedder's threads and behind every query that waits; the most recently used vectors are kept, by the sentence, for
 * one embedder, so for one fingerprint.
 */
export class SentenceVectors {
  readonly #embedder: Pick<Embeds, 'embedDocuments'>;
  readonly #capacity: number;
  /** By sentence, the least recently used first. */
  readonly #kept = new Map<string, Promise<Float32Array>>();

  /** @param capacity how many vectors are kept at most. */
  constructor(embedder: Pick<Embeds, 'embedDocuments'>, capacity = MAX_VECTORS) {
    this.#embedder = embedder;
    this.#capacity = capacity;
  }

  /**
   * The sentence that is nearest to a unit vector, the first of equals.
   * @param sentences those of one abstract (see `sentencesOf`).
   * @param isTime whether one more sentence may be embedded.
   * @param signal ends the work.
   * @returns undefined where there is no sentence, or time was over before all of them were compared.
   * @throws AkinError `embedding-failed`; the signal's reason.
   */
  async nearest(
    vector: Float32Array,
    sentences: Sentence[],
    { isTime = () => true, signal }: { isTime?: () => boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<NearestSentence | undefined> {
    let best: NearestSentence | undefined;
    for (const sentence of sentences) {
      if (!this.#kept.has(sentence.text) && !isTime()) return undefined;
      const similarity = dot(vector, await this.#vector(sentence.text, signal));
      if (!best || similarity > best.similarity) best = { ...sentence, similarity };
    }
    return best;
  }

  async #vector(sentence: string, signal: AbortSignal | undefined): Promise<Float32Array> {
    for (;;) {
      signal?.throwIfAborted();
      const known = this.#kept.get(sentence);
      const vector = known ?? this.#embed(sentence, signal);
      this.#kept.delete(sentence);
      this.#kept.set(sentence, vector); // Now the most recently used.
      if (this.#kept.size > this.#capacity) this.#kept.delete(this.#kept.keys().next().value!);
      if (!known) return vector;
      // Whoever asked for it first may have gone before it was embedded.
      const shared = await known.catch(() => undefined);
      if (shared) return shared;
    }
  }

  async #embed(sentence: string, signal: AbortSignal | undefined): Promise<Float32Array> {
    try {
      for await (const { vector } of this.#embedder.embedDocuments([sentence], signal)) return vector;
    } catch (error) {
      this.#kept.delete(sentence); // The next one to ask tries again.
      throw error;
    }
    throw new Error('the embedder answered nothing');
  }
}
