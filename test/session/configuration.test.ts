/** What the environment says is what every run goes by. */
import { delimiter } from 'node:path';
import { expect, it } from 'vitest';
import { configurationOf, VARIABLES } from '../../src/session/configuration.ts';
import { akin, temporaryFolder } from '../akin.ts';

it('is what each variable says', () => {
  const said = { AKIN_MODELS: `/a${delimiter}${delimiter}/b`, AKIN_CONTACT: 'ada@example.org' };
  expect(configurationOf({ ...said, AKIN_OPENALEX_KEY: 'k-1', AKIN_LOG: 'warn' })).toEqual({
    modelFolders: ['/a', '/b'],
    contact: 'ada@example.org',
    openAlexKey: 'k-1',
    logLevel: 'warn',
  });
  expect(Object.keys(VARIABLES)).toHaveLength(Object.keys(configurationOf({})).length);
});

it('is empty where none is set, and an empty key is none', () => {
  const nothing = { modelFolders: [], contact: '', openAlexKey: undefined, logLevel: 'info' };
  expect(configurationOf({})).toEqual(nothing);
  expect(configurationOf({ AKIN_OPENALEX_KEY: '', AKIN_MODELS: '' })).toEqual(nothing);
});

it('reaches the command', async () => {
  const { code, stderr } = await akin(['add', 'arxiv:1706.03762', '--offline', '--index', temporaryFolder()], {
    environment: { AKIN_CONTACT: 'nobody' },
  });
  expect(stderr).toContain('expected an e-mail address, found "nobody"');
  expect(code).toBe(2);
});
