/**
 * What every export format has in common, and the table of them. An exporter is the other side of a source: what it writes,
 * that source reads back as the same papers. Each file says at its top what of `extra` its format can carry.
 */
import { AkinError } from '../errors.ts';
import type { Paper } from '../paper.ts';
import { bibtex } from './bibtex.ts';
import { cslJson } from './csl-json.ts';
import { csv } from './csv.ts';
import { jsonl } from './jsonl.ts';
import { markdown } from './markdown.ts';
import { ris } from './ris.ts';

export interface Exporter {
  /** What `--format` calls it. */
  name: string;
  /** What people call it. */
  title: string;
  mediaType: string;
  /** The text of a file with these papers, in pieces, as the papers come. */
  write(papers: AsyncIterable<Paper>): AsyncGenerator<string>;
}

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
