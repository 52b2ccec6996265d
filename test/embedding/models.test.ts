/** The registry of models, and the check that a model's files are the ones it names. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BUNDLED_MODELS,
  DEFAULT_MODEL,
  findModel,
  fingerprintOf,
  MODEL_FILE,
  MODEL_NAMES,
  sha256Of,
  verifiedModelFolder,
  type Model,
  type ModelEntry,
} from '../../src/embedding/models.ts';
import type { AkinError } from '../../src/errors.ts';
import { temporaryFolder } from '../akin.ts';
import { itShared, sharedPath } from '../shared.ts';

describe('the registry', () => {
  it('knows its default', () => {
    expect(MODEL_NAMES).toContain(DEFAULT_MODEL);
    expect(findModel(DEFAULT_MODEL)).toMatchObject({ name: DEFAULT_MODEL, dimensions: 384 });
  });

  it.each(['word2vec', '', 'constructor', '__proto__', '../all-MiniLM-L6-v2'])(
    'refuses the unknown model "%s" and names the ones there are',
    (name) => {
      expect(() => findModel(name)).toThrow(
        expect.objectContaining({ code: 'model-unknown', hint: `models: ${MODEL_NAMES.join(', ')}`, field: 'model' }),
      );
    },
  );
});

describe('the fingerprint', () => {
  const entry: ModelEntry = {
    upstream: 'someone/tiny',
    licence: 'MIT',
    pooling: 'mean',
    queryPrefix: 'query: ',
    documentPrefix: '',
    maxTokens: 256,
    dimensions: 384,
    unrelatedCosine: 0,
    language: 'English',
    scripts: ['Latin'],
    files: { 'a.json': { bytes: 1, sha256: 'a'.repeat(64) }, 'b.onnx': { bytes: 2, sha256: 'b'.repeat(64) } },
  };

  it('changes with everything that decides a vector', () => {
    const changes: Partial<ModelEntry>[] = [
      { pooling: 'first' },
      { queryPrefix: 'query:' },
      { documentPrefix: 'query: ' },
      { queryPrefix: '', documentPrefix: 'query: ' },
      { maxTokens: 255 },
      { files: { ...entry.files, 'b.onnx': { bytes: 2, sha256: 'c'.repeat(64) } } },
      { files: { ...entry.files, 'c.json': { bytes: 1, sha256: 'a'.repeat(64) } } },
      { files: { 'a.json': entry.files['b.onnx']!, 'b.onnx': entry.files['a.json']! } },
    ];
    const fingerprints = [{}, ...changes].map((change) => fingerprintOf({ ...entry, ...change }));
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
    for (const fingerprint of fingerprints) expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not change with what decides none', () => {
    const { 'a.json': a, 'b.onnx': b } = entry.files;
    const same: Partial<ModelEntry>[] = [
      { upstream: 'a/mirror' },
      { licence: 'Apache-2.0' },
      { files: { 'b.onnx': b!, 'a.json': a! } },
    ];
    for (const change of same) expect(fingerprintOf({ ...entry, ...change })).toBe(fingerprintOf(entry));
  });

  it('tells the models of the registry apart', () => {
    expect(new Set(MODEL_NAMES.map((name) => findModel(name).fingerprint)).size).toBe(MODEL_NAMES.length);
  });
});

describe('the files of a model', () => {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const contents: Record<string, string> = {
    'config.json': '{}',
    'tokenizer.json': '{"a": 1}',
    [MODEL_FILE]: 'weights',
  };
  const model: Model = {
    ...findModel(DEFAULT_MODEL),
    name: 'tiny',
    files: Object.fromEntries(
      Object.entries(contents).map(([file, text]) => [file, { bytes: text.length, sha256: sha256(text) }]),
    ),
  };

  /** A folder of models with an intact tiny model in it. */
  function models(): string {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'tiny/onnx'), { recursive: true });
    for (const [file, text] of Object.entries(contents)) writeFileSync(path.join(folder, 'tiny', file), text);
    return folder;
  }

  const refusal = (folders: string[]): Promise<AkinError> =>
    verifiedModelFolder(model, folders).then(
      (folder) => expect.fail(`accepted ${folder}`),
      (error: AkinError) => error,
    );

  it('are accepted when every hash is right', async () => {
    const folder = models();
    expect(await verifiedModelFolder(model, [folder])).toBe(path.join(folder, 'tiny'));
  });

  it('are taken from the first folder that has the model', async () => {
    const [empty, first, second] = [temporaryFolder(), models(), models()];
    expect(await verifiedModelFolder(model, [empty, first, second])).toBe(path.join(first, 'tiny'));
  });

  it.each(Object.keys(contents))('are refused when %s is damaged, with both hashes and the repair', async (file) => {
    const folder = models();
    const damaged = path.join(folder, 'tiny', file);
    writeFileSync(damaged, 'damaged');
    const error = await refusal([folder]);
    expect(error).toMatchObject({ code: 'model-damaged', exitCode: 7, status: 503 });
    expect(error.message).toBe(`${damaged} has SHA-256 ${sha256('damaged')}, expected ${sha256(contents[file]!)}`);
    expect(error.hint).toContain(`npm run fetch-model -- tiny --into "${folder}"`);
  });

  it('are refused when one is missing, or is no file', async () => {
    for (const spoil of [(file: string) => rmSync(file), (file: string) => (rmSync(file), mkdirSync(file))]) {
      const folder = models();
      const missing = path.join(folder, 'tiny/tokenizer.json');
      spoil(missing);
      const error = await refusal([folder]);
      expect(error).toMatchObject({ code: 'model-missing', exitCode: 7 });
      expect(error.message).toContain(`${missing} is missing or unreadable`);
      expect(error.hint).toContain(`npm run fetch-model -- tiny --into "${folder}"`);
    }
  });

  it('are refused when they are nowhere, with every place that was looked at', async () => {
    const [one, other] = [temporaryFolder(), temporaryFolder()];
    const error = await refusal([one, other]);
    expect(error).toMatchObject({ code: 'model-missing', exitCode: 7 });
    for (const folder of [one, other, BUNDLED_MODELS]) expect(error.message).toContain(path.join(folder, 'tiny'));
    expect(error.hint).toMatch(/^npm run fetch-model -- tiny {3}/);
  });
});

describe('the manifest', () => {
  /** Checks whatever is in `folder/<model's name>/`: no file the manifest does not name, none that differs. */
  async function expectAsInManifest(folder: string): Promise<number> {
    let checked = 0;
    for (const model of MODEL_NAMES.map(findModel)) {
      const inFolder = path.join(folder, model.name);
      for (const entry of readdirSync(inFolder, { recursive: true, withFileTypes: true })) {
        if (entry.isDirectory()) continue;
        const file = path.join(entry.parentPath, entry.name);
        const found = { bytes: statSync(file).size, sha256: await sha256Of(file) };
        const name = path.relative(inFolder, file).split(path.sep).join('/');
        expect({ file, ...found }).toEqual({ file, ...model.files[name] });
        checked++;
      }
    }
    return checked;
  }

  it('describes the files that ship with akin, and all of the default model ships', async () => {
    expect(await expectAsInManifest(BUNDLED_MODELS)).toBeGreaterThan(0);
    expect(await verifiedModelFolder(findModel(DEFAULT_MODEL))).toBe(path.join(BUNDLED_MODELS, DEFAULT_MODEL));
  });

  itShared('describes the files of every model in ../shared', async () => {
    const files = MODEL_NAMES.flatMap((name) => Object.keys(findModel(name).files));
    expect(await expectAsInManifest(sharedPath('models'))).toBe(files.length);
  });
});
