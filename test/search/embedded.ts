/** A library of a few papers with the vectors of the real model. */
import type { Embedder } from '../../src/embedding/embedder.ts';
import { openLibrary, openWriter } from '../../src/library/open.ts';
import type { Library } from '../../src/library/library.ts';
import type { Paper } from '../../src/paper.ts';
import { embedPending } from '../../src/session/intake.ts';
import { put } from '../library/made.ts';

/** Made in a folder, and opened for reading; whoever asks for it closes it. */
export async function embeddedLibrary(folder: string, papers: Paper[], embedder: Embedder): Promise<Library> {
  const writer = await openWriter(folder, { model: embedder.model, mustBeThatModel: true, purpose: 'a test' });
  await put(writer, papers);
  await embedPending(writer, embedder);
  await writer.close();
  return openLibrary(folder);
}
