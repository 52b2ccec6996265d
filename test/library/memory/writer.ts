/** The writing side of a library in memory: it asks the rules what a record is, and does what they say. */
import type { Embedding } from '../../../src/embedding/embedder.ts';
import type { Model } from '../../../src/embedding/models.ts';
import { AkinError } from '../../../src/errors.ts';
import { facetsOf, sameFolded } from '../../../src/library/facets.ts';
import {
  judgedReading,
  STANDARD_INPUT,
  type FileRead,
  type Origin,
  type ReadingEnd,
  type Released,
} from '../../../src/library/files.ts';
import type {
  Key,
  LibrarySettings,
  LibraryWriter,
  PendingPaper,
  Portion,
  PutOutcome,
} from '../../../src/library/library.ts';
import {
  comesAgain,
  isSomethingKept,
  keptTogether,
  namesIn,
  NOTHING_KEPT,
  notedText,
  type Kept,
} from '../../../src/library/kept.ts';
import {
  isNamed,
  judgedRecord,
  makePaper,
  mergedFrom,
  PERSON,
  withRecord,
  withWord,
  type PersonsWord,
  type Place,
  type StoredRecord,
} from '../../../src/library/records.ts';
import type { IdentifierKind } from '../../../src/identifiers.ts';
import { contentHash, embeddedText, type Paper } from '../../../src/paper.ts';
import type { FileHeld, Held, MemoryStore } from './store.ts';

export class MemoryWriter implements LibraryWriter {
  readonly model: Model;
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.model = store.model;
    this.#store = store;
  }

  async store({ parts, cursor }: Portion): Promise<PutOutcome[][]> {
    const outcomes = parts.map(({ origin, papers, end }) => {
      const file = this.#file(origin);
      const place = {
        file: file.number,
        reading: origin.reading,
        isAnything: origin.path === STANDARD_INPUT,
        refusesOthers: origin.refusesOthers,
      };
      const each = papers.map((paper) => this.#put(paper, place));
      if (end) this.#end(file, origin, end);
      return each;
    });
    if (cursor && cursor.at === null) this.#store.cursors.delete(cursor.key);
    else if (cursor) this.#store.cursors.set(cursor.key, cursor.at!);
    if (outcomes.flat().some((outcome) => outcome !== 'unchanged')) this.#store.revise();
    return outcomes;
  }

  async confirm(files: Pick<FileRead, 'path' | 'stamp' | 'readAt'>[]): Promise<void> {
    for (const { path, stamp, readAt } of files) {
      const file = this.#store.files.get(path);
      if (file) Object.assign(file, { stamp, readAt });
    }
  }

  async release(path: string, which: 'missing' | 'all'): Promise<Released> {
    const released: Released = { records: 0, papers: 0 };
    const file = this.#store.files.get(path);
    if (!file) return released;
    const goes = ({ file: of, reading }: StoredRecord) =>
      of === file.number && (which === 'all' || file.readings.indexOf(reading) < file.before);
    for (const held of [...this.#store.papers.values()]) {
      const left = held.records.filter((record) => !goes(record));
      if (left.length === held.records.length) continue;
      const said = new Set(left.map(({ hash }) => hash));
      released.records += new Set(held.records.map(({ hash }) => hash).filter((hash) => !said.has(hash))).size;
      if (makePaper(left)) {
        this.#say(held, left);
      } else {
        this.#go(held);
        released.papers++;
      }
      this.#store.revise();
    }
    if (which === 'all') this.#store.files.delete(path);
    return released;
  }

  async remove(names: string[]): Promise<string[]> {
    const gone = names.flatMap((name) => {
      const held = this.#store.named(name);
      if (held) this.#go(held);
      return held ? [name] : [];
    });
    if (gone.length > 0) this.#store.revise();
    return gone;
  }

  async correct(name: string, word: PersonsWord): Promise<string> {
    const [held] = this.#named([name]) as [Held];
    const { number: file } = this.#file(PERSON);
    this.#say(held, withWord(held.records, { id: held.paper.id, file, nth: 1, reading: PERSON.reading }, word));
    this.#store.revise();
    return held.paper.id;
  }

  async keep(name: string, { note, ...said }: Partial<Kept>): Promise<string> {
    const [held] = this.#named([name]) as [Held];
    held.kept = { ...held.kept, ...said, ...(note !== undefined && { note: notedText(note) }) };
    this.#store.revise();
    return held.paper.id;
  }

  async pending(limit: number, after?: Key): Promise<PendingPaper[]> {
    const from = after === undefined ? -1 : (this.#store.came.get(after) ?? -1);
    return this.#waiting()
      .filter(({ key }) => this.#store.came.get(key)! > from)
      .slice(0, limit)
      .map(({ key, paper }) => ({ key, text: embeddedText(paper) }));
  }

  async pendingCount(): Promise<number> {
    return this.#waiting().length;
  }

  async storeVectors(vectors: { key: Key; embedding: Embedding }[]): Promise<void> {
    for (const { key, embedding } of vectors) {
      if (embedding.vector.length === this.model.dimensions && embedding.vector.every(Number.isFinite)) continue;
      throw new AkinError('embedding-failed', `the vector of ${key} is not ${this.model.dimensions} finite numbers`);
    }
    for (const { key, embedding } of vectors) {
      const held = this.#store.papers.get(key);
      if (!held || held.embedding) continue;
      held.embedding = embedding;
      this.#store.revise();
    }
  }

  async join(names: string[]): Promise<string[]> {
    const named = this.#named(names);
    if (new Set(named).size < 2) throw new AkinError('invalid-argument', `${names.join(' ')} names one paper`);
    const work = new Set(named.flatMap(({ key }) => this.#store.workOf(key)));
    const isInWork = (name: string) => work.has(this.#store.named(name)?.key ?? ('' as Key));
    this.#store.judgements = this.#store.judgements.filter(
      ({ one, other, same }) => same || !isInWork(one) || !isInWork(other),
    );
    for (const one of named) for (const other of named) if (one !== other) this.#judge(one, other, true);
    this.#store.revise();
    return this.#store.workOf(named[0]!.key).map((key) => this.#store.papers.get(key)!.paper.id);
  }

  async split(names: string[]): Promise<string[]> {
    const works = this.#named(names).map((held) => [held, this.#store.workOf(held.key)] as const);
    const parted = works.filter(([, work]) => work.length > 1);
    for (const [held, work] of parted) {
      for (const key of work) if (key !== held.key) this.#judge(held, this.#store.papers.get(key)!, false);
    }
    if (parted.length > 0) this.#store.revise();
    return parted.map(([{ paper }]) => paper.id);
  }

  async setSettings(settings: LibrarySettings): Promise<void> {
    this.#store.settings = settings;
    this.#store.revise();
  }

  async cursor(key: string): Promise<string | undefined> {
    return this.#store.cursors.get(key);
  }

  async compact(): Promise<void> {
    const used = new Set(
      [...this.#store.papers.values()].flatMap(({ paper }) =>
        facetsOf(paper).map((each) => `${each.field} ${sameFolded(each.folded)}`),
      ),
    );
    for (const name of [...this.#store.facetNames.keys()]) if (!used.has(name)) this.#store.facetNames.delete(name);
  }

  async finish(): Promise<void> {}

  async close(): Promise<void> {
    this.#store.isBeingWritten = false;
  }

  /** The file that a reading is of, which is noted. */
  #file({ path, mount, reading }: Origin): FileHeld {
    const known = this.#store.files.get(path);
    const nothing = { stamp: null, hash: null, manner: null, readAt: null, doubt: null };
    const file = known ?? {
      ...{ path, mount, ...nothing, number: this.#store.newFileNumber() },
      ...{ readings: [], before: 0, invalid: [] },
    };
    file.mount = mount;
    if (!file.readings.includes(reading)) file.readings.push(reading);
    this.#store.files.set(path, file);
    return file;
  }

  #end(file: FileHeld, { reading }: Origin, { invalid, trouble, ...what }: ReadingEnd): void {
    file.before = file.readings.indexOf(reading);
    const isMissing = [...this.#store.papers.values()].some(({ records }) =>
      records.some((record) => record.file === file.number && file.readings.indexOf(record.reading) < file.before),
    );
    Object.assign(file, what, judgedReading({ invalid, trouble }, file.invalid, isMissing));
  }

  #put(record: Paper, place: Place): PutOutcome {
    const store = this.#store;
    const namesakes = [...store.papers.values()].filter(
      ({ paper, records }) => paper.id === record.id || records.some(({ id }) => id === record.id),
    );
    const verdict = judgedRecord(record, place, {
      here: (id) =>
        store
          .recordsOf(id)
          .filter((each) => each.record.file === place.file)
          .map(({ held: { key }, record: { nth, reading, hash } }) => ({ key, nth, reading, hash })),
      like: store.recordsOf(record.id).find((each) => each.record.hash === contentHash(record))?.held.key,
      namesakes,
      identified: (Object.entries(record.ids) as [IdentifierKind, string][]).flatMap(([kind, value]) =>
        store.identified(kind, value).map(({ key, paper }) => ({ key, paper, kind })),
      ),
    });
    if (verdict.is === 'repeated') return 'unchanged';
    if (verdict.is === 'anothers') return this.#put({ ...record, id: verdict.id }, place);
    const { reading } = place;
    if (verdict.is === 'seen') {
      for (const each of store.recordsOf(record.id))
        if (isNamed(each.record, verdict.name)) each.record.reading = reading;
      return 'unchanged';
    }
    const now: StoredRecord = { ...verdict.name, reading, hash: verdict.hash, paper: record };
    if (verdict.is === 'copy') {
      store.papers.get(verdict.of)!.records.push(now);
      return 'unchanged';
    }
    if (verdict.is === 'new') {
      const held: Held = { key: store.newKey(), paper: record, records: [], embedding: undefined, kept: NOTHING_KEPT };
      store.papers.set(held.key, held);
      this.#say(held, [now]);
      this.#comeAgain(held, record);
      return 'added';
    }
    const [first, ...others] = verdict.of.map((key) => store.papers.get(key)!);
    for (const { key } of others) store.papers.delete(key);
    first!.kept = keptTogether([first!, ...others].map(({ kept }) => kept));
    this.#comeAgain(first!, record);
    this.#say(
      first!,
      withRecord(
        [first!, ...others].flatMap(({ records }) => records),
        now,
      ),
    );
    return verdict.wasKnown ? 'changed' : 'duplicate';
  }

  /** Removes a paper; what is kept of it waits. */
  #go({ key, paper, records, kept }: Held): void {
    this.#store.papers.delete(key);
    if (!isSomethingKept(kept)) return;
    const names = [paper.id, ...records.flatMap((record) => [record.id, ...namesIn(record.paper)])];
    this.#store.waiting.push({ names, paper, kept });
  }

  #comeAgain(held: Held, record: Paper): void {
    const own = this.#store.waiting.filter((each) => comesAgain(each, record));
    this.#store.waiting = this.#store.waiting.filter((each) => !own.includes(each));
    held.kept = keptTogether([held.kept, ...own.map(({ kept }) => kept)]);
  }

  /** Makes a paper say what its records say. It keeps its id, whichever of them it was from. */
  #say(held: Held, records: StoredRecord[]): void {
    const paper = { ...mergedFrom(records).paper, id: held.paper.id };
    if (embeddedText(paper) !== embeddedText(held.paper)) held.embedding = undefined;
    Object.assign(held, { records, paper });
    for (const { field, folded, name } of facetsOf(paper)) {
      const facet = `${field} ${sameFolded(folded)}`;
      if (!this.#store.facetNames.has(facet)) this.#store.facetNames.set(facet, name);
    }
  }

  #waiting(): Held[] {
    return [...this.#store.papers.values()].filter(({ embedding }) => !embedding);
  }

  /** @throws AkinError `not-found`. */
  #named(names: string[]): Held[] {
    return names.map((name) => {
      const held = this.#store.named(name);
      if (!held) throw new AkinError('not-found', `no paper has the id "${name}"`, { field: 'id' });
      return held;
    });
  }

  #judge(one: Held, other: Held, same: boolean): void {
    this.#store.judgements.push({ one: one.paper.id, other: other.paper.id, same });
  }
}
