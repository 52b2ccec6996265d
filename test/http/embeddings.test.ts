/** `POST /v1/embeddings`: asked by the client that programs use, over a real socket, and refused where it asks too much. */
import OpenAI, { APIError } from 'openai';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { LIMITS } from '../../src/http/limits.ts';
import { listen, type RunningServer } from '../../src/http/server.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { dot } from '../../src/vector.ts';
import { sampleCopy } from '../akin.ts';

const folder = sampleCopy(afterAll);
let session: Session;
let server: RunningServer;
let client: OpenAI;
let model: string;
beforeAll(async () => {
  session = new Session({ address: folder, configuration: configurationOf({}), threads: 1 });
  await session.ready();
  ({ model } = await session.summary());
  server = await listen(createApp({ session, log: pino({ level: 'silent' }) }), { host: '127.0.0.1', port: 0 });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
  return async () => {
    await server.close(0);
    await session.close();
  };
});

const TEXTS = [
  'A machine that computes any number.',
  'Galaxies turn faster than they should.',
  'An engine for all arithmetic.',
];

describe("OpenAI's client", () => {
  it('gets the vectors of texts, as numbers and as bytes', async () => {
    const numbers = await client.embeddings.create({ model, input: TEXTS, encoding_format: 'float' });
    expect(numbers).toMatchObject({ object: 'list', model });
    expect(numbers.data.map(({ index, object }) => [index, object])).toEqual(TEXTS.map((_, i) => [i, 'embedding']));
    expect(numbers.usage.prompt_tokens).toBeGreaterThan(3 * 6);
    expect(numbers.usage.total_tokens).toBe(numbers.usage.prompt_tokens);
    const bytes = await client.embeddings.create({ model, input: TEXTS }); // It asks for bytes where nothing is said.
    const vectors = numbers.data.map(({ embedding }) => Float32Array.from(embedding));
    for (const [i, { embedding }] of bytes.data.entries()) expect(Float32Array.from(embedding)).toEqual(vectors[i]);
    const [machine, galaxy, engine] = vectors as [Float32Array, Float32Array, Float32Array];
    expect(dot(machine, machine)).toBeCloseTo(1, 5);
    expect(dot(machine, engine)).toBeGreaterThan(dot(machine, galaxy));
  });

  it('gets the vector that a paper has in the library', async () => {
    const library = await session.library();
    const [key] = await library.find(['arxiv:1706.03762']);
    const [vector] = await library.vectors([key!]);
    const { title, abstract } = await session.paper('arxiv:1706.03762');
    const { data } = await client.embeddings.create({
      model,
      input: `${title}\n${abstract}`,
      dimensions: vector!.length,
    });
    expect(dot(Float32Array.from(data[0]!.embedding), vector!)).toBeCloseTo(1, 4);
  });

  it.each([
    [{ model: 'text-embedding-3-small', input: 'a' }, 400, /text-embedding-3-small/],
    [{ input: '' }, 400, /input/],
    [{ input: [] }, 400, /input/],
    [{ input: [1, 2, 3] }, 400, /input/],
    [{ input: Array<string>(LIMITS.embeddedTexts + 1).fill('a') }, 400, /input/],
    [{ input: 'a'.repeat(LIMITS.embeddedCharacters + 1) }, 400, /input/],
    [{ input: Array<string>(20).fill('ab '.repeat(5000)) }, 413, /characters/],
    [{ input: 'a', dimensions: 7 }, 400, /has 384/],
    [{ input: 'a', dimensions: 1.3e35 }, 400, /has 384/],
    [{ input: 'a', encoding_format: 'int8' }, 400, /encoding_format/],
    [{ input: 'a', colour: 1 }, 400, /colour/],
  ])('is told what is wrong (%#)', async (asked, status, words) => {
    const error = await client.embeddings
      .create({ model, ...asked } as OpenAI.EmbeddingCreateParams)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(APIError);
    expect([(error as APIError).status, (error as APIError).message]).toEqual([status, expect.stringMatching(words)]);
  });
});
