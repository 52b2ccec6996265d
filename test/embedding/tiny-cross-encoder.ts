/**
 * A real cross-encoder of two kilobytes for tests: its logit is the share of the question's tokens that the passage has.
 * It is tokenized by the files of the bundled model; tiny-cross-encoder/build.py made the network.
 */
import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  BUNDLED_MODELS,
  DEFAULT_MODEL,
  MODEL_FILE,
  sha256Of,
  type CrossEncoderModel,
} from '../../src/embedding/models.ts';
import { ROOT } from '../../src/package.ts';

const NETWORK = path.join(ROOT, 'test/embedding/tiny-cross-encoder/model.onnx');
const NAME = 'tiny-cross-encoder';

/** Puts it into a folder of model folders, and says what a manifest would say of it. */
export async function installTiny(folder: string, { maxTokens = 512 } = {}): Promise<CrossEncoderModel> {
  const into = path.join(folder, NAME);
  mkdirSync(path.join(into, path.dirname(MODEL_FILE)), { recursive: true });
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(path.join(BUNDLED_MODELS, DEFAULT_MODEL, file), path.join(into, file));
  copyFileSync(NETWORK, path.join(into, MODEL_FILE));
  writeFileSync(
    path.join(into, 'config.json'),
    '{"model_type": "bert", "architectures": ["BertForSequenceClassification"]}',
  );
  const model: CrossEncoderModel = { name: NAME, upstream: 'nobody/tiny', licence: 'MIT', maxTokens, files: {} };
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json', MODEL_FILE]) {
    const place = path.join(into, file);
    model.files[file] = { bytes: statSync(place).size, sha256: await sha256Of(place) };
  }
  return model;
}
