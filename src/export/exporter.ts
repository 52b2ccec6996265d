/** What every export format has in common. */
import type { Paper } from '../paper.ts';

/**
 * The other side of a source: what it writes, that source reads back as the same papers. Each file says at its top what of
 * `extra` its format can carry.
 */
export interface Exporter {
  /** What `--format` calls it. */
  name: string;
  /** What people call it. */
  title: string;
  mediaType: string;
  /** The text of a file with these papers, in pieces, as the papers come. */
  write(papers: AsyncIterable<Paper>): AsyncGenerator<string>;
}
