/** What the environment says is what every run goes by. */
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { configurationOf, VARIABLES } from '../../src/session/configuration.ts';
import { akin, temporaryFolder } from '../akin.ts';

it('is what each variable says', () => {
  const said = { AKIN_MODELS: `/a${delimiter}${delimiter}/b`, AKIN_CONTACT: 'ada@example.org' };
  expect(configurationOf({ ...said, AKIN_OPENALEX_KEY: 'k-1', AKIN_LOG: 'warn', AKIN_INDEX: '/l' })).toEqual({
    index: '/l',
    modelFolders: ['/a', '/b'],
    contact: 'ada@example.org',
    openAlexKey: 'k-1',
    logLevel: 'warn',
  });
  expect(Object.keys(VARIABLES)).toHaveLength(Object.keys(configurationOf({})).length);
});

it('is empty where none is set, and an empty key is none', () => {
  const nothing = { index: 'index', modelFolders: [], contact: '', openAlexKey: undefined, logLevel: 'info' };
  expect(configurationOf({})).toEqual(nothing);
  expect(configurationOf({ AKIN_OPENALEX_KEY: '', AKIN_MODELS: '', AKIN_INDEX: '' })).toEqual(nothing);
});

it('has the library of a checkout there, and elsewhere the one of the person', () => {
  vi.spyOn(process, 'cwd').mockReturnValue(temporaryFolder(onTestFinished));
  onTestFinished(() => void vi.restoreAllMocks());
  expect(configurationOf({ XDG_DATA_HOME: '/data' }).index).toBe('/data/akin');
  for (const given of [{}, { XDG_DATA_HOME: '' }, { XDG_DATA_HOME: 'not/absolute' }])
    expect(configurationOf(given).index).toBe(join(homedir(), '.local/share/akin'));
  expect(configurationOf({ AKIN_INDEX: 'mine', XDG_DATA_HOME: '/data' }).index).toBe('mine');
});

it('reaches the command', async () => {
  const { code, stderr } = await akin(['add', 'arxiv:1706.03762', '--offline', '--index', temporaryFolder()], {
    environment: { AKIN_CONTACT: 'nobody' },
  });
  expect(stderr).toContain('expected an e-mail address, found "nobody"');
  expect(code).toBe(2);
});
