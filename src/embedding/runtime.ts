/**
 * The runtime of the models. It is loaded here and nowhere else, so that it is silent before it begins: it reports to nobody,
 * fetches nothing, and keeps nothing anywhere. What it runs are files that were verified (models.ts), and no copies of them.
 */
import '../no-telemetry.ts';
import { env } from '@xenova/transformers';

env.allowRemoteModels = false;
env.fetch = (address) => Promise.reject(new Error(`nothing is fetched: ${String(address)}`));
env.useFSCache = false;

export {
  AutoModel,
  AutoModelForSequenceClassification,
  AutoTokenizer,
  env,
  pipeline,
  Tensor,
} from '@xenova/transformers';
export type { PreTrainedModel, PreTrainedTokenizer } from '@xenova/transformers';
