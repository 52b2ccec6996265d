/**
 * Here is what a person wants: which papers, in which order, how near, and why?
 *
 * One question goes one way: it is understood (understood.ts), the library recalls candidates and they become one list
 * (list.ts), which is cut into pages (pages.ts), and the library describes the papers of one page. A page of a list that
 * is kept asks for nothing else.
 */
import { checkComparable, type Embeds } from '../embedding/embedder.ts';
import { findCrossEncoder } from '../embedding/models.ts';
import type { Scorer } from '../embedding/scorer.ts';
import { AkinError } from '../errors.ts';
import { FACET_FIELDS, type Facets } from '../library/facets.ts';
import type { Filter } from '../library/filter.ts';
import type { Key, Library, LibraryStatus } from '../library/library.ts';
import { briefOf } from '../paper.ts';
import type { Hit, SearchAnswer, WholePaper } from './answer.ts';
import { Background } from './background.ts';
import { Clock } from './clock.ts';
import { Explainer } from './explanation.ts';
import { inTime } from './in-time.ts';
import { Lists, scoringOf, type Entry, type List, type Making } from './list.ts';
import { listedPage } from './listing.ts';
import { Pages } from './pages.ts';
import { checkParts, DEFAULT_LIMIT, listShapeOf, type ListShape, type Mode, type SearchOptions } from './question.ts';
import { SentenceVectors } from './sentences.ts';
import { isConditions, notFound, parsed, understood, type Asked, type Parsed } from './understood.ts';
import { oncePerWork, versionOf, wholePapers } from './works.ts';

/** What is said of a paper that nothing ranks. */
const UNRANKED: Omit<Entry, 'key'> = {
  ...{ score: 0, similarity: undefined, match: undefined, shares: { dense: 0, lexical: 0, named: 0 } },
  ...{ ranks: { dense: undefined, lexical: undefined }, relevance: null, names: [], closeness: null },
};
/** Values counted of each facet. */
const FACET_VALUES = 20;

export class Search {
  /** The vectors of sentences, for whoever else compares some. */
  readonly sentences: SentenceVectors;
  readonly #library: Library;
  readonly #embedder: Embeds;
  readonly #lists: Lists;
  readonly #explainer: Explainer;
  readonly #scorer: () => Promise<Scorer>;
  readonly #pages = new Pages<List>();

  /**
   * @param scorer starts what re-ranks, when first asked for; without it no search can be re-ranked.
   * @throws AkinError `model-mismatch` when the embedder's vectors are not comparable with the library's.
   */
  constructor(library: Library, embedder: Embeds, scorer: () => Promise<Scorer> = noScorer) {
    checkComparable(library.model, embedder.model);
    this.sentences = new SentenceVectors(embedder);
    this.#library = library;
    this.#embedder = embedder;
    this.#lists = new Lists(library, new Background(library), scorer);
    this.#explainer = new Explainer(this.sentences);
    this.#scorer = scorer;
  }

  /** The papers that answer a query, best first. As `ask`. */
  search(query: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    return this.ask({ query }, options);
  }

  /** The papers nearest to a paper of the library; itself and its other versions are left out. As `ask`. */
  async similar(id: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    const [key] = await this.#library.find([id], options.signal);
    if (key === undefined) throw notFound(id, 'id'); // Refused under the name it has at this door.
    return this.ask({ like: [id] }, options);
  }

  /**
   * The papers that answer a question, best first.
   * @throws AkinError `invalid-argument` for a question that asks nothing, too much, or something that can't be
   *   understood; `not-found` for a seed that is not in the library; `cursor-outdated`; `overloaded`; when it is to
   *   be re-ranked, as the start of the scorer; the signal's reason when it is given.
   */
  async ask(question: Asked, options: SearchOptions = {}): Promise<SearchAnswer> {
    checkParts(question, options);
    const said = parsed(question);
    const { limit = DEFAULT_LIMIT, cursor, explain, facets, signal } = options;
    const shape = listShapeOf(options);
    const { mode } = shape;
    const clock = new Clock();
    // Starts what re-ranks, and fails where none is installed; reranked() waits for it.
    if (shape.rerank) await inTime(this.#scorer(), 0);
    if (isConditions(said)) return this.#listed(said, options);
    const { text: _, suspects: __, ...asked } = said;
    const { list, offset, state, cursorAfter } = await this.#pages.list(
      { ...asked, ...shape },
      cursor,
      () => this.#library.state(),
      async (read) => {
        const list = await this.#list(said, shape, clock, { read, signal });
        if (said.droppable === undefined || list.entries.length > 0) return list;
        const { written: dropped, ...without } = said.droppable;
        return { ...(await this.#list({ ...said, ...without }, shape, clock, { read, signal })), dropped };
      },
    );
    signal?.throwIfAborted();
    const page = list.entries.slice(offset, offset + limit);
    const [hits, { papers, embedded }] = await Promise.all([
      this.#hits(page, list, mode, options),
      state ?? this.#library.state(),
    ]);
    clock.stop(explain ? 'explain' : 'papers');
    const counted = facets
      ? await this.#library.facets(
          list.entries.map((entry) => entry.key),
          FACET_VALUES,
          signal,
        )
      : undefined;
    if (facets) clock.stop('facets');
    const blamed = list.dropped.length > 0 ? await this.#blamed(said) : [];
    return {
      hits,
      mode,
      total: { value: list.entries.length, exact: list.exact, relevant: list.relevant },
      dropped: list.dropped,
      ...(blamed.length > 0 && { blamed }),
      next: cursorAfter(offset + page.length),
      corrections: list.corrections,
      unread: list.unread,
      ...(counted && { facets: counted }),
      library: { papers, embedded },
      timings: clock.times,
    };
  }

  /** A paper by its id or an identifier of it. @throws AkinError `not-found`. */
  async paper(id: string): Promise<WholePaper> {
    const [paper] = await wholePapers(this.#library, [id]);
    if (!paper) throw notFound(id, 'id');
    return paper;
  }

  /** How many papers there are, and how many of them have vectors. */
  async library(): Promise<LibraryStatus> {
    const { papers, embedded } = await this.#library.state();
    return { papers, embedded };
  }

  /** Conditions only: there is nothing to be near to, so that it is a list, page by page to its end, the newest first. */
  async #listed(said: Parsed, options: SearchOptions): Promise<SearchAnswer> {
    const { filter, unlike } = said;
    const { limit = DEFAULT_LIMIT, cursor, facets, signal } = options;
    const { mode, sort } = listShapeOf(options);
    const clock = new Clock();
    const order = sort === 'best' ? 'newest' : sort;
    const without = unlike.length === 0 ? [] : await this.#worksOf(unlike, signal);
    const page = await listedPage(this.#library, filter!, { sort: order, limit, cursor, signal });
    clock.stop('recall');
    const entries = oncePerWork(page.listed, without).map((each) => ({ key: each.key, ...UNRANKED }));
    const [hits, counted] = await Promise.all([
      this.#hits(entries, { text: '', vector: undefined }, mode, options),
      facets ? this.#tallies(filter!, signal) : undefined,
    ]);
    clock.stop('papers');
    const blamed = page.total === 0 ? await this.#blamed(said) : [];
    return {
      ...(blamed.length > 0 && { blamed }),
      ...{ hits, mode, dropped: [], next: page.next, corrections: [], unread: false },
      total: { value: page.total, exact: true, relevant: page.total },
      ...(counted && { facets: counted }),
      ...{ library: page.library, timings: clock.times },
    };
  }

  /** Of conditions that together leave nothing, those without which there is something, and how much. */
  async #blamed({ suspects }: Parsed): Promise<{ condition: string; papers: number }[]> {
    // One that stands alone is all there is to blame.
    const some = suspects().flatMap(({ written, without }) => (without ? [{ written, without }] : []));
    const counts = await Promise.all(some.map(({ without }) => this.#library.count(without)));
    return some
      .map(({ written }, i) => ({ condition: written, papers: counts[i]! }))
      .filter(({ papers }) => papers > 0);
  }

  /** The works of papers that are not wanted. @throws AkinError `not-found` for one that is not there. */
  async #worksOf(unlike: string[], signal: AbortSignal | undefined): Promise<Key[]> {
    const keys = (await this.#library.find(unlike, signal)).map((key, i) => {
      if (key === undefined) throw notFound(unlike[i]!, 'unlike');
      return key;
    });
    const { also } = await this.#library.recall({ legs: [], depth: 0, scoring: 'alone', also: keys });
    return also.flatMap((each) => each?.work ?? []);
  }

  /** How many of all papers that a filter lets through have which value of each field. */
  async #tallies(filter: Filter, signal: AbortSignal | undefined): Promise<Facets> {
    const counts = FACET_FIELDS.map((field) => this.#library.tally(filter, field, FACET_VALUES, signal));
    const counted = await Promise.all(counts);
    return Object.fromEntries(FACET_FIELDS.map((field, i) => [field, counted[i]!])) as Facets;
  }

  async #list(said: Parsed, shape: ListShape, clock: Clock, making: Making): Promise<List> {
    const meant = await understood(said, this.#library, this.#embedder, making.signal);
    making.signal?.throwIfAborted();
    void meant.vector.then(
      () => clock.stop('embed'),
      () => {},
    );
    return this.#lists.make(meant, shape, clock, making);
  }

  /** The papers of one page, as they are said. */
  async #hits(
    page: Entry[],
    { text, vector }: Pick<List, 'text' | 'vector'>,
    mode: Mode,
    options: SearchOptions,
  ): Promise<Hit[]> {
    const { explain, abstracts, rerank, signal } = options;
    const words = explain && text !== '' ? { text, scoring: scoringOf(mode) } : undefined;
    const described = await this.#library.describe(
      page.map(({ key }) => key),
      { words },
      signal,
    );
    // Those removed by a writer since they were ranked are left out.
    const shown = page.flatMap((ranked, i) => (described[i] ? [{ ranked, ...described[i] }] : []));
    const explained =
      explain &&
      (await this.#explainer.explain(
        shown.map(({ ranked, paper, words: found }) => ({ ranked, abstract: paper.abstract, words: found })),
        vector,
        explain,
        signal,
      ));
    signal?.throwIfAborted();
    return shown.map(({ ranked, paper, kept: { starred, read }, versions }, i) => ({
      ...briefOf(paper),
      ...{ starred, read },
      score: ranked.score,
      similarity: ranked.similarity ?? null,
      relevance: ranked.relevance,
      closeness: ranked.closeness,
      ranks: { dense: ranked.ranks.dense ?? null, lexical: ranked.ranks.lexical ?? null },
      names: ranked.names,
      ...(rerank && { rerank: ranked.verdict?.logit ?? null }),
      versions: versions.map(versionOf),
      ...(abstracts && { abstract: paper.abstract }),
      ...(explained && { explanation: explained[i]! }),
    }));
  }
}

/** In the place of what starts a scorer. */
function noScorer(): Promise<never> {
  const hint = `npm run fetch-model -- ${findCrossEncoder().name}`;
  return Promise.reject(new AkinError('model-missing', 'there is no cross-encoder to re-rank with', { hint }));
}
