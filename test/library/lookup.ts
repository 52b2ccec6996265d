/** What tests look up of single papers, by their names. */
import type { Library } from '../../src/library/library.ts';
import type { Paper } from '../../src/paper.ts';

/** The vector of a paper that is there and has one. */
export async function storedVector(library: Library, name: string): Promise<Float32Array> {
  const [key] = await library.find([name]);
  const [vector] = await library.vectors([key!]);
  return vector!;
}

/** A paper that is there. */
export async function storedPaper(library: Library, name: string): Promise<Paper> {
  const [key] = await library.find([name]);
  const [described] = await library.describe([key!]);
  return described!.paper;
}
