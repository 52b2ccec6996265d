/**
 * Sentences of an abstract, and which of them is nearest to a vector: the sentence that says why a paper is there.
 *
 * The rules of Unicode (UAX #29) find the sentences; they know no abbreviations, so those of papers are put right here.
 */
import type { Embedder } from '../embedding/embedder.ts';
import { dot } from '../library/graph.ts';

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

/** The sentences of a text in their order. A text without any letter has none. */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  let pending = false; // Whether what was cut so far goes on.
  const unwrapped = withoutWrapping(text);
  for (const { segment, index } of segmenter.segment(unwrapped)) {
    if (!pending) start = index;
    const end = index + segment.length;
    pending = !segment.endsWith('\n') && goesOn(unwrapped.slice(start, end).trimEnd(), unwrapped.slice(end, end + 40));
    if (!pending) take(start, end);
  }
  if (pending) take(start, unwrapped.length);
  return sentences;

  function take(from: number, to: number): void {
    const begin = from + /^\s*/.exec(text.slice(from, to))![0].length;
    const end = from + text.slice(from, to).trimEnd().length;
    if (begin < end && /[\p{L}\p{N}]/u.test(text.slice(begin, end)))
      sentences.push({ text: text.slice(begin, end), start: begin, end });
  }
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
  let lineStart = 0;
  return text.replace(/\n(?!\s*\n)/g, (_, at: number) => {
    const line = text.slice(lineStart, at).trim();
    lineStart = at + 1;
    const next = text[at + 1] ?? '';
    const wraps = /\p{Ll}/u.test(next) || line.length > WRAPPED;
    return line !== '' && wraps && !/[.?!:][)"”’\]]*$/.test(line) ? ' ' : '\n';
  });
}

/** Sentences of one abstract that are looked at; what has more is no abstract. */
const MAX_SENTENCES = 64;
/** Vectors kept: 30 MB of them, for about two thousand abstracts. */
const MAX_VECTORS = 20_000;

interface Embedded {
  sentences: Sentence[];
  vectors: Float32Array[];
}

interface Kept {
  embedded: Promise<Embedded>;
  /** What it counts for; nothing until its sentences are embedded. */
  size: number;
}

/**
 * Finds the nearest sentence of abstracts. Sentences are embedded when they are first asked for, in the embedder's threads
 * and behind every query that waits; the most recently used vectors are kept. They are kept by the text of the abstract,
 * so that a paper that changes brings its own, and for one embedder, so for one fingerprint.
 */
export class SentenceVectors {
  readonly #embedder: Pick<Embedder, 'embedDocuments'>;
  readonly #capacity: number;
  /** By abstract, the least recently used first. */
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  /** @param capacity how many vectors are kept at most. */
  constructor(embedder: Pick<Embedder, 'embedDocuments'>, capacity = MAX_VECTORS) {
    this.#embedder = embedder;
    this.#capacity = capacity;
  }

  /**
   * The sentence of an abstract that is nearest to a unit vector, the first of equals.
   * @returns undefined where the abstract holds no sentence.
   * @throws AkinError `embedding-failed`.
   */
  async nearest(vector: Float32Array, abstract: string): Promise<NearestSentence | undefined> {
    const { sentences, vectors } = await this.#embedded(abstract);
    let best: NearestSentence | undefined;
    for (const [i, sentence] of sentences.entries()) {
      const similarity = dot(vector, vectors[i]!);
      if (!best || similarity > best.similarity) best = { ...sentence, similarity };
    }
    return best;
  }

  #embedded(abstract: string): Promise<Embedded> {
    const kept = this.#kept.get(abstract) ?? { embedded: this.#embed(abstract), size: 0 };
    this.#kept.delete(abstract);
    this.#kept.set(abstract, kept); // Now the most recently used.
    return kept.embedded;
  }

  async #embed(abstract: string): Promise<Embedded> {
    const sentences = sentencesOf(abstract).slice(0, MAX_SENTENCES);
    const vectors: Float32Array[] = [];
    try {
      const texts = sentences.map(({ text }) => text);
      for await (const { vector } of this.#embedder.embedDocuments(texts)) vectors.push(vector);
    } catch (error) {
      this.#kept.delete(abstract); // The next one to ask tries again.
      throw error;
    }
    this.#count(abstract, Math.max(1, vectors.length));
    return { sentences, vectors };
  }

  /** Counts what was embedded, and lets go of the least recently used beyond the capacity. */
  #count(abstract: string, size: number): void {
    const added = this.#kept.get(abstract);
    if (!added) return; // Others were asked for meanwhile, more than there is room for.
    added.size = size;
    this.#size += size;
    for (const [least, kept] of this.#kept) {
      if (this.#size <= this.#capacity) break;
      this.#kept.delete(least);
      this.#size -= kept.size;
    }
  }
}
