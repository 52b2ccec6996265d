/** What online services answer, through the write path into a library: stored page by page, and gone on with. */
import { utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { storeFiles, type IntakeEvent, type Reject, type StoreOptions } from '../../src/session/intake.ts';
import { LIBRARY_FILE } from '../../src/library/local/database.ts';
import { openLibrary, openWriter } from '../../src/library/open.ts';
import { syncFiles } from '../../src/session/sync.ts';
import { akin, temporaryFolder } from '../akin.ts';
import { MODEL } from '../library/made.ts';
import { clientOf, serve, status, type Reply, type Request } from '../sources/online/service.ts';

const QUERY = 'openalex:author.id:A123';
const PAGES = 3;

const work = (number: number) => ({
  id: `https://openalex.org/W${number}`,
  display_name: `On ${number}`,
  title: `On ${number}`,
  authorships: [{ author: { display_name: 'Ada Ekman' } }],
});

/** Three pages of two works, and on the second a third that is none; the cursor of page n is `page n`. */
const service = (disturb: (page: number, request: Request) => Reply | undefined = () => undefined) =>
  serve((request) => {
    const { cursor = '*' } = request.parameters;
    const page = cursor === '*' ? 1 : Number(cursor.slice('page '.length));
    const results = [work(2 * page - 1), work(2 * page), ...(page === 2 ? [{ id: 'https://openalex.org/W9' }] : [])];
    const next_cursor = page < PAGES ? `page ${page + 1}` : null;
    return disturb(page, request) ?? JSON.stringify({ meta: { next_cursor }, results });
  });

const askedFor = (requests: Request[]) => requests.map(({ parameters }) => parameters.cursor);
const ids = (index: string): unknown[] => {
  const db = new Database(path.join(index, LIBRARY_FILE), { readonly: true });
  try {
    return db.prepare('SELECT id FROM papers ORDER BY row').pluck().all();
  } finally {
    db.close();
  }
};
/** Where the reading of the service is to go on, as is committed. */
const cursorIn = (index: string): unknown => {
  const db = new Database(path.join(index, LIBRARY_FILE), { readonly: true });
  try {
    return db.prepare("SELECT value FROM meta WHERE key LIKE 'cursor %'").pluck().get() ?? null;
  } finally {
    db.close();
  }
};
const works = (...numbers: number[]) => numbers.map((number) => `openalex:W${number}`);

async function library() {
  const index = temporaryFolder();
  const writer = await openWriter(index, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
  onTestFinished(() => writer.close());
  const ask = async (url: string, options: Partial<StoreOptions> = {}, queries = [QUERY]) => {
    const rejects: Reject[] = [];
    const onEvent = (event: IntakeEvent) => {
      if (event.event === 'rejected') rejects.push(event.reject);
    };
    const online = { client: clientOf(url), ...options.online };
    const counts = await storeFiles(writer, queries, { onEvent, ...options, online });
    return { counts, rejects };
  };
  const reader = await openLibrary(index);
  onTestFinished(() => reader.close());
  return { index, writer, reader, ask };
}

it('stores every record, and names the query where it tells of one that is no paper', async () => {
  const { index, ask } = await library();
  const { url, requests } = await service();
  const { counts, rejects } = await ask(url);
  expect(counts).toMatchObject({ added: 6, rejected: 1 });
  expect(rejects).toMatchObject([{ file: QUERY, record: 5, code: 'record-invalid' }]);
  expect(ids(index)).toEqual(works(1, 2, 3, 4, 5, 6));
  // It was read to its end: the next run begins anew.
  expect((await ask(url)).counts).toMatchObject({ added: 0, unchanged: 6 });
  expect(askedFor(requests)).toEqual(['*', 'page 2', 'page 3', '*', 'page 2', 'page 3']);
});

it('stores a page before it remembers where the next one begins', async () => {
  const { index, ask } = await library();
  const seen: unknown[] = [];
  const { url } = await service((page) => {
    seen.push([page, cursorIn(index), ids(index).length]);
    return undefined;
  });
  await ask(url);
  expect(seen).toEqual([
    [1, null, 0],
    [2, 'page 2', 2],
    [3, 'page 3', 4],
  ]);
});

it('makes a reject of a service that fails, goes on with the next query, and later where it ended', async () => {
  const { index, ask } = await library();
  let isDown = true;
  const { url, requests } = await service((page, { path }) => {
    if (path.endsWith('/W77')) return JSON.stringify(work(77));
    return page === 2 && isDown ? status(500) : undefined;
  });
  const first = await ask(url, {}, [QUERY, 'openalex:W77']);
  expect(first.counts).toMatchObject({ added: 3, rejected: 1 });
  expect(first.rejects).toMatchObject([{ file: QUERY, record: 0, code: 'file-unreadable' }]);
  expect(first.rejects[0]!.reason).toMatch(/^OpenAlex answered 500/);
  isDown = false;
  requests.length = 0;
  expect((await ask(url)).counts).toMatchObject({ added: 4, unchanged: 0 });
  expect(askedFor(requests)).toEqual(['page 2', 'page 3']);
  expect(ids(index)).toEqual(works(1, 2, 77, 3, 4, 5, 6));
});

it('goes on after Ctrl-C at the page that was under way, for the same days only', async () => {
  const { ask } = await library();
  const stop = new AbortController();
  const { url, requests } = await service((page) => {
    if (page === 2) stop.abort();
    return undefined;
  });
  expect((await ask(url, { signal: stop.signal })).counts).toMatchObject({ added: 2, rejected: 0 });
  requests.length = 0;
  await ask(url, { online: { client: clientOf(url), since: '2026-01-01' } });
  expect(askedFor(requests)[0]).toBe('*');
  requests.length = 0;
  await ask(url);
  expect(askedFor(requests)[0]).toBe('page 2');
});

it('asks for single papers of arXiv together', async () => {
  const { ask } = await library();
  const feed = `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">${['2602.00001', '2602.00002']
    .map(
      (id) => `<entry><id>http://arxiv.org/abs/${id}v1</id><title>On ${id}</title><summary>We show.</summary>
<published>2026-02-01T00:00:00Z</published><author><name>Ada Ekman</name></author></entry>`,
    )
    .join('')}</feed>`;
  const { url, requests } = await serve(() => feed);
  expect((await ask(url, {}, ['arxiv:2602.00001', 'arxiv:2602.00002'])).counts).toMatchObject({ added: 2 });
  expect(requests.map(({ parameters }) => parameters.id_list)).toEqual(['2602.00001,2602.00002']);
});

it('stays when a file that said the same no longer does', async () => {
  const { index, writer, reader, ask } = await library();
  const { url } = await service();
  await ask(url);
  const file = path.join(temporaryFolder(), 'a.jsonl');
  for (const lines of [
    '{"id": "openalex:W1", "title": "On 1"}\n{"id": "b", "title": "B"}',
    '{"id": "b", "title": "B"}',
  ]) {
    writeFileSync(file, lines);
    utimesSync(file, 1e9 + lines.length, 1e9 + lines.length);
    await syncFiles(reader, writer, [file], { delete: true });
  }
  expect(ids(index)).toContain('openalex:W1');
});

it('is refused when told to stay offline, before anything is asked', async () => {
  const index = temporaryFolder();
  const { code, stderr, stdout } = await akin(['add', QUERY, '--offline', '--no-embed', '--index', index]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^akin: openalex:.* asks an online service, and akin was told to stay offline\n/);
});
