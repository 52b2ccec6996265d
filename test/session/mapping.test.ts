/** When a build lays a library out as well, and what becomes of a map whose maker is closed. */
import { expect, it, onTestFinished } from 'vitest';
import { Mapping } from '../../src/session/mapping.ts';
import { temporaryFolder } from '../akin.ts';
import { embedAll, paper, put } from '../library/made.ts';
import { libraryOn, writerOn } from '../library/opened.ts';

async function libraryOf(papers: number) {
  const folder = temporaryFolder();
  const writer = await writerOn(folder);
  await put(
    writer,
    Array.from({ length: papers }, (_, i) => paper(`p${i}`)),
  );
  await embedAll(writer);
  await writer.close();
  const library = await libraryOn(folder);
  const mapping = new Mapping(folder, () => Promise.resolve(library));
  onTestFinished(() => mapping.close());
  return mapping;
}

it('lays out what a build has embedded at least half of, if that was no little', async () => {
  const mapping = await libraryOf(1100);
  expect(await mapping.madeAfterBuild(999, {})).toBeUndefined();
  const made = await mapping.madeAfterBuild(1000, {});
  expect(made!.map.ids).toHaveLength(1100);
  const larger = await libraryOf(2100);
  expect(await larger.madeAfterBuild(1000, {})).toBeUndefined();
});

it('ends at once when it is closed', async () => {
  const mapping = await libraryOf(1100);
  const making = mapping.made({
    onProgress: ({ doing }) => {
      if (doing === 'laying out') void mapping.close();
    },
  });
  await expect(making).rejects.toThrow('the library was closed');
});

it('tells whoever made it of a signal, and makes it when it is asked again', async () => {
  const mapping = await libraryOf(50);
  await expect(mapping.made({ signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
  expect((await mapping.made()).map.ids).toHaveLength(50);
});
