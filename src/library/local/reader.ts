/**
 * What is read of a library's database, but for the graph: papers, names, filters, words, works, files. Runs in the reader
 * thread; a method is one question, and is answered from one committed state.
 */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import type { Model } from '../../embedding/models.ts';
import type { Paper } from '../../paper.ts';
import { Transferred } from '../../threads/messages.ts';
import { FACET_FIELDS, type FacetCount, type FacetField, type Facets } from '../facets.ts';
import type { FileRead } from '../files.ts';
import type { Filter } from '../filter.ts';
import type { Described, Key, LibraryFacts, LibraryState, Listed, ListOrder, WordScoring } from '../library.ts';
import type { Placed } from '../order.ts';
import { tellingWords } from '../words.ts';
import { asJson, RowsByFilter } from './allowed-rows.ts';
import { PaperChanges } from './changes.ts';
import { checkSound, openForReading, settingsOf } from './database.ts';
import { Descriptions } from './descriptions.ts';
import { FilesRead } from './files.ts';
import { Keys } from './keys.ts';
import { ListedRows } from './listed-rows.ts';
import { PaperNames } from './names.ts';
import { paperFrom, type PaperRow } from './paper-rows.ts';
import { Postings } from './postings.ts';
import { PaperPacker, type PackedPapers } from './recalled-papers.ts';
import { Recalls, type Legs, type LegsQuestion, type RestQuestion } from './recalls.ts';
import { drawnVectors } from './sample.ts';
import { StoredVectors } from './stored-vectors.ts';
import { Surnames } from './surnames.ts';
import { LIBRARY_FORMAT } from './upgrade.ts';

/** Papers, or works, that are read at once by who goes through all of them. */
const PAGE = 256;

export class Reader {
  readonly model: Model;
  /** The model's fingerprint. */
  readonly fingerprint: string;
  readonly libraryId: string;
  /** Of the file that is read: differs from that of any other one that is in its place before or after. */
  readonly place: string;
  readonly #folder: string;
  readonly #db: Database.Database;
  readonly #space: number;
  readonly #keys: Keys;
  readonly #changes: PaperChanges;
  readonly #filters: RowsByFilter;
  readonly #listed: ListedRows;
  readonly #postings: Postings;
  readonly #names: PaperNames;
  readonly #vectors: StoredVectors;
  readonly #descriptions: Descriptions;
  readonly #recalls: Recalls;
  readonly #files: FilesRead;
  readonly #statements;
  #seenVersion: number | undefined;
  /** In the state of `#seenVersion`; undefined: not looked at yet. */
  #state: LibraryState | undefined;

  /** @throws AkinError as `openForReading`. */
  constructor(folder: string, identity: string) {
    const { db, libraryId, space, model } = openForReading(folder);
    this.model = model;
    this.fingerprint = model.fingerprint;
    this.libraryId = libraryId;
    this.place = `${libraryId} ${identity}`;
    this.#folder = folder;
    this.#db = db;
    this.#space = space;
    this.#keys = new Keys(libraryId);
    this.#changes = new PaperChanges(db);
    this.#filters = new RowsByFilter(db);
    this.#listed = new ListedRows(db);
    this.#postings = new Postings(db);
    this.#names = new PaperNames(db);
    this.#vectors = new StoredVectors(db, space, model.dimensions);
    this.#descriptions = new Descriptions(db, this.#keys);
    const packer = new PaperPacker(db, space, model.dimensions);
    this.#recalls = new Recalls(this.#filters, this.#postings, new Surnames(db, this.#postings), packer, this.#keys);
    this.#files = new FilesRead(db, space);
    this.#statements = statementsOn(db);
  }

  /** See `checkSound`. */
  check(isThorough: boolean): void {
    checkSound(this.#folder, isThorough);
  }

  state(): LibraryState {
    return this.#inOneState(() => this.#stateNow());
  }

  facts(): LibraryFacts {
    return this.#inOneState(() => ({
      ...this.#stateNow(),
      place: this.#folder,
      format: LIBRARY_FORMAT,
      spaces: this.#statements.spaces.all().map((space) => ({ ...space, inUse: Boolean(space.inUse) })),
      works: this.#statements.works.get()!,
      nameless: this.#statements.nameless.get()!,
      bytes: bytesIn(this.#folder),
      notes: [],
    }));
  }

  find(names: string[]): (Key | undefined)[] {
    return this.#inOneState(() =>
      names.map((name) => {
        const row = this.#names.row(name);
        return row === undefined ? undefined : this.#keys.of(row);
      }),
    );
  }

  /** The first part of a recall: what needs no vector. */
  legs(question: LegsQuestion): Transferred<Legs> {
    return this.#inOneState(() => {
      const { value, memory } = this.#recalls.legs(question);
      return new Transferred({ library: this.libraryId, place: this.place, state: this.#stateNow(), ...value }, memory);
    });
  }

  /**
   * The last part of a recall: all that is known of what else was found.
   * @returns undefined where another library has come into the place of the one that was asked for legs.
   */
  rest(place: string, question: RestQuestion): Transferred<PackedPapers> | undefined {
    if (place !== this.place) return undefined;
    return this.#inOneState(() => this.#recalls.rest(question));
  }

  describe(
    keys: Key[],
    { words, records }: { words?: { text: string; scoring: WordScoring } | undefined; records?: boolean | undefined },
  ): (Described | undefined)[] {
    return this.#inOneState(() => {
      const rows = keys.map((key) => this.#keys.row(key));
      const found = words && this.#postings.found(tellingWords(words.text), rows, words.scoring);
      return this.#descriptions.of(rows, { records: Boolean(records), found });
    });
  }

  vectors(keys: Key[]): Transferred<(Float32Array | undefined)[]> {
    return this.#inOneState(() => {
      const rows = keys.map((key) => this.#keys.row(key));
      const { vectors, memory } = this.#vectors.ofRows(rows);
      return new Transferred(
        rows.map((row) => vectors.get(row)),
        [memory],
      );
    });
  }

  list(filter: Filter, order: ListOrder, limit: number, after?: Placed): Listed[] {
    return this.#inOneState(() => {
      const allowed = this.#filters.allowed(filter);
      return this.#descriptions.listed(this.#listed.of(allowed, order, limit, this.#filters.papers, after));
    });
  }

  count(filter: Filter): number {
    return this.#inOneState(() => this.#filters.allowed(filter).count);
  }

  facets(keys: Key[], limit: number): Facets {
    return this.#inOneState(() => {
      const all = this.#statements.facets.all(JSON.stringify(keys.map((key) => this.#keys.row(key))));
      const commonest = (wanted: FacetField): FacetCount[] =>
        all
          .filter(({ field }) => field === wanted)
          .slice(0, limit)
          .map(({ value, papers }) => ({ value, papers }));
      return Object.fromEntries(FACET_FIELDS.map((field) => [field, commonest(field)])) as Facets;
    });
  }

  tally(filter: Filter, field: FacetField, limit: number): FacetCount[] {
    return this.#inOneState(() => {
      const { rows, count } = this.#filters.allowed(filter);
      if (count === this.#filters.papers) return this.#statements.tally.all(field, limit);
      return this.#statements.tallyAmong.all(field, asJson(rows), limit);
    });
  }

  /** The next papers after a row, in the order of rows. @returns also the last of their rows; undefined after the last. */
  papersAfter(row: number): { papers: Paper[]; last: number } | undefined {
    return this.#inOneState(() => {
      const page = this.#statements.page.all(row);
      return page.length === 0 ? undefined : { papers: page.map(paperFrom), last: page.at(-1)!.row };
    });
  }

  /** The papers that came last, the latest first, and when the database was last written to. */
  news(count: number): { keys: Key[]; written: number | null } {
    return this.#inOneState(() => {
      const keys = this.#statements.latest.all(count).map((row) => this.#keys.of(row));
      const times = ['', '-wal'].map((part) => statSync(this.#db.name + part, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      return { keys, written: Math.max(...times) };
    });
  }

  /** The next works of several versions after that of a leading row, in the order of leading rows. */
  worksAfter(leader: number): { works: Key[][]; last: number } | undefined {
    return this.#inOneState(() => {
      const works = new Map<number, Key[]>();
      for (const [leading, paper] of this.#statements.worksAfter.iterate(leader)) {
        works.set(leading, [...(works.get(leading) ?? []), this.#keys.of(paper)]);
      }
      return works.size === 0 ? undefined : { works: [...works.values()], last: Math.max(...works.keys()) };
    });
  }

  sample(count: number): Transferred<Float32Array[]> {
    return this.#inOneState(() => {
      const { vectors, memory } = drawnVectors(this.#db, this.#space, this.model.dimensions, count);
      return new Transferred([...vectors.values()], [memory]);
    });
  }

  files(): FileRead[] {
    return this.#inOneState(() => this.#files.all());
  }

  /** Reads what the first question about words would have to wait for. */
  prepare(): void {
    this.#inOneState(() => this.#postings.load());
  }

  /** Reads something ahead that a question about words would have to read. @returns whether there is nothing left to read. */
  readAhead(): boolean {
    return this.#inOneState(() => this.#postings.readAhead());
  }

  close(): void {
    this.#postings.close();
    this.#db.close();
  }

  /** In one transaction, after taking note of what was committed since the last one. */
  #inOneState<T>(read: () => T): T {
    return this.#db.transaction(() => {
      this.#refresh();
      return read();
    })();
  }

  #refresh(): void {
    const version = this.#statements.version.get()!;
    if (version === this.#seenVersion) return;
    this.#state = undefined;
    this.#recalls.forget();
    try {
      const change = this.#changes.look();
      if (change) {
        this.#filters.follow(change);
        this.#postings.follow(change);
      }
    } catch (error) {
      this.#changes.forget();
      throw error;
    }
    this.#seenVersion = version;
  }

  #stateNow(): LibraryState {
    return (this.#state ??= {
      library: this.libraryId,
      papers: this.#filters.papers,
      embedded: this.#statements.embedded.get(this.#space)!,
      revision: this.#statements.revision.get()!,
      settings: settingsOf(this.#db),
    });
  }
}

function statementsOn(db: Database.Database) {
  const tally = (among: string) =>
    `SELECT name AS value, count(DISTINCT paper) AS papers FROM facets JOIN paper_facets USING (facet)
     WHERE field = ? ${among} GROUP BY name ORDER BY papers DESC, value LIMIT ?`;
  return {
    version: db.prepare<[], number>('PRAGMA data_version').pluck(),
    revision: db.prepare<[], string>("SELECT value FROM meta WHERE key = 'revision'").pluck(),
    embedded: db.prepare<[number], number>('SELECT count(*) FROM vectors WHERE space = ?').pluck(),
    spaces: db.prepare<[], LibraryFacts['spaces'][number]>(
      `SELECT model, fingerprint, in_use AS inUse,
         (SELECT count(*) FROM vectors WHERE vectors.space = spaces.space) AS embedded,
         (SELECT count(*) FROM vectors WHERE vectors.space = spaces.space AND truncated = 1) AS truncated
       FROM spaces ORDER BY space`,
    ),
    works: db
      .prepare<[], number>('SELECT (SELECT count(*) FROM papers) - count(*) + count(DISTINCT leader) FROM works')
      .pluck(),
    nameless: db
      .prepare<[], number>(
        // Before there were names of files, records were of file 0, which is none.
        `SELECT count(*) FROM papers WHERE authors <> '[]' AND NOT EXISTS (
           SELECT 1 FROM records JOIN files USING (file) WHERE paper = row AND records.reading > nameless
         )`,
      )
      .pluck(),
    latest: db.prepare<[number], number>('SELECT row FROM papers ORDER BY row DESC LIMIT ?').pluck(),
    page: db.prepare<[number], PaperRow>(`SELECT * FROM papers WHERE row > ? ORDER BY row LIMIT ${PAGE}`),
    worksAfter: db
      .prepare<[number], [number, number]>(
        `SELECT leader, paper FROM works
         WHERE leader IN (SELECT DISTINCT leader FROM works WHERE leader > ? ORDER BY leader LIMIT ${PAGE})
         ORDER BY leader, paper != leader, paper`,
      )
      .raw(),
    tally: db.prepare<[string, number], FacetCount>(tally('')),
    tallyAmong: db.prepare<[string, string, number], FacetCount>(
      tally('AND paper IN (SELECT value FROM json_each(?))'),
    ),
    facets: db.prepare<[string], FacetCount & { field: FacetField }>(
      `SELECT field, name AS value, count(DISTINCT paper) AS papers FROM paper_facets JOIN facets USING (facet)
       WHERE paper IN (SELECT value FROM json_each(?)) GROUP BY field, name ORDER BY papers DESC, value`,
    ),
  };
}

function bytesIn(folder: string): number {
  const sizeOf = (name: string) => statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  return readdirSync(folder).reduce((sum, name) => sum + sizeOf(name), 0);
}
