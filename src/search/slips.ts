/** Which name was meant by one that is nearly it? */
import { slipsBetween } from '../library/vocabulary.ts';

/** No name is so long that more are allowed. */
const MOST_SLIPS = 2;

/** Slips of the finger that still make a word a name: a short name must be hit exactly, "actor" is no author. */
function slipsAllowed(name: string): number {
  return name.length < 4 ? 0 : name.length < 8 ? 1 : 2;
}

/** The one of `names` that is the fewest slips away from `given`, where no more are made than are allowed. */
export function nearest<T extends string>(
  given: string,
  names: readonly T[],
  allowed: (name: T) => number = slipsAllowed,
): T | undefined {
  return names
    .map((name) => ({ name, slips: slipsBetween(given, name, MOST_SLIPS) }))
    .filter(({ name, slips }) => slips <= allowed(name))
    .sort((a, b) => a.slips - b.slips)[0]?.name;
}
