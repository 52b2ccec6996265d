/**
 * Whatever is done to a library, in whichever order, the library in memory and the one on this machine answer alike. Where
 * they do not, the port says which of them is wrong.
 *
 * `ORACLE_RUNS=5000 npx vitest run --config test/vitest.config.ts test/library/property.test.ts` does it for long, with
 * other sequences each time; `ORACLE_SEED=…` with those of one time. A failure says the shortest sequence that shows it.
 */
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, it } from 'vitest';
import { openLibrary, openWriter } from '../../src/library/open.ts';
import { temporaryFolder } from '../akin.ts';
import { Memory } from './memory.ts';
import { MODEL } from './made.ts';
import { Pair } from './property/pair.ts';
import type { Engine } from './property/side.ts';
import { steps } from './property/steps.ts';

const RUNS = Number(process.env.ORACLE_RUNS ?? 30);
const SEED = process.env.ORACLE_SEED ?? (process.env.ORACLE_RUNS === undefined ? '1' : String(Date.now() % 1e9));

function inMemory(): Engine {
  const memory = new Memory(MODEL);
  return { openReader: async () => memory.read(), openWriter: async () => memory.write() };
}

function inFolder(folder: string): Engine {
  const options = { model: MODEL, mustBeThatModel: true, purpose: 'a test' };
  return { openReader: () => openLibrary(folder), openWriter: () => openWriter(folder, options) };
}

/** Used again and again: to open a library takes longer than to go through a story. */
let unused: Pair | undefined;
const folder = temporaryFolder(afterAll);
afterAll(() => unused?.close());

it('answers as the library in memory does, whatever was done', async () => {
  let opened = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      const pair = unused ?? (await Pair.open(inMemory(), inFolder(path.join(folder, String(opened++)))));
      unused = undefined;
      try {
        await pair.goThrough(story);
      } finally {
        // Where the two answer alike again when they are empty, the next story (or a shorter one that fails) begins there.
        const isSound = await pair.empty().then(
          () => true,
          () => false,
        );
        if (isSound) unused = pair;
        else await pair.close();
      }
    }),
    { seed: Number(SEED), numRuns: RUNS },
  );
}, 3_600_000);
