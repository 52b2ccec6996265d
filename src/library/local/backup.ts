/**
 * A library in one file, to be kept elsewhere: how it is made while others search and write, and how it is put back.
 *
 * The file is a zip archive. A manifest says what every other part must be: the database as it was at one moment, and the
 * graphs, which were taken before it: a graph goes on from where it is, and none is ahead of its database.
 */
import {
  constants,
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import Database from 'better-sqlite3';
import { ZipFile } from 'yazl';
import { z } from 'zod';
import { sha256Of } from '../../embedding/models.ts';
import { AkinError } from '../../errors.ts';
import { refusalOf } from '../../faults.ts';
import { damaged, makeFolder, notRead, notWritten, syncToDisk } from '../../places.ts';
import { Archive, holdsAt, ZIP } from '../../archive.ts';
import { LIBRARY_FILE, mustExist, openForReading } from './database.ts';
import { GRAPHS, SIDECARS } from './graph-sidecar.ts';
import { FileLock } from './lock.ts';
import { NEW_REVISION } from './schema.ts';
import { LIBRARY_FORMAT, WRITER_LOCK } from './upgrade.ts';

const KIND = 'a backup of akin';
const MANIFEST = 'manifest.json';
const MAX_MANIFEST_BYTES = 64 * 1024;
/** Raised when an older akin can't read a backup. */
const BACKUP_FORMAT = 1;
/** How often a graph is looked for that somebody saves anew meanwhile. */
const TRIES = 3;
/** Held by whoever makes something aside, as long as it lives. */
const ASIDE_LOCK = 'lock';

const manifestSchema = z.object({
  backup: z.literal(BACKUP_FORMAT),
  /** The id of the library that it is of; what is restored has one of its own. */
  library: z.string(),
  /** Of the database. */
  format: z.int(),
  papers: z.int(),
  /** When it was made, in ISO 8601. */
  made: z.string(),
  parts: z.array(
    z.object({
      name: z.string().refine((name) => name === LIBRARY_FILE || SIDECARS.test(name) || GRAPHS.test(name)),
      bytes: z.int(),
      sha256: z.string(),
    }),
  ),
});
type Manifest = z.infer<typeof manifestSchema>;
type Entries = ReturnType<Archive['entries']>;

/** What a backup holds. */
export interface Backup extends Pick<Manifest, 'library' | 'papers' | 'made'> {
  file: string;
  /** Of the file. */
  bytes: number;
}

/**
 * Writes a backup. Whoever searches or writes meanwhile goes on; what is stored after the beginning is not in it.
 * @param file where; nothing may be there.
 * @param signal ends the work, and nothing is left of it.
 * @throws AkinError as `openForReading`, `invalid-argument` for a place that can't be written, `disk-full`.
 */
export async function backUp(folder: string, file: string, signal?: AbortSignal): Promise<Backup> {
  mustExist(folder);
  const place = path.resolve(file);
  if (existsSync(place)) throw notWritten(file, Object.assign(new Error(), { code: 'EEXIST' }), { field: 'file' });
  const making = asideOf(place, file);
  const aside = making.folder;
  try {
    const names = graphsInto(folder, aside);
    const { db, libraryId } = openForReading(folder);
    const papers = db.prepare<[], number>('SELECT count(*) FROM papers').pluck().get()!;
    try {
      db.prepare('VACUUM INTO ?').run(path.join(aside, LIBRARY_FILE));
    } finally {
      db.close();
    }
    setWal(path.join(aside, LIBRARY_FILE));
    names.push(LIBRARY_FILE);
    const parts: Manifest['parts'] = [];
    for (const name of names) {
      const part = path.join(aside, name);
      parts.push({ name, bytes: statSync(part).size, sha256: await sha256Of(part) });
    }
    const made = new Date().toISOString();
    const manifest: Manifest = {
      backup: BACKUP_FORMAT,
      library: libraryId,
      format: LIBRARY_FORMAT,
      papers,
      made,
      parts,
    };
    const whole = path.join(aside, 'whole.zip');
    await zipped(manifest, aside, whole, signal);
    renameSync(whole, place);
    syncToDisk(path.dirname(place));
    return { file: place, bytes: statSync(place).size, library: libraryId, papers, made };
  } catch (error) {
    throw refusalOf(error, path.dirname(place)) ?? error;
  } finally {
    making.remove();
  }
}

/** A folder on the disk of what is to be written. */
function asideOf(place: string, file: string): Aside {
  try {
    return new Aside(path.dirname(place), '.akin-backup-');
  } catch (error) {
    const refusal = refusalOf(error, path.dirname(place));
    throw refusal?.code === 'disk-full' ? refusal : notWritten(file, error, { field: 'file' });
  }
}

/** A folder in which something is made that is then put beside it. What processes left that were ended amid it is removed. */
class Aside {
  readonly folder: string;
  readonly #lock: FileLock;

  /** @throws the file system's error. */
  constructor(within: string, prefix: string) {
    removeLeft(within, prefix);
    this.folder = mkdtempSync(path.join(within, prefix));
    try {
      this.#lock = FileLock.take(path.join(this.folder, ASIDE_LOCK), 'akin', 0);
    } catch (error) {
      rmSync(this.folder, { recursive: true, force: true });
      throw error;
    }
  }

  remove(): void {
    this.#lock.release();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Removes the folders of that kind whose makers are no more: the system has taken their locks back. */
function removeLeft(within: string, prefix: string): void {
  const isLeft = (folder: string) => existsSync(path.join(folder, ASIDE_LOCK)); // Without a lock it is being made.
  try {
    const names = readdirSync(within).filter((name) => name.startsWith(prefix));
    for (const folder of names.map((name) => path.join(within, name)).filter(isLeft)) {
      FileLock.take(path.join(folder, ASIDE_LOCK), 'akin', 0).release();
      rmSync(folder, { recursive: true, force: true });
    }
  } catch {
    // One is in use, or somebody else's.
  }
}

/** Copies the graphs of all spaces, each with its sidecar; one that is saved anew again and again is left out. */
function graphsInto(folder: string, aside: string): string[] {
  const names: string[] = [];
  for (const sidecar of readdirSync(folder).filter((name) => SIDECARS.test(name))) {
    for (let left = TRIES; left > 0; left--) {
      try {
        copyFileSync(path.join(folder, sidecar), path.join(aside, sidecar));
        const { file } = JSON.parse(readFileSync(path.join(aside, sidecar), 'utf8')) as { file: string };
        copyFileSync(path.join(folder, file), path.join(aside, file), constants.COPYFILE_FICLONE);
        names.push(file, sidecar);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
      }
    }
  }
  return names;
}

/** A copy keeps everything of a database but how it is written to. */
function setWal(file: string): void {
  const db = new Database(file);
  try {
    db.pragma('journal_mode = WAL');
  } finally {
    db.close();
  }
}

async function zipped(manifest: Manifest, aside: string, file: string, signal: AbortSignal | undefined): Promise<void> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(JSON.stringify(manifest, null, 2)), MANIFEST);
  for (const { name } of manifest.parts) zip.addFile(path.join(aside, name), name, { compressionLevel: 1 });
  zip.end();
  // It goes on to the next file when its stream is ended, and says so of itself when that is gone.
  const failed = new Promise<never>((_, reject) => zip.on('error', reject));
  failed.catch(() => {});
  await Promise.race([pipeline(zip.outputStream, createWriteStream(file), { ...(signal && { signal }) }), failed]);
  syncToDisk(file);
}

/**
 * Makes the library of a backup in a folder that has none. It is there when all of it is there, and was found to be whole.
 * @param signal ends the work, and nothing is left of it.
 * @throws AkinError `file-unreadable` for what is no backup, or is damaged; `library-newer`; `invalid-argument` where there
 *   is a library already; `library-locked`, `disk-full`, `access-denied`.
 */
export async function restore(file: string, folder: string, signal?: AbortSignal): Promise<Backup> {
  const archive = await opened(file);
  const place = path.resolve(folder);
  let making: Aside | undefined;
  try {
    const entries = archive.entries();
    const { parts, papers, made } = await manifestIn(file, archive, entries);
    makeFolder(path.dirname(place));
    making = new Aside(path.dirname(place), '.akin-restore-');
    const aside = making.folder;
    await unpack(file, archive, entries, parts, aside, signal);
    const library = makeAnother(aside, parts);
    makeFolder(place);
    const lock = FileLock.take(path.join(place, WRITER_LOCK), 'akin restore', 1000);
    try {
      mustBeFree(place);
      // The database is the last part: it is what makes a folder a library.
      for (const { name } of parts) renameSync(path.join(aside, name), path.join(place, name));
      syncToDisk(place);
    } finally {
      lock.release();
    }
    return { file: path.resolve(file), bytes: statSync(file).size, library, papers, made };
  } catch (error) {
    const refusal = refusalOf(error, path.dirname(place));
    if (refusal) throw refusal;
    const { code } = error as NodeJS.ErrnoException;
    // What was damaged the archive's reader says in errors of its own, and what unpacks it in codes of zlib's.
    const isOfArchive = !(error instanceof AkinError) && (code === undefined || code.startsWith('Z_'));
    throw isOfArchive && !signal?.aborted ? damaged(file, KIND, error) : error;
  } finally {
    archive.close();
    making?.remove();
  }
}

/**
 * Gives what was unpacked an id of its own: who still holds keys of the library that it was, or a cursor, must not take them for
 * papers of this one, which may have other papers in their places.
 * @returns the id.
 */
function makeAnother(folder: string, parts: Manifest['parts']): string {
  const library = randomUUID();
  const db = new Database(path.join(folder, LIBRARY_FILE));
  try {
    db.transaction(() => {
      db.prepare("UPDATE meta SET value = ? WHERE key = 'library'").run(library);
      db.exec(`UPDATE meta SET value = ${NEW_REVISION} WHERE key = 'revision'`);
    })();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
  syncToDisk(path.join(folder, LIBRARY_FILE));
  for (const { name } of parts.filter((part) => SIDECARS.test(part.name))) {
    const sidecar = path.join(folder, name);
    writeFileSync(
      sidecar,
      JSON.stringify({ ...(JSON.parse(readFileSync(sidecar, 'utf8')) as object), library }, null, 2),
    );
    syncToDisk(sidecar);
  }
  return library;
}

/** Writes the parts of a backup into a folder. @throws AkinError `file-unreadable` unless each is what it must be. */
async function unpack(
  file: string,
  archive: Archive,
  entries: Entries,
  parts: Manifest['parts'],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const wanted = new Map(parts.map((part) => [part.name, part]));
  for await (const entry of entries) {
    const part = wanted.get(entry.fileName);
    if (!part || entry.uncompressedSize !== part.bytes) throw notWhole(file, `${entry.fileName} does not belong to it`);
    wanted.delete(part.name);
    const place = path.join(folder, part.name);
    await pipeline(await archive.bytes(entry), createWriteStream(place), { ...(signal && { signal }) });
    syncToDisk(place);
    if ((await sha256Of(place)) !== part.sha256) throw notWhole(file, `${part.name} is not what was written`);
  }
  if (wanted.size > 0) throw notWhole(file, `${[...wanted.keys()].join(', ')} is missing`);
}

async function opened(file: string): Promise<Archive> {
  try {
    if (!(await holdsAt(file, ZIP))) throw noBackup(file); // Whatever else it is, it is no damaged backup.
    return await Archive.open(file);
  } catch (error) {
    if (error instanceof AkinError) throw error;
    if ((error as NodeJS.ErrnoException).code !== undefined) throw notRead(file, error, { field: 'file' });
    throw damaged(file, KIND, error);
  }
}

async function manifestIn(file: string, archive: Archive, entries: Entries): Promise<Manifest> {
  const { value: first } = (await entries.next()) as { value?: Parameters<Archive['bytes']>[0] };
  if (first?.fileName !== MANIFEST || first.uncompressedSize > MAX_MANIFEST_BYTES) {
    throw notWhole(file, 'it is an archive, and no backup of akin');
  }
  let said: unknown;
  try {
    said = JSON.parse(await text(await archive.bytes(first)));
  } catch (error) {
    throw damaged(file, KIND, error);
  }
  const { backup = 0, format = 0 } = (said ?? {}) as { backup?: number; format?: number };
  if (backup > BACKUP_FORMAT || format > LIBRARY_FORMAT) {
    throw new AkinError('library-newer', `${file} was written by a newer akin`, {
      hint: 'update akin: git pull && npm ci',
    });
  }
  const manifest = manifestSchema.safeParse(said);
  if (!manifest.success) throw notWhole(file, 'its manifest is none of akin');
  return manifest.data;
}

function mustBeFree(folder: string): void {
  if (existsSync(path.join(folder, LIBRARY_FILE))) {
    throw new AkinError('invalid-argument', `there is a library in ${folder}`, {
      hint: 'restore into a folder without one: --index DIR',
      field: 'index',
    });
  }
  // SQLite would take what is left of another library's log for a part of this one.
  const left = ['-wal', '-shm', '-journal']
    .map((end) => LIBRARY_FILE + end)
    .filter((name) => existsSync(path.join(folder, name)));
  if (left.length === 0) return;
  throw new AkinError('invalid-argument', `there are remains of another library in ${folder}: ${left.join(', ')}`, {
    hint: 'end what still has it open and remove them, or restore into another folder: --index DIR',
    field: 'index',
  });
}

const notWhole = (file: string, reason: string): AkinError =>
  new AkinError('file-unreadable', `${file}: ${reason}`, {
    hint: 'take another backup, or copy it again',
    field: 'file',
  });

const noBackup = (file: string): AkinError =>
  new AkinError('file-unreadable', `${file}: it is no backup of akin`, {
    hint: 'name a file that "akin backup" wrote',
    field: 'file',
  });
