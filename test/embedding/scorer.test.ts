/** Scoring pairs with a real cross-encoder in real threads. It is a tiny one, which says what is right. */
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BUNDLED_MODELS,
  CROSS_ENCODER_NAMES,
  DEFAULT_MODEL,
  findCrossEncoder,
  MODEL_FILE,
  sha256Of,
  type CrossEncoderModel,
} from '../../src/embedding/models.ts';
import { Scorer } from '../../src/embedding/scorer.ts';
import { temporaryFolder } from '../akin.ts';
import { installTiny } from './tiny-cross-encoder.ts';

const folder = temporaryFolder(afterAll);
let tiny: CrossEncoderModel;
let scorer: Scorer;
beforeAll(async () => {
  tiny = await installTiny(folder);
  scorer = await Scorer.start(tiny, { modelFolders: [folder], threads: 2 });
});
afterAll(() => scorer.close());

/** Words that are one token each. */
const WORDS = ['cat', 'dog', 'tree', 'river', 'stone', 'cloud', 'house', 'book'];

describe('a score', () => {
  it('is what the network gives for question and passage as its pair, many at once or one alone', async () => {
    const text = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 12 });
    const property = fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 8 }), async (pairs) => {
      const scores = await Promise.all(pairs.map(([asked, said]) => scorer.score(asked.join(' '), said.join(' '))));
      const shares = pairs.map(([asked, said]) => asked.filter((word) => said.includes(word)).length / asked.length);
      scores.forEach((score, i) => expect(score).toBeCloseTo(shares[i]!, 6));
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it('is a number for any two texts', async () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom('', '[SEP]', '\ud83d'));
    const property = fc.asyncProperty(anyText, anyText, async (query, passage) => {
      const score = await scorer.score(query, passage);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('is that of as much as the model takes: half of it for the question, the rest for the passage', async () => {
    const small = temporaryFolder();
    const model = await installTiny(small, { maxTokens: 16 });
    const short = await Scorer.start(model, { modelFolders: [small], threads: 1 });
    // [CLS], six words and [SEP] of the question; seven words and [SEP] of the passage.
    const question = 'cat dog tree river stone cloud';
    expect(await short.score(`${question} house book`, question)).toBe(1);
    const filler = 'the the the the the the';
    expect(await short.score('cat', `${'the '.repeat(11)}cat`)).toBe(1); // A short question leaves more.
    expect(await short.score('cat', `${'the '.repeat(12)}cat`)).toBe(0);
    expect(await short.score(question, `${filler} cat`)).toBeCloseTo(1 / 6, 6);
    expect(await short.score(question, `${filler} the cat`)).toBe(0);
    await short.close();
    expect(await scorer.score('word '.repeat(4_000_000), 'word '.repeat(4_000_000))).toBe(1);
  });
});

describe('a scorer', () => {
  it('rejects what waits when it is closed, and everything after', async () => {
    const closing = await Scorer.start(tiny, { modelFolders: [folder], threads: 1 });
    const long = WORDS.join(' ').repeat(60);
    const waiting = Array.from({ length: 20 }, () => closing.score(long, long));
    const outcomes = Promise.allSettled(waiting);
    await closing.close();
    const closed = { code: 'embedding-failed', message: 'the cross-encoder was closed' };
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: closed });
    await expect(closing.score('after', 'after')).rejects.toMatchObject(closed);
    await closing.close();
  });

  it('says of a network that is no cross-encoder what came out of it', async () => {
    const wrong = temporaryFolder();
    const model = await installTiny(wrong);
    const network = path.join(wrong, model.name, MODEL_FILE);
    copyFileSync(path.join(BUNDLED_MODELS, DEFAULT_MODEL, MODEL_FILE), network);
    model.files[MODEL_FILE] = { bytes: 0, sha256: await sha256Of(network) };
    const embedding = await Scorer.start(model, { modelFolders: [wrong], threads: 1 });
    await expect(embedding.score('a', 'b')).rejects.toMatchObject({
      code: 'embedding-failed',
      message: 'the model could not run: expected one finite logit, found none',
    });
    await embedding.close();
  });

  it.each(['config.json', 'tokenizer.json', MODEL_FILE])('does not start with a damaged %s', async (file) => {
    const damaged = temporaryFolder();
    const model = await installTiny(damaged);
    writeFileSync(path.join(damaged, model.name, file), 'damaged');
    await expect(Scorer.start(model, { modelFolders: [damaged] })).rejects.toMatchObject({
      code: 'model-damaged',
      exitCode: 7,
    });
  });

  it('does not start where none is installed, and says how to install one', async () => {
    await expect(Scorer.start({ ...tiny, name: 'nowhere' })).rejects.toMatchObject({
      code: 'model-missing',
      hint: expect.stringMatching(/^npm run fetch-model -- nowhere {3}/) as string,
    });
  });
});

describe('the registry', () => {
  it('knows cross-encoders by name, and one of them without', () => {
    expect(CROSS_ENCODER_NAMES).toContain(findCrossEncoder().name);
    for (const name of CROSS_ENCODER_NAMES) expect(findCrossEncoder(name).files).toHaveProperty([MODEL_FILE]);
  });

  it.each([DEFAULT_MODEL, '', '__proto__'])('refuses "%s", which is none', (name) => {
    expect(() => findCrossEncoder(name)).toThrow(
      expect.objectContaining({ code: 'model-unknown', hint: `cross-encoders: ${CROSS_ENCODER_NAMES.join(', ')}` }),
    );
  });
});
