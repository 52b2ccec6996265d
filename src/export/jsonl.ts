/** JSON Lines, akin's own format: each paper whole, `extra` included, as one line. */
import type { Exporter } from './exporter.ts';

export const jsonl: Exporter = {
  name: 'jsonl',
  title: 'JSON Lines',
  mediaType: 'application/jsonl',

  async *write(papers) {
    for await (const paper of papers) yield `${JSON.stringify(paper)}\n`;
  },
};
