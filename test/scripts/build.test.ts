/** What is run is always what the sources say now: in a checkout of three files, with the real command and the real builder. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, it } from 'vitest';
import { ROOT, temporaryFolder } from '../akin.ts';

let checkout: string;
const at = (file: string): string => path.join(checkout, file);
const write = (file: string, text: string): void => writeFileSync(at(file), text);

beforeEach(() => {
  checkout = temporaryFolder();
  for (const folder of ['src/cli', 'scripts', 'test']) mkdirSync(at(folder), { recursive: true });
  for (const file of ['src/cli/akin.js', 'scripts/build.js', 'tsconfig.json', 'package.json'])
    copyFileSync(path.join(ROOT, file), at(file));
  symlinkSync(path.join(ROOT, 'node_modules'), at('node_modules'));
  write('src/cli/main.ts', `import { said } from '../said.ts';\nconsole.log(said as string);\n`);
  write('src/said.ts', `export const said: string = 'one';\n`);
});

/** What `akin` of that checkout prints. */
const said = async (): Promise<string> =>
  (await promisify(execFile)(process.execPath, [at('src/cli/akin.js')])).stdout.trim();
const timesBuilt = () =>
  ['src/said.js', 'src/cli/main.js'].map((file) => statSync(at(path.join('.build', file))).ctimeMs);

it('builds what is missing and what changed, and nothing else', async () => {
  expect(await said()).toBe('one');
  const [first, untouched] = timesBuilt();
  expect(await said()).toBe('one');
  expect(timesBuilt()).toEqual([first, untouched]);
  write('src/said.ts', `export const said: string = 'two';\n`);
  expect(await said()).toBe('two');
  expect(timesBuilt()).toEqual([expect.not.closeTo(first!, 3), untouched]);
});

it('notices a file that was put back with its old time, as a copy of a backup is', async () => {
  expect(await said()).toBe('one');
  write('src/said.ts', `export const said: string = 'old';\n`);
  utimesSync(at('src/said.ts'), new Date('2020-02-20'), new Date('2020-02-20'));
  expect(await said()).toBe('old');
});

it('removes what was built of a file that is gone', async () => {
  write('src/gone.ts', 'export {};\n');
  expect(await said()).toBe('one');
  expect(existsSync(at('.build/src/gone.js'))).toBe(true);
  rmSync(at('src/gone.ts'));
  write('src/said.ts', `export const said: string = 'two';\n`);
  expect(await said()).toBe('two');
  expect(existsSync(at('.build/src/gone.js'))).toBe(false);
});

it('says where a source is not TypeScript, and runs nothing older instead', async () => {
  expect(await said()).toBe('one');
  write('src/said.ts', `export const said: string = ;\n`);
  await expect(said()).rejects.toThrow(/src\/said\.ts\(1,29\): error TS1109/);
  await expect(said()).rejects.toThrow('TS1109');
  write('src/said.ts', `export const said: string = 'mended';\n`);
  expect(await said()).toBe('mended');
});

it('may be asked by several at once', async () => {
  expect(await Promise.all([said(), said(), said()])).toEqual(['one', 'one', 'one']);
});

it('is not wanted where only what was built is installed', async () => {
  expect(await said()).toBe('one');
  for (const file of ['scripts', 'tsconfig.json', 'src/said.ts', 'src/cli/main.ts', 'node_modules'])
    rmSync(at(file), { recursive: true });
  expect(await said()).toBe('one');
});
