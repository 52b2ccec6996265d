/**
 * One text in, one vector out, on the calling thread: tokenize, run, pool, normalise.
 *
 * Runs one text at a time on one ONNX thread. Batches would be slower (padding) and would make a text's vector depend
 * on its batch-mates, because the int8 models quantise activations per tensor; alone, the same text always gives the
 * same bytes.
 */
import path from 'node:path';
import {
  AutoModel,
  AutoTokenizer,
  env,
  Tensor,
  type PreTrainedModel,
  type PreTrainedTokenizer,
} from '@xenova/transformers';
import type { Model } from './models.ts';

export interface Embedding {
  /** Unit length, `dimensions` floats. */
  vector: Float32Array;
  /** Tokens that were run, special tokens included. */
  tokens: number;
  /** Whether the text had more tokens than the model takes, so that its end was cut. */
  truncated: boolean;
}

/**
 * Characters of a text that are tokenized, for each token the model takes. No token stands for half as many (the longest
 * has 18), so this cuts nothing that would have been run but in texts of unbroken gibberish or white space. It bounds the
 * tokenizer, whose time is quadratic in the length of a word, on a text made to keep it busy.
 */
const CHARACTERS_A_TOKEN = 40;

export class Encoder {
  readonly #model: Model;
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #network: PreTrainedModel;

  private constructor(model: Model, tokenizer: PreTrainedTokenizer, network: PreTrainedModel) {
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#network = network;
  }

  /** Loads a model from a folder whose files were verified. Nothing is ever fetched. */
  static async load(model: Model, folder: string): Promise<Encoder> {
    env.allowRemoteModels = false;
    env.localModelPath = path.dirname(folder);
    const name = path.basename(folder);
    const tokenizer = await AutoTokenizer.from_pretrained(name);
    const network = await AutoModel.from_pretrained(name, {
      dtype: 'q8',
      device: 'cpu',
      session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
    });
    return new Encoder(model, tokenizer, network);
  }

  /** @param as what the text is; the model's prefix for it is put in front. */
  async encode(text: string, as: 'query' | 'document'): Promise<Embedding> {
    const { queryPrefix, documentPrefix } = this.#model;
    const { ids, truncated } = this.#tokenize((as === 'query' ? queryPrefix : documentPrefix) + text);
    const inputs = {
      input_ids: int64Row(ids.length, (i) => ids[i]!),
      attention_mask: int64Row(ids.length, () => 1),
      token_type_ids: int64Row(ids.length, () => 0),
    };
    const { last_hidden_state: states } = (await this.#network(inputs)) as { last_hidden_state: Tensor };
    const vector = this.#pool(states.data as Float32Array, ids.length);
    for (const tensor of [...Object.values(inputs), states]) tensor.dispose();
    return { vector, tokens: ids.length, truncated };
  }

  async dispose(): Promise<void> {
    await this.#network.dispose();
  }

  /** Cuts by hand: the limits written in tokenizer.json (128 tokens for MiniLM, padded) are not the model's. */
  #tokenize(text: string): { ids: number[]; truncated: boolean } {
    const { maxTokens } = this.#model;
    const head = text.slice(0, maxTokens * CHARACTERS_A_TOKEN);
    const ids = this.#tokenizer.encode(head);
    const cut = ids.length > maxTokens;
    const kept = cut ? [...ids.slice(0, maxTokens - 1), ids.at(-1)!] : ids;
    return { ids: kept, truncated: cut || head.length < text.length };
  }

  /** @param states tokens × dimensions, row by row. */
  #pool(states: Float32Array, tokens: number): Float32Array {
    const { dimensions, pooling } = this.#model;
    const used = pooling === 'mean' ? tokens : 1;
    const sums = new Float64Array(dimensions);
    for (let i = 0; i < used; i++) {
      for (let j = 0; j < dimensions; j++) sums[j]! += states[i * dimensions + j]!;
    }
    let squares = 0;
    for (const sum of sums) squares += sum * sum;
    const length = Math.sqrt(squares);
    return Float32Array.from(sums, (sum) => sum / length);
  }
}

function int64Row(length: number, valueAt: (index: number) => number): Tensor {
  return new Tensor(
    'int64',
    BigInt64Array.from({ length }, (_, i) => BigInt(valueAt(i))),
    [1, length],
  );
}
