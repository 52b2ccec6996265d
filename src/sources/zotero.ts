/**
 * The library of Zotero as it lies on disk: `zotero.sqlite` in Zotero's data folder, its tables those of Zotero 5 and later.
 *
 * Read from a private copy, for three reasons. Zotero, while it runs, holds an exclusive lock, under which SQLite lets
 * nobody read. A lock of ours would in turn keep Zotero from starting. And even reading can leave files beside a database (a
 * WAL index), or be refused where a crash has left work for a writer (a hot journal). The copy is a database as a power
 * failure would have left it, journal included, which SQLite knows how to recover; it is taken again if anything changed
 * meanwhile.
 */
import { chmod, copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { refusalOf } from '../faults.ts';
import type { PaperInput } from '../paper.ts';
import { identifiersIn, richText } from './csl-json.ts';
import { fieldsWithValue } from './fields.ts';
import {
  MAX_RECORD_CHARACTERS,
  TOO_LARGE,
  type Found,
  type RejectCode,
  type Source,
  type UnreadableRecord,
} from './source.ts';
import { yearIn } from './year.ts';

/** How every SQLite database begins. */
const MAGIC = 'SQLite format 3\u0000';

export const zotero: Source = {
  name: 'zotero',
  title: 'Zotero library (zotero.sqlite)',

  isOnlyForOwner: true,

  detects: (head) => head.startsWith(MAGIC),

  async *read(file): AsyncGenerator<Found> {
    if (file.path === null) {
      yield whole(
        'file-unreadable',
        'a Zotero library cannot be read from standard input or an archive: give the path of its zotero.sqlite',
      );
      return;
    }
    const folder = await mkdtemp(path.join(tmpdir(), 'akin-zotero-'));
    let library: ZoteroLibrary | undefined;
    try {
      library = new ZoteroLibrary(await copyAtRest(file.path, folder));
      yield* library.records();
    } catch (error) {
      if (error instanceof Unreadable) yield whole(error.code, error.message);
      else if (error instanceof Database.SqliteError) yield whole('file-unreadable', damage(error));
      else throw error;
    } finally {
      library?.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Why there is nothing to read. */
class Unreadable extends Error {
  readonly code: RejectCode;

  constructor(code: RejectCode, reason: string) {
    super(reason);
    this.code = code;
  }
}

function whole(code: RejectCode, reason: string): Found {
  return { record: 0, offset: 0, raw: '', reject: { code, reason } };
}

const damage = (error: Error): string => `the database is damaged: ${error.message}`;

/** A database, and what SQLite keeps beside it of changes under way. Its WAL index is made anew from the WAL. */
const PARTS = ['', '-journal', '-wal'];
const COPY_ATTEMPTS = 6;

/** Copies a database at a moment in which nothing changes it. */
async function copyAtRest(database: string, folder: string): Promise<string> {
  const copy = path.join(folder, 'zotero.sqlite');
  try {
    await checkIsDatabase(database);
    for (let attempt = 1; attempt <= COPY_ATTEMPTS; attempt++) {
      const before = await stateOf(database);
      for (const part of PARTS) {
        await rm(copy + part, { force: true });
        if (before[part] === undefined) continue;
        await copyFile(database + part, copy + part, constants.COPYFILE_FICLONE);
        await chmod(copy + part, 0o600); // The original may be protected from writing; recovery writes.
      }
      if (JSON.stringify(await stateOf(database)) === JSON.stringify(before)) return copy;
      await setTimeout(attempt * 100);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined || error instanceof Unreadable) throw error;
    const refusal = refusalOf(error, folder);
    if (refusal && refusal.code !== 'access-denied') throw refusal;
    throw new Unreadable(
      'file-unreadable',
      `the database could not be copied to ${folder}: ${(error as Error).message}`,
    );
  }
  throw new Unreadable(
    'file-unreadable',
    'the database kept changing while it was copied: try again when Zotero is idle',
  );
}

/** The text of a file that is compressed says what it is, but its bytes are no database. */
async function checkIsDatabase(database: string): Promise<void> {
  const handle = await open(database);
  try {
    const { buffer } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    if (buffer.toString('latin1') === MAGIC) return;
  } finally {
    await handle.close();
  }
  throw new Unreadable('file-unreadable', 'the database is compressed: unpack it first');
}

/** What changes whenever a part of the database does; undefined for a part that is not there. */
async function stateOf(database: string): Promise<Record<string, string | undefined>> {
  const states: Record<string, string | undefined> = {};
  for (const part of PARTS) {
    const stats = await stat(database + part, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (part !== '' && error.code === 'ENOENT') return undefined;
      throw error;
    });
    states[part] = stats && [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
  }
  return states;
}

interface Item {
  id: number;
  key: string;
  type: string | null;
  typeId: number;
  added: string | null;
  library: string | null;
  /** All that belongs to it together, `PART_COST` for each part included. */
  characters: number;
}

interface Collection {
  id: number;
  name: string;
  parent: number | null;
}

export interface Creator {
  type: string;
  firstName: string | null;
  lastName: string | null;
  /** 1: one field, `lastName`, holds the whole name. */
  fieldMode: number | null;
  /** The item's type has these people where articles have authors: a talk's presenters, a program's programmers. */
  isPrimary: number | null;
}

/** What a field, person, tag or collection of an item costs beside its characters. */
const PART_COST = 16;
/** Characters of a collection's name and of those around it; Zotero's window shows fewer. */
const MAX_COLLECTION = 1000;
/** Collections in each other; none is looked for further out. */
const MAX_COLLECTION_DEPTH = 100;
/**
 * Items may share values, people and tags, which a database keeps once. More than this many times its size it hands out to
 * nobody, unless that is little.
 */
const MAX_REPETITION = 4;
const FREE_CHARACTERS = 4 * MAX_RECORD_CHARACTERS;

/** What is neither part of another item, nor in the bin, nor merely announced by a feed. */
const ITEMS = `
  SELECT itemID AS id, items.key, typeName AS type, itemTypeID AS typeId, dateAdded AS added,
    coalesce(groups.name, CASE libraries.type WHEN 'user' THEN 'My Library' ELSE libraries.type END) AS library,
    (SELECT total(coalesce(length(value), 0) + ${PART_COST}) FROM itemData JOIN itemDataValues USING (valueID)
      WHERE itemData.itemID = items.itemID) +
    (SELECT total(coalesce(length(firstName), 0) + coalesce(length(lastName), 0) + ${PART_COST})
      FROM itemCreators JOIN creators USING (creatorID) WHERE itemCreators.itemID = items.itemID) +
    (SELECT total(coalesce(length(name), 0) + ${PART_COST}) FROM itemTags JOIN tags USING (tagID)
      WHERE itemTags.itemID = items.itemID) +
    (SELECT count(*) * ${MAX_COLLECTION}.0 FROM collectionItems WHERE collectionItems.itemID = items.itemID) AS characters
  FROM items LEFT JOIN itemTypesCombined USING (itemTypeID)
    LEFT JOIN libraries USING (libraryID) LEFT JOIN groups USING (libraryID)
  WHERE coalesce(typeName, '') NOT IN ('attachment', 'note', 'annotation') AND libraries.type IS NOT 'feed'
    AND itemID NOT IN (SELECT itemID FROM deletedItems)
  ORDER BY itemID`;

/** A field goes by the name all types share (a book chapter's `bookTitle` is a `publicationTitle`), where there is one. */
const FIELDS = `
  SELECT coalesce(base.fieldName, own.fieldName) AS name, CAST(value AS TEXT) AS value
  FROM itemData JOIN itemDataValues USING (valueID) JOIN fieldsCombined AS own USING (fieldID)
    LEFT JOIN baseFieldMappingsCombined AS mapping ON mapping.itemTypeID = ? AND mapping.fieldID = own.fieldID
    LEFT JOIN fieldsCombined AS base ON base.fieldID = mapping.baseFieldID
  WHERE itemID = ?`;

const CREATORS = `
  SELECT creatorType AS type, firstName, lastName, fieldMode, primaryField AS isPrimary
  FROM itemCreators JOIN creators USING (creatorID) JOIN creatorTypes USING (creatorTypeID)
    LEFT JOIN itemTypeCreatorTypes AS role
      ON role.itemTypeID = ? AND role.creatorTypeID = itemCreators.creatorTypeID
  WHERE itemID = ? ORDER BY orderIndex`;

/** The tags given by hand come first. */
const TAGS = 'SELECT name FROM itemTags JOIN tags USING (tagID) WHERE itemID = ? ORDER BY itemTags.type, name';

const COLLECTIONS = 'SELECT collectionID AS id FROM collectionItems WHERE itemID = ? ORDER BY collectionID';

const TABLES =
  'items itemTypesCombined libraries groups deletedItems itemData itemDataValues fieldsCombined baseFieldMappingsCombined ' +
  'itemCreators creators creatorTypes itemTypeCreatorTypes itemTags tags collectionItems collections';

class ZoteroLibrary {
  readonly #db: Database.Database;
  readonly #items: Database.Statement<[], Item>;
  readonly #fields: Database.Statement<[number, number], { name: string; value: string }>;
  readonly #creators: Database.Statement<[number, number], Creator>;
  readonly #tags: Database.Statement<[number], { name: string }>;
  readonly #collectionsOf: Database.Statement<[number], { id: number }>;
  /** By number; those in the bin left out. */
  readonly #collections: Map<number, Collection>;
  /** Characters that all items together may have. */
  readonly #maxCharacters: number;

  constructor(copy: string) {
    this.#maxCharacters = FREE_CHARACTERS + MAX_REPETITION * statSync(copy).size;
    this.#db = new Database(copy, { fileMustExist: true });
    try {
      // Only what is a table by itself: nothing in a strange database is run.
      const tables = this.#db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
      const missing = TABLES.split(' ').filter((table) => !tables.includes(table));
      if (!tables.includes('items') || !tables.includes('itemData')) {
        throw new Unreadable('format-unknown', `an SQLite database, but not Zotero's: it has no ${missing.join(', ')}`);
      }
      if (missing.length > 0) throw new Unreadable('format-unknown', tooOld(`there is no ${missing.join(', ')}`));
      try {
        this.#items = this.#db.prepare(ITEMS);
        this.#fields = this.#db.prepare(FIELDS);
        this.#creators = this.#db.prepare(CREATORS);
        this.#tags = this.#db.prepare(TAGS);
        this.#collectionsOf = this.#db.prepare(COLLECTIONS);
        this.#collections = this.#allCollections(tables.includes('deletedCollections'));
      } catch (error) {
        if (!(error as Error).message.startsWith('no such column')) throw error;
        throw new Unreadable('format-unknown', tooOld((error as Error).message));
      }
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  *records(): Generator<Found> {
    let record = 0;
    let characters = 0;
    try {
      for (const item of this.#items.iterate()) {
        const place = { record: ++record, offset: 0, raw: `${item.type ?? 'item'} ${item.key}` };
        characters += item.characters > MAX_RECORD_CHARACTERS ? 0 : item.characters;
        if (characters > this.#maxCharacters) {
          yield { ...place, reject: REPEATS };
          return;
        }
        if (item.characters > MAX_RECORD_CHARACTERS) {
          yield { ...place, reject: TOO_LARGE };
          continue;
        }
        const found = this.#paper(item);
        if (found instanceof Error) yield { ...place, reject: { code: 'file-unreadable', reason: damage(found) } };
        else yield { ...place, raw: `${place.raw}: ${found.title as string}`.slice(0, 300), input: found };
      }
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error;
      const reason = `${damage(error)}; items after this place, if there are any, were not read`;
      yield { record: record + 1, offset: 0, raw: '', reject: { code: 'file-unreadable', reason } };
    }
  }

  /** @returns the error where the database is damaged at what belongs to this item. */
  #paper(item: Item): PaperInput | InstanceType<typeof Database.SqliteError> {
    try {
      const fields = this.#fields.all(item.typeId, item.id).map(({ name, value }): [string, string] => [name, value]);
      return paper(
        item,
        Object.fromEntries(fields),
        this.#creators.all(item.typeId, item.id),
        this.#tags.all(item.id).map(({ name }) => name),
        this.#collectionsOf.all(item.id).flatMap(({ id }) => this.#wayTo(id) ?? []),
      );
    } catch (error) {
      if (error instanceof Database.SqliteError) return error;
      throw error;
    }
  }

  #allCollections(someAreDeleted: boolean): Map<number, Collection> {
    const name = `substr(collectionName, 1, ${MAX_COLLECTION})`;
    const columns = `collectionID AS id, ${name} AS name, parentCollectionID AS parent`;
    const where = someAreDeleted ? 'WHERE collectionID NOT IN (SELECT collectionID FROM deletedCollections)' : '';
    const all = this.#db.prepare<[], Collection>(`SELECT ${columns} FROM collections ${where}`).all();
    return new Map(all.map((collection) => [collection.id, collection]));
  }

  /** The names on the way to a collection; undefined for one in the bin or below one that is. */
  #wayTo(id: number): string | undefined {
    const way: Collection[] = [];
    let at = this.#collections.get(id);
    while (at && !way.includes(at) && way.length < MAX_COLLECTION_DEPTH) {
      way.unshift(at);
      at = at.parent === null ? undefined : this.#collections.get(at.parent);
    }
    const [top] = way;
    const isKept = top && (top.parent === null || this.#collections.has(top.parent));
    return isKept
      ? way
          .map(({ name }) => name)
          .join(' / ')
          .slice(-MAX_COLLECTION)
      : undefined;
  }
}

const REPEATS: UnreadableRecord['reject'] = {
  code: 'too-large',
  reason: `the items up to this one repeat what the database holds more than ${MAX_REPETITION} times; it and those after it were not read`,
};

function tooOld(what: string): string {
  return `a Zotero library with other tables than those of Zotero 5 and later (${what}): open it once in a current Zotero`;
}

const MAPPED = ['title', 'abstractNote', 'publicationTitle', 'url', 'DOI', 'PMID', 'PMCID', 'date'];
/** Names that are taken, or that other sources write otherwise. */
const RENAMED: Record<string, string> = { extra: 'note', type: 'genre', key: 'fieldKey', ISBN: 'isbn', ISSN: 'issn' };

/** What an item says, its fields under the names that all types share. */
export function paper(
  item: Pick<Item, 'key' | 'type' | 'added' | 'library'>,
  fields: Record<string, string>,
  creators: Creator[],
  tags: string[],
  collections: string[],
): PaperInput {
  const venue = ['publicationTitle', 'conferenceName', 'meetingName'].find((name) => fields[name]);
  const { year, ...date } = dateOf(fields.date ?? '');
  const isAuthor = ({ type, isPrimary }: Creator): boolean => type === 'author' || isPrimary === 1;
  const others = creators.filter((creator) => !isAuthor(creator));
  const rest = Object.entries(fieldsWithValue(fields, [...MAPPED, venue ?? '']));
  return {
    title: richText(fields.title),
    abstract: richText(fields.abstractNote),
    authors: creators.filter(isAuthor).map(partsOf),
    year,
    venue: richText(fields[venue ?? '']),
    url: fields.url,
    categories: tags,
    ...identifiersIn([fields.number, fields.extra].join('\n')), // A preprint's number is `arXiv:…`.
    ...fieldsWithValue({ doi: fields.DOI, pmid: fields.PMID, pmcid: fields.PMCID }),
    extra: fieldsWithValue({
      ...Object.fromEntries(rest.map(([name, value]) => [RENAMED[name] ?? name, value])),
      ...Object.fromEntries(
        others.map(({ type }) => {
          const people = others.filter((each) => each.type === type);
          return [`${type}s`, type === 'editor' ? people.map(partsOf) : people.map(nameOf)];
        }),
      ),
      ...date,
      key: item.key,
      type: item.type,
      dateAdded: item.added,
      library: item.library,
      collections,
    }),
  };
}

/** One field may hold a name as it is written, but that is what institutions have it for. */
const partsOf = ({ firstName, lastName, fieldMode }: Creator): object =>
  fieldMode === 1 ? { literal: lastName ?? '' } : { family: lastName, given: firstName };

function nameOf({ firstName, lastName, fieldMode }: Creator): string {
  return [fieldMode === 1 ? '' : firstName, lastName].filter(Boolean).join(' ');
}

/**
 * Zotero keeps a date twice in one field: for sorting, with zeros for what is unknown, and as it was written
 * (`2016-03-00 March 2016`).
 */
function dateOf(value: string): { year?: number | undefined; date?: string; dateWritten?: string } {
  const [, year = '', monthAndDay = '', written = ''] = /^(\d{4})((?:-\d\d){2})(?: (.*))?$/s.exec(value) ?? [];
  if (year === '') return { year: yearIn(value), date: value };
  if (year === '0000') return { date: written };
  const date = year + monthAndDay.replace(/(?:-00)?-00$/, '');
  return { year: Number(year), date, ...(written === date ? {} : { dateWritten: written }) };
}
