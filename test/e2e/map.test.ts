/** The map in a real browser, and a process that is killed while it makes one. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../../src/map/map.ts';
import { akin, sampleCopy, serveAkin, startAkin } from '../akin.ts';
import { browserFor, isMissing, violationsOf, type Open } from './opened.ts';

const mapIn = (folder: string) => {
  const file = readdirSync(folder).find((name) => /^map-.*\.bin$/.test(name));
  return file === undefined ? undefined : read(readFileSync(path.join(folder, file)));
};
const hasFile = (folder: string) => readdirSync(folder).some((name) => /^map-.*\.bin$/.test(name));

describe.skipIf(isMissing)('the page of the map', async () => {
  const folder = sampleCopy(afterAll);
  const server = isMissing ? { url: '' } : await serveAkin(folder, [], afterAll);
  const opened = browserFor(beforeAll);
  const open = (address: string, options?: Parameters<Open>[1]) => opened(`${server.url}${address}`, options);

  const canvas = (page: Page) => page.getByRole('img', { name: /^Map of 120 papers/ });

  const picture = (page: Page) => page.evaluate<string>(`document.querySelector('canvas').toDataURL()`);
  /** How much there is to be seen: an empty map's picture is a few hundred characters long. */
  const inked = async (page: Page) => (await picture(page)).length;

  /** Where the point of a paper is on the screen, as the page has it when it shows the whole map. */
  async function pointOf(page: Page, i: number): Promise<[number, number]> {
    const { x, y } = mapIn(folder)!;
    const box = (await canvas(page).boundingBox())!;
    const [left, right, top, bottom] = [Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)];
    const scale = Math.min(box.width / (right - left), box.height / (bottom - top)) / 1.08;
    return [
      box.x + box.width / 2 + (x[i]! - (left + right) / 2) * scale,
      box.y + box.height / 2 + (y[i]! - (top + bottom) / 2) * scale,
    ];
  }

  /** A paper that stands alone, so that a pointer means it and no other. */
  function loneliest(): number {
    const { x, y } = mapIn(folder)!;
    const room = Array.from(x.keys(), (i) =>
      Math.min(...Array.from(x.keys(), (j) => (i === j ? Infinity : Math.hypot(x[i]! - x[j]!, y[i]! - y[j]!)))),
    );
    return room.indexOf(Math.max(...room));
  }

  it('comes by itself when it has been made, in all sizes and lights, with nothing that keeps anybody out', async () => {
    const page = await open('/map');
    await canvas(page).waitFor();
    for (const options of [
      { viewport: { width: 1280, height: 900 } },
      { viewport: { width: 390, height: 844 } },
      { colorScheme: 'dark' as const },
      { colorScheme: 'dark' as const, address: '/map?q=learning&within=0,0,40000,40000' },
    ]) {
      const { address = '/map', ...context } = { address: undefined, ...options };
      const shown = await open(address, context);
      await canvas(shown).waitFor();
      await expect.poll(() => inked(shown)).toBeGreaterThan(5000);
      expect(await shown.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await violationsOf(shown)).toEqual([]);
    }
  });

  it('says which paper is under the pointer, and opens it', async () => {
    const page = await open('/map');
    await canvas(page).waitFor();
    const i = loneliest();
    const [x, y] = await pointOf(page, i);
    await page.mouse.move(x, y, { steps: 2 });
    await page.locator('.tip').waitFor();
    const said = await page.locator('.tip').textContent();
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForURL(`${server.url}/paper/${encodeURIComponent(mapIn(folder)!.ids[i]!)}`);
    expect(said).toContain(await page.locator('.paper h2').textContent());
  });

  it('lights the hits of a question, and looks for them in a part of it', async () => {
    const page = await open('/map');
    await canvas(page).waitFor();
    await expect.poll(() => inked(page)).toBeGreaterThan(5000);
    const unlit = await inked(page);
    await page.getByRole('searchbox', { name: 'Show on the map' }).fill('machines that can compute any number');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.waitForURL(/\/map\?q=machines/);
    await canvas(page).waitFor();
    await expect.poll(() => inked(page)).toBeGreaterThan(unlit); // Hits are larger, and have rings.
    await page.getByRole('button', { name: 'Choose a part' }).click();
    const box = (await canvas(page).boundingBox())!;
    await page.mouse.move(box.x + 2, box.y + 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 2, box.y + box.height - 2, { steps: 3 });
    await page.mouse.up();
    await page.waitForURL(/within=\d+,\d+,\d+,\d+#within$/);
    expect(await page.locator('.within h2').first().textContent()).toContain(
      '120 papers in this part, the nearest to “machines',
    );
    expect(await page.locator('.within li h2').first().textContent()).toContain('On Computable Numbers');
  });

  it('is moved, enlarged and coloured without a mouse', async () => {
    const page = await open('/map');
    await canvas(page).waitFor();
    await expect.poll(() => inked(page)).toBeGreaterThan(5000);
    const seen = new Set([await picture(page)]);
    await canvas(page).focus();
    for (const key of ['+', 'ArrowRight', 'ArrowDown', '-']) {
      await page.keyboard.press(key);
      await expect.poll(async () => seen.has(await picture(page))).toBe(false);
      seen.add(await picture(page));
    }
    await page.keyboard.press('0');
    await expect.poll(async () => seen.has(await picture(page))).toBe(true);
    await page.getByRole('combobox', { name: 'Coloured by' }).selectOption('by category');
    await expect.poll(async () => seen.has(await picture(page))).toBe(false);
    expect(await page.locator('.legend li').count()).toBeGreaterThan(2);
    await page.getByRole('complementary', { name: 'Regions' }).getByRole('link').first().click();
    await page.waitForURL(/\/\?q=/);
    expect(await page.locator('#results h2').count()).toBeGreaterThan(0);
  });

  it('is whole without a script', async () => {
    const page = await open('/map', { javaScriptEnabled: false });
    expect(await page.getByRole('group', { name: 'Regions of the map' }).getByRole('link').count()).toBeGreaterThan(2);
    await page.getByRole('complementary', { name: 'Regions' }).getByRole('link').first().click();
    await page.waitForURL(/\/\?q=/);
  });
});

it('leaves a whole map or none when it is killed while it makes one, and makes it the next time', async () => {
  const folder = sampleCopy();
  for (const delayMs of [100, 400, 700, 1000, 1300]) {
    const child = startAkin(['map', '--index', folder]);
    await Promise.race([setTimeout(delayMs), once(child, 'close')]);
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    if (hasFile(folder)) expect(mapIn(folder)).toBeDefined();
  }
  const { code, stdout } = await akin(['map', '--json', '--index', folder]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ papers: 120, onMap: 120, placedLater: 0 });
  expect(mapIn(folder)!.ids).toHaveLength(120);
});
