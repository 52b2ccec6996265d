/**
 * The tables of a library's database.
 *
 * papers       one row a paper, as people see it; `names` is what is known of the parts of names (JSON), `sort_title` what
 *              lists are sorted by (see order.ts)
 * altered      rows of papers that were changed or removed, in that order, for readers that keep something of them in
 *              memory (see changes.ts); a paper that is new has a higher row than any before
 * records      what the sources said, each record of each file: `key` is the record's own id, `nth` tells apart those that
 *              a file has of one id, `reading` is the last reading of the file that found it. `data` is null while all
 *              records of a paper say the same, because then the paper says it
 * identifiers  which papers a DOI, an arXiv id, … names: those of all records of a paper; two papers may share one by mistake
 * words        full text index over papers; see indexed-words.ts
 * facets       every year, author, venue, category and collection that papers have, once; see facets.ts
 * surnames     the words of the family names of each paper's people, with their given names and the paper's year; see called.ts
 * files        what each file was when it was read last (see files.ts); standard input and online services are here too.
 *              Readings are counted; `reading` is the name that the last one was given by who read. Up to the reading
 *              `nameless` they were made by an akin that kept nothing of the parts of names
 * spaces       the models that there are vectors of; searches are answered with the one in use
 * vectors      `label` names the vector in the graph; a new vector always gets a new label, so the graph never updates
 * forgotten    labels whose vector is gone, in the order they went, for graphs that are older
 * blocks       keys under which papers that have a vector are looked up to be compared (see works.ts)
 * links        pairs that the rule holds for versions of one work, by vectors of a space; `one` is the lower row
 * judgements   pairs of ids of records that a person said are one work (same = 1) or are not (0); each both ways round,
 *              the later one with the higher sequence
 * kept         what a person keeps of papers, where that is anything (see ../kept.ts); `notes` is the full text index over
 *              what they noted
 * waiting      the same of papers that are gone, with what they said of themselves (JSON); `waiting_names` is all that they
 *              went by
 * works        papers that have other versions, and which one leads; a paper that stands alone is not here
 * meta         id of the library, its `revision`, what was set for it (`settings`, JSON), cursors of online services, …
 */

/** How the full text index takes texts apart: at what is no letter, digit or mark, without diacritics, English stems. */
export const TOKENIZER = 'porter unicode61 remove_diacritics 2';

/** Random: two states of two libraries in one place are told apart as well as two of one. */
export const NEW_REVISION = 'lower(hex(randomblob(8)))';

/** From format 1 to 3. */
export const RECORDS = `
CREATE TABLE records (
  sequence INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  file INTEGER NOT NULL,
  nth INTEGER NOT NULL,
  reading INTEGER NOT NULL,
  paper INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  data TEXT,
  UNIQUE (key, file, nth)
) STRICT;
CREATE INDEX records_by_paper ON records (paper);
CREATE INDEX records_by_file ON records (file, reading);
`;

/** As they are since format 3. */
export const IDENTIFIERS = `
CREATE TABLE identifiers (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  paper INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
  PRIMARY KEY (kind, value, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifiers_by_paper ON identifiers (paper);
`;

/** New in format 3. */
export const SPACES = `
CREATE TABLE spaces (
  space INTEGER PRIMARY KEY,
  model TEXT NOT NULL,
  fingerprint TEXT NOT NULL UNIQUE,
  dimensions INTEGER NOT NULL,
  in_use INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX space_in_use ON spaces (in_use) WHERE in_use = 1;
CREATE TABLE vectors (
  label INTEGER PRIMARY KEY AUTOINCREMENT CHECK (label < 4294967295),
  space INTEGER NOT NULL REFERENCES spaces (space),
  paper INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
  tokens INTEGER NOT NULL,
  truncated INTEGER NOT NULL,
  vector BLOB NOT NULL,
  UNIQUE (paper, space)
) STRICT;
CREATE TABLE forgotten (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  space INTEGER NOT NULL,
  label INTEGER NOT NULL
) STRICT;
CREATE TABLE blocks (
  key INTEGER NOT NULL,
  space INTEGER NOT NULL,
  paper INTEGER NOT NULL,
  PRIMARY KEY (key, space, paper),
  FOREIGN KEY (paper, space) REFERENCES vectors (paper, space) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE links (
  one INTEGER NOT NULL,
  other INTEGER NOT NULL,
  space INTEGER NOT NULL,
  cosine REAL NOT NULL,
  PRIMARY KEY (one, space, other),
  FOREIGN KEY (one, space) REFERENCES vectors (paper, space) ON DELETE CASCADE,
  FOREIGN KEY (other, space) REFERENCES vectors (paper, space) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE altered (sequence INTEGER PRIMARY KEY AUTOINCREMENT, paper INTEGER NOT NULL) STRICT;
`;

/** What is made of format 3 when its tables are filled. */
export const INDEXES = `
CREATE INDEX vectors_by_space ON vectors (space);
CREATE INDEX vectors_truncated ON vectors (space) WHERE truncated = 1;
CREATE INDEX blocks_by_paper ON blocks (paper, space);
CREATE INDEX links_by_other ON links (other, space);
CREATE INDEX papers_by_year ON papers (year DESC, id);
CREATE INDEX papers_by_title ON papers (sort_title IS NULL, sort_title, id);
CREATE TRIGGER vector_forgotten AFTER DELETE ON vectors BEGIN
  INSERT INTO forgotten (space, label) VALUES (old.space, old.label);
END;
`;

/** New in format 5. */
export const SURNAMES = `
CREATE TABLE surnames (
  word TEXT NOT NULL,
  paper INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
  person INTEGER NOT NULL,
  given TEXT NOT NULL,
  year INTEGER,
  PRIMARY KEY (word, paper, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX surnames_by_paper ON surnames (paper);
`;

/** As it is since format 6: what it is given is `indexedText` of what papers say (see ../signs.ts). */
export const WORDS = `
CREATE VIRTUAL TABLE words USING fts5 (title, abstract, content = '', tokenize = '${TOKENIZER}');
`;

/** New in format 8. */
export const KEPT = `
CREATE TABLE kept (
  paper INTEGER PRIMARY KEY REFERENCES papers (row) ON DELETE CASCADE,
  starred INTEGER NOT NULL,
  read TEXT NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE notes USING fts5 (note, tokenize = '${TOKENIZER}');
CREATE TABLE waiting (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  paper TEXT NOT NULL,
  starred INTEGER NOT NULL,
  read TEXT NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE TABLE waiting_names (
  name TEXT NOT NULL,
  waiting INTEGER NOT NULL REFERENCES waiting (sequence) ON DELETE CASCADE,
  PRIMARY KEY (name, waiting)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_names_by_waiting ON waiting_names (waiting);
`;

export const SCHEMA = `
CREATE TABLE papers (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  abstract TEXT NOT NULL,
  authors TEXT NOT NULL,
  names TEXT,
  year INTEGER,
  venue TEXT,
  url TEXT,
  ids TEXT NOT NULL,
  categories TEXT NOT NULL,
  extra TEXT NOT NULL,
  sort_title TEXT
) STRICT;
${RECORDS}
${IDENTIFIERS}
CREATE TABLE facets (
  facet INTEGER PRIMARY KEY,
  field TEXT NOT NULL,
  folded TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (field, folded)
) STRICT;
CREATE TABLE paper_facets (
  facet INTEGER NOT NULL REFERENCES facets (facet),
  paper INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
  PRIMARY KEY (facet, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_facets_by_paper ON paper_facets (paper);
${SURNAMES}
CREATE INDEX papers_with_title ON papers (row) WHERE title <> '';
CREATE INDEX papers_with_abstract ON papers (row) WHERE abstract <> '';
CREATE INDEX papers_with_url ON papers (row) WHERE url IS NOT NULL;
${WORDS}CREATE TABLE files (
  file INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL UNIQUE,
  mount TEXT NOT NULL,
  begun INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  stamp TEXT,
  hash TEXT,
  manner TEXT,
  read_at INTEGER,
  invalid TEXT NOT NULL,
  doubt TEXT,
  reading TEXT,
  nameless INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE judgements (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  one TEXT NOT NULL,
  other TEXT NOT NULL,
  same INTEGER NOT NULL,
  UNIQUE (one, other)
) STRICT;
CREATE TABLE works (
  paper INTEGER PRIMARY KEY REFERENCES papers (row) ON DELETE CASCADE,
  leader INTEGER NOT NULL
) STRICT;
CREATE INDEX works_by_leader ON works (leader);
${KEPT}
${SPACES}
${INDEXES}
`;
