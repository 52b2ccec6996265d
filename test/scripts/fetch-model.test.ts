/** Downloading a model, from a real server on this machine that behaves well or badly. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchModel, type FetchEvent, type FetchOptions } from '../../src/embedding/fetch-model.ts';
import {
  BUNDLED_MODELS,
  CROSS_ENCODER_NAMES,
  findModel,
  MODEL_NAMES,
  verifiedModelFolder,
  type Model,
} from '../../src/embedding/models.ts';
import type { AkinError } from '../../src/errors.ts';
import { builtOf, ROOT, temporaryFolder } from '../akin.ts';

const CONFIG = Buffer.from('{"layers": 1}');
const WEIGHTS = randomBytes(300_000);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const entry = (bytes: Buffer) => ({ bytes: bytes.length, sha256: sha256(bytes) });

const real = findModel('all-MiniLM-L6-v2');
const model: Model = {
  ...real,
  name: 'tiny',
  upstream: 'someone/tiny',
  files: { 'config.json': entry(CONFIG), 'onnx/weights.onnx': entry(WEIGHTS) },
};
/** What the server has under a path. */
const UPSTREAM_FILES = new Map([
  ['/someone/tiny/resolve/main/config.json', CONFIG],
  ['/someone/tiny/resolve/main/onnx/weights.onnx', WEIGHTS],
  ...Object.keys(real.files).map((file): [string, Buffer] => [
    `/Xenova/all-MiniLM-L6-v2/resolve/main/${file}`,
    readFileSync(path.join(BUNDLED_MODELS, real.name, file)),
  ]),
]);

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A well-behaved file server whose first answers for the weights are the given ones. */
async function upstream(...answers: Answer[]): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { range } = request.headers;
    requests.push(`${path.basename(request.url!)}${range ? ` ${range}` : ''}`);
    const answer = request.url!.endsWith('.onnx') ? answers.shift() : undefined;
    if (answer) return answer(response, request);
    const bytes = UPSTREAM_FILES.get(request.url!);
    if (!bytes) return response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    if (from > 0) {
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
    }
    response.end(bytes.subarray(from));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Fetches the tiny model into a folder where the weights' part already holds `kept`. */
async function fetchTiny(url: string, { kept = Buffer.alloc(0), ...options }: FetchOptions & { kept?: Buffer } = {}) {
  const into = temporaryFolder();
  const folder = path.join(into, 'tiny');
  mkdirSync(path.join(folder, 'onnx'), { recursive: true });
  if (kept.length > 0) writeFileSync(path.join(folder, 'onnx/weights.onnx.part'), kept);
  const events: FetchEvent[] = [];
  const error = await fetchModel(model, into, {
    upstream: url,
    report: (event) => events.push(event),
    ...options,
  }).then(
    () => undefined,
    (error: AkinError) => error,
  );
  return { into, folder, events, error, retries: events.filter((event) => event.kind === 'retry') };
}

function expectComplete(folder: string): void {
  expect(readFileSync(path.join(folder, 'config.json')).equals(CONFIG)).toBe(true);
  expect(readFileSync(path.join(folder, 'onnx/weights.onnx')).equals(WEIGHTS)).toBe(true);
  expect(readdirSync(path.join(folder, 'onnx'))).toEqual(['weights.onnx']);
}

describe('a download', () => {
  it('brings every file of the model, reports how far it is, and leaves nothing beside them', async () => {
    const { url, requests } = await upstream();
    const { folder, events, error } = await fetchTiny(`${url}/`);
    expect(error).toBeUndefined();
    expectComplete(folder);
    expect(requests).toEqual(['config.json', 'weights.onnx']);
    expect(events).toContainEqual({ kind: 'received', file: 'onnx/weights.onnx', bytes: 300_000, total: 300_000 });
    expect(events.at(-1)).toEqual({ kind: 'fetched', file: 'onnx/weights.onnx', bytes: 300_000 });
  });

  it('asks for nothing that is in place, and replaces what is damaged', async () => {
    const { url, requests } = await upstream();
    const { into, folder } = await fetchTiny(url);
    requests.length = 0;
    await fetchModel(model, into, { upstream: url });
    expect(requests).toEqual([]);

    writeFileSync(path.join(folder, 'onnx/weights.onnx'), WEIGHTS.subarray(1));
    await fetchModel(model, into, { upstream: url });
    expect(requests).toEqual(['weights.onnx']);
    expectComplete(folder);
  });

  it('refuses an upstream that is no http address', async () => {
    for (const url of ['huggingface', 'file:///etc', 'http://']) {
      expect((await fetchTiny(url)).error).toMatchObject({ code: 'invalid-argument', field: 'upstream' });
    }
  });
});

describe('an interrupted download', () => {
  it('goes on where the connection was lost', async () => {
    const { url, requests } = await upstream((response) => {
      response.writeHead(200, { 'content-length': WEIGHTS.length });
      response.write(WEIGHTS.subarray(0, 100_000));
      setTimeout(() => response.destroy(), 50);
    });
    const { folder, retries } = await fetchTiny(url);
    expectComplete(folder);
    expect(retries).toHaveLength(1);
    expect(requests).toEqual(['config.json', 'weights.onnx', 'weights.onnx bytes=100000-']);
  });

  it('goes on where an answer without a length ended early', async () => {
    const { url, requests } = await upstream((response) => response.end(WEIGHTS.subarray(0, 1000)));
    const { folder, retries } = await fetchTiny(url);
    expectComplete(folder);
    expect(retries[0]).toMatchObject({ reason: 'the answer ended after 1000 of 300000 bytes' });
    expect(requests.at(-1)).toBe('weights.onnx bytes=1000-');
  });

  it('goes on where an earlier run ended', async () => {
    const { url, requests } = await upstream();
    expectComplete((await fetchTiny(url, { kept: WEIGHTS.subarray(0, 123_456) })).folder);
    expect(requests.at(-1)).toBe('weights.onnx bytes=123456-');
  });

  it('only checks a part that an earlier run completed', async () => {
    const { url, requests } = await upstream();
    expectComplete((await fetchTiny(url, { kept: WEIGHTS })).folder);
    expect(requests).toEqual(['config.json']);
  });

  it('starts over when the part is longer than the file', async () => {
    const { url, requests } = await upstream();
    expectComplete((await fetchTiny(url, { kept: Buffer.concat([WEIGHTS, CONFIG]) })).folder);
    expect(requests.at(-1)).toBe('weights.onnx');
  });

  it('takes the whole file from a server that ignores ranges', async () => {
    const { url, requests } = await upstream((response) => response.writeHead(200).end(WEIGHTS));
    expectComplete((await fetchTiny(url, { kept: WEIGHTS.subarray(0, 1000) })).folder);
    expect(requests).toHaveLength(2);
  });

  it.each<[string, Answer]>([
    [
      'says that the range cannot be had',
      (response) => response.writeHead(416, { 'content-range': 'bytes */9' }).end(),
    ],
    [
      'sends another range',
      (response) => response.writeHead(206, { 'content-range': 'bytes 0-299999/300000' }).end(WEIGHTS),
    ],
    ['does not say which range it sends', (response) => response.writeHead(206).end(WEIGHTS.subarray(1000))],
  ])('starts over when the server %s', async (_, answer) => {
    const { url, requests } = await upstream(answer);
    expectComplete((await fetchTiny(url, { kept: WEIGHTS.subarray(0, 1000) })).folder);
    expect(requests).toEqual(['config.json', 'weights.onnx bytes=1000-', 'weights.onnx']);
  });

  it('gives up a connection that stays silent, and asks again', async () => {
    const { url, requests } = await upstream(
      () => {},
      (response) => response.writeHead(200, { 'content-length': WEIGHTS.length }).write(WEIGHTS.subarray(0, 5000)),
    );
    const { folder, retries } = await fetchTiny(url, { patience: 300 });
    expectComplete(folder);
    expect(retries.map(({ reason }) => reason)).toEqual(['no byte for 0.3 s', 'no byte for 0.3 s']);
    expect(requests.slice(1)).toEqual(['weights.onnx', 'weights.onnx', 'weights.onnx bytes=5000-']);
  });
});

describe('a file that is not the one of the manifest', () => {
  it('is deleted, with the hash found and the hash expected', async () => {
    const wrong = Buffer.from(WEIGHTS);
    wrong[0] = WEIGHTS[0]! ^ 1;
    const { url } = await upstream((response) => response.end(wrong));
    const { folder, error } = await fetchTiny(url);
    expect(error).toMatchObject({ code: 'model-damaged', exitCode: 7 });
    expect(error!.message).toBe(
      `${url}/someone/tiny/resolve/main/onnx/weights.onnx has SHA-256 ${sha256(wrong)}, expected ${sha256(WEIGHTS)}`,
    );
    expect(readdirSync(path.join(folder, 'onnx'))).toEqual([]);
  });

  it('leaves a file that was there before untouched until a right one has come', async () => {
    const { url } = await upstream((response) => response.end(Buffer.alloc(WEIGHTS.length)));
    const into = temporaryFolder();
    mkdirSync(path.join(into, 'tiny/onnx'), { recursive: true });
    writeFileSync(path.join(into, 'tiny/onnx/weights.onnx'), 'older');
    await expect(fetchModel(model, into, { upstream: url })).rejects.toMatchObject({ code: 'model-damaged' });
    expect(readFileSync(path.join(into, 'tiny/onnx/weights.onnx'), 'utf8')).toBe('older');
  });

  it('does not fill the disk when it never ends', async () => {
    const { url } = await upstream((response) => {
      const pour = () => !response.destroyed && response.write(Buffer.alloc(100_000), () => setImmediate(pour));
      pour();
    });
    const { folder, error } = await fetchTiny(url);
    expect(error).toMatchObject({ code: 'model-damaged' });
    expect(error!.message).toMatch(/is longer than the 300000 bytes expected$/);
    expect(readdirSync(path.join(folder, 'onnx'))).toEqual([]);
  });
});

describe('a server that refuses', () => {
  const busy =
    (retryAfter: string): Answer =>
    (response) =>
      response.writeHead(503, { 'retry-after': retryAfter }).end('later');

  it('is asked once when it does not have the file', async () => {
    const { url, requests } = await upstream((response) => response.writeHead(404).end('no such model'));
    const { error } = await fetchTiny(url);
    expect(error).toMatchObject({ code: 'model-missing', exitCode: 7 });
    expect(error!.message).toMatch(/weights\.onnx: the server answered 404 Not Found$/);
    expect(requests).toEqual(['config.json', 'weights.onnx']);
  });

  it('is asked again when it is busy, after the seconds it names', async () => {
    const { url } = await upstream(busy('1'));
    const started = performance.now();
    const { folder, retries } = await fetchTiny(url);
    expectComplete(folder);
    expect(retries).toMatchObject([{ reason: 'the server answered 503 Service Unavailable', seconds: 1 }]);
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  it('is asked again at the date it names', async () => {
    const { url } = await upstream((response) =>
      response.writeHead(429, { 'retry-after': new Date(Date.now() + 2000).toUTCString() }).end(),
    );
    const { folder, retries } = await fetchTiny(url);
    expectComplete(folder);
    expect(retries).toHaveLength(1);
    expect(retries[0]!.seconds).toBeGreaterThan(0.5);
    expect(retries[0]!.seconds).toBeLessThanOrEqual(2);
  });

  it('is left alone after five tries, and what has come stays for the next run', async () => {
    const { url, requests } = await upstream(...Array.from({ length: 9 }, () => busy('0')));
    const { folder, error } = await fetchTiny(url, { kept: WEIGHTS.subarray(0, 1000) });
    expect(error).toMatchObject({ code: 'model-missing', exitCode: 7 });
    expect(error!.message).toMatch(/could not be downloaded: the server answered 503 Service Unavailable$/);
    expect(requests.slice(1)).toEqual(Array.from({ length: 5 }, () => 'weights.onnx bytes=1000-'));
    expect(readdirSync(path.join(folder, 'onnx'))).toEqual(['weights.onnx.part']);
  });

  it('is left alone at once when it asks for an hour', async () => {
    const { url, requests } = await upstream(busy('3600'));
    expect((await fetchTiny(url)).error).toMatchObject({ code: 'model-missing' });
    expect(requests).toHaveLength(2);
  });
});

describe('the command', () => {
  const startCommand = (...parameters: string[]) =>
    spawn(process.execPath, [builtOf('scripts/fetch-model.ts'), ...parameters], { cwd: ROOT });

  async function fetchModelCommand(...parameters: string[]) {
    const child = startCommand(...parameters);
    const finished = { code: 0, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (finished.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (finished.stderr += chunk.toString()));
    [finished.code] = (await once(child, 'close')) as [number];
    return finished;
  }

  it('fetches the real small model, and nothing the second time', async () => {
    const { url, requests } = await upstream();
    const into = temporaryFolder();
    const first = await fetchModelCommand(real.name, '--into', into, '--upstream', url);
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toContain('onnx/model_quantized.onnx: fetched, 23.0 MB, hash as expected\n');
    expect(await verifiedModelFolder(real, [into])).toBe(path.join(into, real.name));
    expect(requests).toHaveLength(Object.keys(real.files).length);

    const second = await fetchModelCommand(real.name, '--into', into, '--upstream', url);
    expect(second.code).toBe(0);
    expect(second.stderr).toContain('onnx/model_quantized.onnx: already in place\n');
    expect(requests).toHaveLength(Object.keys(real.files).length);
  });

  it('can be killed while it downloads and goes on the next time', async () => {
    const weights = UPSTREAM_FILES.get('/Xenova/all-MiniLM-L6-v2/resolve/main/onnx/model_quantized.onnx')!;
    const { url, requests } = await upstream((response) => {
      response.writeHead(200, { 'content-length': weights.length }).write(weights.subarray(0, 1_000_000));
    });
    const into = temporaryFolder();
    const part = path.join(into, real.name, 'onnx/model_quantized.onnx.part');
    const child = startCommand(real.name, '--into', into, '--upstream', url);
    while (statSync(part, { throwIfNoEntry: false })?.size !== 1_000_000 && child.exitCode === null) await sleep(5);
    child.kill('SIGKILL');
    await once(child, 'close');

    expect((await fetchModelCommand(real.name, '--into', into, '--upstream', url)).code).toBe(0);
    expect(requests.at(-1)).toBe('model_quantized.onnx bytes=1000000-');
    expect(await verifiedModelFolder(real, [into])).toBe(path.join(into, real.name));
  });

  it('lists the models with licence, dimensions, token limit and whether they are in place', async () => {
    const into = temporaryFolder();
    mkdirSync(path.join(into, 'bge-small-en-v1.5/onnx'), { recursive: true });
    writeFileSync(path.join(into, 'bge-small-en-v1.5/onnx/model_quantized.onnx'), 'damaged');
    writeFileSync(path.join(into, 'bge-small-en-v1.5/config.json'), 'damaged');
    const { code, stdout } = await fetchModelCommand('--list', '--into', into);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split('\t')[0])).toEqual([...MODEL_NAMES, ...CROSS_ENCODER_NAMES]);
    expect(lines[0]).toMatch(/\tApache-2\.0\t384 dimensions\t256 tokens\tin place: .*all-MiniLM-L6-v2\t\(default\)$/);
    expect(lines[1]).toMatch(/\tMIT\t384 dimensions\t512 tokens\tdamaged$/);
    expect(lines[2]).toMatch(/^ms-marco-MiniLM-L-6-v2\tApache-2\.0\tre-ranks\t512 tokens\t(missing|in place: .*)$/);
  });

  it('says what went wrong and with which exit code', async () => {
    const unknown = await fetchModelCommand('word2vec');
    expect(unknown).toMatchObject({ code: 7, stdout: '' });
    expect(unknown.stderr).toMatch(/unknown model "word2vec"\nmodels: all-MiniLM-L6-v2, /);
    for (const parameters of [[], ['--wrong']]) {
      const misused = await fetchModelCommand(...parameters);
      expect(misused).toMatchObject({ code: 2, stdout: '' });
      expect(misused.stderr).toContain('npm run fetch-model -- NAME [--into DIR] [--upstream URL]\n');
    }
  });
});
