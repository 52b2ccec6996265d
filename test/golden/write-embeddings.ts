/** npm run build && node .build/test/golden/write-embeddings.js: computes the vectors in embeddings.json anew, from the texts in it. */
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { Embedder } from '../../src/embedding/embedder.ts';
import { findModel, MODEL_NAMES } from '../../src/embedding/models.ts';
import { sharedPath } from '../shared.ts';
import { embedGolden, golden, GOLDEN_FILE } from './embeddings.ts';

for (const name of MODEL_NAMES) {
  const embedder = await Embedder.start(findModel(name), { threads: 1, modelFolders: [sharedPath('models')] });
  const embeddings = (await embedGolden(embedder)).map(({ vector, tokens, truncated }) => ({
    tokens,
    truncated,
    vector: Array.from(vector, (value) => Number(value.toFixed(5))),
  }));
  golden.models[name] = { fingerprint: embedder.model.fingerprint, embeddings };
  await embedder.close();
}
const options = await resolveConfig(GOLDEN_FILE);
writeFileSync(GOLDEN_FILE, await format(JSON.stringify(golden), { ...options, parser: 'json' }));
