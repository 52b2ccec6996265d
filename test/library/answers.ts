/** All that a library says of itself, with papers named by their ids: what two libraries, or two moments, are compared by. */
import { createHash } from 'node:crypto';
import type { Key, Library, LibraryFacts, LibraryWriter } from '../../src/library/library.ts';
import type { Paper } from '../../src/paper.ts';

export type Answers = Awaited<ReturnType<typeof answersOf>>;

/** @param cursors keys of readings of online services. */
export async function answersOf(library: Library, writer: LibraryWriter, cursors: string[] = []) {
  const papers: Paper[] = [];
  for await (const paper of library.everyPaper()) papers.push(paper);
  const ids = papers.map(({ id }) => id);
  const keys = (await library.find(ids)) as Key[];
  const idOf = new Map(keys.map((key, i) => [key, ids[i]!]));
  const works: string[][] = [];
  for await (const work of library.everyWork()) works.push(leadingFirst(work.map((key) => idOf.get(key)!)));
  const pending = await writer.pending(1_000_000);
  return {
    papers,
    works,
    described: (await library.describe(keys, { records: true })).map((each) => ({
      ...each!,
      key: idOf.get(each!.key),
      // Said by everyPaper already.
      paper: each!.paper.id,
      versions: leadingFirst(each!.versions.map(({ id }) => id)),
    })),
    vectors: (await library.vectors(keys)).map((vector) => vector && digest(vector)),
    facets: { all: await library.facets(keys, 1000), commonest: await library.facets(keys, 2) },
    files: await library.files(),
    facts: known(await library.facts()),
    pending: pending.map(({ key, text }) => ({ id: idOf.get(key), text })),
    pendingCount: await writer.pendingCount(),
    afterFirst: (await writer.pending(2, pending[0]?.key)).map(({ key }) => idOf.get(key)),
    cursors: await Promise.all(cursors.map((key) => writer.cursor(key))),
    keys: new Map(ids.map((id, i) => [id, keys[i]!])),
    revision: (await library.state()).revision,
  };
}

/** What of the facts is not each library's own. */
function known({ papers, embedded, settings, spaces, works }: LibraryFacts) {
  return { papers, embedded, settings, spaces, works };
}

/** Which of several versions leads is known, and no more of their order. */
function leadingFirst([leading, ...others]: string[]): string[] {
  return leading === undefined ? [] : [leading, ...others.sort()];
}

/** Vectors are compared bit by bit, by a short text. */
export function digest(vector: Float32Array): string {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return createHash('sha1').update(bytes).digest('hex');
}
