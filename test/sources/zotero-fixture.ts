/**
 * A Zotero library as Zotero itself makes it, small: the tables, columns and numbers of its schema (userdata 121, global
 * schema 28) as far as they are looked at, filled with invented items.
 */
import Database from 'better-sqlite3';

const TABLES = `
  CREATE TABLE version (schema TEXT PRIMARY KEY, version INT NOT NULL);
  CREATE TABLE libraries (libraryID INTEGER PRIMARY KEY, type TEXT NOT NULL, editable INT NOT NULL,
    filesEditable INT NOT NULL, version INT NOT NULL DEFAULT 0, storageVersion INT NOT NULL DEFAULT 0,
    lastSync INT NOT NULL DEFAULT 0, archived INT NOT NULL DEFAULT 0);
  CREATE TABLE groups (groupID INTEGER PRIMARY KEY, libraryID INT NOT NULL UNIQUE, name TEXT NOT NULL,
    description TEXT NOT NULL, version INT NOT NULL);
  CREATE TABLE feeds (libraryID INTEGER PRIMARY KEY, name TEXT NOT NULL, url TEXT NOT NULL UNIQUE);
  CREATE TABLE itemTypesCombined (itemTypeID INT NOT NULL, typeName TEXT NOT NULL, display INT DEFAULT 1 NOT NULL,
    custom INT NOT NULL, PRIMARY KEY (itemTypeID));
  CREATE TABLE fieldsCombined (fieldID INT NOT NULL, fieldName TEXT NOT NULL, label TEXT, fieldFormatID INT,
    custom INT NOT NULL, PRIMARY KEY (fieldID));
  CREATE TABLE baseFieldMappingsCombined (itemTypeID INT, baseFieldID INT, fieldID INT,
    PRIMARY KEY (itemTypeID, baseFieldID, fieldID));
  CREATE TABLE creatorTypes (creatorTypeID INTEGER PRIMARY KEY, creatorType TEXT);
  CREATE TABLE itemTypeCreatorTypes (itemTypeID INT, creatorTypeID INT, primaryField INT,
    PRIMARY KEY (itemTypeID, creatorTypeID));
  CREATE TABLE items (itemID INTEGER PRIMARY KEY, itemTypeID INT NOT NULL,
    dateAdded TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, dateModified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    clientDateModified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, libraryID INT NOT NULL, key TEXT NOT NULL,
    version INT NOT NULL DEFAULT 0, synced INT NOT NULL DEFAULT 0, UNIQUE (libraryID, key));
  CREATE TABLE itemDataValues (valueID INTEGER PRIMARY KEY, value UNIQUE);
  CREATE TABLE itemData (itemID INT, fieldID INT, valueID, PRIMARY KEY (itemID, fieldID));
  CREATE TABLE itemNotes (itemID INTEGER PRIMARY KEY, parentItemID INT, note TEXT, title TEXT);
  CREATE TABLE itemAttachments (itemID INTEGER PRIMARY KEY, parentItemID INT, linkMode INT, contentType TEXT,
    charsetID INT, path TEXT, syncState INT DEFAULT 0, storageModTime INT, storageHash TEXT,
    lastProcessedModificationTime INT);
  CREATE TABLE creators (creatorID INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT, fieldMode INT,
    UNIQUE (lastName, firstName, fieldMode));
  CREATE TABLE itemCreators (itemID INT NOT NULL, creatorID INT NOT NULL, creatorTypeID INT NOT NULL DEFAULT 1,
    orderIndex INT NOT NULL DEFAULT 0, PRIMARY KEY (itemID, creatorID, creatorTypeID, orderIndex),
    UNIQUE (itemID, orderIndex));
  CREATE TABLE tags (tagID INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE itemTags (itemID INT NOT NULL, tagID INT NOT NULL, type INT NOT NULL, PRIMARY KEY (itemID, tagID));
  CREATE TABLE collections (collectionID INTEGER PRIMARY KEY, collectionName TEXT NOT NULL,
    parentCollectionID INT DEFAULT NULL, clientDateModified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    libraryID INT NOT NULL, key TEXT NOT NULL, version INT NOT NULL DEFAULT 0, synced INT NOT NULL DEFAULT 0,
    UNIQUE (libraryID, key));
  CREATE TABLE collectionItems (collectionID INT NOT NULL, itemID INT NOT NULL, orderIndex INT NOT NULL DEFAULT 0,
    PRIMARY KEY (collectionID, itemID));
  CREATE INDEX collectionItems_itemID ON collectionItems(itemID);
  CREATE TABLE deletedCollections (collectionID INTEGER PRIMARY KEY, dateDeleted DEFAULT CURRENT_TIMESTAMP NOT NULL);
  CREATE TABLE deletedItems (itemID INTEGER PRIMARY KEY, dateDeleted DEFAULT CURRENT_TIMESTAMP NOT NULL);
  CREATE TABLE feedItems (itemID INTEGER PRIMARY KEY, guid TEXT NOT NULL UNIQUE, readTime TIMESTAMP,
    translatedTime TIMESTAMP);`;

const ITEM_TYPES = {
  ...{ note: 1, book: 2, bookSection: 3, journalArticle: 4, thesis: 7, attachment: 14, case: 17, presentation: 27 },
  ...{ conferencePaper: 33, annotation: 37, preprint: 38 },
};
const FIELDS = {
  ...{ url: 1, volume: 4, issue: 5, publisher: 8, pages: 10, ISBN: 11, publicationTitle: 12, ISSN: 13, date: 14 },
  ...{ extra: 22, DOI: 26, number: 60, presentationType: 74, language: 87, university: 89, abstractNote: 90 },
  ...{ dateDecided: 96, type: 108, title: 110, caseName: 111, proceedingsTitle: 114, bookTitle: 115, thesisType: 69 },
  ...{ conferenceName: 84, genre: 122, repository: 124, archiveID: 125 },
};
const CREATOR_TYPES = { author: 1, contributor: 2, editor: 3, translator: 4, presenter: 24 };

/** Item type, base field, field. */
const BASE_FIELDS = [
  ...[
    [3, 12, 115],
    [33, 12, 114],
    [17, 110, 111],
    [17, 14, 96],
    [7, 8, 89],
    [7, 108, 69],
    [27, 108, 74],
  ],
  ...[
    [38, 8, 124],
    [38, 60, 125],
    [38, 108, 122],
  ],
];
const PRIMARY_CREATORS = [
  [2, 1],
  [3, 1],
  [4, 1],
  [7, 1],
  [17, 1],
  [27, 24],
  [33, 1],
  [38, 1],
];

export interface ZoteroItem {
  key: string;
  type: keyof typeof ITEM_TYPES;
  fields?: Partial<Record<keyof typeof FIELDS, string | bigint>>;
  /** Role, first name, last name; without a first name, one field holds the name. */
  creators?: [role: keyof typeof CREATOR_TYPES, firstName: string | null, lastName: string][];
  tags?: string[];
  automaticTags?: string[];
  /** Numbers of collections. */
  collections?: number[];
  library?: number;
  deleted?: boolean;
}

export const MY_LIBRARY = 1;
/** Group "Reading circle". */
export const GROUP_LIBRARY = 2;
export const FEED_LIBRARY = 3;

/** Makes an empty library. */
export function createZotero(file: string): Database.Database {
  const db = new Database(file);
  db.pragma('synchronous = OFF'); // Tests that wait for no disk.
  db.exec(TABLES);
  db.exec(`INSERT INTO version VALUES ('userdata', 121), ('system', 32), ('globalSchema', 28);
    INSERT INTO libraries (libraryID, type, editable, filesEditable)
      VALUES (1, 'user', 1, 1), (2, 'group', 1, 1), (3, 'feed', 0, 0);
    INSERT INTO groups VALUES (4711, 2, 'Reading circle', '', 1);
    INSERT INTO feeds VALUES (3, 'A journal', 'https://example.org/feed');`);
  const fill = (table: string, rows: unknown[][]): void => {
    for (const row of rows) db.prepare(`INSERT INTO ${table} VALUES (${row.map(() => '?').join(', ')})`).run(row);
  };
  fill(
    'itemTypesCombined',
    Object.entries(ITEM_TYPES).map(([name, id]) => [id, name, 1, 0]),
  );
  fill(
    'fieldsCombined',
    Object.entries(FIELDS).map(([name, id]) => [id, name, null, null, 0]),
  );
  fill('baseFieldMappingsCombined', BASE_FIELDS);
  fill(
    'creatorTypes',
    Object.entries(CREATOR_TYPES).map(([name, id]) => [id, name]),
  );
  fill(
    'itemTypeCreatorTypes',
    PRIMARY_CREATORS.map((pair) => [...pair, 1]),
  );
  return db;
}

export function addCollection(db: Database.Database, id: number, name: string, parent: number | null = null): void {
  db.prepare(
    'INSERT INTO collections (collectionID, collectionName, parentCollectionID, libraryID, key) VALUES (?, ?, ?, 1, ?)',
  ).run(id, name, parent, `COLL${id}`);
}

/** Adds an item, as Zotero does: each value, name and tag is kept once. */
export function addItem(db: Database.Database, item: ZoteroItem): void {
  const { lastInsertRowid: id } = db
    .prepare('INSERT INTO items (itemTypeID, libraryID, key, dateAdded) VALUES (?, ?, ?, ?)')
    .run(ITEM_TYPES[item.type], item.library ?? MY_LIBRARY, item.key, '2021-02-03 04:05:06');
  const once = (table: string, id: string, columns: string, values: unknown[]): unknown => {
    const marks = values.map(() => '?').join(', ');
    db.prepare(`INSERT OR IGNORE INTO ${table} (${columns}) VALUES (${marks})`).run(values);
    return db.prepare(`SELECT ${id} FROM ${table} WHERE (${columns}) = (${marks})`).pluck().get(values);
  };
  const insert = (table: string, ...values: unknown[]): void => {
    db.prepare(`INSERT INTO ${table} VALUES (${values.map(() => '?').join(', ')})`).run(values);
  };
  for (const [name, value] of Object.entries(item.fields ?? {})) {
    insert('itemData', id, FIELDS[name as keyof typeof FIELDS], once('itemDataValues', 'valueID', 'value', [value]));
  }
  (item.creators ?? []).forEach(([role, firstName, lastName], order) => {
    const name = [firstName ?? '', lastName, firstName === null ? 1 : 0];
    insert(
      'itemCreators',
      id,
      once('creators', 'creatorID', 'firstName, lastName, fieldMode', name),
      CREATOR_TYPES[role],
      order,
    );
  });
  for (const tag of item.tags ?? []) insert('itemTags', id, once('tags', 'tagID', 'name', [tag]), 0);
  for (const tag of item.automaticTags ?? []) insert('itemTags', id, once('tags', 'tagID', 'name', [tag]), 1);
  for (const collection of item.collections ?? []) insert('collectionItems', collection, id, 0);
  if (item.deleted) db.prepare('INSERT INTO deletedItems (itemID) VALUES (?)').run(id);
}
