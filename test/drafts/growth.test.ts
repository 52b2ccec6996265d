/**
 * The time to read a text grows with its length, whatever stands in it and through whichever door it comes: ten times as much
 * takes no more than forty times as long. `npm run bench -- patterns` prints the times.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { ROOT } from '../akin.ts';
import { doorsOf, type Reading } from './doors.ts';
import { DOORS, patterns, textOf, type Door, type Pattern } from './patterns.ts';

const SIZES = [1000, 10_000, 100_000];
const MAX_GROWTH = 40;
/** Seconds; below, what else the machine does says more. */
const FLOOR = 0.3;

let doors: Record<Door, Reading>;
beforeAll(async () => {
  doors = await doorsOf(
    <Module>(file: string) => import(pathToFileURL(path.join(ROOT, 'src', file)).href) as Promise<Module>,
  );
});

it.each(DOORS)(
  'of %s',
  async (door) => {
    const grown: string[] = [];
    for (const pattern of patterns([door])) {
      let before = await secondsOf(pattern, SIZES[0]!);
      for (const size of SIZES.slice(1)) {
        const most = Math.max(FLOOR, MAX_GROWTH * before);
        before = await secondsOf(pattern, size, most);
        if (before > most) {
          grown.push(`${pattern.name}: ${before.toFixed(2)} s for ${size} characters, more than ${most.toFixed(2)} s`);
          break; // Ten times as much could take for ever.
        }
      }
    }
    expect(grown).toEqual([]);
  },
  600_000,
);

/** Seconds of processor time, the least of some runs: of one, where that is little enough. */
async function secondsOf(pattern: Pattern, size: number, enough = 0): Promise<number> {
  const text = textOf(pattern, size);
  let least = Infinity;
  for (let run = 0; run < 3 && least > enough; run++) {
    const before = process.cpuUsage();
    try {
      await doors[pattern.door](text);
    } catch {
      // Why it could not be read is as good an answer as what it says.
    }
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}
