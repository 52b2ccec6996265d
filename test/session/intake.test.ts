import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Embedder } from '../../src/embedding/embedder.ts';
import {
  embedPending,
  storeFiles,
  type IntakeEvent,
  type Reject,
  type StoredCounts,
  type StoreOptions,
} from '../../src/session/intake.ts';
import type { LibraryWriter } from '../../src/library/library.ts';
import { openLibrary, openWriter } from '../../src/library/open.ts';
import { jsonl } from '../../src/sources/jsonl.ts';
import { ris } from '../../src/sources/ris.ts';
import { temporaryFolder } from '../akin.ts';
import { MODEL, paper, put } from '../library/made.ts';

/** Closed after each test, whether or not it went well. */
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function newWriter(folder = temporaryFolder()): Promise<LibraryWriter> {
  const writer = await openWriter(folder, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
  opened.push(writer);
  return writer;
}

/** A folder with these files in it. */
function folderOf(files: Record<string, string | Buffer>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

const lines = (...records: unknown[]) =>
  records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n');
const numbered = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `p${i}`, title: `Title ${i}` }));

async function store(
  writer: LibraryWriter,
  paths: string[],
  { onRead, ...options }: StoreOptions & { onRead?: (counts: StoredCounts) => void } = {},
): Promise<{ counts: StoredCounts; rejects: Reject[] }> {
  const rejects: Reject[] = [];
  const onEvent = (event: IntakeEvent) => {
    if (event.event === 'rejected') rejects.push(event.reject);
    if (event.event === 'read') onRead?.(event.counts);
  };
  const counts = await storeFiles(writer, paths, { onEvent, ...options });
  return { counts, rejects };
}

describe('storing files', () => {
  it('loses nothing of a paper that two programs exported, in whichever order, or in one file', async () => {
    const bib = '@article{k, title = {On knots}, abstract = {All about them.}, doi = {10.1000/knots}, year = 2021}\n';
    const ris = 'TY  - JOUR\nTI  - On knots\nDO  - 10.1000/knots\nPY  - 2020\nJO  - Ropes\nKW  - rope\nER  - \n';
    const folder = folderOf({
      'a.bib': bib,
      'b.ris': ris,
      'two.ris': ris + ris.replace('JO  - Ropes', 'AB  - All about them.'),
    });
    const [a, b, two] = ['a.bib', 'b.ris', 'two.ris'].map((name) => path.join(folder, name));
    for (const [files, counts] of [
      [[a, b], { added: 1, duplicate: 1 }],
      [[b, a], { added: 1, duplicate: 1 }],
      [[two], { added: 1, duplicate: 1 }],
    ] as const) {
      const writer = await newWriter();
      const paths = files.map((file) => file!);
      expect((await store(writer, paths)).counts).toMatchObject(counts);
      expect((await store(writer, paths)).counts).toMatchObject({ unchanged: 2 });
      const [paper] = await writer.pending(2);
      expect(paper!.text).toBe('On knots\nAll about them.');
      expect(await writer.pendingCount()).toBe(1);
    }
  });

  it('counts what became of every record, over all files', async () => {
    const folder = folderOf({
      'a.jsonl': lines(
        { id: 1, title: 'One', doi: '10.1000/x' },
        { id: 2, title: 'Two' },
        { id: 1, title: 'One', doi: '10.1000/x' },
      ),
      'b/c.jsonl.gz': gzipSync(
        lines({ id: 2, title: 'Two', year: 2016 }, { id: 3, title: 'One', doi: '10.1000/X' }, { id: 4 }),
      ),
      '.hidden.jsonl': lines({ id: 5, title: 'Five' }),
    });
    const writer = await newWriter();
    const none = { added: 0, changed: 0, unchanged: 0, duplicate: 0, rejected: 0, garbled: 0 };
    expect((await store(writer, [folder])).counts).toEqual({
      added: 2,
      changed: 0,
      unchanged: 1,
      duplicate: 2,
      rejected: 1,
      garbled: 0,
    });
    expect((await store(writer, [path.join(folder, 'b')])).counts).toEqual({ ...none, unchanged: 2, rejected: 1 });
    expect((await store(writer, [])).counts).toEqual(none);
  });

  it('tells of each record that it could not take in where it stands and what is wrong', async () => {
    const a = lines(
      { title: 'Öne' },
      '{"title": "Two",',
      { title: 'Three', year: 'soon' },
      { id: 4, note: 'x'.repeat(5000) },
    );
    const folder = folderOf({
      'a.jsonl': a,
      'b.dat': 'neither this nor that',
      'c.jsonl': ' \n',
      'd.jsonl.gz': gzipSync(lines(...numbered(9000))).subarray(0, -20),
    });
    const { counts, rejects } = await store(await newWriter(), [folder]);
    const placeOf = (text: string) => Buffer.byteLength(a.slice(0, a.indexOf(text)));
    expect(rejects).toEqual([
      {
        file: path.join(folder, 'a.jsonl'),
        record: 2,
        offset: placeOf('{"title": "Two"'),
        code: 'syntax',
        reason: expect.stringMatching(/^not JSON: /) as string,
        excerpt: '{"title": "Two",',
      },
      {
        file: path.join(folder, 'a.jsonl'),
        record: 3,
        offset: placeOf('{"title":"Three"'),
        code: 'record-invalid',
        reason: 'year: expected a year such as 2016, found "soon"',
        excerpt: '{"title":"Three","year":"soon"}',
      },
      {
        file: path.join(folder, 'a.jsonl'),
        record: 4,
        offset: placeOf('{"id":4'),
        code: 'record-invalid',
        reason: 'expected a title or an abstract, found neither',
        excerpt: `{"id":4,"note":"${'x'.repeat(183)}…`,
      },
      {
        file: path.join(folder, 'b.dat'),
        record: 0,
        offset: 0,
        code: 'format-unknown',
        reason: expect.stringMatching(/^no format recognised; known: .*jsonl/) as string,
        excerpt: '',
      },
      {
        file: path.join(folder, 'c.jsonl'),
        record: 0,
        offset: 0,
        code: 'format-unknown',
        reason: 'the file is empty',
        excerpt: '',
      },
      {
        file: path.join(folder, 'd.jsonl.gz'),
        record: 0,
        offset: 0,
        code: 'file-unreadable',
        reason: expect.stringMatching(/^it seems to be a compressed file that is cut or damaged/) as string,
        excerpt: '',
      },
    ]);
    // What was read of the archive before it broke off is there.
    expect(counts.added).toBeGreaterThan(1000);
    expect(counts.rejected).toBe(rejects.length);
  });

  it('tells of a file that was said to be of a format and holds nothing of it', async () => {
    const folder = folderOf({ 'a.txt': 'Dear all,\nno paper here.\n', 'b.ris': 'TY  - JOUR\nTI  - One\nER  - \n' });
    const { counts, rejects } = await store(await newWriter(), [folder], { source: ris });
    expect(counts).toMatchObject({ added: 1, rejected: 1 });
    expect(rejects).toMatchObject([{ file: path.join(folder, 'a.txt'), record: 0, code: 'format-unknown' }]);
  });

  it('tells of a file of any format that was recognised and holds no record', async () => {
    const files = {
      'a.bib': '@string{jan = "January"}\n% @article{a, title = {A}}\n',
      'b.csv': 'title,abstract,authors\n',
      'c.xml': '<PubmedArticleSet></PubmedArticleSet>',
      'd.ciw': 'FN Clarivate Analytics Web of Science\nVR 1.0\nEF\n',
      'e.json': '{"status":"ok","message-type":"work-list","message":{"items":[]}}',
      'f.ris': '1.\nTI  - \nER  - \n',
      'g.ris': 'TY  - JOUR\nTI  - One\nER  - \n',
    };
    const { counts, rejects } = await store(await newWriter(), [folderOf(files)]);
    expect(counts).toMatchObject({ added: 1, rejected: 6 });
    expect(rejects.map(({ file, record, code }) => [path.basename(file), record, code])).toEqual(
      Object.keys(files)
        .slice(0, 6)
        .map((name) => [name, 0, 'no-records']),
    );
    expect(rejects[0]!.reason).toBe('it looks like BibTeX, BibLaTeX, but there is no record in it');
  });

  it('stores huge records a few at a time, so that memory stays flat', async () => {
    const abstract = 'many words '.repeat(200_000);
    const records = Array.from({ length: 6 }, (_, i) => ({ id: `r${i}`, title: `Title ${i}`, abstract }));
    const stored: number[] = [];
    await store(await newWriter(), [path.join(folderOf({ 'a.jsonl': lines(...records) }), 'a.jsonl')], {
      onRead: ({ added }) => stored.push(added),
    });
    expect(stored).toEqual([2, 4, 6, 6]);
  });

  it('loses one record to a record that could crash it', async () => {
    const nested = `{"title": "Nested", "field": ${'['.repeat(300_000)}${']'.repeat(300_000)}}`;
    const folder = folderOf({
      'a.jsonl': lines({ title: 'One' }, nested, `{"title": ${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`, {
        title: 'Two',
      }),
    });
    const { counts, rejects } = await store(await newWriter(), [folder]);
    expect(counts).toMatchObject({ added: 2, rejected: 2 });
    expect(rejects.map(({ record, code }) => [record, code])).toEqual([
      [2, 'too-large'],
      [3, 'record-invalid'],
    ]);
  });

  it('refuses a path that is not there before it stores anything', async () => {
    const folder = folderOf({ 'a.jsonl': lines({ title: 'One' }) });
    const writer = await newWriter();
    await expect(store(writer, [folder, path.join(folder, 'nowhere')])).rejects.toMatchObject({
      code: 'file-unreadable',
    });
    expect(await writer.pendingCount()).toBe(0);
  });

  it('reads every file in the format it is told to', async () => {
    const folder = folderOf({ 'a.txt': lines('[1]', { title: 'One' }) });
    expect((await store(await newWriter(), [folder], { source: jsonl })).counts).toMatchObject({
      added: 1,
      rejected: 1,
    });
  });

  it('stops between two transactions when it is told to, and the next run does the rest', async () => {
    const folder = folderOf({ 'a.jsonl': lines(...numbered(600)), 'b.jsonl': lines(...numbered(700)) });
    const writer = await newWriter();
    const stop = new AbortController();
    const { counts } = await store(writer, [folder], { signal: stop.signal, onRead: () => stop.abort() });
    expect(counts.added).toBeGreaterThan(0);
    expect(counts.added).toBeLessThan(600);
    expect(await writer.pendingCount()).toBe(counts.added);
    expect((await store(writer, [folder])).counts).toMatchObject({
      added: 700 - counts.added,
      unchanged: 600 + counts.added,
    });
  });

  it.runIf(process.platform === 'linux')(
    'leaves no file open, whether it was read, stopped or not recognised',
    async () => {
      const large = 'x'.repeat(300_000);
      const folder = folderOf({
        ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}.dat`, `neither ${large}`])),
        'z.jsonl': lines(...numbered(20_000)),
      });
      const open = () => readdirSync('/proc/self/fd').length;
      const writer = await newWriter();
      await store(writer, [path.join(folder, '0.dat')]); // Whatever is opened once is open now.
      const before = open();
      const stop = new AbortController();
      await store(writer, [folder], { signal: stop.signal, onRead: () => stop.abort() });
      await expect.poll(open).toBeLessThanOrEqual(before);
    },
  );

  it('takes no more memory for 100,000 records than for a few', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'many.jsonl');
    const descriptor = openSync(file, 'w');
    for (let i = 0; i < 100_000; i += 1000) {
      const records = Array.from({ length: 1000 }, (_, n) => ({
        id: `r${i + n}`,
        title: `Title ${i + n}`,
        abstract: `Text ${n} of some length. `.repeat(4),
      }));
      writeSync(descriptor, `${lines(...records)}\n`);
    }
    closeSync(descriptor);

    // What is kept is what a collection leaves; between two of them the heap says little. The page cache of SQLite is
    // allowed 64 MiB, and fills in the first half.
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const samples: { heap: number; rss: number }[] = [];
    let calls = 0;
    const { counts } = await store(await newWriter(), [file], {
      onRead() {
        if (calls++ % 20 > 0) return;
        collect();
        const { heapUsed, rss } = process.memoryUsage();
        samples.push({ heap: heapUsed, rss });
      },
    });
    expect(counts).toEqual({ added: 100_000, changed: 0, unchanged: 0, duplicate: 0, rejected: 0, garbled: 0 });
    expect(samples.length).toBeGreaterThan(10);
    const [early, last] = [samples[Math.floor(samples.length / 10)]!, samples.at(-1)!];
    expect(last.heap - early.heap).toBeLessThan(10e6);
    expect(last.rss - early.rss).toBeLessThan(200e6);
  }, 180_000);
});

describe('embedding what is pending', () => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await Embedder.start(MODEL, { threads: 1 });
  });
  afterAll(() => embedder.close());

  it('gives each paper the vector of its own text, once', async () => {
    const folder = temporaryFolder();
    const writer = await newWriter(folder);
    const papers = ['Glaciers and their retreat', 'Sorting networks', 'Kinship among wasps'].map((title, i) =>
      paper(`p${i}`, { title, abstract: i === 1 ? '' : 'A short text.' }),
    );
    const long = paper('long', { abstract: 'Words upon words upon words. '.repeat(200) });
    await put(writer, [...papers, long]);

    const seen: number[] = [];
    const progress = await embedPending(writer, embedder, { onProgress: ({ done }) => seen.push(done) });
    expect(progress).toMatchObject({ done: 4, truncated: 1 });
    expect(progress.tokens).toBeGreaterThan(MODEL.maxTokens);
    expect(seen).toEqual([4]);
    expect(await writer.pendingCount()).toBe(0);

    const library = await openLibrary(folder);
    opened.push(library);
    const texts = [
      'Glaciers and their retreat\nA short text.',
      'Sorting networks',
      'Kinship among wasps\nA short text.',
    ];
    let i = 0;
    for await (const { vector } of embedder.embedDocuments(texts)) {
      const [key] = await library.find([`p${i++}`]);
      expect(await library.vectors([key!])).toEqual([vector]);
    }

    expect(await embedPending(writer, embedder)).toEqual({ done: 0, tokens: 0, truncated: 0 });
    await put(writer, [
      paper('p1', { title: 'Sorting networks', year: 2016 }),
      paper('p2', { title: 'Kinship among bees' }),
    ]);
    expect(await embedPending(writer, embedder)).toMatchObject({ done: 1 });
  });

  it('stops when it is told to, keeps what it has, and the next run does the rest', async () => {
    const writer = await newWriter();
    await put(
      writer,
      Array.from({ length: 200 }, (_, i) => paper(`p${i}`)),
    );
    const stop = new AbortController();
    const first = await embedPending(writer, embedder, { signal: stop.signal, onProgress: () => stop.abort() });
    expect(first.done).toBeGreaterThanOrEqual(64);
    expect(first.done).toBeLessThan(200);
    expect(await writer.pendingCount()).toBe(200 - first.done);
    expect(await embedPending(writer, embedder)).toMatchObject({ done: 200 - first.done });
    expect(await writer.pendingCount()).toBe(0);
  });

  it('does nothing when it is told to stop before it begins', async () => {
    const writer = await newWriter();
    await put(writer, [paper('a')]);
    expect(await embedPending(writer, embedder, { signal: AbortSignal.abort() })).toEqual({
      done: 0,
      tokens: 0,
      truncated: 0,
    });
    expect(await writer.pendingCount()).toBe(1);
  });

  it('keeps what was embedded when the embedder fails, and says why', async () => {
    const writer = await newWriter();
    await put(
      writer,
      Array.from({ length: 200 }, (_, i) => paper(`p${i}`)),
    );
    const failing = await Embedder.start(MODEL, { threads: 1 });
    const embedding = embedPending(writer, failing, { onProgress: () => void failing.close() });
    await expect(embedding).rejects.toMatchObject({ code: 'embedding-failed' });
    expect(await writer.pendingCount()).toBe(200 - 64);
  });
});
