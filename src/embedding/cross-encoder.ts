/** A question and a passage in, one number out, on the calling thread: how well the passage answers the question. */
import type { CrossEncoderModel } from './models.ts';
import { int64Row, loadNetwork, tokensOf } from './network.ts';
import {
  AutoModelForSequenceClassification,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  type Tensor,
} from './runtime.ts';

export class CrossEncoder {
  readonly #model: CrossEncoderModel;
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #network: PreTrainedModel;

  private constructor(model: CrossEncoderModel, tokenizer: PreTrainedTokenizer, network: PreTrainedModel) {
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#network = network;
  }

  /** Loads a model from a folder whose files were verified. */
  static async load(model: CrossEncoderModel, folder: string): Promise<CrossEncoder> {
    const { tokenizer, network } = await loadNetwork(folder, AutoModelForSequenceClassification);
    return new CrossEncoder(model, tokenizer, network);
  }

  /**
   * The model's logit for a pair: any number, the higher the better. A question takes half of the model's tokens at most,
   * the passage what is left; what is longer is cut.
   * @throws Error when the network gives anything else than one number.
   */
  async score(query: string, passage: string): Promise<number> {
    const { maxTokens } = this.#model;
    const first = tokensOf(this.#tokenizer, query, Math.floor(maxTokens / 2)).ids;
    // A pair is [CLS] query [SEP] passage [SEP]: the second text goes without its own [CLS].
    const second = tokensOf(this.#tokenizer, passage, maxTokens - first.length + 1).ids.slice(1);
    const ids = [...first, ...second];
    const inputs = {
      input_ids: int64Row(ids),
      attention_mask: int64Row(ids.map(() => 1)),
      token_type_ids: int64Row(ids.map((_, i) => (i < first.length ? 0 : 1))),
    };
    const { logits } = (await this.#network(inputs)) as { logits?: Tensor };
    const found = Array.from((logits?.data ?? []) as Float32Array);
    for (const tensor of Object.values({ ...inputs, logits })) tensor?.dispose();
    if (found.length !== 1 || !Number.isFinite(found[0])) {
      throw new Error(`expected one finite logit, found ${found.slice(0, 10).join(', ') || 'none'}`);
    }
    return found[0]!;
  }
}
