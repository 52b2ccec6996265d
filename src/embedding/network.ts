/**
 * From a model's folder to a tokenizer and a network on the calling thread, and from a text to the network's input.
 *
 * Networks run one input at a time on one ONNX thread. Batches would be slower (padding) and would make a result depend
 * on its batch-mates, because the int8 models quantise activations per tensor; alone, the same input always gives the
 * same bytes.
 */
import path from 'node:path';
import {
  AutoTokenizer,
  env,
  Tensor,
  type AutoModel,
  type PreTrainedModel,
  type PreTrainedTokenizer,
} from './runtime.ts';

/**
 * Characters of a text that are tokenized, for each token the model takes. No token stands for half as many (the longest
 * has 18), so this cuts nothing that would have been run but in texts of unbroken gibberish or white space. It bounds the
 * tokenizer, whose time is quadratic in the length of a word, on a text made to keep it busy.
 */
const CHARACTERS_A_TOKEN = 40;

/**
 * Loads a model from a folder whose files were verified. Nothing is ever fetched.
 * @param kind what the network is for, and so what comes out of it.
 */
export async function loadNetwork(
  folder: string,
  kind: Pick<typeof AutoModel, 'from_pretrained'>,
): Promise<{ tokenizer: PreTrainedTokenizer; network: PreTrainedModel }> {
  env.localModelPath = path.dirname(folder);
  const name = path.basename(folder);
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const network = await kind.from_pretrained(name, {
    dtype: 'q8',
    device: 'cpu',
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
  return { tokenizer, network };
}

/**
 * The tokens of a text, the special ones at its ends included. Cut by hand: the limits written in tokenizer.json (128
 * tokens for MiniLM, padded) are not the model's.
 * @param max tokens at most, at least 2; the last one of a text that is cut is still the one that ends texts.
 */
export function tokensOf(
  tokenizer: PreTrainedTokenizer,
  text: string,
  max: number,
): { ids: number[]; truncated: boolean } {
  const head = text.slice(0, max * CHARACTERS_A_TOKEN);
  const ids = tokenizer.encode(head);
  const cut = ids.length > max;
  return { ids: cut ? [...ids.slice(0, max - 1), ids.at(-1)!] : ids, truncated: cut || head.length < text.length };
}

/** Numbers as the only row of a tensor, which whoever runs the network disposes of. */
export function int64Row(numbers: number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(numbers, BigInt), [1, numbers.length]);
}
