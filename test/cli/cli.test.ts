/** The command, as a person or a script meets it: what it prints where, and the exit code it leaves with. */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { akin, builtOf, PROGRAM, ROOT, sampleCopy, serveAkin, startAkin, temporaryFolder } from '../akin.ts';

const run = promisify(execFile);
const TURING = 'doi:10.1112/plms/s2-42.1.230';

it('tells its version', async () => {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect((await akin(['--version'])).stdout).toBe(`${version}\n`);
});

it.each([
  ['search', ['x', '--limit', '3', '--limit', '5'], '--limit <n>'],
  ['status', ['--json', '--json'], '--json'],
  ['add', ['x', '--no-embed', '--no-embed'], '--no-embed'],
  ['serve', ['--allow-host', 'a', '--allow-host', 'b', '--port', '1', '--port', '2'], '--port <n>'],
])('refuses an option of "akin %s" that is given again: %j', async (command, parameters, option) => {
  const { code, stderr } = await akin([command, ...parameters]);
  expect([code, stderr]).toEqual([2, `akin: option '${option}' is given more than once\n`]);
});

describe('asking', () => {
  const library = sampleCopy(afterAll);

  it('prints search results for people, and as JSON', async () => {
    const [shown, json] = await both(['search', 'computing', 'machine', '--limit', '2', '--index', library]);
    expect(shown).toMatch(
      /^ 1\. On Computable Numbers, .*\n {4}Alan M\. Turing · .* · 1937\n {4}███░ close {2}means much the same; shares words of the question {2}doi:10/,
    );
    expect(shown.match(/^ {4}[█░]{4} /gm)).toHaveLength(2);
    const { hits, mode } = JSON.parse(json) as { hits: { id: string }[]; mode: string };
    expect(hits).toHaveLength(2);
    expect(hits[0]).toMatchObject({ id: TURING, ranks: { dense: 1, lexical: 1 } });
    expect(mode).toBe('hybrid');
  });

  it('prints papers like a paper', async () => {
    const { code, stdout, stderr } = await akin([
      'like',
      'https://doi.org/10.1112/plms/s2-42.1.230',
      '--limit',
      '3',
      '--index',
      library,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('On Computable Numbers');
    expect(stdout.match(/^ \d\. .*\n {4}.* · \d{4}\n {4}[█░]{4} (?:very close|close|related|weak) {2}/gm)).toHaveLength(
      3,
    );
  });

  it('prints a paper', async () => {
    const { code, stdout, stderr } = await akin(['show', TURING, '--index', library]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^On Computable Numbers, .*\nAlan M\. Turing · .* · 1937\nhttps:\/\/doi\.org\/10\..*\nid doi:10\..*\n/,
    );
    expect(stdout).toMatch(/\n\nWhat can be calculated [^\n]*\n$/);
  });

  it('prints papers for other programs, and as JSON', async () => {
    const [bibtex, json] = await both(['export', '--index', library]);
    expect(bibtex.match(/^@\w+\{/gm)).toHaveLength(120);
    const papers = json.trim().split('\n');
    expect(papers.map((line) => JSON.parse(line) as unknown)).toContainEqual(expect.objectContaining({ id: TURING }));
    expect(papers).toHaveLength(120);
    const one = await akin(['export', '--format', 'ris', TURING, '--index', library]);
    expect(one.stdout.match(/^TI {2}- .*$/gm)).toEqual([expect.stringContaining('On Computable Numbers')]);
  });

  it('prints what the library holds, and as JSON', async () => {
    const [shown, json] = await both(['status', '--index', library]);
    expect(shown).toMatch(
      /^120 papers, 120 embedded with all-MiniLM-L6-v2 \(0 truncated\)\n.*reads English.*\n\d\.\d MB in \//,
    );
    expect(JSON.parse(json)).toMatchObject({
      folder: library,
      papers: 120,
      embedded: 120,
      truncated: 0,
      model: 'all-MiniLM-L6-v2',
      language: 'English',
    });
  });

  it('prints what the doctor finds, and as JSON', async () => {
    const [shown, json] = await both(['doctor', '--index', library]);
    expect(
      shown
        .trim()
        .split('\n')
        .map((line) => line.slice(0, 5)),
    ).toEqual(Array(5).fill('ok   '));
    expect((JSON.parse(json) as { ok: boolean }[]).map(({ ok }) => ok)).toEqual(Array(5).fill(true));
  });

  it('prints its help on stdout', async () => {
    const { code, stdout } = await akin(['--help']);
    expect(code).toBe(0);
    for (const command of [
      'add',
      'search',
      'like',
      'show',
      'export',
      'duplicates',
      'remove',
      'status',
      'serve',
      'compact',
      'doctor',
    ])
      expect(stdout).toContain(`  ${command} `);
  });
});

describe('adding', () => {
  it('takes folders, several files, gzip and standard input in one run', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'papers/more'), { recursive: true });
    writeFileSync(path.join(folder, 'papers/one.jsonl'), lines('one'));
    writeFileSync(path.join(folder, 'papers/more/two.jsonl.gz'), gzipSync(lines('two', 'three')));
    writeFileSync(path.join(folder, 'papers/.hidden.jsonl'), lines('hidden'));
    writeFileSync(path.join(folder, 'four.jsonl'), lines('four'));
    const index = path.join(folder, 'index');
    const { code, stdout } = await akin(
      [
        'add',
        '--json',
        '--no-embed',
        '--index',
        index,
        path.join(folder, 'papers'),
        path.join(folder, 'four.jsonl'),
        '-',
      ],
      { input: gzipSync(lines('five', 'one')) },
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      added: 5,
      unchanged: 1,
      changed: 0,
      rejected: 0,
      embedded: 0,
      pending: 5,
    });
    for (const id of ['one', 'two', 'three', 'four', 'five']) expect(paperIds(index)).toContain(id);
  });

  it('stores now and embeds later when told not to embed', async () => {
    const index = temporaryFolder();
    const first = await akin(['add', '--no-embed', '--index', index, '-'], { input: lines('one', 'two') });
    expect(first.stdout).toMatch(
      /^2 added, 0 changed, 0 unchanged, 0 duplicates, 0 rejected\n0 embedded .*\n2 papers wait for their vector/,
    );
    const found = await akin(['search', 'number one', '--index', index]);
    expect(found.stdout).toMatch(/^ 1\. .*one.*\n {4}██░░ related {2}not embedded yet; shares words of the question/);
    expect(found.stdout).toContain('0 of 2 papers are embedded so far');

    const second = await akin(['add', '--json', '--index', index, '-'], { input: lines('two', 'one') });
    expect(JSON.parse(second.stdout)).toMatchObject({ added: 0, unchanged: 2, embedded: 2, pending: 0 });

    // Conditions only: there is nothing to be near to, and that is nobody's fault.
    const listed = await akin(['search', 'title:one', '--index', index]);
    expect(listed.stdout).toMatch(/^ 1\. .*one/);
    expect(listed.stdout).not.toContain('embedded');
  });

  it('embeds a changed paper again, and only that; scripts/build-index.ts does the same', async () => {
    const folder = temporaryFolder();
    const [file, index] = [path.join(folder, 'papers.jsonl'), path.join(folder, 'index')];
    const script = builtOf('scripts/build-index.ts');
    writeFileSync(file, lines('one', 'two'));
    const { stdout, stderr } = await run(process.execPath, [script, file, '--index', index], { cwd: ROOT });
    expect(stdout).toMatch(
      /^2 added, 0 changed, 0 unchanged, .*\n2 embedded in \d+ s; 0 of them truncated \(longer than the model's limit\)\n$/,
    );
    // No terminal: plain lines, one for each part of the work that is soon done.
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^reading: 2 records, [\d,]+ a second$/),
      expect.stringMatching(/^embedding: \[#{24}\] 100% 2 of 2, [\d.]+ papers\/s, [\d,]+ tokens\/s, 0 s left$/),
    ]);

    writeFileSync(file, lines('one', 'two').replace('About two', 'Not at all about two'));
    const again = await summaryOf(['add', '--json', '--index', index, file], 0);
    expect(again).toMatchObject({ added: 0, changed: 1, unchanged: 1, embedded: 1, pending: 0 });
  });

  it('reads a file in the format it is told', async () => {
    const file = path.join(temporaryFolder(), 'notes.txt');
    writeFileSync(file, `Furniture\n\nA title of ours\n\n${'Words of an abstract that go on and on. '.repeat(8)}\n`);
    const index = temporaryFolder();
    const parameters = ['add', '--json', '--no-embed', '--index', index, file];
    expect(await summaryOf(parameters, 4)).toMatchObject({ added: 0, rejectsByCode: { 'format-unknown': 1 } });
    expect(await summaryOf([...parameters, '--format', 'hf-papers'], 0)).toMatchObject({ added: 1, rejected: 0 });
    expect(await summaryOf([...parameters, '--format', 'jsonl'], 4)).toMatchObject({
      added: 0,
      rejectsByCode: { syntax: 3 },
    });
  });

  it('accounts for every record it could not take in', async () => {
    const folder = temporaryFolder();
    const [file, rejects] = [path.join(folder, 'mixed.jsonl'), path.join(folder, 'rejects.jsonl')];
    const records = [lines('good').trim(), '{"title": "cut off', '{"year": 2016}', '{"title": "Ü", "year": "soon"}'];
    writeFileSync(file, records.join('\n'));
    const { code, stdout } = await akin([
      'add',
      '--no-embed',
      '--index',
      path.join(folder, 'index'),
      '--rejects',
      rejects,
      file,
    ]);
    expect(code).toBe(4);
    expect(stdout).toContain('1 added, 0 changed, 0 unchanged, 0 duplicates, 3 rejected');
    expect(stdout).toContain('rejected: 1 syntax, 2 record-invalid');
    expect(stdout).toContain(`${file}, record 4: year: expected a year such as 2016, found "soon"`);
    const written = readFileSync(rejects, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(written.map(({ record, code }) => [record, code])).toEqual([
      [2, 'syntax'],
      [3, 'record-invalid'],
      [4, 'record-invalid'],
    ]);
    for (const { file: named, offset, record, excerpt } of written) {
      expect(named).toBe(file);
      const bytes = readFileSync(file).subarray(Number(offset));
      expect(bytes.toString().split('\n')[0]).toBe(records[Number(record) - 1]);
      expect(excerpt).toBe(records[Number(record) - 1]);
    }
  });

  it('refuses to begin when the rejects cannot be written', async () => {
    const index = path.join(temporaryFolder(), 'index');
    const { code, stderr } = await akin(['add', '--index', index, '--rejects', '/nowhere/rejects.jsonl', '-'], {
      input: lines('one'),
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^akin: .*\/nowhere\/rejects\.jsonl/);
    expect(existsSync(index)).toBe(false);
  });

  it('keeps the id that a file gave, number or text, at every door', async () => {
    const index = temporaryFolder();
    const { code } = await akin(['add', '--index', index, '-'], {
      input: '{"id": 17, "title": "Seventeen as a number"}\n{"id": "18", "title": "Eighteen as a text"}',
    });
    expect(code).toBe(0);
    const shown = await akin(['show', '17', '--json', '--index', index]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ id: '17', title: 'Seventeen as a number' });
    const like = await akin(['like', '17', '--json', '--index', index]);
    expect((JSON.parse(like.stdout) as { hits: { id: string }[] }).hits.map(({ id }) => id)).toEqual(['18']);
    const { url } = await serveAkin(index);
    expect(await (await fetch(`${url}/v1/papers/17`)).json()).toMatchObject({ id: '17' });
    expect(await (await fetch(`${url}/v1/papers/17/similar`)).json()).toMatchObject({ hits: [{ id: '18' }] });
    // Files differ in how they write it; it is the same paper.
    expect(
      await summaryOf(['add', '--json', '--index', index, '-'], 0, '{"id": "17", "title": "Seventeen as a number"}'),
    ).toMatchObject({ unchanged: 1 });
  });

  it('tells what a paper was merged from, at every door', async () => {
    const index = temporaryFolder();
    const records = [
      { id: 'a', title: 'On knots', venue: 'arXiv', year: 2020, doi: '10.1000/knots' },
      { id: 'b', title: 'On Knots', venue: 'J. Ropes', year: 2021, doi: '10.1000/knots' },
    ];
    await akin(['add', '--no-embed', '--index', index, '-'], {
      input: records.map((record) => JSON.stringify(record)).join('\n'),
    });
    const { stdout } = await akin(['show', 'b', '--index', index]);
    expect(stdout).toContain('On knots\nJ. Ropes · 2020\n');
    expect(stdout).toContain('merged from On knots · arXiv · 2020 · a\nmerged from On Knots · J. Ropes · 2021 · b\n');
    const told = {
      id: 'a',
      versions: [],
      records: [
        { id: 'a', year: 2020 },
        { id: 'b', year: 2021 },
      ],
    };
    const shown = await akin(['show', 'a', '--json', '--index', index]);
    expect(JSON.parse(shown.stdout)).toMatchObject(told);
    const { url } = await serveAkin(index);
    expect(await (await fetch(`${url}/v1/papers/a`)).json()).toMatchObject(told);
  });

  it('shows its progress as a bar that redraws itself on a terminal', async (test) => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'papers.jsonl');
    writeFileSync(file, lines(...Array.from({ length: 130 }, (_, i) => `number ${i}`)));
    const screen = await onTerminal([process.execPath, PROGRAM, 'add', file, '--index', path.join(folder, 'index')]);
    if (screen === undefined) return test.skip('neither script nor python3 is here to make a terminal');
    const drawn = screen.split('\r\u001b[2K');
    expect(
      drawn.filter((text) =>
        /^embedding: \[#+-+\] \d+% \d+ of 130, [\d.]+ papers\/s, [\d,]+ tokens\/s, \d+ s left$/.test(text),
      ),
    ).not.toEqual([]);
    expect(drawn.at(-1)).toMatch(/^embedding: \[#{24}\] 100% 130 of 130.*\r\n130 added, /);
  });
});

describe('serving', () => {
  it('prints the address, uses the library there is, and ends at Ctrl-C', async () => {
    const server = startAkin(['serve', '--sample', '--port', '0', '--index', sampleCopy()]);
    onTestFinished(() => void server.kill('SIGKILL'));
    const talk = text(server.stderr!);
    const [line] = (await once(server.stdout!, 'data')) as [Buffer];
    const url = /^120 papers at (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(line.toString())![1]!;
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok' });
    server.kill('SIGINT');
    expect(await once(server, 'close')).toEqual([0, null]);
    expect(await talk).toBe('stopping\n');
  });

  it('answers the names that it is given where others can reach it, and nobody else', async () => {
    const index = sampleCopy();
    await akin(['key', 'add', 'someone', '--index', index]);
    const server = startAkin(
      ['serve', '--port', '0', '--index', index, '--host', '0.0.0.0', '--allow-host', 'papers.example'],
      {},
    );
    onTestFinished(() => void server.kill('SIGKILL'));
    const talk = text(server.stderr!);
    const [line] = (await once(server.stdout!, 'data')) as [Buffer];
    const port = Number(/:(\d+)\n$/.exec(line.toString())![1]);
    const ask = async (host: string) => {
      const [answer] = (await once(get({ port, path: '/healthz', headers: { Host: host } }), 'response')) as [
        IncomingMessage,
      ];
      answer.resume();
      return answer.statusCode;
    };
    expect([await ask(`localhost:${port}`), await ask('papers.example'), await ask('attacker.example')]).toEqual([
      200, 200, 403,
    ]);
    server.kill('SIGINT');
    expect(await once(server, 'close')).toEqual([0, null]);
    expect(line.toString()).toMatch(/^120 papers at http:\/\/127\.0\.0\.1:\d+/);
    expect(line.toString()).not.toContain('0.0.0.0');
    expect(await talk).toBe('stopping\n');
  });

  it('builds the sample where there is no library, and serves nothing when that is interrupted', async () => {
    const index = temporaryFolder();
    const server = startAkin(['serve', '--sample', '--port', '0', '--index', index]);
    onTestFinished(() => void server.kill('SIGKILL'));
    const [said, printed] = [text(server.stderr!), text(server.stdout!)];
    await until(() => existsSync(path.join(index, 'writer.lock.holder')));
    server.kill('SIGINT');
    expect(await once(server, 'close')).toEqual([130, null]);
    expect(await printed).toBe('');
    expect(await said).toMatch(
      /^no library yet: building the bundled sample library\n[^]*stopping after what is under way/,
    );
  });
});

describe('keeping', () => {
  it('removes papers by any of their names and gives their space back', async () => {
    const library = sampleCopy();
    const [removed] = await Promise.all([
      akin(['remove', TURING, 'https://arxiv.org/abs/1706.03762', '--index', library]),
    ]);
    expect(removed).toEqual({ code: 0, stdout: '2 removed\n', stderr: '' });
    expect(await statusOf(library)).toMatchObject({ papers: 118, embedded: 118 });
    const again = await akin(['remove', '--json', TURING, 'arxiv:2006.11239', '--index', library]);
    expect(again.code).toBe(5);
    expect(JSON.parse(again.stdout)).toEqual({ removed: 1, ids: ['arxiv:2006.11239'] });
    expect(again.stderr).toMatch(/^akin: no paper has the id "doi:10\.1112.*"\n {6}ids are those of the source, .*\n$/);

    const compacted = await akin(['compact', '--json', '--index', library]);
    expect(compacted.code).toBe(0);
    const { bytesBefore, bytesAfter } = JSON.parse(compacted.stdout) as Record<string, number>;
    expect(bytesAfter).toBeLessThan(bytesBefore!);
    const { stdout } = await akin(['doctor', '--index', library]);
    expect(stdout).toContain(
      'ok    graph fits the library: 117 vectors, 0 newer ones searched exactly, 0 deleted ones taking space',
    );
  });

  it('finds a damaged graph, answers all the same, and mends it', async () => {
    const library = sampleCopy();
    const graph = path.join(
      library,
      readdirSync(library).find((name) => name.endsWith('.hnsw'))!,
    );
    overwrite(graph, statSync(graph).size / 2, 64);
    const found = await akin(['doctor', '--index', library]);
    expect(found.code).toBe(3);
    expect(found.stdout).toMatch(
      /^WRONG graph fits the library: its snapshot can't be used: graph-.*\.hnsw is damaged\n {6}nothing is lost: .*compact/m,
    );
    expect(found.stdout.match(/^ok /gm)).toHaveLength(4);
    expect((await akin(['search', 'computing machine', '--index', library])).stdout).toMatch(/^ 1\. On Computable/);
    const mended = await akin(['compact', '--index', library]);
    expect(mended.code).toBe(0);
    expect(mended.stdout).toMatch(/^\d\.\d MB before, \d\.\d MB now\n$/);
    expect((await akin(['doctor', '--index', library])).code).toBe(0);
  });

  it('finds a damaged database and says what to do', async () => {
    const library = sampleCopy();
    const file = path.join(library, 'library.sqlite');
    const { size } = statSync(file);
    overwrite(file, 16 * 1024, size - 32 * 1024);
    const { code, stdout, stderr } = await akin(['doctor', '--json', '--index', library]);
    expect(code).toBe(3);
    expect(stderr).toBe('');
    const wrong = (JSON.parse(stdout) as { ok: boolean; hint?: string }[]).filter(({ ok }) => !ok);
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong[0]!.hint).toContain('restore');
  });
});

describe('exit codes', () => {
  it.each([
    ['an unknown option', ['status', '--loud']],
    ['a limit out of range', ['search', 'a', '--limit', '0']],
    ['an unknown mode', ['search', 'a', '--mode', 'fuzzy']],
    ['an unknown format', ['add', '-', '--format', 'docx']],
    ['nothing to add', ['add']],
    ['an empty query', ['search', ' ']],
    ['a file that does not exist', ['add', '/nowhere/papers.bib']],
  ])('2 for %s', async (_, parameters) => {
    await refuses(parameters, 2);
  });

  it.each([
    [['status', '--loud'], /^akin: unknown option '--loud'\n$/],
    [['search', 'a', '--limt', '3'], /^akin: unknown option '--limt'\n {6}\(Did you mean --limit\?\)\n$/],
    [['status', '--json', '--json'], /^akin: option '--json' is given more than once\n$/],
    [['eval', '--queries', 'x'], /^akin: --qrels is missing: .*\n {6}give --qrels FILE beside it, or make both/],
  ])('2 for %j, said as everything else', async (parameters, said) => {
    expect((await refuses(parameters, 2)).stderr).toMatch(said);
  });

  it('3 when there is no library, and none is made', async () => {
    const index = path.join(temporaryFolder(), 'none');
    for (const parameters of [['search', 'a'], ['remove', '17'], ['compact']]) {
      const { stderr } = await refuses(parameters, 3, index);
      expect(stderr).toContain('akin add --index');
    }
    expect(readdirSync(path.dirname(index))).toEqual([]);
  });

  it.each([
    ["another program's", ['status'], 'PRAGMA application_id = 7', 'another program'],
    ['of a newer format', ['add', '-'], 'PRAGMA user_version = 99', 'git pull && npm ci'],
    [
      'of another version of its model',
      ['search', 'a'],
      "UPDATE spaces SET fingerprint = 'x'",
      'another version of all-MiniLM-L6-v2',
    ],
  ])('3 when the database is %s', async (_, parameters, spoil, said) => {
    const library = sampleCopy();
    const db = new Database(path.join(library, 'library.sqlite'));
    db.exec(spoil);
    db.close();
    expect((await refuses(parameters, 3, library)).stderr).toContain(said);
  });

  it('3 when another model is asked for than the library is of', async () => {
    const { stderr } = await refuses(['add', '-', '--no-embed', '--model', 'bge-small-en-v1.5'], 3, sampleCopy());
    expect(stderr).toContain('leave --model out');
  });

  it('5 when there is no such paper', async () => {
    for (const command of ['remove', 'export']) {
      expect((await refuses([command, 'arxiv:0704.0001'], 5)).stderr).toContain('arxiv:0704.0001');
    }
  });

  it('6 while another process writes, naming it', async () => {
    const library = sampleCopy();
    const writer = startAkin(['add', '-', '--no-embed', '--index', library]);
    onTestFinished(() => void writer.kill('SIGKILL'));
    await until(
      () =>
        readdirSync(library).includes('writer.lock.holder') &&
        readFileSync(path.join(library, 'writer.lock.holder'), 'utf8').includes(`process ${writer.pid}`),
    );
    const { stderr } = await refuses(['remove', TURING], 6, library);
    expect(stderr).toContain(`akin add (process ${writer.pid}, since `);
    writer.stdin!.end(lines('late'));
    expect(await once(writer, 'close')).toEqual([0, null]);
    expect((await akin(['remove', TURING, '--index', library])).code).toBe(0);
  });

  it('7 for a model that is unknown, missing or damaged, before anything is stored', async () => {
    const models = temporaryFolder();
    const damaged = path.join(models, 'all-MiniLM-L6-v2');
    cpSync(path.join(ROOT, 'models/all-MiniLM-L6-v2'), damaged, { recursive: true });
    writeFileSync(path.join(damaged, 'tokenizer.json'), '{}');
    const index = path.join(temporaryFolder(), 'index');
    const environment = { AKIN_MODELS: models };
    const bad = await akin(['add', '-', '--index', index], { input: lines('one'), environment });
    expect(bad.code).toBe(7);
    expect(bad.stderr).toContain(
      `${damaged}/tokenizer.json has SHA-256 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a, expected da0e7993`,
    );
    expect(bad.stderr).toContain(`npm run fetch-model -- all-MiniLM-L6-v2 --into "${models}"`);
    expect((await akin(['search', 'a', '--index', sampleCopy()], { environment })).code).toBe(7);

    expect(readdirSync(path.dirname(index))).toEqual([]);

    const unknown = await refuses(['add', '-', '--model', 'word2vec'], 7, index);
    expect(unknown.stderr).toContain('all-MiniLM-L6-v2, bge-small-en-v1.5');
    expect(readdirSync(path.dirname(index))).toEqual([]);

    // The library's own model counts, not the default one.
    expect(
      await summaryOf(
        ['add', '-', '--json', '--no-embed', '--model', 'bge-small-en-v1.5', '--index', index],
        0,
        lines('one'),
      ),
    ).toMatchObject({ added: 1 });
    const missing = await akin(['add', '-', '--index', index], { input: lines('two') });
    expect(missing.code).toBe(7);
    expect(missing.stderr).toContain('model bge-small-en-v1.5 is not in');
    expect(await statusOf(index)).toMatchObject({ papers: 1, embedded: 0 });
  });

  it(
    '7 for a cross-encoder that is damaged, when it is to re-rank, and nothing otherwise',
    { timeout: 180_000 },
    async () => {
      const models = temporaryFolder();
      const network = path.join(models, 'ms-marco-MiniLM-L-6-v2/onnx/model_quantized.onnx');
      mkdirSync(path.dirname(network), { recursive: true });
      for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
        writeFileSync(path.join(models, 'ms-marco-MiniLM-L-6-v2', file), 'damaged');
      writeFileSync(network, 'damaged');
      const environment = { AKIN_MODELS: models };
      const library = sampleCopy();
      const judged = ['--queries', path.join(models, 'queries.tsv'), '--qrels', path.join(models, 'qrels.tsv')];
      writeFileSync(judged[1]!, 'q1\tcomputing machine\n');
      writeFileSync(judged[3]!, `query-id\tcorpus-id\tscore\nq1\t${TURING}\t1\n`);
      for (const asked of [
        ['search', 'computing machine', '--rerank', '100'],
        ['like', TURING, '--rerank', '100'],
        ['serve', '--port', '0', '--rerank', '100'],
        ['eval', ...judged, '--mode', 'hybrid+rerank:100'],
      ]) {
        const { code, stdout, stderr } = await akin([...asked, '--index', library], { environment });
        expect([asked[0], code, stdout]).toEqual([asked[0], 7, '']);
        expect(stderr).toContain('config.json has SHA-256');
        expect(stderr).toContain(`npm run fetch-model -- ms-marco-MiniLM-L-6-v2 --into "${models}"`);
      }
      for (const rerank of [[], ['--rerank', '0']])
        expect((await akin(['search', 'computing machine', ...rerank, '--index', library], { environment })).code).toBe(
          0,
        );
    },
  );

  it('2 for an address that is none, or none to be called by', async () => {
    expect((await refuses(['serve', '--host', ''], 2)).stderr).toContain('the address to listen on is empty');
    expect((await refuses(['serve', '--allow-host', 'http://papers.example'], 2)).stderr).toContain(
      'no name of a host',
    );
    await refuses(['serve', '--port', '0x10'], 2);
  });

  it('8 when the port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void holder.close());
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const { stderr } = await refuses(['serve', '--port', String(port)], 8);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is taken`);
  });
});

/** The bundled sample library, for commands that only read, or are refused before they write. */
const readOnly = inject('sampleLibrary');

/** A command's output as text and as JSON; nothing on stderr, and no colours in a pipe, not even in CI. */
async function both(parameters: string[]): Promise<[string, string]> {
  const options = { environment: { CI: 'true' } };
  const outputs = await Promise.all([akin(parameters, options), akin([...parameters, '--json'], options)]);
  for (const { code, stdout, stderr } of outputs) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('\u001b');
  }
  return [outputs[0].stdout, outputs[1].stdout];
}

/** Runs a command that is to fail: the expected code, a sentence on stderr, nothing on stdout, no stack. */
async function refuses(parameters: string[], code: number, index = readOnly) {
  const finished = await akin([...parameters, '--index', index], { input: lines('one') });
  expect(finished.code, finished.stderr).toBe(code);
  expect(finished.stderr).toMatch(/^(akin|error): /);
  expect(finished.stderr).not.toMatch(/^ +at /m);
  return finished;
}

async function summaryOf(parameters: string[], code: number, input = ''): Promise<unknown> {
  const finished = await akin(parameters, { input });
  expect(finished.code, finished.stderr).toBe(code);
  return JSON.parse(finished.stdout);
}

async function statusOf(index: string): Promise<unknown> {
  return JSON.parse((await akin(['status', '--json', '--index', index])).stdout);
}

function lines(...ids: string[]): string {
  return ids
    .map(
      (id) => `${JSON.stringify({ id, title: `A paper called ${id}`, abstract: `About ${id}, and little else.` })}\n`,
    )
    .join('');
}

function paperIds(index: string): string[] {
  const db = new Database(path.join(index, 'library.sqlite'), { readonly: true });
  const ids = db.prepare('SELECT id FROM papers ORDER BY row').pluck().all() as string[];
  db.close();
  return ids;
}

function overwrite(file: string, at: number, bytes: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(bytes, 0xa5), 0, bytes, Math.floor(at));
  closeSync(descriptor);
}

/** What a program writes to a terminal of 120 columns; undefined where nothing can make one (never in CI). */
async function onTerminal(command: string[]): Promise<string | undefined> {
  const quoted = command.map((part) => `'${part}'`).join(' ');
  const makers: [string, string[]][] = [
    ['script', ['-qec', `stty columns 120; ${quoted}`, '/dev/null']],
    [
      'python3',
      ['-c', 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)', 'sh', '-c', `stty columns 120; ${quoted}`],
    ],
  ];
  const maker = makers.find(([program]) => {
    try {
      execFileSync('which', [program]);
      return true;
    } catch {
      return false;
    }
  });
  if (!maker && process.env.CI === 'true') throw new Error('neither script nor python3 is here to make a terminal');
  return maker && (await run(...maker, { cwd: ROOT })).stdout;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
