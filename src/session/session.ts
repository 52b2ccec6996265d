/**
 * The floor under the doors: a library with all that a terminal, a server, an agent or a test may want of it. What a door
 * does not ask for is not started.
 */
import type { Draft } from '../drafts/draft.ts';
import { embedsWhenWanted, type Embedder, type Embedding } from '../embedding/embedder.ts';
import { isOfNoModel, verifiedModelFolder, type Model } from '../embedding/models.ts';
import type { Scorer } from '../embedding/scorer.ts';
import { AkinError } from '../errors.ts';
import { refusalOf } from '../faults.ts';
import { exporterNamed } from '../export/registry.ts';
import { sayingKept, type Kept } from '../library/kept.ts';
import type { Library, LibraryFacts, LibraryStatus, LibraryWriter, PutOutcome } from '../library/library.ts';
import {
  backUpLibrary,
  examineLibrary,
  modelOfLibrary,
  openLibrary,
  openWriter,
  restoreLibrary,
  type Backup,
  type Finding,
  type WriterOptions,
} from '../library/open.ts';
import type { Paper, PaperInput } from '../paper.ts';
import type { OnTrouble, PoolState } from '../threads/pool.ts';
import type {
  FacetsAnswer,
  ListAnswer,
  MatchAnswer,
  RelatedAnswer,
  SearchAnswer,
  WholePaper,
} from '../search/answer.ts';
import { counted } from '../search/counting.ts';
import { everyPaperKept, listed, listing, type ListingOptions } from '../search/listing.ts';
import { matching, type Meant } from '../search/match.ts';
import type { SearchOptions } from '../search/question.ts';
import { Related, type SuggestOptions } from '../search/related.ts';
import { Search } from '../search/search.ts';
import { inTime } from '../search/in-time.ts';
import { notFound, type Asked } from '../search/understood.ts';
import { wholePapers } from '../search/works.ts';
import { duplicatesIn, type Duplicates } from './duplicates.ts';
import { correctPaper, storePaper, type Corrections } from './edits.ts';
import { checkFollowed, sync, watch, type FollowOptions, type SyncSummary } from './follow.ts';
import { hasJobs } from './job-folder.ts';
import { Jobs } from './jobs.ts';
import { Keys } from './keys.ts';
import { Mapping } from './mapping.ts';
import { Models, type ModelsOptions } from './models.ts';
import { Shared } from './shared.ts';
import { Started } from './started.ts';
import { summaryOf, type LibrarySummary } from './summary.ts';
import { add, type AddSummary, type IntakeOptions, type OnlineOptions, type Target } from './take-in.ts';

export interface SessionOptions extends Target, Omit<ModelsOptions, 'modelFolders'> {
  /** Those that it shares with other libraries; undefined: it has its own. */
  models?: Models | undefined;
  /** Refuse jobs that ask online services. */
  offline?: boolean | undefined;
  /** Hears of what fails in the background, and goes on all the same: threads that died and were started again, … */
  onTrouble?: OnTrouble | undefined;
}

/** Whether questions can be answered, and how those parts are doing that are needed for it. */
export interface Readiness {
  /** Whether all can. Without the embedder words are looked for, papers are shown and removed. */
  ready: boolean;
  /** null where it does not answer. */
  library: LibraryStatus | null;
  /** null where it could not be started. */
  embedder: PoolState | null;
  /** The codes of what keeps them from it. */
  lacks: string[];
}

/** Papers that are read at once by who wants many of them. */
const AT_ONCE = 100;
/** How long a library that is well takes to say how large it is, at most. */
const PATIENCE_MS = 2000;
/** And one that may have to be opened first. */
const OPENING_MS = 10_000;

export class Session {
  /** Who may ask it where others reach it. */
  readonly keys: Keys;
  /** The library in two dimensions. */
  readonly mapping: Mapping;
  readonly #target: Target;
  readonly #library: Started<Library>;
  readonly #embedder: Started<Embedder>;
  readonly #scorer: Started<Scorer>;
  readonly #asking: Started<{ search: Search; related: Related }>;
  readonly #writer: Shared<LibraryWriter, WriterOptions>;
  readonly #jobs: Started<Jobs>;

  /** Opens nothing yet. */
  constructor(options: SessionOptions) {
    const { address, configuration, offline, onTrouble } = options;
    const models = options.models ?? new Models({ ...options, modelFolders: configuration.modelFolders });
    this.#target = { address, configuration };
    this.keys = new Keys(address);
    this.#library = new Started(() => openLibrary(address, onTrouble));
    this.mapping = new Mapping(address, () => this.#library.get(), onTrouble);
    this.#embedder = new Started(async () => {
      // Not from the library, so that both are opened side by side: each mostly waits for its threads.
      return models.embedder((await modelOfLibrary(address)) ?? (await this.#library.get()).model);
    });
    this.#writer = new Shared((how: WriterOptions) => openWriter(address, how));
    const open = {
      library: () => this.#library.get(),
      embedder: () => this.#embedder.get(),
      writer: (how: WriterOptions) => this.#writer.open(how),
    };
    this.#jobs = new Started(() => Jobs.open({ target: { ...this.#target, open }, offline, onTrouble }));
    this.#scorer = new Started(() => models.scorer());
    this.#asking = new Started(async () => {
      const library = await this.#library.get();
      const embedder = embedsWhenWanted(library.model, () => this.#embedder.get());
      const search = new Search(library, embedder, () => this.#scorer.get());
      return { search, related: new Related(library, embedder, search.sentences) };
    });
  }

  // ---- Asking ----

  /** The library, for whoever looks at papers and asks nothing. @throws AkinError when it can't be used. */
  library(): Promise<Library> {
    return this.#library.get();
  }

  /** Looks whether it is a library that can be asked, and starts nothing for it. @throws AkinError where it is none. */
  async check(): Promise<void> {
    const model = await modelOfLibrary(this.#target.address);
    if (!model) await this.#library.get(); // To be told what is missing.
  }

  /**
   * Starts all that a first question would wait for.
   * @returns why nothing can be embedded, where there is no model to do it with; all else can be asked then.
   * @throws AkinError when the library can't be used, or the model does not run.
   */
  async ready(): Promise<AkinError | undefined> {
    const [lack] = await Promise.all([this.#lack(), this.#asking.get()]);
    await (await this.library()).ready();
    return lack;
  }

  /** Starts what embeds. @returns why there is no model to do it with. @throws AkinError where there is one that does not run. */
  async #lack(): Promise<AkinError | undefined> {
    try {
      await this.#embedder.get();
      return undefined;
    } catch (error) {
      if (isOfNoModel(error)) return error;
      throw error;
    }
  }

  /** Starts the cross-encoder, which otherwise starts when a search is first to be re-ranked. @throws AkinError. */
  async startScorer(): Promise<void> {
    await this.#scorer.get();
  }

  /** The papers that answer a question, best first. @throws AkinError as `Search.ask`. */
  async ask(question: Asked, options?: SearchOptions): Promise<SearchAnswer> {
    this.#embedSoon();
    return (await this.#asking.get()).search.ask(question, options);
  }

  /** The papers nearest to a paper, itself and its other versions left out. @throws AkinError as `Search.similar`. */
  async similar(name: string, options?: SearchOptions): Promise<SearchAnswer> {
    return (await this.#asking.get()).search.similar(name, options);
  }

  /** The vectors of texts, in their order. @throws AkinError `embedding-failed`, `overloaded`; the signal's reason. */
  async embed(texts: string[], as: 'document' | 'query', signal?: AbortSignal): Promise<Embedding[]> {
    const embedder = await this.#embedder.get();
    const embeddings: Embedding[] = [];
    if (as === 'query') for (const text of texts) embeddings.push(await embedder.embedQuery(text, signal));
    else for await (const embedding of embedder.embedDocuments(texts, signal)) embeddings.push(embedding);
    return embeddings;
  }

  /** The papers that a title or a line of a bibliography may mean. */
  async match(meant: Meant, signal?: AbortSignal): Promise<MatchAnswer> {
    return matching(await this.library(), meant, signal);
  }

  /** The papers that a draft might cite and does not. @throws AkinError as `Related.suggest`. */
  async suggest(draft: Draft, options?: SuggestOptions): Promise<RelatedAnswer> {
    this.#embedSoon();
    return (await this.#asking.get()).related.suggest(draft, options);
  }

  /** A page of the papers that meet conditions, which nothing ranks. @throws AkinError as `listing`. */
  async listing(options: ListingOptions): Promise<ListAnswer> {
    return listing(await this.library(), options);
  }

  /** A paper with all that is known of it. @throws AkinError `not-found`. */
  async paper(name: string): Promise<WholePaper> {
    const [paper] = await this.wholePapers([name]);
    if (!paper) throw notFound(name, 'id');
    return paper;
  }

  /** The same of several papers; undefined for a name of none. */
  async wholePapers(names: string[], signal?: AbortSignal): Promise<(WholePaper | undefined)[]> {
    return wholePapers(await this.library(), names, signal);
  }

  /** Papers by their names, as `sayingKept`, a hundred read at once when the first of them is taken. @throws AkinError `not-found`. */
  async *papers(names: string[]): AsyncGenerator<Paper> {
    const library = await this.library();
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const some = names.slice(from, from + AT_ONCE);
      const keys = await library.find(some);
      const described = (await library.describe(keys.filter((key) => key !== undefined))).values();
      for (const [i, key] of keys.entries()) {
        const found = key === undefined ? undefined : described.next().value;
        if (!found) throw notFound(some[i]!, 'id');
        yield sayingKept(found.paper, found.kept);
      }
    }
  }

  /** The papers that came last, the latest first, and when the library was last written to (ms since 1970). */
  async news(count: number): Promise<{ papers: Paper[]; written: number | null }> {
    const library = await this.library();
    const { keys, written } = await library.news(count);
    const described = await library.describe(keys);
    return { papers: described.flatMap((each) => (each ? [each.paper] : [])), written };
  }

  /** All papers that meet conditions, each when it is taken. @throws AkinError as `listed`. */
  async *listed(options: Partial<ListingOptions>): AsyncGenerator<Paper> {
    yield* listed(await this.library(), options);
  }

  /** How many papers there are, and how many of them have vectors. */
  async status(): Promise<LibraryStatus> {
    const { papers, embedded } = await (await this.library()).state();
    return { papers, embedded };
  }

  /** All there is to know of the library as a whole. */
  async facts(): Promise<LibraryFacts> {
    return (await this.library()).facts();
  }

  /** What people are told of the library as a whole. */
  async summary(): Promise<LibrarySummary> {
    return summaryOf(await this.facts());
  }

  /** What the papers that meet conditions are made of. @throws AkinError as `counted`. */
  async counted(options: Parameters<typeof counted>[1]): Promise<FacetsAnswer> {
    return counted(await this.library(), options);
  }

  /** Papers in a format, piece by piece: those named, or all. @throws AkinError `invalid-argument`, `not-found`. */
  async *exported(format: string, names: string[]): AsyncGenerator<string> {
    const exporter = exporterNamed(format);
    yield* exporter.write(names.length === 0 ? everyPaperKept(await this.library()) : this.papers(names));
  }

  /** The first works that have several versions. */
  async duplicates(limit: number): Promise<Duplicates> {
    return duplicatesIn(await this.library(), limit);
  }

  // ---- Writing ----

  /** Stores and embeds what the paths hold. Makes the library if there is none. */
  add(paths: string[], options: IntakeOptions & OnlineOptions): Promise<AddSummary> {
    return add(this.#target, paths, options);
  }

  /** Brings the library in step with files, once. */
  sync(paths: string[], options: FollowOptions): Promise<SyncSummary> {
    return sync(this.#target, paths, options);
  }

  /** Keeps the library in step with files until the signal is given. */
  watch(
    paths: string[],
    options: FollowOptions & { signal: AbortSignal },
    onSummary: (summary: SyncSummary) => void,
  ): Promise<void> {
    return watch(this.#target, paths, options, onSummary);
  }

  /** What takes papers in for those who do not wait for it. What was left to be done is gone on with. @throws AkinError. */
  jobs(): Promise<Jobs> {
    return this.#jobs.get();
  }

  /** Whether there were ever any jobs: without them nothing is to be gone on with. */
  hasJobs(): boolean {
    return hasJobs(this.#target.address);
  }

  /** @throws AkinError for paths that can't be followed. */
  checkFollowed(paths: string[]): Promise<void> {
    return checkFollowed(this.#target, paths);
  }

  /** Ends what is taken in, to go on when the library is served again. */
  async endJobs(): Promise<void> {
    await this.#jobs.close();
  }

  /** Removes papers; returns the ids of those that were there. */
  remove(names: string[], purpose = 'akin remove'): Promise<string[]> {
    return this.writing(purpose, (writer) => writer.remove(names));
  }

  /** Stores a paper, and embeds it. @throws AkinError as `storePaper`, `writing`. */
  put(id: string, input: PaperInput): Promise<{ paper: WholePaper; outcome: PutOutcome }> {
    return this.#editing((open) => storePaper(open, id, input));
  }

  /** Puts right what a paper says, and embeds it anew. @throws AkinError as `correctPaper`, `writing`. */
  correct(name: string, given: Corrections): Promise<WholePaper> {
    return this.#editing((open) => correctPaper(open, name, given));
  }

  /**
   * Takes what a person keeps of papers, which is the same of each. Nothing is embedded for that.
   * @returns their ids. @throws AkinError `not-found`, before any is changed; as `writing`.
   */
  async keep(names: string[], said: Partial<Kept>, purpose = 'a request'): Promise<string[]> {
    const keys = await (await this.library()).find(names);
    const missing = names.filter((_, i) => keys[i] === undefined);
    if (missing.length > 0) throw notFound(missing, 'id');
    return this.writing(purpose, async (writer) => {
      const ids: string[] = [];
      for (const name of names) ids.push(await writer.keep(name, said));
      return ids;
    });
  }

  /** Takes a person's word on which papers are versions of one work, and which are not. */
  judge({ join, split }: { join?: string[] | undefined; split?: string[] | undefined }) {
    return this.writing('akin duplicates', async (writer) => ({
      split: await writer.split(split ?? []),
      joined: join ? await writer.join(join) : [],
    }));
  }

  /** Gives the space of removed papers back. */
  async compact(): Promise<{ bytesBefore: number; bytesAfter: number }> {
    const { bytes: bytesBefore } = await this.facts();
    await this.writing('akin compact', async (writer) => {
      await writer.compact();
      await writer.finish();
    });
    const { bytes: bytesAfter } = await this.facts();
    return { bytesBefore, bytesAfter };
  }

  /**
   * Writes to a library that is there.
   * @param purpose said to whoever wants to write meanwhile.
   * @throws AkinError `library-missing`, `library-locked`, and what the work throws.
   */
  async writing<T>(purpose: string, work: (writer: LibraryWriter) => Promise<T>): Promise<T> {
    const { model } = await this.library(); // Removing from nothing must not make a library.
    const writer = await this.#writer.open({ model, mustBeThatModel: false, purpose });
    try {
      return await work(writer);
    } finally {
      await writer.close();
    }
  }

  // ---- Looking after ----

  /** Writes the library into one file, while others search and write. @throws AkinError as `backUpLibrary`. */
  backUp(file: string, signal?: AbortSignal): Promise<Backup> {
    return backUpLibrary(this.#target.address, file, signal);
  }

  /** Makes the library of a backup where there is none. @throws AkinError as `restoreLibrary`. */
  restore(file: string, signal?: AbortSignal): Promise<Backup> {
    return restoreLibrary(file, this.#target.address, signal);
  }

  /** Looks at everything the library needs, and says what is wrong and how to mend it. Changes nothing. */
  async examine(): Promise<Finding[]> {
    const { address, configuration } = this.#target;
    const findings = await examineLibrary(address);
    const model = await modelOfLibrary(address).catch(() => undefined);
    if (!model) return findings;
    const check = 'model is in place';
    try {
      const detail = await verifiedModelFolder(model, configuration.modelFolders);
      return [...findings, { check, ok: true, detail }];
    } catch (error) {
      if (!(error instanceof AkinError)) throw error;
      return [...findings, { check, ok: false, detail: error.message, ...(error.hint ? { hint: error.hint } : {}) }];
    }
  }

  /** Starts what is needed to answer, and says how it is doing. */
  async readiness(): Promise<Readiness> {
    const lacks: string[] = [];
    const unless = (error: unknown): undefined => void lacks.push(refusalOf(error)?.code ?? 'internal-error');
    const [library, embedder] = await Promise.all([
      this.#soundStatus().catch(unless),
      this.#embedder.get().catch(unless),
    ]);
    const state = embedder?.state ?? null;
    const ready = library !== undefined && (state?.alive ?? 0) > 0;
    return { ready, library: library ?? null, embedder: state, lacks };
  }

  /** What a server that has several libraries tells of each. @throws AkinError where it can't be asked. */
  async standing(): Promise<LibraryStatus & { model: Model }> {
    const status = await this.#soundStatus(OPENING_MS);
    return { ...status, model: (await this.library()).model };
  }

  /** Whether it is open: whoever only counts what there is opens nothing for that. */
  get isOpen(): boolean {
    return this.#library.now !== undefined;
  }

  /** How the threads are doing that embed, now, and with which model; undefined where there are none. */
  get embedding(): (PoolState & { model: string }) | undefined {
    const embedder = this.#embedder.now;
    return embedder && { ...embedder.state, model: embedder.model.name };
  }

  /** Starts what embeds beside the library: each mostly waits for its threads. Whoever wants a vector hears of a failure. */
  #embedSoon(): void {
    if (!this.#embedder.now) this.#embedder.get().catch(() => {});
  }

  async #editing<T>(edit: (open: Parameters<typeof storePaper>[0]) => Promise<T>): Promise<T> {
    const [library, embedder] = await Promise.all([this.library(), this.#embedder.get()]);
    return this.writing('a request', (writer) => edit({ library, writer, embedder }));
  }

  /** @throws AkinError where the library can't be read, or does not say in time how large it is. */
  async #soundStatus(patienceMs = PATIENCE_MS): Promise<LibraryStatus> {
    const looking = this.library().then(async (library) => {
      await library.check();
      return this.status();
    });
    const status = await inTime(looking, performance.now() + patienceMs);
    if (status) return status;
    throw new AkinError('overloaded', 'the library does not answer', { hint: 'try again in a moment' });
  }

  /** Ends what was started. */
  async close(): Promise<void> {
    await Promise.all([this.#jobs.close(), this.mapping.close()]);
    await Promise.all([this.#asking.close(), this.#embedder.close(), this.#library.close(), this.#scorer.close()]);
  }
}
