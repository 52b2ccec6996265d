/**
 * Here is what a person wants: which papers, in which order, how near, and why?
 *
 * One question goes one way: it is understood (query.ts, seeds.ts), both legs of the library are asked for candidates,
 * these become one list (ranking.ts, works.ts, diversity.ts), it is cut into pages (pages.ts), and the hits of one page
 * are made presentable (relevance.ts, explanation.ts).
 */
import type { Embedder } from '../embedding/embedder.ts';
import { findCrossEncoder } from '../embedding/models.ts';
import type { Scorer } from '../embedding/scorer.ts';
import { AkinError } from '../errors.ts';
import type { Filter } from '../library/filter.ts';
import { dot } from '../library/graph.ts';
import type { Facets } from '../library/facets.ts';
import type { Correction, FoundWord, Library, LibraryStatus, WordMatch, WordScoring } from '../library/library.ts';
import { citationOf, embeddedText, type Citation, type Paper } from '../paper.ts';
import { Background } from './background.ts';
import { diversified } from './diversity.ts';
import { Explainer, type Explain, type Explanation } from './explanation.ts';
import { FEEDBACK_PAPERS, moveToward } from './feedback.ts';
import { inTime } from './in-time.ts';
import { Pages } from './pages.ts';
import { parseQuery } from './query.ts';
import { candidates, fuse, isTitle, single, type Candidate, type Ranked } from './ranking.ts';
import { DEFAULT_CUTOFF, relevance } from './relevance.ts';
import { reranked, type Judged } from './rerank.ts';
import { direction } from './seeds.ts';
import { oncePerWork, versionOf, wholePaper, type Version, type WholePaper } from './works.ts';

export const MODES = ['hybrid', 'dense', 'lexical'] as const;
export type Mode = (typeof MODES)[number];

export const DEFAULT_LIMIT = 10;
export const MAX_LIMIT = 100;
/** Characters; more than any abstract has. */
export const MAX_QUERY = 10_000;
/** Papers named in `like`, and in `unlike`. */
export const MAX_SEEDS = 50;

/** Candidates taken from each leg: together they are the list that one can page through. */
export const DEPTH = 150;
/** How much of the list is put into another order for the sake of diversity. */
const DIVERSIFIED = 100;
/** Of the best by words, those that may turn out to be the paper whose title was typed. */
const TITLES_LOOKED_AT = 20;
/** Of the best, those looked at to tell whether anything is relevant. */
const JUDGED = 20;
const UNRANKED = { dense: undefined, lexical: undefined };
/** Characters; no title has more. */
const LONGEST_TITLE = 400;
/** Values counted of each facet. */
const FACET_VALUES = 20;

/** What is asked for: a query, papers or a text to be like, or all of these together. */
export interface Question {
  /** In the query language (query.ts). */
  query?: string | undefined;
  /** Texts to be like, as they stand: a title and an abstract, a passage of a draft. */
  texts?: string[] | undefined;
  /** Ids or identifiers of papers to be like; they and their other versions are left out. */
  like?: string[] | undefined;
  /** Ids or identifiers of papers not to be like. */
  unlike?: string[] | undefined;
  /** Texts not to be like. */
  unlikeTexts?: string[] | undefined;
  /** Conditions that every hit meets, besides those in the query. */
  filter?: Filter | undefined;
}

export interface SearchOptions {
  /** 1 to `MAX_LIMIT`. */
  limit?: number | undefined;
  mode?: Mode | undefined;
  /** The `next` of the page before. */
  cursor?: string | undefined;
  /** Whether each hit says why it is there, and how thoroughly. */
  explain?: Explain | undefined;
  /** Whether to count the years, venues, categories and authors of the whole list. */
  facets?: boolean | undefined;
  /** 0 to 1: the share of the words in a hybrid search; undefined: as the library is set. */
  lexicalWeight?: number | undefined;
  /** 0 to 1: how much the hits should differ from one another. */
  diversity?: number | undefined;
  /** A cosine: papers at least as similar to one of those not to be like are left out. */
  unlikeAbove?: number | undefined;
  /** 0 to 100: when no paper is as relevant as that, there is no hit. 0 shows whatever there is. */
  cutoff?: number | undefined;
  /** Milliseconds, 0 to `MAX_RERANK`, that a cross-encoder may read the best hits to put them into its own order. */
  rerank?: number | undefined;
}

export interface Hit extends Citation {
  /** What the order follows: the fused score in 0..1 (hybrid), the cosine (dense), BM25 (lexical). */
  score: number;
  /** Cosine of the question's and the paper's vectors, −1..1; null for a paper that has no vector yet. */
  similarity: number | null;
  /** What similarity and words say together, 0..100, whichever the model (relevance.ts); null without a vector. */
  relevance: number | null;
  /** The paper's place in each leg, 1 for the best; null where that leg did not find it among its candidates. */
  ranks: { dense: number | null; lexical: number | null };
  /** Where a cross-encoder was asked: its logit, which the order follows; null for a paper it had no time to read. */
  rerank?: number | null;
  /** The other versions of the same work, which are no hits of their own; the leading one first. */
  versions: Version[];
  explanation?: Explanation | undefined;
}

export interface SearchAnswer {
  hits: Hit[];
  mode: Mode;
  /** How long the whole list is. Not exact: there are papers beyond the candidates that were looked at. */
  total: { value: number; exact: boolean };
  /** How many papers were found of which none is relevant: they are not shown, unless with a lower `cutoff`. */
  withheld: number;
  /** The cursor of the page after this one; null on the last. */
  next: string | null;
  /** Words that no paper holds, and what was looked for instead. */
  corrections: Correction[];
  facets?: Facets | undefined;
  /** How much of the library has vectors; the rest is found by words only. */
  library: LibraryStatus;
  /** Milliseconds that each stage took. */
  timings: Record<string, number>;
}

/** A question as it was understood. */
interface Understood {
  mode: Mode;
  /** What words are looked for; may be empty. */
  text: string;
  /** Undefined when only conditions were given. */
  vector: Float32Array | undefined;
  /** What the words find, and which of them no paper holds: looked up while the question is embedded. */
  lexical: Promise<WordMatch[]>;
  corrections: Promise<Correction[]>;
  filter: Filter | undefined;
  /** A paper that the whole query names. */
  named: number | undefined;
  /** Papers to be like, with their vectors. They are no hits, but nothing can be nearer than they are. */
  like: { row: number; vector: Float32Array }[];
  /** Papers that are no hits, since they were given: those to be like and those not to. */
  given: number[];
  unlike: Float32Array[];
}

type Entry = Judged<Ranked & { others: number[] }>;

/** What one pages through. */
interface List {
  entries: Entry[];
  exact: boolean;
  withheld: number;
  /** How many of the entries the cross-encoder has read; undefined where it was not asked. */
  read?: number | undefined;
}

export class Search {
  readonly #library: Library;
  readonly #embedder: Embedder;
  readonly #background: Background;
  readonly #explainer: Explainer;
  readonly #scorer: () => Promise<Scorer>;
  readonly #pages = new Pages<List>();

  /**
   * @param scorer starts what re-ranks, when first asked for; without it no search can be re-ranked.
   * @throws AkinError `model-mismatch` when the embedder's vectors are not comparable with the library's.
   */
  constructor(library: Library, embedder: Embedder, scorer: () => Promise<Scorer> = noScorer) {
    this.#scorer = scorer;
    if (library.model.fingerprint !== embedder.model.fingerprint) {
      throw new AkinError(
        'model-mismatch',
        `the library is of ${library.model.name}, the embedder of ${embedder.model.name}`,
      );
    }
    this.#library = library;
    this.#embedder = embedder;
    this.#background = new Background(library);
    this.#explainer = new Explainer(embedder);
  }

  /** The papers that answer a query, best first. As `ask`. */
  search(query: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    return this.ask({ query }, options);
  }

  /** The papers nearest to a paper of the library; itself and its other versions are left out. As `ask`. */
  async similar(id: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    await this.#row(id, 'id'); // Refused under the name it has at this door.
    return this.ask({ like: [id] }, options);
  }

  /**
   * The papers that answer a question, best first.
   * @throws AkinError `invalid-argument` for a question that asks nothing, too much, or something that can't be
   *   understood; `not-found` for a seed that is not in the library; `cursor-outdated`; `overloaded`; and when it is to
   *   be re-ranked, as the start of the scorer.
   */
  async ask(question: Question, options: SearchOptions = {}): Promise<SearchAnswer> {
    const { limit = DEFAULT_LIMIT, mode = 'hybrid', cursor, explain, facets, ...shape } = options;
    const clock = new Clock();
    if (shape.rerank) await this.#checkRerank(shape);
    const revision = await this.#library.revision();
    const understood = await this.#understood(question, mode);
    clock.stop('embed');
    const asked = { ...question, query: question.query?.trim(), mode, ...shape };
    const { list, offset, cursorAfter } = await this.#pages.list(asked, cursor, revision, (read) =>
      this.#list(understood, shape, clock, read),
    );
    const page = list.entries.slice(offset, offset + limit);
    const hits = await this.#hits(page, understood, explain, Boolean(shape.rerank));
    clock.stop(explain ? 'explain' : 'papers');
    const counted = facets
      ? await this.#library.facets(
          list.entries.map(({ row }) => row),
          FACET_VALUES,
        )
      : undefined;
    if (facets) clock.stop('facets');
    return {
      hits,
      mode,
      total: { value: list.entries.length, exact: list.exact },
      withheld: list.withheld,
      next: cursorAfter(offset + page.length),
      corrections: await understood.corrections,
      ...(counted && { facets: counted }),
      library: await this.#library.status(),
      timings: clock.times,
    };
  }

  /** A paper by its id or an identifier of it. @throws AkinError `not-found`. */
  async paper(id: string): Promise<WholePaper> {
    const paper = await wholePaper(this.#library, id);
    if (!paper) throw notFound(id, 'id');
    return paper;
  }

  /** How many papers there are, and how many of them have vectors. */
  library(): Promise<LibraryStatus> {
    return this.#library.status();
  }

  async #understood(question: Question, mode: Mode): Promise<Understood> {
    const query = checkedText(question.query, 'q');
    const wanted = checkedTexts(question.texts, 'texts');
    const unwanted = checkedTexts(question.unlikeTexts, 'unlikeTexts');
    const parsed = query === '' ? undefined : parseQuery(query);
    const filters = [parsed?.filter, question.filter].filter((filter) => filter !== undefined);
    const filter = filters.length > 1 ? { all: filters } : filters[0];
    const named = parsed?.identifier === undefined ? undefined : await this.#library.find(parsed.identifier);
    const [like, unlike] = await Promise.all([
      this.#rows(question.like, 'like'),
      this.#rows(question.unlike, 'unlike'),
    ]);
    if (named !== undefined) like.push(named);
    const text = named === undefined ? (parsed?.text ?? '') : '';

    const texts = await this.#texts(like);
    const about = [text, ...wanted, ...texts].filter((each) => each.trim() !== '');
    if (about.length === 0 && filter === undefined) {
      throw new AkinError('invalid-argument', 'the query is empty', {
        hint: 'say in words what the papers are about, or name papers they should be like',
        field: 'q',
      });
    }
    // The longest of all comes first; the words are looked up meanwhile.
    const embedding = Promise.all([
      this.#embedQueries(text === '' ? [] : [text]),
      this.#embedQueries(wanted),
      this.#embedQueries(unwanted),
      this.#vectors(like),
      this.#vectors(unlike),
    ]);
    const words = about.join('\n');
    const areAsked = mode !== 'dense' && words !== '';
    const lexical = areAsked ? this.#library.matching(words, DEPTH, { filter, scoring: scoringOf(mode) }) : [];
    const corrections = areAsked ? this.#library.corrections(words) : [];
    const looked = { lexical: Promise.resolve(lexical), corrections: Promise.resolve(corrections) };
    // They are awaited when the question is embedded, unless that fails.
    for (const each of Object.values(looked)) each.catch(() => {});
    const [ofText, ofWanted, ofUnwanted, ofLike, ofUnlike] = await embedding;
    const against = [...ofUnlike, ...ofUnwanted];
    return {
      mode,
      text: words,
      ...looked,
      vector: about.length === 0 ? undefined : direction([ofText, ofWanted, ofLike], against),
      filter,
      named,
      like: like.map((row, i) => ({ row, vector: ofLike[i]! })),
      given: [...like, ...unlike],
      unlike: against,
    };
  }

  /** The whole list of a question. @param read how far it was re-ranked when it was made before. */
  async #list(
    understood: Understood,
    { diversity = 0, unlikeAbove, cutoff = DEFAULT_CUTOFF, lexicalWeight, rerank }: SearchOptions,
    clock: Clock,
    read?: number,
  ): Promise<List> {
    const { mode, vector, filter, named } = understood;
    if (vector === undefined) {
      // Conditions only: there is nothing to be near to, so the newest come first.
      const rows = await this.#library.newest(filter!, DEPTH);
      const entries = await oncePerWork(
        this.#library,
        rows.map((row) => ({
          row,
          score: 0,
          similarity: undefined,
          bm25: 0,
          held: undefined,
          ranks: UNRANKED,
          shares: { dense: 0, lexical: 0 },
        })),
        understood.given,
      );
      return { entries, exact: rows.length < DEPTH, withheld: 0 };
    }
    const [dense, lexical, background] = await Promise.all([
      mode === 'lexical' ? [] : this.#library.nearest(vector, DEPTH, { filter }).finally(() => clock.stop('dense')),
      understood.lexical.finally(() => clock.stop('lexical')),
      this.#background.of(vector),
    ]);
    const isNew = ({ row }: { row: number }) => row === named || !understood.given.includes(row);
    const found = candidates(dense.filter(isNew), lexical.filter(isNew));
    let ranked: Ranked[];
    if (mode === 'hybrid') {
      const seeds = understood.like
        .filter((seed) => !isNew(seed))
        .map(({ row, vector: own }): Candidate => ({
          row,
          similarity: dot(vector, own),
          bm25: 0,
          held: undefined,
          ranks: UNRANKED,
        }));
      const all = [...found, ...seeds];
      const vectors = await this.#complete(all, understood);
      const weight = lexicalWeight ?? (await this.#library.settings()).lexicalWeight;
      ranked = fuse(all, background, weight);
      // Papers to be like say all there is to say.
      if (understood.like.length === 0) ranked = this.#withFeedback(ranked, understood, vectors, background, weight);
    } else {
      ranked = single(found, mode);
    }
    if (cutoff > 0 && named === undefined && !(await this.#anyRelevant(ranked, understood, cutoff))) {
      return { entries: [], exact: true, withheld: ranked.length };
    }
    if (unlikeAbove !== undefined) ranked = await this.#unlike(ranked, understood.unlike, unlikeAbove);
    let entries = await oncePerWork(this.#library, ranked, named === undefined ? understood.given : []);
    if (diversity > 0) entries = await this.#diversified(entries, diversity);
    if (rerank) {
      clock.stop('rank');
      const limit = read === undefined ? { milliseconds: rerank } : { works: read };
      ({ entries, read } = await reranked(understood.text, entries, this.#library, this.#scorer(), limit));
      clock.stop('rerank');
    }
    entries = await this.#titledFirst(entries, understood);
    clock.stop('rank');
    return { entries, exact: dense.length < DEPTH && lexical.length < DEPTH, withheld: 0, read };
  }

  /** Tells at once what can't be re-ranked. */
  async #checkRerank({ diversity }: SearchOptions): Promise<void> {
    if (diversity) {
      throw new AkinError('invalid-argument', 'rerank and diversity each give the hits an order of their own', {
        hint: 'leave one of them out',
        field: 'rerank',
      });
    }
    await inTime(this.#scorer(), 0); // Starts it, and fails where none is installed; reranked() waits for it.
  }

  /** Whether one of the first papers is as relevant as that; one without a vector can't be judged, and may be. */
  async #anyRelevant(ranked: Ranked[], understood: Understood, cutoff: number): Promise<boolean> {
    const first = ranked.slice(0, JUDGED);
    await this.#askWords(first, understood);
    return first.some((each) => (this.#relevance(each) ?? 100) >= cutoff);
  }

  /** Adds what papers hold of the question, where the words were not asked. */
  async #askWords(found: Candidate[], { mode, text }: Understood): Promise<void> {
    const unread = found.filter(({ held }) => held === undefined);
    const rows = unread.map(({ row }) => row);
    const matches = await this.#library.matches(text, rows, scoringOf(mode));
    unread.forEach((candidate, i) => (candidate.held = matches[i]));
  }

  #relevance({ similarity, held }: Candidate): number | null {
    if (similarity === undefined || held === undefined) return null;
    return relevance(similarity, this.#library.model.unrelatedCosine, held.words, held.coverage);
  }

  /** Adds what each leg would say of the papers that only the other one found. @returns the vectors of all, by row. */
  async #complete(found: Candidate[], understood: Understood): Promise<Map<number, Float32Array>> {
    // The words are asked first: their thread looks them up while this one reads vectors.
    const asked = this.#askWords(found, understood);
    const [vectors] = await Promise.all([this.#library.vectors(found.map(({ row }) => row)), asked]);
    for (const candidate of found) {
      candidate.bm25 = candidate.held!.score;
      const own = vectors.get(candidate.row);
      if (own) candidate.similarity ??= dot(understood.vector!, own);
    }
    return vectors;
  }

  /** Ranks once more, by the question as its own best answers say it (feedback.ts); hits keep their own similarity. */
  #withFeedback(
    ranked: Ranked[],
    { text, vector }: Understood,
    vectors: Map<number, Float32Array>,
    background: number,
    weight: number | undefined,
  ): Ranked[] {
    const best = ranked.flatMap(({ row }) => vectors.get(row) ?? []).slice(0, FEEDBACK_PAPERS);
    if (best.length === 0) return ranked;
    const centre = direction([best], []);
    const move = moveToward(text, dot(vector!, centre));
    return fuse(ranked, background, weight, ({ row, similarity }) => {
      const own = vectors.get(row);
      return own && move(similarity!, dot(centre, own));
    });
  }

  /** Leaves out what is too similar to what is not wanted. */
  async #unlike<T extends Candidate>(ranked: T[], unlike: Float32Array[], above: number): Promise<T[]> {
    const rows = ranked.map(({ row }) => row);
    const near = new Set<number>();
    for (const vector of unlike) {
      for (const [row, similarity] of await this.#library.similarities(vector, rows))
        if (similarity >= above) near.add(row);
    }
    return ranked.filter(({ row }) => !near.has(row));
  }

  async #diversified(entries: Entry[], diversity: number): Promise<Entry[]> {
    const head = entries.slice(0, DIVERSIFIED);
    const vectors = await this.#library.vectors(head.map(({ row }) => row));
    const items = head.map((entry) => ({ ...entry, vector: vectors.get(entry.row) }));
    return [...diversified(items, diversity), ...entries.slice(DIVERSIFIED)];
  }

  /** The paper that the query names, or whose title it is, comes first. */
  async #titledFirst(entries: Entry[], { named, text }: Pick<Understood, 'named' | 'text'>): Promise<Entry[]> {
    const isNamed = ({ row, others }: Entry) => row === named || others.includes(named!);
    let first: Entry | undefined;
    if (named !== undefined) {
      first = entries.find(isNamed);
    } else if (text.length <= LONGEST_TITLE) {
      const lookedAt = entries.filter(({ ranks }) => (ranks.lexical ?? Infinity) <= TITLES_LOOKED_AT);
      const papers = await this.#library.papers(lookedAt.map(({ row }) => row));
      first = lookedAt.find((_, i) => papers[i] && isTitle(text, papers[i].title));
    }
    return first ? [first, ...entries.filter((entry) => entry !== first)] : entries;
  }

  /** The papers of one page, as they are told. */
  async #hits(page: Entry[], understood: Understood, explain: Explain | undefined, rerank: boolean): Promise<Hit[]> {
    const { mode, vector, text } = understood;
    const rows = page.map(({ row }) => row);
    const unseen = page.filter(({ similarity }) => similarity === undefined).map(({ row }) => row);
    const [papers, versions, similarities, words] = await Promise.all([
      this.#library.papers(rows),
      this.#library.papers(page.flatMap(({ others }) => others)),
      vector ? this.#library.similarities(vector, unseen) : new Map<number, number>(),
      explain ? this.#library.foundWords(text, rows, scoringOf(mode)) : ([] as FoundWord[][]),
      this.#askWords(page, understood),
    ]);
    const told = page.flatMap((entry, i) => {
      const others = versions.splice(0, entry.others.length);
      const paper = papers[i];
      if (!paper) return []; // Removed by a writer since it was ranked.
      const ranked = { ...entry, similarity: entry.similarity ?? similarities.get(entry.row) };
      return [{ ranked, paper, abstract: paper.abstract, others, words: words[i] ?? [] }];
    });
    const explained = explain && (await this.#explainer.explain(told, vector, explain));
    return told.map(({ ranked, paper, others }, i) => ({
      ...hitOf(ranked, paper, others),
      relevance: this.#relevance(ranked),
      ...(rerank && { rerank: ranked.verdict?.logit ?? null }),
      ...(explained && { explanation: explained[i] }),
    }));
  }

  async #rows(ids: string[] = [], field: string): Promise<number[]> {
    checkCount(ids, field);
    return Promise.all(ids.map((id) => this.#row(id, field)));
  }

  async #row(id: string, field: string): Promise<number> {
    const row = await this.#library.find(id);
    if (row === undefined) throw notFound(id, field);
    return row;
  }

  async #texts(rows: number[]): Promise<string[]> {
    return (await this.#library.papers(rows)).flatMap((paper) => (paper ? [embeddedText(paper)] : []));
  }

  /** The vectors of papers; of one that waits for its turn, it is computed now. */
  async #vectors(rows: number[]): Promise<Float32Array[]> {
    return Promise.all(
      rows.map(async (row) => {
        const known = await this.#library.vector(row);
        if (known) return known;
        for await (const { vector } of this.#embedder.embedDocuments(await this.#texts([row]))) return vector;
        throw new AkinError('not-found', 'the paper was removed a moment ago');
      }),
    );
  }

  async #embedQueries(texts: string[]): Promise<Float32Array[]> {
    return Promise.all(texts.map(async (text) => (await this.#embedder.embedQuery(text)).vector));
  }
}

function scoringOf(mode: Mode): WordScoring {
  return mode === 'hybrid' ? 'fused' : 'alone';
}

function hitOf(
  { ranks, score, similarity }: Ranked,
  paper: Paper,
  versions: (Paper | undefined)[],
): Omit<Hit, 'relevance'> {
  return {
    ...citationOf(paper),
    score,
    similarity: similarity ?? null,
    ranks: { dense: ranks.dense ?? null, lexical: ranks.lexical ?? null },
    versions: versions.filter((version) => version !== undefined).map(versionOf),
  };
}

/** A text that was given, without white space around it. @throws AkinError `invalid-argument` when it is too long. */
function checkedText(given: string | undefined, field: string): string {
  const text = given?.trim() ?? '';
  if (text.length > MAX_QUERY) {
    throw new AkinError(
      'invalid-argument',
      `${field === 'q' ? 'the query' : field} has ${text.length} characters, at most ${MAX_QUERY} are taken`,
      { field },
    );
  }
  return text;
}

/** As `checkedText`, of each that says anything. @throws AkinError `invalid-argument` also when there are too many. */
function checkedTexts(given: string[] = [], field: string): string[] {
  checkCount(given, field);
  return given.map((text) => checkedText(text, field)).filter((text) => text !== '');
}

function checkCount(given: string[], field: string): void {
  if (given.length <= MAX_SEEDS) return;
  throw new AkinError('invalid-argument', `${field} has ${given.length} entries, at most ${MAX_SEEDS} are taken`, {
    field,
  });
}

function notFound(id: string, field: string): AkinError {
  return new AkinError('not-found', `no paper has the id "${id}"`, {
    hint: 'ids are those of the source, or doi:…, arxiv:…, pmid:…, acl:…; "akin search" prints them',
    field,
  });
}

/** In the place of what starts a scorer. */
function noScorer(): Promise<never> {
  const hint = `npm run fetch-model -- ${findCrossEncoder().name}`;
  return Promise.reject(new AkinError('model-missing', 'there is no cross-encoder to re-rank with', { hint }));
}

/** Measures the stages of one answer. */
class Clock {
  readonly times: Record<string, number> = {};
  readonly #start = performance.now();

  /** A stage has ended: what it took since the one that ended last. */
  stop(stage: string): void {
    const before = Object.values(this.times).reduce((sum, ms) => sum + ms, 0);
    this.times[stage] = (this.times[stage] ?? 0) + performance.now() - this.#start - before;
  }
}
