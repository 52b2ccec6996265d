/** The reading side of a library in memory: it looks at every paper for every question. */
import { isAbsolute } from 'node:path';
import type { Model } from '../../../src/embedding/models.ts';
import { seeded } from '../../../src/evaluation/bootstrap.ts';
import { bearersOf, calledBy, NAMED_DEPTH, namedScore, wordsSaid, yearSaid } from '../../../src/library/called.ts';
import { candidatesFrom } from '../../../src/library/candidates.ts';
import {
  FACET_FIELDS,
  facetsOf,
  sameFolded,
  type FacetCount,
  type FacetField,
  type Facets,
} from '../../../src/library/facets.ts';
import type { FileRead } from '../../../src/library/files.ts';
import type { Filter } from '../../../src/library/filter.ts';
import type {
  Candidate,
  Described,
  Key,
  Leg,
  Library,
  LibraryFacts,
  LibraryState,
  Listed,
  ListOrder,
  Near,
  Recall,
  Recalled,
  SaidWord,
} from '../../../src/library/library.ts';
import { LISTED } from '../../../src/library/order.ts';
import type { Paper } from '../../../src/paper.ts';
import { dot } from '../../../src/vector.ts';
import { lets } from './filter.ts';
import type { Held, MemoryStore } from './store.ts';
import { termsAsked, termsMeant, termsOf, WordsAsked } from './words.ts';

export class MemoryLibrary implements Library {
  readonly model: Model;
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.model = store.model;
    this.#store = store;
  }

  async state(): Promise<LibraryState> {
    const { id, papers, settings, revision } = this.#store;
    const embedded = this.#embedded().length;
    return { library: id, papers: papers.size, embedded, revision: String(revision), settings };
  }

  async facts(): Promise<LibraryFacts> {
    const { model, id } = this.#store;
    const embedded = this.#embedded();
    const truncated = embedded.filter(({ embedding }) => embedding!.truncated).length;
    return {
      ...(await this.state()),
      place: id,
      format: 0,
      spaces: [
        { model: model.name, fingerprint: model.fingerprint, embedded: embedded.length, truncated, inUse: true },
      ],
      works: this.#store.works().length,
      nameless: 0,
      bytes: 0,
      notes: [],
    };
  }

  async find(names: string[]): Promise<(Key | undefined)[]> {
    return names.map((name) => this.#store.named(name)?.key);
  }

  async recall({ legs, depth, vector, words, names, scoring, filter, also = [], signal }: Recall): Promise<Recalled> {
    vector?.catch(() => {}); // Told below, unless nobody waits for it any more.
    signal?.throwIfAborted();
    const wanted = vector && (await Promise.race([vector, abortOf(signal)]));
    const asked = words === undefined ? undefined : this.#words(words);
    const all = [...this.#store.papers.values()];
    const said = this.#said(names ?? '');
    const known = new Map(
      all.map(({ key, paper, embedding }): [Key, Candidate] => {
        const { id, title, year } = paper;
        const similarity = wanted && embedding && dot(wanted, embedding.vector);
        const match = asked && asked.isOfWords ? asked.match(key, scoring) : undefined;
        const [work, ranks] = [this.#store.workOf(key)[0]!, { dense: undefined, lexical: undefined }];
        const called = this.#called(said, paper);
        return [key, { key, id, title, year, work, vector: embedding?.vector, similarity, match, called, ranks }];
      }),
    );
    const found: Partial<Record<Leg, Candidate[]>> = {};
    const timings: Recalled['timings'] = {};
    for (const leg of legs) {
      const begun = performance.now();
      const score = ({ similarity, match }: Candidate) => (leg === 'dense' ? similarity : match?.score || undefined);
      found[leg] = this.#passing(filter)
        .map(({ key }) => known.get(key)!)
        .filter((each) => score(each) !== undefined)
        .sort((a, b) => score(b)! - score(a)! || (a.id < b.id ? -1 : 1))
        .slice(0, depth);
      timings[leg] = performance.now() - begun;
    }
    const named = this.#passing(filter)
      .map(({ key }) => known.get(key)!)
      .filter(({ called }) => namedScore(called) > 0)
      .sort((a, b) => namedScore(b.called) - namedScore(a.called))
      .slice(0, NAMED_DEPTH);
    return {
      candidates: candidatesFrom({ ...found, named }),
      also: also.map((key) => known.get(key)),
      exhausted: named.length < NAMED_DEPTH && legs.every((leg) => found[leg]!.length < depth),
      corrections: asked?.corrections ?? [],
      said: said.map(({ terms: _, ...word }) => word),
      state: await this.state(),
      timings,
    };
  }

  async describe(
    keys: Key[],
    { words, records: areAsked }: Parameters<Library['describe']>[1] = {},
  ): Promise<(Described | undefined)[]> {
    const asked = words && this.#words(words.text);
    return keys.map((key) => {
      const held = this.#store.papers.get(key);
      if (!held) return undefined;
      const { paper, records } = held;
      const others = this.#store.workOf(key).filter((version) => version !== key);
      const isMerged = new Set(records.map(({ hash }) => hash)).size > 1;
      return {
        paper,
        key,
        versions: others.map((version) => this.#store.papers.get(version)!.paper),
        records: areAsked && isMerged ? records.map((record) => record.paper) : [],
        kept: held.kept,
        words: asked?.found(key, words!.scoring) ?? [],
      };
    });
  }

  async vectors(keys: Key[]): Promise<(Float32Array | undefined)[]> {
    return keys.map((key) => this.#store.papers.get(key)?.embedding?.vector);
  }

  async nearest(vectors: Float32Array[], k: number): Promise<Near[][]> {
    return vectors.map((vector) =>
      this.#embedded()
        .map(({ key, embedding }) => ({ key, similarity: dot(vector, embedding!.vector) }))
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, k),
    );
  }

  async list(
    filter: Filter,
    order: ListOrder,
    limit: number,
    { after }: Parameters<Library['list']>[3] = {},
  ): Promise<Listed[]> {
    return this.#passing(filter)
      .filter(({ paper }) => after === undefined || LISTED[order](after, paper) < 0)
      .sort((a, b) => LISTED[order](a.paper, b.paper))
      .slice(0, limit)
      .map(({ key, paper: { id, title, year } }) => ({ key, id, title, year, work: this.#store.workOf(key)[0]! }));
  }

  async count(filter: Filter): Promise<number> {
    return this.#passing(filter).length;
  }

  async facets(keys: Key[], limit: number): Promise<Facets> {
    const counts = new Map<string, FacetCount & { field: string }>();
    for (const key of new Set(keys)) {
      const paper = this.#store.papers.get(key)?.paper;
      const facets = (paper ? facetsOf(paper) : []).map(({ field, folded }) => {
        const value = this.#store.facetNames.get(`${field} ${sameFolded(folded)}`)!;
        return [`${field} ${value}`, { field, value }] as const;
      });
      for (const [name, { field, value }] of new Map(facets)) {
        const count = counts.get(name) ?? { field, value, papers: 0 };
        counts.set(name, { ...count, papers: count.papers + 1 });
      }
    }
    const commonest = (wanted: string) =>
      [...counts.values()]
        .filter(({ field }) => field === wanted)
        .sort((a, b) => b.papers - a.papers || (a.value < b.value ? -1 : 1))
        .slice(0, limit)
        .map(({ value, papers }) => ({ value, papers }));
    return Object.fromEntries(FACET_FIELDS.map((field) => [field, commonest(field)])) as Facets;
  }

  async tally(filter: Filter, field: FacetField, limit: number): Promise<FacetCount[]> {
    const keys = this.#passing(filter).map(({ key }) => key);
    return (await this.facets(keys, limit))[field];
  }

  async *everyPaper(): AsyncGenerator<Paper> {
    for (const { paper } of [...this.#store.papers.values()]) yield paper;
  }

  async news(count: number): Promise<{ keys: Key[]; written: number | null }> {
    const keys = [...this.#store.papers.keys()].reverse().slice(0, count);
    return { keys, written: null };
  }

  async *everyWork(): AsyncGenerator<Key[]> {
    const works = new Map(this.#store.works().map((work) => [work[0]!, work]));
    for (const key of [...this.#store.papers.keys()]) {
      const work = works.get(key);
      if (work && work.length > 1) yield [...work];
    }
  }

  async sample(count: number): Promise<Float32Array[]> {
    const vectors = this.#embedded().map(({ embedding }) => embedding!.vector);
    const random = seeded(vectors.length);
    const drawn: Float32Array[] = [];
    while (vectors.length > 0 && drawn.length < count)
      drawn.push(...vectors.splice(Math.floor(random() * vectors.length), 1));
    return drawn;
  }

  async files(): Promise<FileRead[]> {
    const all = [...this.#store.papers.values()];
    return [...this.#store.files.values()]
      .filter(({ path }) => isAbsolute(path))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map(({ number, readings, before, invalid: _, ...file }) => {
        let [held, missing, waiting] = [0, 0, 0];
        for (const { records, embedding } of all) {
          const here = records.filter((record) => record.file === number);
          held += here.length;
          missing += here.filter(({ reading }) => readings.indexOf(reading) < before).length;
          if (!embedding) waiting += here.length;
        }
        return { ...file, held, missing, waiting };
      });
  }

  async check(): Promise<void> {}

  async ready(): Promise<void> {}

  async close(): Promise<void> {}

  #embedded(): Held[] {
    return [...this.#store.papers.values()].filter(({ embedding }) => embedding);
  }

  #passing(filter: Filter = { all: [] }): Held[] {
    return [...this.#store.papers.values()].filter(({ paper, kept }) => lets(filter, paper, kept));
  }

  /** The words that may be names, and how they are looked for in texts. */
  #said(text: string): (SaidWord & { terms: string[] })[] {
    const papers = [...this.#store.papers.values()].map(({ paper }) => ({
      families: new Set(bearersOf(paper).flatMap(({ family }) => family)),
      terms: [...termsOf(paper.title), ...termsOf(paper.abstract)],
    }));
    const namesOf = (word: string) => papers.filter(({ families }) => families.has(word)).length;
    const said = wordsSaid(text, (word) => namesOf(word) > 0).map(({ word, typed }) => {
      const terms = termsAsked(typed);
      const holders = terms.map((term) => papers.filter((paper) => termsMeant(paper.terms, term).length > 0).length);
      return { word, names: namesOf(word), texts: holders.length === 0 ? 0 : Math.min(...holders), terms };
    });
    return said.some(({ word, names }) => names > 0 || yearSaid(word) !== undefined) ? said : [];
  }

  #called(said: (SaidWord & { terms: string[] })[], paper: Paper): Candidate['called'] {
    const called = calledBy(said, { bearers: bearersOf(paper), year: paper.year, venue: paper.venue });
    const terms = [...termsOf(paper.title), ...termsOf(paper.abstract)];
    const held = said.filter(
      (word) => word.terms.length > 0 && word.terms.every((term) => termsMeant(terms, term).length > 0),
    );
    return called && { ...called, text: held.map(({ word }) => word) };
  }

  #words(text: string): WordsAsked {
    return new WordsAsked(text, new Map(Array.from(this.#store.papers, ([key, { paper }]) => [key, paper])));
  }
}

/** Rejects when a signal is aborted. */
function abortOf(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
}
