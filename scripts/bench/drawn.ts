/** Papers drawn from a collection, in the same way each time, and a library of them that lasts for one measurement. */
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Embedder } from '../../src/embedding/embedder.ts';
import type { Library } from '../../src/library/library.ts';
import { openLibrary, openWriter } from '../../src/library/open.ts';
import { toPaper, type Paper, type PaperInput } from '../../src/paper.ts';
import { Search } from '../../src/search/search.ts';
import { embedPending } from '../../src/session/intake.ts';

/** The papers of a file of one JSON object a line, which may be compressed. */
export async function papersIn(file: string): Promise<Paper[]> {
  const stream = file.endsWith('.gz') ? createReadStream(file).pipe(createGunzip()) : createReadStream(file);
  const papers: Paper[] = [];
  for await (const line of createInterface({ input: stream })) papers.push(toPaper(JSON.parse(line) as PaperInput));
  return papers;
}

/** The lowest digests are a sample that does not depend on the order. */
export function drawn(papers: Paper[], count: number): Paper[] {
  return papers
    .map((paper) => ({ paper, digest: createHash('sha256').update(paper.id).digest('hex') }))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1))
    .slice(0, count)
    .map(({ paper }) => paper);
}

/**
 * Asks a library of these papers, which is gone afterwards.
 * @param isEmbedded whether they have vectors.
 */
export async function onLibraryOf(
  papers: Paper[],
  embedder: Embedder,
  { isEmbedded }: { isEmbedded: boolean },
  ask: (search: Search, library: Library) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-drawn-'));
  try {
    const writer = await openWriter(folder, { model: embedder.model, mustBeThatModel: true, purpose: 'a benchmark' });
    const origin = { path: 'a benchmark', mount: '', reading: 'one' };
    for (let at = 0; at < papers.length; at += 1000) {
      await writer.store({ parts: [{ origin, papers: papers.slice(at, at + 1000) }] });
    }
    if (isEmbedded) await embedPending(writer, embedder);
    await writer.close();
    const library = await openLibrary(folder);
    await ask(new Search(library, embedder), library);
    await library.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
