/** The table of limits in src/http/README.md has every limit that a request can reach, each with the value that the code has. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { LIMITS } from '../../src/http/limits.ts';
import { JOB_LIMITS } from '../../src/session/jobs.ts';
import { ROOT } from '../akin.ts';

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const [, chapter = ''] = read('src/http/README.md').split('\n## Limits\n');
const rows = new Map(
  [...chapter.split('\n## ', 1)[0]!.matchAll(/^\| `(\w+)`(?: in `(src\/[\w/.-]+)`)? \| (.+?) \| .+ \|$/gm)].map(
    ([, name, file, value]) => [file === undefined ? name! : `${file} ${name}`, value!],
  ),
);

/** What answers requests: whatever it limits stands in the table. */
const PLACES = ['src/search', 'src/mcp', 'src/http'];
const FILES = ['src/library/filter.ts', 'src/session/keys.ts', 'src/session/named.ts', 'src/threads/pool.ts'];
const CONSTANT = /^(?:export )?const (MAX_\w+|MOST(?:_AT_ONCE)?) = ([\d_]+(?: \* [\d_]+)*);/gm;

function constantsOf(file: string): [string, number][] {
  return [...read(file).matchAll(CONSTANT)].map(([, name, product]) => [
    `${file} ${name}`,
    product!.split(' * ').reduce((value, factor) => value * Number(factor.replaceAll('_', '')), 1),
  ]);
}

it('has every limit of the HTTP door, with its value', () => {
  const ofDoor = Object.entries(LIMITS).map(([name, value]) => [name, shown(name, value)]);
  expect([...rows].filter(([name]) => !name.includes(' ')).sort()).toEqual(ofDoor.sort());
});

it('has every limit of those who answer, with its value', () => {
  const inPlaces = PLACES.flatMap((place) =>
    readdirSync(path.join(ROOT, place)).flatMap((name) =>
      name.endsWith('.ts') ? constantsOf(`${place}/${name}`) : [],
    ),
  );
  const ofDrafts = constantsOf('src/drafts/draft.ts');
  const ofJobs = Object.entries(JOB_LIMITS).map(([name, value]): [string, number] => [
    `src/session/jobs.ts ${name}`,
    value,
  ]);
  const all = [...inPlaces, ...FILES.flatMap(constantsOf), ...ofDrafts, ...ofJobs].map(([name, value]) => [
    name,
    shown(name, value),
  ]);
  expect([...rows].filter(([name]) => name.includes(' ')).sort()).toEqual(all.sort());
});

/** A value as people read it. */
function shown(name: string, value: number): string {
  const days = 24 * 60 * 60 * 1000;
  if (name.endsWith('Ms')) {
    if (value % days === 0) return `${value / days} days`;
    return value < 1000 ? `${value} ms` : `${value / 1000} s`;
  }
  if (!/bytes$/i.test(name)) return value.toLocaleString('en');
  if (value % (1024 * 1024) === 0) return `${value / (1024 * 1024)} MiB`;
  return value % 1024 === 0 ? `${value / 1024} KiB` : `${value.toLocaleString('en')} bytes`;
}
