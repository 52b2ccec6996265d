/**
 * Which rows does a filter let through? Answered whole, from indexes, before anything is ranked: both ways of searching
 * look at these rows only, so that a filter never leaves fewer hits than there are.
 */
import type Database from 'better-sqlite3';
import {
  FACET_FIELDS,
  foldedAuthor,
  foldedCategory,
  foldedCollection,
  foldedVenue,
  meansAuthor,
  tellingWord,
  type FacetField,
} from '../facets.ts';
import type { Condition, Filter, HasField } from '../filter.ts';
import { askedPhrase } from '../signs.ts';
import type { PaperChange } from './changes.ts';

export interface AllowedRows {
  /** 1 at each row that is let through, 0 or nothing elsewhere. Shared memory, so that any thread may look; none may write. */
  rows: Uint8Array<SharedArrayBuffer>;
  count: number;
}

/** The rows that are let through, as `json_each` takes them. */
export const asJson = (rows: Uint8Array): string => JSON.stringify([...rows.keys()].filter((row) => rows[row]));

/**
 * Filters and conditions whose rows are remembered, until papers change: a person changes the words more often than the filter.
 * All conditions of the largest filter (filter.ts) have room.
 */
const REMEMBERED = 256;
/** Of these, as many as there is room for in that many bytes. */
const REMEMBERED_BYTES = 32 * 1024 * 1024;

/** Every method belongs into the caller's transaction. */
export class RowsByFilter {
  readonly #everyRow: Database.Statement<[], number>;
  readonly #there: Database.Statement<[string], number>;
  readonly #withPhrase: Database.Statement<[string], number>;
  readonly #facets: Database.Statement<[string, string], { facet: number; folded: string }>;
  readonly #withFacets: Database.Statement<[string], number>;
  readonly #withAnyFacet: Database.Statement<[string], number>;
  readonly #withIdentifier: Database.Statement<[string], number>;
  readonly #with: Record<'title' | 'abstract' | 'url' | 'note', Database.Statement<[], number>>;
  readonly #starred: Database.Statement<[], number>;
  readonly #read: Database.Statement<[state: string], number>;
  readonly #withNote: Database.Statement<[string], number>;
  /** By the filter as JSON, the one asked for last at the end. */
  readonly #remembered = new Map<string, AllowedRows>();
  /** 1 at every row there is. */
  #everybody = new Uint8Array();
  #papers = 0;

  constructor(db: Database.Database) {
    const rows = <Parameters extends string[]>(sql: string) => db.prepare<Parameters, number>(sql).pluck();
    this.#everyRow = rows<[]>('SELECT row FROM papers');
    this.#there = rows<[string]>('SELECT row FROM papers WHERE row IN (SELECT value FROM json_each(?))');
    this.#withPhrase = rows<[string]>('SELECT rowid FROM words WHERE words MATCH ?');
    this.#facets = db.prepare('SELECT facet, folded FROM facets WHERE field = ? AND instr(folded, ?) > 0');
    this.#withFacets = rows<[string]>('SELECT paper FROM paper_facets WHERE facet IN (SELECT value FROM json_each(?))');
    this.#withAnyFacet = rows<[string]>('SELECT paper FROM facets JOIN paper_facets USING (facet) WHERE field = ?');
    this.#withIdentifier = rows<[string]>('SELECT paper FROM identifiers WHERE kind = ?');
    this.#with = {
      title: rows<[]>("SELECT row FROM papers WHERE title <> ''"),
      abstract: rows<[]>("SELECT row FROM papers WHERE abstract <> ''"),
      url: rows<[]>('SELECT row FROM papers WHERE url IS NOT NULL'),
      note: rows<[]>("SELECT paper FROM kept WHERE note <> ''"),
    };
    this.#starred = rows<[]>('SELECT paper FROM kept WHERE starred = 1');
    this.#read = rows<[string]>('SELECT paper FROM kept WHERE read = ?');
    this.#withNote = rows<[string]>('SELECT rowid FROM notes WHERE notes MATCH ?');
  }

  /** How many papers there are. */
  get papers(): number {
    return this.#papers;
  }

  /** Takes note of what has happened to papers. */
  follow(change: PaperChange | 'everything'): void {
    this.#remembered.clear();
    if (change === 'everything') {
      this.#everybody = new Uint8Array();
      this.#papers = 0;
      this.#mark(this.#everyRow.all(), 1);
      return;
    }
    this.#mark(change.altered, 0);
    this.#mark(change.added, 1);
    this.#mark(this.#there.all(JSON.stringify(change.altered)), 1);
  }

  /** The rows a filter lets through. */
  allowed(filter: Filter): AllowedRows {
    const key = JSON.stringify(filter);
    const allowed = this.#remembered.get(key) ?? counted(this.#rows(filter));
    this.#remembered.delete(key);
    this.#remembered.set(key, allowed);
    const most = Math.min(REMEMBERED, Math.max(1, REMEMBERED_BYTES / (this.#everybody.length + 1)));
    if (this.#remembered.size > most) this.#remembered.delete(this.#remembered.keys().next().value!);
    return allowed;
  }

  /** Notes of rows that papers are there (1) or not (0). */
  #mark(rows: number[], there: 0 | 1): void {
    const last = rows.reduce((most, row) => Math.max(most, row), 0);
    if (last >= this.#everybody.length) {
      const longer = new Uint8Array(Math.max(last + 1, Math.ceil(this.#everybody.length * 1.1)));
      longer.set(this.#everybody);
      this.#everybody = longer;
    }
    for (const row of rows) {
      this.#papers += there - this.#everybody[row]!;
      this.#everybody[row] = there;
    }
  }

  /** The rows of one filter: every paper's place is there, 1 where it is let through. */
  #rows(filter: Filter): Uint8Array {
    // What was never said to be read, or to be read now, is not in a table.
    if ('is' in filter && filter.is === 'unread') {
      return this.#rows({ not: { any: [{ is: 'reading' }, { is: 'read' }] } });
    }
    const rows = new Uint8Array(this.#everybody.length);
    const rowsOf = (part: Filter) => (isJoined(part) ? this.#rows(part) : this.allowed(part).rows);
    if ('all' in filter) {
      rows.set(this.#everybody);
      for (const part of filter.all) combine(rows, rowsOf(part), (a, b) => a & b);
    } else if ('any' in filter) {
      for (const part of filter.any) combine(rows, rowsOf(part), (a, b) => a | b);
    } else if ('not' in filter) {
      rows.set(this.#everybody);
      combine(rows, rowsOf(filter.not), (a, b) => a & ~b);
    } else {
      for (const row of this.#holding(filter)) rows[row] = 1;
    }
    return rows;
  }

  /** The rows of the papers for which one condition holds. */
  #holding(condition: Condition): number[] {
    if ('phrase' in condition) return holdingPhrase(this.#withPhrase, '', condition.phrase);
    if ('title' in condition) return holdingPhrase(this.#withPhrase, 'title : ', condition.title);
    if ('note' in condition) return holdingPhrase(this.#withNote, '', condition.note);
    if ('is' in condition) return condition.is === 'starred' ? this.#starred.all() : this.#read.all(condition.is);
    if ('has' in condition) return this.#having(condition.has);
    if ('year' in condition) {
      const { from = -Infinity, to = Infinity } = condition.year;
      return this.#holdingFacet('year', '', (year) => Number(year) >= from && Number(year) <= to);
    }
    if ('author' in condition) {
      const name = foldedAuthor(condition.author);
      return this.#holdingFacet('author', tellingWord(name), (author) => meansAuthor(name, author));
    }
    if ('venue' in condition) return this.#holdingFacet('venue', foldedVenue(condition.venue));
    if ('collection' in condition) return this.#holdingFacet('collection', foldedCollection(condition.collection));
    const category = foldedCategory(condition.category);
    return this.#holdingFacet('category', category, (folded) => folded.startsWith(category));
  }

  /** The rows of the papers with a facet whose folded value holds a piece of text and is what is meant. */
  #holdingFacet(field: FacetField, piece: string, isMeant: (folded: string) => boolean = () => true): number[] {
    const facets = this.#facets.all(field, piece).filter(({ folded }) => isMeant(folded));
    return this.#withFacets.all(JSON.stringify(facets.map(({ facet }) => facet)));
  }

  #having(field: HasField): number[] {
    if (field === 'title' || field === 'abstract' || field === 'url' || field === 'note')
      return this.#with[field].all();
    return isFacet(field) ? this.#withAnyFacet.all(field) : this.#withIdentifier.all(field);
  }
}

function holdingPhrase(within: Database.Statement<[string], number>, column: string, phrase: string): number[] {
  const asked = askedPhrase(phrase);
  return asked === '' ? [] : within.all(column + asked);
}

const isJoined = (filter: Filter): boolean => 'all' in filter || 'any' in filter || 'not' in filter;

function combine(rows: Uint8Array, others: Uint8Array, how: (a: number, b: number) => number): void {
  for (let row = 0; row < rows.length; row++) rows[row] = how(rows[row]!, others[row]!);
}

function counted(found: Uint8Array): AllowedRows {
  const rows = new Uint8Array(new SharedArrayBuffer(found.length));
  rows.set(found);
  return { rows, count: found.reduce((sum, isIn) => sum + isIn, 0) };
}

function isFacet(field: HasField): field is FacetField & HasField {
  return (FACET_FIELDS as readonly string[]).includes(field);
}
