/** Where is the package this code is part of, which version of it is this, and what was built of its sources? */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Where scripts/build.js puts what it makes of the sources. */
const BUILT = '.build';

const parent = path.dirname(import.meta.dirname);
/** The package's folder. This file runs from `.build/src/`, and in tests from `src/`. */
export const ROOT = path.basename(parent) === BUILT ? path.dirname(parent) : parent;

export const { version: VERSION } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

/** The JavaScript that was built of a source. @param source a TypeScript file by its path from the package's folder. */
export function builtOf(source: string): string {
  return path.resolve(ROOT, BUILT, source.replace(/\.ts$/, '.js'));
}
