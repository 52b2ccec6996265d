/**
 * Which models akin knows, where their files are, and whether those files are the ones the manifest names.
 *
 * The manifest (manifest.ts) is the registry. A model folder is looked for in each of the given folders in turn; the first
 * that exists is used, and every file must match its SHA-256 before a byte of it reaches the runtime.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { AkinError } from '../errors.ts';
import { ROOT } from '../package.ts';
import { TEXT_RULE } from '../paper.ts';
import { CROSS_ENCODERS, DEFAULT_CROSS_ENCODER, MODELS, type FilesEntry, type ModelEntry } from './manifest.ts';

export { DEFAULT_MODEL } from './manifest.ts';
export type { ModelEntry } from './manifest.ts';

export const BUNDLED_MODELS = path.join(ROOT, 'models');

/** The letters of each script that a model may read. */
const LETTERS = { Latin: /\p{sc=Latin}/u, Greek: /\p{sc=Greek}/u };

/** What fetching and checking need to know of a model of either kind. */
export interface ModelFiles extends FilesEntry {
  name: string;
}

/** A model that reads a question and a text together and says how well one answers the other; it makes no vectors. */
export type CrossEncoderModel = ModelFiles;

export interface Model extends ModelEntry {
  name: string;
  /** See `fingerprintOf`. */
  fingerprint: string;
}

export const MODEL_FILE = 'onnx/model_quantized.onnx';

export const MODEL_NAMES = Object.keys(MODELS);
export const CROSS_ENCODER_NAMES = Object.keys(CROSS_ENCODERS);

/**
 * The registry's entry for the name of a model that makes vectors.
 * @throws AkinError `model-unknown` with the names there are.
 */
export function findModel(name: string): Model {
  const entry = entryOf(MODELS, name, 'model');
  return { ...entry, name, fingerprint: fingerprintOf(entry) };
}

/** Whether at least half of the letters of a text are of scripts that a model reads; so is a text without any. */
export function reads({ scripts }: Pick<ModelEntry, 'scripts'>, text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const read = letters.filter((letter) => scripts.some((script) => LETTERS[script].test(letter)));
  return 2 * read.length >= letters.length;
}

/**
 * The registry's entry for the name of a cross-encoder.
 * @throws AkinError `model-unknown` with the names there are.
 */
export function findCrossEncoder(name = DEFAULT_CROSS_ENCODER): CrossEncoderModel {
  return { ...entryOf(CROSS_ENCODERS, name, 'cross-encoder'), name };
}

function entryOf<Entry>(entries: Record<string, Entry>, name: string, kind: string): Entry {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (entry) return entry;
  throw new AkinError('model-unknown', `unknown ${kind} "${name}"`, {
    hint: `${kind}s: ${Object.keys(entries).join(', ')}`,
    field: 'model',
  });
}

/**
 * SHA-256 (hex) of everything that decides a vector: files, pooling, prefixes, token limit, text rule. Vectors of
 * different fingerprints never meet in one ranking.
 */
export function fingerprintOf({ pooling, queryPrefix, documentPrefix, maxTokens, files }: ModelEntry): string {
  const decides = [pooling, queryPrefix, documentPrefix, maxTokens, TEXT_RULE];
  const hashes = Object.entries(files).map(([file, { sha256 }]) => [file, sha256]);
  return createHash('sha256')
    .update(JSON.stringify([decides, hashes.sort()]))
    .digest('hex');
}

/**
 * The folder that holds a model's files, every one of them checked against the manifest.
 * @param folders where model folders may be, in order; the bundled `models/` comes last in any case.
 * @throws AkinError `model-missing` or `model-damaged`, naming the file, the hash and the command that repairs it.
 */
export async function verifiedModelFolder(model: ModelFiles, folders: string[] = []): Promise<string> {
  const places = [...folders, BUNDLED_MODELS].map((folder) => path.resolve(folder, model.name));
  const folder = places.find((place) => existsSync(path.join(place, MODEL_FILE)));
  if (!folder) {
    throw new AkinError('model-missing', `model ${model.name} is not in ${places.join(' or ')}`, {
      hint: repair(model, BUNDLED_MODELS),
    });
  }
  const hint = repair(model, path.dirname(folder));
  for (const [file, { sha256 }] of Object.entries(model.files)) {
    const filePath = path.join(folder, file);
    const found = await sha256Of(filePath).catch((cause: NodeJS.ErrnoException) => {
      throw new AkinError('model-missing', `${filePath} is missing or unreadable (${cause.code})`, { hint, cause });
    });
    if (found !== sha256) {
      throw new AkinError('model-damaged', `${filePath} has SHA-256 ${found}, expected ${sha256}`, { hint });
    }
  }
  return folder;
}

/** Whether it is said by `verifiedModelFolder`: there is no such model here, or none to be used. */
export function isOfNoModel(error: unknown): error is AkinError {
  return error instanceof AkinError && (error.code === 'model-missing' || error.code === 'model-damaged');
}

/** The command that puts a model's files right in the folder they are looked for in. */
function repair(model: ModelFiles, folder: string): string {
  const into = folder === BUNDLED_MODELS ? '' : ` --into "${folder}"`;
  return `npm run fetch-model -- ${model.name}${into}   (downloads it and checks every hash), or place the files by hand`;
}

/** SHA-256 of a file, hex, read as a stream. */
export async function sha256Of(filePath: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(filePath)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
