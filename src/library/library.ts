/**
 * Where papers and vectors live: what every library can be asked and told, whichever engine is behind it.
 *
 * An engine names each paper by a key of its own. People and programs outside name papers by id; what an answer is sorted
 * by must therefore never be a key. Everything is asynchronous, for an engine may be in a thread or in another machine.
 * The rules (which record is which paper, how records merge, what is one work) are pure functions beside this file, so
 * that every engine keeps the same ones.
 */
import type { Embedding } from '../embedding/embedder.ts';
import type { Model } from '../embedding/models.ts';
import type { Paper } from '../paper.ts';
import type { FacetCount, FacetField, Facets } from './facets.ts';
import type { FileRead, Origin, ReadingEnd, Released } from './files.ts';
import type { Filter } from './filter.ts';
import type { Kept } from './kept.ts';
import type { Placed } from './order.ts';
import type { PersonsWord } from './records.ts';

declare const named: unique symbol;
/** What an engine calls a paper: opaque, of one paper of one library, and never used again for another. */
export type Key = string & { readonly [named]: 'key' };

/** What a paper holds of the words that were asked for. */
export interface Match {
  /** BM25; higher is better, comparable only within one question. 0: it holds none of them. */
  score: number;
  /** How many of the words it holds. */
  words: number;
  /** How much of what the question says they are, 0..1: words count by their rarity (inverse document frequency). */
  coverage: number;
}

/** A word of a question that may call papers by name, folded (fold.ts); an institution's acronym in capitals. */
export interface SaidWord {
  word: string;
  /** Papers by somebody whose family name it is, or a word of it. */
  names: number;
  /** Papers whose title or abstract holds it. */
  texts: number;
}

/** What of the words said calls a paper, in the order of the question; see called.ts. */
export interface Called {
  /** Words of its people's family names. */
  family: string[];
  /** Given names, or their initials, of those whose family names were said. */
  given: string[];
  /** Words of its venue's name. */
  venue: string[];
  /** Its year. */
  year: string[];
  /** The year before or after its own, where that was not said: who remembers a name is often wrong by one. */
  nearYear: string[];
  /** Words that its title or abstract holds. */
  text: string[];
}

/** A word of a question that a paper holds. */
export interface FoundWord {
  /** As it was typed, in lower case. */
  word: string;
  /** What it gives to the paper's BM25. */
  score: number;
}

/** Whether words rank papers by themselves, or together with vectors; the constants of BM25 differ. */
export type WordScoring = 'alone' | 'fused';

/** A word of a question that no paper holds. */
export interface Correction {
  word: string;
  /** The stem of the word that was looked for instead. */
  term: string;
}

export type Leg = 'dense' | 'lexical';

/** What both legs are asked for. */
export interface Recall {
  /** Which legs look for candidates. */
  legs: readonly Leg[];
  /** Candidates taken from each leg. */
  depth: number;
  /** A unit vector of the space in use. It may still be under way, or come to nothing: the words are looked up meanwhile. */
  vector?: Promise<Float32Array | undefined> | undefined;
  /** A text whose words are looked for. */
  words?: string | undefined;
  /** A text that may call papers by their names: what it calls them by is said, and those it calls are candidates as well. */
  names?: string | undefined;
  scoring: WordScoring;
  filter?: Filter | undefined;
  /** Papers to be told of as well, whatever the legs find and the filter says. */
  also?: Key[] | undefined;
  /** Ends the work when nobody waits for it any more. */
  signal?: AbortSignal | undefined;
}

/** A paper that a leg or its names found, or that was to be told of as well, with what both legs and its names say of it. */
export interface Candidate {
  key: Key;
  id: string;
  title: string;
  year: number | null;
  /** The leading paper of its work; its own key where it stands alone. */
  work: Key;
  vector: Float32Array | undefined;
  /** Cosine with the vector asked for; undefined where one of the two has none. */
  similarity: number | undefined;
  /** What it holds of the words asked for; undefined where none were. */
  match: Match | undefined;
  /** What it is called by of the names asked for; undefined where neither a family name nor its year was said. */
  called: Called | undefined;
  /** Its place in each leg, 1 for the best; equal ones in the order of their ids. Undefined where the leg did not find it. */
  ranks: Record<Leg, number | undefined>;
}

export interface Recalled {
  /**
   * Every paper that a leg found, once; and of those by somebody whose family name was said the `NAMED_DEPTH` (called.ts)
   * that most of what was said calls, before others those of a year that was said.
   */
  candidates: Candidate[];
  /** The papers of `also`, in their order; undefined where one is gone. */
  also: (Candidate | undefined)[];
  /** Whether neither leg found as many as it was asked for, nor do more have the names: there is nothing beyond the candidates. */
  exhausted: boolean;
  /** The words that no paper holds and that are nobody's family name, and what was looked for instead. */
  corrections: Correction[];
  /** The words of the names asked for; none where no word of them is a family name or a year. */
  said: SaidWord[];
  /** The library that was asked. */
  state: LibraryState;
  /** Milliseconds that each leg took, for those who run a server. */
  timings: Partial<Record<Leg, number>>;
}

/** A paper near a vector. */
export interface Near {
  key: Key;
  /** Cosine, −1..1; higher is nearer. */
  similarity: number;
}

/** A paper in a list that nothing ranks. */
export type Listed = Pick<Candidate, 'key' | 'id' | 'title' | 'year' | 'work'>;

/** A paper, and what a page shows with it. */
export interface Described {
  paper: Paper;
  key: Key;
  /** The other versions of its work, the leading one first. */
  versions: Paper[];
  /** The records that it was merged from, as they came, the leading one first; none where it has only one. */
  records: Paper[];
  /** What a person keeps of it. */
  kept: Kept;
  /** The words asked for that it holds; none where none were asked for. */
  words: FoundWord[];
}

export interface LibraryStatus {
  /** Papers there are. */
  papers: number;
  /** Papers that have a vector of the space in use; the others are found by words only. */
  embedded: number;
}

/** What was set for this library; undefined: the default. */
export interface LibrarySettings {
  /** Share of the words in a hybrid search, 0..1. */
  lexicalWeight?: number;
}

/** What may differ after every change of the library. */
export interface LibraryState extends LibraryStatus {
  /** Which library it is: made with it; a copy has the same. */
  library: string;
  /** Differs after every change, whoever made it. */
  revision: string;
  settings: LibrarySettings;
}

/** The vectors of one model: comparable with each other, and with no others. */
export interface Space {
  /** The model's name. */
  model: string;
  /** The model's fingerprint, which is the space's name. */
  fingerprint: string;
  /** Papers that have a vector in it. */
  embedded: number;
  /** Of these: longer than the model takes, so that their end has no part in the vector. */
  truncated: number;
  /** Whether searches are answered with it; one of them is. */
  inUse: boolean;
}

/** What there is to know of a library as a whole; counting takes longer than a search may. */
export interface LibraryFacts extends LibraryState {
  /** Where it is, for people. */
  place: string;
  /** Of what is stored, raised when older code can't read it. */
  format: number;
  spaces: Space[];
  /** Works there are: versions of one work count once. */
  works: number;
  /**
   * Papers of which an akin that kept nothing of the parts of names was the last to read any record: taken in again, they
   * say what their sources know.
   */
  nameless: number;
  bytes: number;
  /** What is under way in the background that people may want to know of, in sentences. */
  notes: string[];
}

/** One thing that was looked at in a library, and whether it is in order. */
export interface Finding {
  check: string;
  ok: boolean;
  detail: string;
  /** What to do about it. */
  hint?: string;
}

/**
 * The reading side. Every method sees what a writer was told is stored by the time of the call. A signal says that nobody waits
 * for the answer any more: what has not begun then never does, and the call fails with the signal's reason.
 */
export interface Library {
  /** The model of the space in use. */
  readonly model: Model;
  state(): Promise<LibraryState>;
  facts(): Promise<LibraryFacts>;
  /** The papers that names mean, each by its id, by the id of any record merged into it, or by an identifier (`doi:…`, a URL). */
  find(names: string[], signal?: AbortSignal): Promise<(Key | undefined)[]>;
  /**
   * Candidates from both legs, each complete: whichever leg found it, the other one's word on it is there as well.
   * Among equals at the end of a leg any may be left out.
   */
  recall(question: Recall): Promise<Recalled>;
  /**
   * Papers in the order of the keys; undefined where one is gone.
   * @param asked what a page wants to know besides: which of these words they hold, or what they were merged from.
   */
  describe(
    keys: Key[],
    asked?: { words?: { text: string; scoring: WordScoring } | undefined; records?: boolean | undefined },
    signal?: AbortSignal,
  ): Promise<(Described | undefined)[]>;
  /** The vectors of papers in the space in use; undefined where one has none yet. */
  vectors(keys: Key[], signal?: AbortSignal): Promise<(Float32Array | undefined)[]>;
  /**
   * For each of these vectors of the space in use the `k` papers nearest to it, nearest first. Not for a question, which `recall`
   * answers: it may miss one in a hundred, and lets questions go first.
   */
  nearest(vectors: Float32Array[], k: number, signal?: AbortSignal): Promise<Near[][]>;
  /**
   * The first `limit` papers that a filter lets through, in an order; equal ones in the order of their ids.
   * @param from `after`: only those that come after this one, which need not be there any more.
   */
  list(
    filter: Filter,
    order: ListOrder,
    limit: number,
    from?: { after?: Placed | undefined; signal?: AbortSignal | undefined },
  ): Promise<Listed[]>;
  /** How many papers a filter lets through. */
  count(filter: Filter): Promise<number>;
  /** How many of these papers have which year, author, venue, category, collection: the `limit` commonest of each. */
  facets(keys: Key[], limit: number, signal?: AbortSignal): Promise<Facets>;
  /** How many of the papers that a filter lets through have which value of a field: the `limit` commonest. */
  tally(filter: Filter, field: FacetField, limit: number, signal?: AbortSignal): Promise<FacetCount[]>;
  /** Every paper there is, in the order in which they came. Papers added or removed meanwhile may or may not be among them. */
  everyPaper(): AsyncIterable<Paper>;
  /** What is new: the `count` papers that came last, the latest first, and when anything was last written (ms since 1970). */
  news(count: number): Promise<{ keys: Key[]; written: number | null }>;
  /** Every work of several versions, the leading paper first, in the order in which the leading papers came. */
  everyWork(): AsyncIterable<Key[]>;
  /** About `count` vectors of the space in use, drawn at random: all if there are no more, the same from an unchanged library. */
  sample(count: number): Promise<Float32Array[]>;
  /** Every file that was read, in the order of paths. */
  files(): Promise<FileRead[]>;
  /** Looks whether what is stored can still be read, as far as that is quickly told. @throws AkinError `library-damaged`. */
  check(): Promise<void>;
  /** Loads what the first question would otherwise wait for. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** The newest year first and papers without a year last, or titles in alphabetical order. */
export type ListOrder = 'newest' | 'title';

/** What became of a record that was put into a library. */
export type PutOutcome =
  | 'added'
  /** The record was known; it says something else now. */
  | 'changed'
  | 'unchanged'
  /** A new record of a paper that is there from elsewhere; its fields were merged into that paper. */
  | 'duplicate';

/** What is stored whole or not at all. */
export interface Portion {
  /** Records as they were read, place by place. */
  parts: {
    origin: Origin;
    papers: Paper[];
    /** Given when the last of the origin's records are here. */
    end?: ReadingEnd | undefined;
  }[];
  /** Where the reading of an online service goes on after these; a null `at` says that it came to its end. */
  cursor?: { key: string; at: string | null } | undefined;
}

/** A paper that has no vector yet. */
export interface PendingPaper {
  key: Key;
  /** What is to be embedded. */
  text: string;
}

/**
 * The writing side. One writer at a time; readers go on undisturbed. When a method's promise is fulfilled, what it did
 * survives a power cut; done twice, it has the effect of once, so that it can be tried again when no answer came.
 */
export interface LibraryWriter {
  /** The model of the space in use. */
  readonly model: Model;
  /**
   * Stores records. A record is known by its file, its id, and its place among those that the file has of that id: read
   * again, it replaces what it said. The same id from elsewhere is another record of the same paper, if the titles do not
   * say otherwise; if they do, the later paper gets an id of its own. Vectors of changed texts are dropped.
   * @returns what became of each record, part by part.
   */
  store(portion: Portion): Promise<PutOutcome[][]>;
  /** Notes that files which were touched are, byte for byte, still what was read. */
  confirm(files: Pick<FileRead, 'path' | 'stamp' | 'readAt'>[]): Promise<void>;
  /**
   * Removes the records of a file that its last reading did not find or, where the file itself is gone, all of them, and
   * papers with them that have no other record.
   */
  release(path: string, which: 'missing' | 'all'): Promise<Released>;
  /** Removes papers by id or identifier; returns the ids of those that were there. */
  remove(names: string[]): Promise<string[]>;
  /**
   * Takes a person's word on what a paper says. It holds against all that its sources say, now and when they are read again, as
   * long as the paper is there.
   * @returns the paper's id.
   * @throws AkinError `not-found`.
   */
  correct(name: string, word: PersonsWord): Promise<string>;
  /**
   * Takes what a person keeps of a paper (kept.ts): what is said of it, and all else stays. Whatever its sources say, it stays with
   * the paper; with the paper that this one is merged into; and, where it is gone, with the record of it that comes next.
   * @returns the paper's id.
   * @throws AkinError `not-found`.
   */
  keep(name: string, said: Partial<Kept>): Promise<string>;
  /** The next papers without a vector of the space, in the order in which they came, after the paper `after`. */
  pending(limit: number, after?: Key): Promise<PendingPaper[]>;
  pendingCount(): Promise<number>;
  /**
   * Stores vectors of the space; those of papers that are gone, or have one, are left out.
   * @throws AkinError `embedding-failed` for a vector that is not finite, and then stores none of them.
   */
  storeVectors(vectors: { key: Key; embedding: Embedding }[]): Promise<void>;
  /**
   * Takes a person's word that papers are versions of one work, and with them whatever stands with them. It holds against
   * any rule and any earlier word, also for papers that are removed and come again.
   * @returns the ids of all papers of that work.
   * @throws AkinError `not-found`, `invalid-argument` for fewer than two papers.
   */
  join(names: string[]): Promise<string[]>;
  /**
   * Takes a person's word that each of these papers is another work than those it stands with today.
   * @returns the ids of those that stood with others.
   * @throws AkinError `not-found`.
   */
  split(names: string[]): Promise<string[]>;
  /** Replaces what was set for this library; who has it open sees it from the next search on. */
  setSettings(settings: LibrarySettings): Promise<void>;
  /** Where the reading of an online service ended; undefined where none is under way. */
  cursor(key: string): Promise<string | undefined>;
  /** Gives the space of what was removed back. */
  compact(): Promise<void>;
  /** Does what makes the next opening quick. Nothing is lost without it. */
  finish(): Promise<void>;
  close(): Promise<void>;
}
