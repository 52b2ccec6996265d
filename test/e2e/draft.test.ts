/** A draft in a real browser: given, judged and taken home, with a script and without one. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { serveAkin, temporaryFolder } from '../akin.ts';
import { browserFor, isMissing, TEST, violationsOf } from './opened.ts';

const DRAFT = `# Machines and molecules

## Machines

A machine with a finite table and an endless tape can compute whatever any procedure computes, and some questions about
numbers can be answered by no such machine [@turing].

## Molecules

Two chains of nucleic acids wind around each other, and each holds what is needed to build the other one again. So traits
are passed from one generation to the next.
`;
const BIB = `@article{turing, title={On Computable Numbers, with an Application to the Entscheidungsproblem}, year=1937}
@misc{other, title={A work <script>alert(1)</script> that nobody has}}`;

describe.skipIf(isMissing)('a draft', TEST, async () => {
  const { url } = isMissing ? { url: '' } : await serveAkin(inject('sampleLibrary'), [], afterAll);
  const open = browserFor(beforeAll);
  const folder = temporaryFolder(afterAll);
  const [draft, bib] = [path.join(folder, 'draft.md'), path.join(folder, 'refs.bib')];
  beforeAll(() => {
    writeFileSync(draft, DRAFT.replace('[@turing]', '[@turing; @other]'));
    writeFileSync(bib, BIB);
  });

  async function give(page: Page): Promise<void> {
    await page.locator('[name=file]').setInputFiles(draft);
    await page.locator('[name=bib]').setInputFiles(bib);
    await page.getByRole('button', { name: 'Find related work' }).click();
    await page.waitForURL(/\/draft\/[\w-]{32}$/);
  }

  it.each([true, false])('is given, judged and taken home; with a script: %s', async (javaScriptEnabled) => {
    const page = await open(`${url}/draft`, { javaScriptEnabled });
    await give(page);
    expect(await page.locator('h2').textContent()).toContain('Machines and molecules');
    const sections = page.getByRole('navigation', { name: 'Sections' });
    expect(await sections.getByRole('link').allTextContents()).toEqual(
      expect.arrayContaining(['Machines', 'Molecules', 'Cited and found', 'Cited, not here']),
    );
    expect(await page.locator('main img, main script').count()).toBe(0);
    const first = page.locator('.draft li:has(h4)').first();
    const title = await first.locator('h4').textContent();
    await first.getByRole('button', { name: /^Add/ }).click();
    await page.waitForURL(/#s\d+$/);
    expect(await page.locator('#said').textContent()).toContain('1 added');
    await page
      .locator('.draft li:has(h4)')
      .nth(1)
      .getByRole('button', { name: /^Dismiss/ })
      .click();
    await page.getByText('1 dismissed').waitFor();
    const [bibtex] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'BibTeX' }).click(),
    ]);
    const written = readFileSync(await bibtex.path(), 'utf8');
    expect(written.match(/^@/gm)).toHaveLength(1);
    expect(written).toContain(title!.split(' ').at(-1));
    // The address is all it takes to come back.
    await page.reload();
    expect(await page.locator('#said').textContent()).toContain('1 added');
  });

  it('is judged by keyboard alone', async () => {
    const page = await open(`${url}/draft`);
    await give(page);
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate('document.activeElement?.name === "add"')) break;
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(/#s\d+$/);
    expect(await page.locator('#said').textContent()).toContain('1 added');
  });

  it.each([
    ['English', 'Machines compute what procedures compute, and some questions no machine can answer.\n\n'],
    ['Chinese', '机器可以计算任何程序能计算的东西，而某些问题没有机器能回答。\n\n'],
  ])('in %s that is too long for an address is read as one when it is pasted into the box', async (_, sentence) => {
    const page = await open(url);
    const text = `<img src=x onerror=alert(1)> ${sentence.repeat(Math.ceil(12_000 / sentence.length))}`;
    await page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', ${JSON.stringify(text)});
      const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.querySelector('[name=q]').dispatchEvent(paste);
    }`);
    await page.waitForURL(/\/draft\/[\w-]{32}$/);
    expect(await page.locator('#said').textContent()).toContain('papers might belong to this draft');
    expect(await page.locator('main img').count()).toBe(0);
  });

  it('that is too long for the box leads to the form without a script', async () => {
    const page = await open(url, { javaScriptEnabled: false, mayFail: true });
    await page.locator('[name=q]').fill('机'.repeat(20_000));
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('A question has at most 10,000 characters').waitFor();
    await page.getByRole('link', { name: 'Paste it as a draft' }).click();
    await page.locator('[name=text]').fill(DRAFT);
    await page.getByRole('button', { name: 'Find related work' }).click();
    await page.waitForURL(/\/draft\/[\w-]{32}$/);
  });

  it.each(['light', 'dark'] as const)('is accessible in %s colours, and fits a telephone', async (colorScheme) => {
    const page = await open(`${url}/draft`, { colorScheme, viewport: { width: 390, height: 800 } });
    const fits = async () => {
      expect(await violationsOf(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    };
    await fits();
    await give(page);
    await page
      .getByRole('button', { name: /^Dismiss/ })
      .first()
      .click();
    await page.getByText('1 dismissed').click();
    await fits();
  });
});
