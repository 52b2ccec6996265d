/** What a shell completes, in each shell that is there. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { akin, temporaryFolder } from '../akin.ts';

/** What is typed, up to where the key is pressed, and what may stand there, but for names of files. */
const TYPED: [typed: string[], offered: string[]][] = [
  [['se'], ['search', 'serve']],
  [['search', '--mo'], ['--mode']],
  [
    ['search', '--mode', ''],
    ['dense', 'hybrid', 'lexical'],
  ],
  [['search', '--mode', 'l'], ['lexical']],
  [['completion', 'f'], ['fish']],
];

const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

async function scriptOf(shell: string): Promise<string> {
  const { code, stdout } = await akin(['completion', shell]);
  expect(code).toBe(0);
  const file = path.join(temporaryFolder(), 'script');
  writeFileSync(file, stdout);
  return file;
}

describe('akin completion', () => {
  it('bash completes commands, options, values, and files where one may stand', async () => {
    const script = await scriptOf('bash');
    const offered = (words: string[]): string[] => {
      const ask = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _akin; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const said = execFileSync('bash', ['-c', ask, script, 'akin', ...words], {
        encoding: 'utf8',
        cwd: path.dirname(script),
      });
      return said.split('\n').filter(Boolean).sort();
    };
    for (const [typed, expected] of TYPED) expect([typed, offered(typed)]).toEqual([typed, expected]);
    expect(offered(['add', 'scr'])).toEqual(['script']);
    expect(offered(['search', '--index', 'scr'])).toEqual(['script']);
  });

  it.runIf(isThere('fish'))('fish does as well', async () => {
    const script = await scriptOf('fish');
    for (const [typed, expected] of TYPED) {
      const said = execFileSync('fish', ['-c', `source ${script}; complete -C 'akin ${typed.join(' ')}'`], {
        encoding: 'utf8',
      });
      const offered = said
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('\t')[0]);
      expect([typed, offered.sort()]).toEqual([typed, expected]);
    }
  });

  it.runIf(isThere('zsh'))('zsh reads its script', async () => {
    const script = await scriptOf('zsh');
    expect(spawnSync('zsh', ['-n', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('is refused for a shell that is not known', async () => {
    const { code, stderr } = await akin(['completion', 'ksh']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
  });
});
