/** Why is a paper there? The arithmetic of its score, the words it shares with the question, and its nearest sentence. */
import type { FoundWord } from '../library/library.ts';
import { goesOn } from '../library/signs.ts';
import type { Explanation } from './answer.ts';
import { inTime } from './in-time.ts';
import type { Entry } from './list.ts';
import type { Explain } from './question.ts';
import { sentencesOf, type Sentence, type SentenceVectors } from './sentences.ts';

/** How long an answer may wait for sentences to be compared. */
const FAST_MS = 10;
/** Papers whose sentences are embedded side by side. */
const AT_ONCE = 2;

export class Explainer {
  readonly #sentences: SentenceVectors;

  constructor(sentences: SentenceVectors) {
    this.#sentences = sentences;
  }

  /**
   * Explains the papers of one page.
   * @param page what was ranked, with the paper's abstract and the words that were found in it.
   * @param vector the question's.
   * @param signal ends the work.
   */
  async explain(
    page: { ranked: Entry; abstract: string; words: FoundWord[] }[],
    vector: Float32Array | undefined,
    how: Explain,
    signal?: AbortSignal,
  ): Promise<Explanation[]> {
    const end = how === 'full' ? Infinity : performance.now() + FAST_MS;
    const explained: Explanation[] = [];
    const places = page.keys();
    // A few at a time, the best first: a sentence not begun in time is not begun at all, and keeps no later question waiting.
    const explainNext = async (): Promise<void> => {
      for (const place of places) {
        const { ranked, abstract, words } = page[place]!;
        const { ranks, shares, similarity, match, verdict } = ranked;
        explained[place] = {
          dense: { rank: ranks.dense ?? null, value: similarity ?? null, share: shares.dense },
          lexical: { rank: ranks.lexical ?? null, value: match?.score ?? 0, share: shares.lexical },
          names: { share: shares.named },
          words: withoutPairs(words),
          sentence: await this.#sentence(abstract, vector, words, { end, signal }),
          ...(verdict && { rerank: verdict }),
        };
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, explainNext));
    return explained;
  }

  async #sentence(
    abstract: string,
    vector: Float32Array | undefined,
    words: FoundWord[],
    { end, signal }: { end: number; signal: AbortSignal | undefined },
  ): Promise<Explanation['sentence']> {
    const isTime = () => performance.now() < end;
    const sentences = sentencesOf(abstract);
    const nearest = vector && (await inTime(this.#sentences.nearest(vector, sentences, { isTime, signal }), end));
    return nearest ?? wordiest(sentences, words);
  }
}

/** The words found, where pairs of signs that overlap are the one word that they are of. */
function withoutPairs(found: FoundWord[]): FoundWord[] {
  const words: FoundWord[] = [];
  for (const { word, score } of found) {
    const before = words.at(-1);
    if (before && goesOn(before.word, word)) {
      before.word += Array.from(word).at(-1)!;
      before.score += score;
    } else words.push({ word, score });
  }
  return words;
}

/** The sentence with the most of what its paper was found by; the first one where none has any. */
function wordiest(sentences: Sentence[], words: FoundWord[]): Explanation['sentence'] {
  let best: { sentence: Sentence; worth: number } | undefined;
  for (const sentence of sentences) {
    const said = sentence.text.toLowerCase();
    // The word as it was typed, or its beginning: the index knows the stem, here a rough eye will do.
    const worth = words.reduce((sum, { word, score }) => (said.includes(word.slice(0, 6)) ? sum + score : sum), 0);
    if (!best || worth > best.worth) best = { sentence, worth };
  }
  return best ? { ...best.sentence, similarity: null } : null;
}
