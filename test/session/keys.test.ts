/** Keys in their file: made, told apart, removed, seen by others at once, and kept from everybody else. */
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { Keys, MAX_KEYS } from '../../src/session/keys.ts';
import { akin, sampleCopy, temporaryFolder } from '../akin.ts';

const newKeys = (folder = path.join(temporaryFolder(), 'index')) => ({ folder, keys: new Keys(folder) });

it('are told apart, and anything else is none', () => {
  const { keys } = newKeys();
  const [reader, writer] = [keys.add('reader', 'read'), keys.add('writer', 'write')];
  expect(keys.whose(reader)).toMatchObject({ name: 'reader', scope: 'read' });
  expect(keys.whose(writer)).toMatchObject({ name: 'writer', scope: 'write' });
  expect(keys.list().map(({ name }) => name)).toEqual(['reader', 'writer']);
  for (const text of ['', 'akin_', reader.slice(0, -1), `${reader}A`, reader.toUpperCase()])
    expect(keys.whose(text)).toBeUndefined();
});

it('are in a file that only this user may read, and that does not hold them', () => {
  const { folder, keys } = newKeys();
  const key = keys.add('reader', 'read');
  expect(readdirSync(folder)).toEqual(['keys.json']); // Nothing is left aside.
  const file = path.join(folder, 'keys.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain(key.slice('akin_'.length));
});

it('that others make and remove are seen at once', () => {
  const { folder, keys: server } = newKeys();
  expect(server.list()).toEqual([]);
  const command = new Keys(folder);
  for (let round = 0; round < 20; round++) {
    const key = command.add('guest', 'read');
    expect(server.whose(key)?.name).toBe('guest');
    command.remove('guest');
    expect(server.whose(key)).toBeUndefined();
  }
});

it('are refused where their name can not be one, is taken or is not there', () => {
  const { keys } = newKeys();
  keys.add('guest', 'read');
  for (const name of ['', 'a b', 'a/b', '../x', 'a\n', 'ä', 'x'.repeat(65)])
    expect(() => keys.add(name, 'read')).toThrow(expect.objectContaining({ code: 'invalid-argument', field: 'name' }));
  expect(() => keys.add('guest', 'write')).toThrow(/there is a key called "guest"/);
  expect(() => keys.remove('nobody')).toThrow(expect.objectContaining({ code: 'not-found' }));
  expect(keys.list()).toMatchObject([{ name: 'guest', scope: 'read' }]);
});

it('are changed by one process at a time, and by the next one where that died', () => {
  const { folder, keys } = newKeys();
  keys.add('first', 'read');
  const aside = path.join(folder, 'keys.json.new');
  writeFileSync(aside, '');
  expect(() => keys.add('second', 'read')).toThrow(expect.objectContaining({ code: 'library-locked' }));
  utimesSync(aside, 0, 0);
  keys.add('second', 'read');
  expect(keys.list()).toHaveLength(2);
});

it.each(['', '{}', '[{"name":"x"}]', '[]garbage'])('in a file that holds "%s" let nobody in', (content) => {
  const { folder, keys } = newKeys();
  const key = keys.add('guest', 'read');
  writeFileSync(path.join(folder, 'keys.json'), content);
  expect(() => keys.whose(key)).toThrow(expect.objectContaining({ code: 'library-damaged' }));
});

it('are at most so many', () => {
  const { folder, keys } = newKeys();
  keys.add('first', 'read');
  const [first] = keys.list();
  const many = Array.from({ length: MAX_KEYS }, (_, i) => ({ ...first, name: `key${i}` }));
  writeFileSync(path.join(folder, 'keys.json'), JSON.stringify(many));
  expect(() => keys.add('last', 'read')).toThrow(/1000 keys already/);
});

it('stay where they are when the library is backed up and restored elsewhere', async () => {
  const folder = sampleCopy();
  new Keys(folder).add('guest', 'read');
  const elsewhere = temporaryFolder();
  const [file, restored] = [path.join(elsewhere, 'kept.zip'), path.join(elsewhere, 'index')];
  expect((await akin(['backup', file, '--index', folder])).code).toBe(0);
  expect((await akin(['restore', file, '--index', restored])).code).toBe(0);
  expect(existsSync(path.join(folder, 'keys.json'))).toBe(true);
  expect(existsSync(path.join(restored, 'keys.json'))).toBe(false);
});
