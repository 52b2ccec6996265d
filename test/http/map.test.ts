/** The map of the sample library over HTTP: its page, its points, a part of it, and the file that it is kept in. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FARTHEST, read } from '../../src/map/map.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { sampleCopy, temporaryFolder } from '../akin.ts';
import { answer, doorOf } from './door.ts';

const folder = sampleCopy(afterAll);
const door = doorOf(folder, beforeAll);
const page = async (address: string, status = 200) => {
  const sent = await door.app.request(address);
  expect(sent.status).toBe(status);
  return sent.text();
};
const mapFiles = () => readdirSync(folder).filter((name) => name.startsWith('map-'));

describe('the map', () => {
  it('is made when it is first asked for, and says how far it is', async () => {
    expect(await page('/map')).toContain('The map is being made');
    expect(await answer(door, '/map/state')).toMatchObject({ name: null, isMaking: true });
    const { map, name } = await door.session.mapping.made();
    expect(map.ids).toHaveLength(120);
    expect(await answer(door, '/map/state')).toEqual({ name, isMaking: false, said: null });
    expect(mapFiles()).toHaveLength(1);
  });

  it('is there without a script: its regions as links to searches', async () => {
    const { map } = (await door.session.mapping.now()).kept!;
    const text = await page('/map');
    expect(text).toContain(`120 papers in ${map.regions.length} regions`);
    for (const { words } of map.regions) expect(text).toContain(`href="/?q=${encodeURIComponent(words.join(' '))}"`);
    expect(text).toContain('<svg');
    expect(await page('/')).toContain('href="/map"');
  });

  it('sends its points small, and not again to whoever has them', async () => {
    const { kept } = await door.session.mapping.now();
    const sent = await door.app.request('/map/points');
    const bytes = Buffer.from(await sent.arrayBuffer());
    expect(bytes.equals(kept!.sent)).toBe(true);
    const small = await door.app.request('/map/points', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(small.headers.get('Content-Encoding')).toBe('gzip');
    const zipped = Buffer.from(await small.arrayBuffer());
    expect(gunzipSync(zipped).equals(bytes)).toBe(true);
    expect(zipped.length).toBeLessThan(bytes.length);
    const known = { 'If-None-Match': sent.headers.get('ETag')! };
    expect((await door.app.request('/map/points', { headers: known })).status).toBe(304);
  });

  it('says which papers lie in a part of it, in an address', async () => {
    const { map } = (await door.session.mapping.now()).kept!;
    const whole = await page(`/map?within=0,0,${FARTHEST},${FARTHEST}`);
    expect(whole).toContain('120 papers in this part, the newest first');
    expect(whole.match(/<li><h3>/g)).toHaveLength(25);
    expect(await page(`/map?within=0,0,${FARTHEST},${FARTHEST}&page=5`)).toContain('Page 5');
    const [x, y] = [map.x[0]!, map.y[0]!];
    const one = await page(`/map?within=${[x, y, x, y].join(',')}`);
    expect(one).toContain('1 paper in this part');
    expect(one).toContain(`href="/paper/${encodeURIComponent(map.ids[0]!)}"`);
    const asked = await page(`/map?q=learning+from+errors&within=0,0,${FARTHEST},${FARTHEST}`);
    expect(asked).toContain('120 papers in this part, the nearest to “learning from errors” first');
    expect(asked.match(/<li><h2>/g)).toHaveLength(25);
    const far = await page(`/map?q=learning+from+errors&within=${[x, y, x, y].join(',')}`);
    expect(far).toMatch(/1 paper in this part, the nearest|None of the 1 paper in this part is among the \d+ nearest/);
  });

  it.each(['1,2,3', 'a,b,c,d', '0,0,1,70000', '1,,2,3', ''])('refuses the part "%s"', async (within) => {
    expect(await page(`/map?within=${within}`, 400)).toContain('expected four whole numbers from 0 to 65535');
  });

  it('takes a title for what it is: text', async () => {
    const title = '<img src=x onerror=alert(1)> on the map';
    await door.session.put('hostile', { title, abstract: 'Markup in a title.' });
    await door.session.mapping.made();
    const text = await page(`/map?within=0,0,${FARTHEST},${FARTHEST}&page=1`);
    expect(text).not.toContain('<img');
  });

  it('has a new paper among its neighbours, and the others where they were', async () => {
    const before = (await door.session.mapping.made()).map;
    await door.session.put('new', {
      title: 'Computing machines and the decision problem',
      abstract: 'Can it be computed?',
    });
    const after = (await door.session.mapping.made()).map;
    expect(after.ids).toContain('new');
    expect(after.later).toBe(before.later + 1);
    for (const [i, id] of before.ids.entries()) {
      const now = after.ids.indexOf(id);
      expect([after.x[now], after.y[now]]).toEqual([before.x[i], before.y[i]]);
    }
  });
});

describe('the file of a map', () => {
  const opened = async (work: (session: Session) => Promise<void>) => {
    const session = new Session({ address: folder, configuration: configurationOf({}), threads: 1 });
    await work(session).finally(() => session.close());
  };
  const file = () => path.join(folder, mapFiles()[0]!);

  it('is read by the next who opens the library', async () => {
    const { name } = await door.session.mapping.made();
    await opened(async (session) => {
      const now = await session.mapping.now();
      expect(now.kept!.name).toBe(name);
      expect(now.making).toBeUndefined();
    });
  });

  it.each([
    ['is not there', () => rmSync(file())],
    ['is damaged', () => writeFileSync(file(), readFileSync(file()).fill(0, 500, 510))],
    ['is cut', () => writeFileSync(file(), readFileSync(file()).subarray(0, 1000))],
    ['is empty', () => writeFileSync(file(), '')],
  ])('is made again where it %s', async (_, harm) => {
    await door.session.mapping.made();
    harm();
    await opened(async (session) => {
      expect((await session.mapping.now()).kept).toBeUndefined();
      const { map } = await session.mapping.made();
      expect(read(readFileSync(file()))).toEqual(map);
    });
  });

  it('is of no use to another library', async () => {
    const kept = readFileSync(file());
    const other = temporaryFolder();
    const session = new Session({ address: other, configuration: configurationOf({}), threads: 1 });
    onTestFinished(() => session.close());
    const input = path.join(other, 'papers.jsonl');
    writeFileSync(input, JSON.stringify({ id: 'a', title: 'Alone', abstract: 'The only paper.' }));
    await session.add([input], {});
    writeFileSync(path.join(other, path.basename(file())), kept);
    expect((await session.mapping.now()).kept).toBeUndefined();
    expect((await session.mapping.made()).map.ids).toEqual(['a']);
  });
});
