/** What the README says of errors, exit codes, commands and formats is what the code does. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ERROR_CODES } from '../src/errors.ts';
import { FORMAT_NAMES } from '../src/sources/registry.ts';
import { akin, ROOT } from './akin.ts';

const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

/** Those of `names` that the README does not hold as inline code. */
const unnamed = (names: string[]) => names.filter((name) => !README.includes(`\`${name}\``));

it('names every error code, with its HTTP status where it gives one', () => {
  expect(unnamed(Object.keys(ERROR_CODES))).toEqual([]);
  for (const [code, { status }] of Object.entries(ERROR_CODES)) {
    const stated = new RegExp(`^\\| \`${code}\` \\| (\\d{3}) \\|`, 'm').exec(README)?.[1];
    if (stated !== undefined) expect(Number(stated), code).toBe(status);
  }
});

it('explains every exit code', () => {
  const explained = [...README.matchAll(/^\| (\d+) \| .+ \|$/gm)].map(([, code]) => Number(code));
  expect(explained).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 130]);
  for (const { exit } of Object.values(ERROR_CODES)) expect(explained).toContain(exit);
});

it('names every format that is read', () => {
  expect(unnamed(FORMAT_NAMES)).toEqual([]);
});

it('describes every command', async () => {
  const { stdout } = await akin(['--help']);
  const commands = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name!);
  expect(commands).toContain('add');
  const described = [...README.matchAll(/^\| `akin (\w+)/gm)].map(([, name]) => name!);
  expect(new Set(described)).toEqual(new Set(commands.filter((name) => name !== 'help')));
});
