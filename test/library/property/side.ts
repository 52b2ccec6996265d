/** One of two libraries that are told the same, and what it answers to it. */
import { AkinError } from '../../../src/errors.ts';
import type { Origin } from '../../../src/library/files.ts';
import type { Key, Library, LibraryWriter } from '../../../src/library/library.ts';
import { embedding, seeded, unitVector, vectorOf } from '../made.ts';
import type { Deed } from './steps.ts';

/** A library, however it is kept, that may be opened again and again. */
export interface Engine {
  openReader(): Promise<Library>;
  openWriter(): Promise<LibraryWriter>;
}

/** What the words of a deed mean at the moment. */
export interface Meaning {
  /** The id of a record, or the name of a paper. */
  id(name: string): string;
  origin(place: string): Origin;
}

export class Side {
  library!: Library;
  writer!: LibraryWriter;
  /** The keys under which papers were seen in this story, in the order of their first appearance. */
  keys: Key[] = [];
  /** Those of earlier stories. */
  readonly past = new Set<Key>();
  readonly #engine: Engine;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  static async open(engine: Engine): Promise<Side> {
    const side = new Side(engine);
    side.writer = await engine.openWriter();
    side.library = await engine.openReader();
    return side;
  }

  async close(): Promise<void> {
    await this.library?.close();
    await this.writer?.close();
  }

  /** Forgets the keys seen so far, but for that nobody may have them again. */
  beginStory(): void {
    for (const key of this.keys) this.past.add(key);
    this.keys = [];
  }

  /** Does what is to be done. @returns what it came to, without keys; an error as its code. */
  async do(deed: Deed, meaning: Meaning): Promise<unknown> {
    try {
      return await this.#did(deed, meaning);
    } catch (error) {
      if (error instanceof AkinError) return { error: error.code };
      throw error;
    }
  }

  async #did(deed: Deed, meaning: Meaning): Promise<unknown> {
    const { writer } = this;
    switch (deed.what) {
      case 'store':
        return writer.store({
          parts: deed.parts.map(({ place, papers, end }) => ({
            origin: meaning.origin(place),
            papers: papers.map((paper) => ({ ...paper, id: meaning.id(paper.id) })),
            end,
          })),
          cursor: deed.cursor,
        });
      case 'embed':
        return this.#embed(deed.each, deed.isSound);
      case 'remove':
        return writer.remove(deed.names.map((name) => meaning.id(name)));
      case 'release':
        return writer.release(deed.place, deed.which);
      case 'join':
        return (await writer.join(deed.names.map((name) => meaning.id(name)))).toSorted();
      case 'split':
        return writer.split(deed.names.map((name) => meaning.id(name)));
      case 'correct':
        return writer.correct(meaning.id(deed.name), deed.word);
      case 'keep':
        return writer.keep(meaning.id(deed.name), deed.said);
      case 'settings':
        return writer.setSettings(deed.settings);
      case 'confirm':
        return writer.confirm(deed.files);
      case 'compact':
      case 'finish':
        return writer[deed.what]();
      case 'reopen':
        return this.#reopen(deed.side);
    }
  }

  /** Stores vectors for papers that wait for theirs, and for others, which are gone or have one. */
  async #embed(each: number, isSound: boolean): Promise<void> {
    const waiting = new Map((await this.writer.pending(1000)).map(({ key, text }) => [key, text]));
    const chosen = this.keys.filter((_, i) => i % each === 0);
    const vectors = chosen.map((key) => nearOne(waiting.get(key)?.split('\n').at(-1) ?? 'too late'));
    if (!isSound) vectors.at(-1)?.fill(NaN, 7, 8);
    await this.writer.storeVectors(chosen.map((key, i) => ({ key, embedding: embedding(vectors[i]!) })));
  }

  async #reopen(side: 'reader' | 'writer'): Promise<void> {
    if (side === 'reader') {
      await this.library.close();
      this.library = await this.#engine.openReader();
    } else {
      await this.writer.close();
      this.writer = await this.#engine.openWriter();
    }
  }
}

/** Texts that begin with the same word have vectors near each other; the same text has the same one. */
export function nearOne(text: string): Float32Array {
  return unitVector(seeded(text.length), vectorOf(text.split(/\W/)[0]!));
}
