/** The start page in a real browser: what one begins with, and what one brings. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openWriter } from '../../src/library/open.ts';
import { sampleCopy, serveAkin, temporaryFolder } from '../akin.ts';
import { MODEL } from '../library/made.ts';
import { browserFor, isMissing, TEST, violationsOf } from './opened.ts';

const BIB = '@article{a, title={Bread <img src=x onerror=alert(1)> under load}, author={Abel, Ada}, year=2001}';

describe.skipIf(isMissing)('the start page', TEST, () => {
  const open = browserFor(beforeAll);

  async function refs(): Promise<string> {
    const file = path.join(temporaryFolder(onTestFinished), 'refs.bib');
    writeFileSync(file, BIB);
    return file;
  }

  it.each([true, false])(
    'takes a bibliography in, and says how far that is; with a script: %s',
    async (javaScriptEnabled) => {
      const { url } = await serveAkin(sampleCopy());
      const page = await open(url, { javaScriptEnabled });
      await page.locator('.drop input').setInputFiles(await refs());
      await page.getByRole('button', { name: 'Take into the library' }).click();
      await page.waitForURL(/\/take-in\/1-/);
      const isOver = page.getByText(/^Taken in: 1 paper added/);
      while (!javaScriptEnabled && (await isOver.count()) === 0)
        await page.getByRole('link', { name: 'Look again' }).click();
      await isOver.waitFor();
      expect(await page.locator('#said').textContent()).toBe('Taken in');
      await page.getByRole('link', { name: 'To the library' }).click();
      await page.getByText('121 papers on this machine').waitFor();
      await page.getByRole('link', { name: /^Bread/ }).waitFor();
      expect(await page.locator('main img').count()).toBe(0);
    },
  );

  it('leads to an answer, and takes a draft', async () => {
    const { url } = await serveAkin(sampleCopy());
    const page = await open(url);
    await page.locator('.start a').first().click();
    await page.locator('#results h2').first().waitFor();
    await page.goBack();
    const draft = path.join(temporaryFolder(), 'draft.txt');
    writeFileSync(draft, 'A machine with a finite table and an endless tape computes whatever any procedure computes.');
    await page.locator('.drop input').setInputFiles(draft);
    await page.getByRole('button', { name: 'Find what a draft could cite' }).click();
    await page.waitForURL(/\/draft\/[\w-]{32}$/);
  });

  it('of an empty library begins with the sample, is accessible, and fits a telephone', async () => {
    const folder = temporaryFolder();
    await (await openWriter(folder, { model: MODEL, mustBeThatModel: true, purpose: 'a test' })).close();
    const { url } = await serveAkin(folder);
    const page = await open(url, { viewport: { width: 390, height: 800 } });
    const fits = async () => {
      expect(await violationsOf(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    };
    await fits();
    await page.getByRole('button', { name: 'A sample of 120 papers' }).click();
    await page.waitForURL(/\/take-in\/1-/);
    await fits();
    await page.getByText(/^Taken in: 120 papers added/).waitFor();
    await page.getByRole('link', { name: 'To the library' }).click();
    await page.getByText('120 papers on this machine').waitFor();
    await fits();
  });
});
