/** Here is what a person wants: which papers, in which order, how near? */
import type { Embedder } from '../embedding/embedder.ts';
import { AkinError } from '../errors.ts';
import type { Library, LibraryStatus, Neighbour, WordMatch } from '../library/library.ts';
import { embeddedText, type Identifiers, type Paper } from '../paper.ts';
import { fuse, type Ranked } from './fusion.ts';

export const MODES = ['hybrid', 'dense', 'lexical'] as const;
export type Mode = (typeof MODES)[number];

export const DEFAULT_LIMIT = 10;
export const MAX_LIMIT = 100;
/** Characters; more than any abstract has. */
export const MAX_QUERY = 10_000;

/** Candidates taken from each leg before fusion. */
const DEPTH = 200;

export interface Hit {
  id: string;
  title: string;
  authors: string[];
  year: number | null;
  venue: string | null;
  url: string | null;
  ids: Identifiers;
  /** What the order follows: the fused score in 0..1 (hybrid), the cosine (dense), BM25 (lexical). */
  score: number;
  /** Cosine of the query's and the paper's vectors, −1..1; null for a paper that has no vector yet. */
  similarity: number | null;
  /** The paper's place in each leg, 1 for the best; null where that leg did not find it among its candidates. */
  ranks: { dense: number | null; lexical: number | null };
}

export interface SearchAnswer {
  hits: Hit[];
  mode: Mode;
  /** How much of the library has vectors; the rest is found by words only. */
  library: LibraryStatus;
}

export class Search {
  readonly #library: Library;
  readonly #embedder: Embedder;

  /** @throws AkinError `model-mismatch` when the embedder's vectors are not comparable with the library's. */
  constructor(library: Library, embedder: Embedder) {
    if (library.model.fingerprint !== embedder.model.fingerprint) {
      throw new AkinError(
        'model-mismatch',
        `the library is of ${library.model.name}, the embedder of ${embedder.model.name}`,
      );
    }
    this.#library = library;
    this.#embedder = embedder;
  }

  /**
   * The papers that answer a query, best first.
   * @param limit 1 to `MAX_LIMIT`.
   * @param lexicalWeight share of the words in a hybrid search, 0..1; undefined: as the library is set.
   * @throws AkinError `invalid-argument` for an empty or overlong query, `overloaded`.
   */
  async search(
    query: string,
    {
      limit = DEFAULT_LIMIT,
      mode = 'hybrid',
      lexicalWeight,
    }: { limit?: number; mode?: Mode; lexicalWeight?: number } = {},
  ): Promise<SearchAnswer> {
    const text = query.trim();
    if (text === '') {
      throw new AkinError('invalid-argument', 'the query is empty', {
        hint: 'say in words what the papers are about',
        field: 'q',
      });
    }
    if (text.length > MAX_QUERY) {
      throw new AkinError(
        'invalid-argument',
        `the query has ${text.length} characters, at most ${MAX_QUERY} are taken`,
        { field: 'q' },
      );
    }
    const { vector } = await this.#embedder.embedQuery(text);
    const depth = mode === 'hybrid' ? Math.max(DEPTH, limit) : limit;
    const [dense, lexical] = await Promise.all([
      mode === 'lexical' ? [] : this.#library.nearest(vector, depth),
      mode === 'dense' ? [] : this.#library.matching(text, depth),
    ]);
    const ranked =
      mode === 'hybrid'
        ? fuse(dense, lexical, lexicalWeight ?? (await this.#library.settings()).lexicalWeight)
        : [...dense.map(denseOnly), ...lexical.map(lexicalOnly)];
    return this.#answer(ranked.slice(0, limit), mode, vector);
  }

  /**
   * The papers nearest to a paper of the library, which itself is left out.
   * @param id its id or an identifier of it.
   * @throws AkinError `not-found`.
   */
  async similar(id: string, { limit = DEFAULT_LIMIT } = {}): Promise<SearchAnswer> {
    const row = await this.#row(id);
    const vector = (await this.#library.vector(row)) ?? (await this.#embed(row));
    const neighbours = await this.#library.nearest(vector, limit + 1);
    const others = neighbours.filter((neighbour) => neighbour.row !== row).slice(0, limit);
    return this.#answer(others.map(denseOnly), 'dense', vector);
  }

  /** A paper by its id or an identifier of it. @throws AkinError `not-found`. */
  async paper(id: string): Promise<Paper> {
    const [paper] = await this.#library.papers([await this.#row(id)]);
    if (!paper) throw notFound(id);
    return paper;
  }

  /** How many papers there are, and how many of them have vectors. */
  library(): Promise<LibraryStatus> {
    return this.#library.status();
  }

  async #answer(ranked: Ranked[], mode: Mode, vector: Float32Array): Promise<SearchAnswer> {
    const rows = ranked.map(({ row }) => row);
    const withoutSimilarity = ranked.filter(({ similarity }) => similarity === undefined).map(({ row }) => row);
    const [papers, similarities, library] = await Promise.all([
      this.#library.papers(rows),
      this.#library.similarities(vector, withoutSimilarity),
      this.#library.status(),
    ]);
    const hits = ranked.flatMap(({ row, score, ranks, similarity }, i): Hit[] => {
      const paper = papers[i];
      if (!paper) return []; // Removed by a writer since it was ranked.
      const { id, title, authors, year, venue, url, ids } = paper;
      return [
        {
          ...{ id, title, authors, year, venue, url, ids, score },
          similarity: similarity ?? similarities.get(row) ?? null,
          ranks: { dense: ranks.dense ?? null, lexical: ranks.lexical ?? null },
        },
      ];
    });
    return { hits, mode, library };
  }

  async #row(id: string): Promise<number> {
    const row = await this.#library.find(id);
    if (row === undefined) throw notFound(id);
    return row;
  }

  /** The vector of a paper that waits for its turn. */
  async #embed(row: number): Promise<Float32Array> {
    const [paper] = await this.#library.papers([row]);
    for await (const { vector } of this.#embedder.embedDocuments(paper ? [embeddedText(paper)] : [])) return vector;
    throw new AkinError('not-found', 'the paper was removed a moment ago');
  }
}

function denseOnly({ row, similarity }: Neighbour, i: number): Ranked {
  return { row, score: similarity, ranks: { dense: i + 1, lexical: undefined }, similarity };
}

function lexicalOnly({ row, score }: WordMatch, i: number): Ranked {
  return { row, score, ranks: { dense: undefined, lexical: i + 1 }, similarity: undefined };
}

function notFound(id: string): AkinError {
  return new AkinError('not-found', `no paper has the id "${id}"`, {
    hint: 'ids are those of the source, or doi:…, arxiv:…, pmid:…, acl:…; "akin search" prints them',
    field: 'id',
  });
}
