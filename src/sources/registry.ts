/** Every source, and which of them reads a given file. Detection goes from the most particular format to the least. */
import { AkinError } from '../errors.ts';
import { hfPapers } from './hf-papers.ts';
import { jsonl } from './jsonl.ts';
import type { Source } from './source.ts';
export const SOURCES: Source[] = [jsonl, hfPapers];

export const FORMAT_NAMES = SOURCES.map(({ name }) => name);

/** @throws AkinError `format-unknown` with the names there are. */
export function sourceNamed(name: string): Source {
  const source = SOURCES.find((each) => each.name === name);
  if (!source) {
    throw new AkinError('format-unknown', `unknown format "${name}"`, { hint: `formats: ${FORMAT_NAMES.join(', ')}` });
  }
  return source;
}

/** The source that recognises a text's beginning, or undefined. */
export function detectSource(head: string): Source | undefined {
  return SOURCES.find((source) => source.detects(head));
}
