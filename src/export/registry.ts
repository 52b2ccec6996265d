/** The table of export formats: a new one is a file of its own and a name here. */
import { AkinError } from '../errors.ts';
import { bibtex } from './bibtex.ts';
import { cslJson } from './csl-json.ts';
import { csv } from './csv.ts';
import type { Exporter } from './exporter.ts';
import { jsonl } from './jsonl.ts';
import { markdown } from './markdown.ts';
import { ris } from './ris.ts';

export const EXPORTERS: Exporter[] = [bibtex, ris, cslJson, jsonl, csv, markdown];
export const EXPORT_NAMES = EXPORTERS.map(({ name }) => name);

/** @throws AkinError `format-unknown` with the names there are. */
export function exporterNamed(name: string): Exporter {
  const exporter = EXPORTERS.find((each) => each.name === name);
  if (!exporter) {
    throw new AkinError('format-unknown', `unknown export format "${name}"`, {
      hint: `formats: ${EXPORT_NAMES.join(', ')}`,
    });
  }
  return exporter;
}
