/** Two libraries that go through the same stories. */
import { expect } from 'vitest';
import type { Origin } from '../../../src/library/files.ts';
import { answers, compareAnswers, compareQuestion } from './compare.ts';
import { Side, type Engine, type Meaning } from './side.ts';
import { CURSORS, IDS, PLACES, type Deed, type Step } from './steps.ts';

/** Stories are told one after the other, for to open a library takes longer than most of them. */
export class Pair implements Meaning {
  readonly #memory: Side;
  readonly #local: Side;
  /** Of each place, how many readings began, and whether the last of them came to its end. */
  readonly #readings = new Map<string, { begun: number; hasEnded: boolean }>();
  #stories = 0;
  /** The ids of the papers that are there. */
  #ids: string[] = [];

  private constructor(memory: Side, local: Side) {
    this.#memory = memory;
    this.#local = local;
  }

  static async open(memory: Engine, local: Engine): Promise<Pair> {
    return new Pair(await Side.open(memory), await Side.open(local));
  }

  async close(): Promise<void> {
    await this.#memory.close();
    await this.#local.close();
  }

  /** Does everything to both libraries, compares all that they answer after each step, and leaves them empty. */
  async goThrough(story: Step[]): Promise<void> {
    // A person's word on papers outlives them: in each story they have other ids.
    this.#stories++;
    for (const side of [this.#memory, this.#local]) side.beginStory();
    for (const { deed, question } of story) {
      this.#begin(deed);
      await this.#do(deed);
      const once = await this.#compare();
      if ('twice' in deed && deed.twice) {
        await this.#do(deed);
        expect(await answers(this.#memory)).toEqual({ ...once.ours, revision: expect.any(String) });
        expect(await answers(this.#local)).toEqual({ ...once.theirs, revision: expect.any(String) });
      }
      await compareQuestion(this.#memory, this.#local, {
        ...question,
        also: question.also.map((name) => this.id(name)),
      });
    }
  }

  /** Empties both libraries, whatever is in them, and compares once more what they answer. */
  async empty(): Promise<void> {
    for (const { writer } of [this.#memory, this.#local]) {
      for (const place of PLACES) await writer.release(place, 'all');
      for (const key of CURSORS) await writer.store({ parts: [], cursor: { key, at: null } });
      await writer.setSettings({});
    }
    for (const known of this.#readings.values()) known.hasEnded = true;
    const { ours } = await this.#compare();
    expect(ours).toMatchObject({ papers: [], works: [], files: [], pendingCount: 0 });
  }

  id(name: string): string {
    const apart = /^~(\d)$/.exec(name)?.[1];
    if (apart !== undefined) return this.#ids.filter((id) => id.includes('~'))[Number(apart)] ?? 'nobody';
    return IDS.includes(name) ? `${this.#stories}:${name}` : name;
  }

  origin(place: string): Origin {
    const reading = String(this.#readings.get(place)!.begun);
    return { path: place, mount: place.startsWith('/') ? '/' : '', reading };
  }

  /** Begins the readings that a deed begins. One that has come to its end is not gone on with. */
  #begin(deed: Deed): void {
    if (deed.what === 'release' && deed.which === 'all') {
      const known = this.#readings.get(deed.place);
      if (known) known.hasEnded = true;
    }
    if (deed.what !== 'store') return;
    const begun = new Set<string>();
    for (const { place, isNew, end } of deed.parts) {
      const known = this.#readings.get(place) ?? { begun: 0, hasEnded: true };
      // In one portion there is one reading of a place.
      const isNext = !begun.has(place) && (isNew || known.hasEnded);
      this.#readings.set(place, {
        begun: known.begun + Number(isNext),
        hasEnded: end !== undefined || (known.hasEnded && !isNext),
      });
      begun.add(place);
    }
  }

  async #do(deed: Deed): Promise<void> {
    const ours = await this.#memory.do(deed, this);
    expect(await this.#local.do(deed, this)).toEqual(ours);
  }

  async #compare() {
    const compared = await compareAnswers(this.#memory, this.#local);
    this.#ids = compared.ours.papers.map(({ id }) => id);
    return compared;
  }
}
