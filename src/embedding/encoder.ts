/** One text in, one vector out, on the calling thread: tokenize, run, pool, normalise. */
import type { Model } from './models.ts';
import { int64Row, loadNetwork, tokensOf } from './network.ts';
import { AutoModel, type PreTrainedModel, type PreTrainedTokenizer, type Tensor } from './runtime.ts';

export interface Embedding {
  /** Unit length, `dimensions` floats. */
  vector: Float32Array;
  /** Tokens that were run, special tokens included. */
  tokens: number;
  /** Whether the text had more tokens than the model takes, so that its end was cut. */
  truncated: boolean;
}

export class Encoder {
  readonly #model: Model;
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #network: PreTrainedModel;

  private constructor(model: Model, tokenizer: PreTrainedTokenizer, network: PreTrainedModel) {
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#network = network;
  }

  /** Loads a model from a folder whose files were verified. */
  static async load(model: Model, folder: string): Promise<Encoder> {
    const { tokenizer, network } = await loadNetwork(folder, AutoModel);
    return new Encoder(model, tokenizer, network);
  }

  /** @param as what the text is; the model's prefix for it is put in front. */
  async encode(text: string, as: 'query' | 'document'): Promise<Embedding> {
    const { queryPrefix, documentPrefix, maxTokens } = this.#model;
    const prefix = as === 'query' ? queryPrefix : documentPrefix;
    const { ids, truncated } = tokensOf(this.#tokenizer, prefix + text, maxTokens);
    const inputs = {
      input_ids: int64Row(ids),
      attention_mask: int64Row(ids.map(() => 1)),
      token_type_ids: int64Row(ids.map(() => 0)),
    };
    const { last_hidden_state: states } = (await this.#network(inputs)) as { last_hidden_state: Tensor };
    const vector = this.#pool(states.data as Float32Array, ids.length);
    for (const tensor of [...Object.values(inputs), states]) tensor.dispose();
    return { vector, tokens: ids.length, truncated };
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
