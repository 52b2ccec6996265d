/**
 * The library on this machine, for reading: what whoever asks holds of it. The reader thread has SQLite, and the graph
 * thread, which is started when it is first wanted, has the vectors; this only puts together what they answer.
 */
import { findModel, type Model } from '../../embedding/models.ts';
import { AkinError } from '../../errors.ts';
import type { Paper } from '../../paper.ts';
import type { OnTrouble } from '../../threads/pool.ts';
import type { FacetCount, FacetField, Facets } from '../facets.ts';
import type { FileRead } from '../files.ts';
import { conditionsOf, type Filter } from '../filter.ts';
import type {
  Described,
  Key,
  Library,
  LibraryFacts,
  LibraryState,
  Listed,
  ListOrder,
  Near,
  Recall,
  Recalled,
  WordScoring,
} from '../library.ts';
import { Calls } from './calls.ts';
import { GraphThread } from './graph-thread.ts';
import { Keys } from './keys.ts';
import type { Reader } from './reader.ts';
import { NO_PAPERS, unpacked } from './recalled-papers.ts';
import { candidatesOf } from './recalls.ts';

/** Conditions that are worked out at once. */
const FEW_CONDITIONS = 8;
/** How often a recall begins anew because another library has come into the place of this one meanwhile. */
const TRIES = 3;

export class LocalLibrary implements Library {
  readonly model: Model;
  readonly #reader: Calls<Reader, string>;
  readonly #graph: GraphThread;

  private constructor(reader: Calls<Reader, string>, graph: GraphThread) {
    this.model = findModel(reader.ready);
    this.#reader = reader;
    this.#graph = graph;
  }

  /** Opens the library in `folder`. @throws AkinError as `openForReading`. */
  static async open(folder: string, onTrouble?: OnTrouble): Promise<LocalLibrary> {
    const reader = await Calls.start<Reader, string>('reader', 'reader-worker.ts', { folder }, onTrouble);
    return new LocalLibrary(reader, new GraphThread(folder, onTrouble));
  }

  state(): Promise<LibraryState> {
    return this.#reader.call('state', []);
  }

  async facts(): Promise<LibraryFacts> {
    const [facts, graph] = await Promise.all([this.#reader.call('facts', []), this.#graph.status()]);
    if (graph?.rebuilding === undefined || graph.inTail === 0) return facts;
    const note = `the graph of the vectors is built anew (${graph.rebuilding}); searches are answered meanwhile`;
    return { ...facts, notes: [note] };
  }

  find(names: string[], signal?: AbortSignal): Promise<(Key | undefined)[]> {
    return this.#reader.call('find', [names], signal);
  }

  async recall(question: Recall): Promise<Recalled> {
    await this.#workOut(question.filter, question.signal);
    // Nobody may wait for it yet, or ever: it fails for whoever does.
    question.vector?.catch(() => {});
    for (let left = TRIES; left > 0; left--) {
      const recalled = await this.#recall(question);
      if (recalled) return recalled;
    }
    throw new AkinError('library-damaged', 'the library is replaced again and again', { hint: 'ask again later' });
  }

  /** @returns undefined where another library has come into the place of this one. */
  async #recall(question: Recall): Promise<Recalled | undefined> {
    const { legs, depth, words, names, scoring, filter, also = [], signal } = question;
    const vectorInTime = unlessAborted(question.vector, signal);
    // Without a filter the graph is asked as soon as there is a vector, whether the words have been looked up by then or not.
    const early = filter ? undefined : this.#nearest(question, vectorInTime, undefined);
    for (const each of [vectorInTime, early]) each?.catch(() => {}); // As above.
    const first = await this.#reader.call('legs', [{ legs, depth, words, names, scoring, filter }], signal);
    const vector = await vectorInTime;
    const start = performance.now();
    const { library, place, lexical, corrections, said, state } = first;
    const nearest = early ?? this.#nearest(question, vectorInTime, first.allowed);
    const keys = new Keys(library);
    const matching = unpacked(lexical, keys, vector, this.model.dimensions); // While the graph is searched.
    const named = unpacked(first.named, keys, vector, this.model.dimensions);
    const found = await nearest;
    if (found && found.place !== place) return undefined;
    const dense = found?.rows ?? [];
    const timings = {
      ...(legs.includes('lexical') && { lexical: first.milliseconds }),
      ...(legs.includes('dense') && { dense: performance.now() - start }),
    };
    const unread = dense.filter((row) => !matching.has(row) && !named.has(row));
    const rest =
      unread.length === 0 && also.length === 0
        ? NO_PAPERS
        : await this.#reader.call('rest', [place, { rows: unread, also, words, names, scoring }], signal);
    if (!rest) return undefined;
    const others = unpacked(rest, keys, vector, this.model.dimensions);
    const known = (row: number) => matching.get(row) ?? named.get(row) ?? others.get(row);
    return {
      candidates: candidatesOf(dense, matching, named, others),
      also: also.map((key) => known(keys.row(key))),
      exhausted: !first.hasMore && legs.every((leg) => (leg === 'dense' ? dense : lexical.rows).length < depth),
      ...{ corrections, said, state, timings },
    };
  }

  /** The rows nearest to a vector, and in which place; undefined where the dense leg is not asked, or by nothing. */
  async #nearest(
    { legs, depth, signal }: Recall,
    vector: Promise<Float32Array | undefined>,
    allowed: Uint8Array | undefined,
  ): Promise<{ place: string; rows: number[] } | undefined> {
    const asked = await vector;
    if (!asked || !legs.includes('dense')) return undefined;
    return (await this.#graph.started()).call('nearest', [asked, depth, { allowed }], signal);
  }

  async describe(
    keys: Key[],
    asked: { words?: { text: string; scoring: WordScoring } | undefined; records?: boolean | undefined } = {},
    signal?: AbortSignal,
  ): Promise<(Described | undefined)[]> {
    return keys.length === 0 ? [] : this.#reader.call('describe', [keys, asked], signal);
  }

  async vectors(keys: Key[], signal?: AbortSignal): Promise<(Float32Array | undefined)[]> {
    return keys.length === 0 ? [] : this.#reader.call('vectors', [keys], signal);
  }

  async nearest(vectors: Float32Array[], k: number, signal?: AbortSignal): Promise<Near[][]> {
    if (vectors.length === 0) return [];
    const { library, found } = await (await this.#graph.started()).call('nearestToEach', [vectors, k], signal);
    const keys = new Keys(library);
    return found.map((near) => near.map(({ row, similarity }) => ({ key: keys.of(row), similarity })));
  }

  async list(
    filter: Filter,
    order: ListOrder,
    limit: number,
    { after, signal }: Parameters<Library['list']>[3] = {},
  ): Promise<Listed[]> {
    await this.#workOut(filter, signal);
    return this.#reader.call('list', [filter, order, limit, after], signal);
  }

  count(filter: Filter): Promise<number> {
    return this.#reader.call('count', [filter]);
  }

  /** Has the reader work out a filter of many conditions one by one: others are answered in between. */
  async #workOut(filter: Filter | undefined, signal: AbortSignal | undefined): Promise<void> {
    const conditions = filter ? conditionsOf(filter) : [];
    if (conditions.length <= FEW_CONDITIONS) return;
    for (const condition of conditions) await this.#reader.call('count', [condition], signal);
  }

  facets(keys: Key[], limit: number, signal?: AbortSignal): Promise<Facets> {
    return this.#reader.call('facets', [keys, limit], signal);
  }

  async tally(filter: Filter, field: FacetField, limit: number, signal?: AbortSignal): Promise<FacetCount[]> {
    await this.#workOut(filter, signal);
    return this.#reader.call('tally', [filter, field, limit], signal);
  }

  async *everyPaper(): AsyncGenerator<Paper> {
    for (let after = 0; ;) {
      const page = await this.#reader.call('papersAfter', [after]);
      if (!page) return;
      yield* page.papers;
      after = page.last;
    }
  }

  news(count: number): Promise<{ keys: Key[]; written: number | null }> {
    return this.#reader.call('news', [count]);
  }

  async *everyWork(): AsyncGenerator<Key[]> {
    for (let after = 0; ;) {
      const page = await this.#reader.call('worksAfter', [after]);
      if (!page) return;
      yield* page.works;
      after = page.last;
    }
  }

  sample(count: number): Promise<Float32Array[]> {
    return this.#reader.call('sample', [count]);
  }

  files(): Promise<FileRead[]> {
    return this.#reader.call('files', []);
  }

  async check(): Promise<void> {
    // Most damage is met where somebody asks for what is damaged: then all of it is looked at, until it is mended.
    const met = [this.#reader, await this.#graph.started()].filter(({ hasMetDamage }) => hasMetDamage);
    await this.#reader.call('check', [met.length > 0]);
    for (const calls of met) calls.hasMetDamage = false;
  }

  async ready(): Promise<void> {
    await Promise.all([this.#graph.started(), this.#reader.call('prepare', [])]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#graph.close(), this.#reader.close()]);
  }
}

/** What comes, unless a signal comes before it. @throws the signal's reason. */
async function unlessAborted<T>(
  coming: Promise<T> | undefined,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  if (!coming || !signal) return coming;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  if (signal.aborted) stop();
  return Promise.race([coming, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
