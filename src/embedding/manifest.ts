/**
 * Which models does akin know? What decides their vectors, and the files that they are made of. It is a part of the program: what
 * is asked of a library by words needs it, and none of those files.
 */

/** The files that a model is made of, each by its path from the model's folder. */
export interface FilesEntry {
  /** Where it is published. */
  upstream: string;
  licence: string;
  /** Longest input in tokens, special tokens included; what is longer is cut. */
  maxTokens: number;
  /** Length in bytes and SHA-256 (hex). */
  files: Record<string, { bytes: number; sha256: string }>;
}

/** A model that makes vectors. */
export interface ModelEntry extends FilesEntry {
  /** How token vectors become one vector: their mean, or the first token's. */
  pooling: 'mean' | 'first';
  queryPrefix: string;
  documentPrefix: string;
  dimensions: number;
  /** The mean cosine of a query with texts of other fields, -1..1: what to this model is no nearness at all. */
  unrelatedCosine: number;
  /** What it reads, for people: "English". */
  language: string;
  /** The scripts of that; what is in another one has a vector, too, which says next to nothing. */
  scripts: ('Latin' | 'Greek')[];
}

export const DEFAULT_MODEL = 'all-MiniLM-L6-v2';

export const MODELS: Record<string, ModelEntry> = {
  'all-MiniLM-L6-v2': {
    upstream: 'Xenova/all-MiniLM-L6-v2',
    licence: 'Apache-2.0',
    pooling: 'mean',
    queryPrefix: '',
    documentPrefix: '',
    maxTokens: 256,
    dimensions: 384,
    unrelatedCosine: 0,
    language: 'English',
    scripts: ['Latin', 'Greek'],
    files: {
      'config.json': { bytes: 268, sha256: '1eaefb6707a87d05f56b96c6fb1b04b4b476e81a35c7a6596b0fa17e6f74f7be' },
      'tokenizer.json': { bytes: 711661, sha256: 'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0' },
      'tokenizer_config.json': {
        bytes: 196,
        sha256: 'ab088dd01b9404d62090b3c9b00a735daeb81b122d45123a5842e5e7bb8b6912',
      },
      'onnx/model_quantized.onnx': {
        bytes: 22972370,
        sha256: 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
      },
    },
  },
  'bge-small-en-v1.5': {
    upstream: 'Xenova/bge-small-en-v1.5',
    licence: 'MIT',
    pooling: 'first',
    queryPrefix: 'Represent this sentence for searching relevant passages: ',
    documentPrefix: '',
    maxTokens: 512,
    dimensions: 384,
    unrelatedCosine: 0.42,
    language: 'English',
    scripts: ['Latin', 'Greek'],
    files: {
      'config.json': { bytes: 269, sha256: '8b1b65e4466282590afe449bf9bf41d21e79d168e9b726fae982f48bd9b3f4df' },
      'tokenizer.json': { bytes: 711396, sha256: 'd241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66' },
      'tokenizer_config.json': {
        bytes: 196,
        sha256: 'ab088dd01b9404d62090b3c9b00a735daeb81b122d45123a5842e5e7bb8b6912',
      },
      'onnx/model_quantized.onnx': {
        bytes: 34014426,
        sha256: '6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4',
      },
    },
  },
};

export const DEFAULT_CROSS_ENCODER = 'ms-marco-MiniLM-L-6-v2';

export const CROSS_ENCODERS: Record<string, FilesEntry> = {
  'ms-marco-MiniLM-L-6-v2': {
    upstream: 'Xenova/ms-marco-MiniLM-L-6-v2',
    licence: 'Apache-2.0',
    maxTokens: 512,
    files: {
      'config.json': { bytes: 824, sha256: 'd827779a72d27ae68cf878a6fc2e954542663fe21ca515d9f4783fc96be2d37e' },
      'tokenizer.json': { bytes: 711396, sha256: 'd241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66' },
      'tokenizer_config.json': {
        bytes: 1242,
        sha256: '0b29c7bfc889e53b36d9dd3e686dd4300f6525110eaa98c76a5dafceb2029f53',
      },
      'onnx/model_quantized.onnx': {
        bytes: 23143499,
        sha256: 'e9d8ebf845c413e981c175bfe49a3bfa9b3dcce2a3ba54875ee5df5a58639fbe',
      },
    },
  },
};
