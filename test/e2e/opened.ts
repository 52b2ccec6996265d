/** Pages in a real browser, in which nothing may go wrong and from which nothing may be asked elsewhere. */
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect, onTestFinished, type beforeAll } from 'vitest';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Whether there is no browser to test with. In CI the launch fails instead: nothing is skipped there. */
export const isMissing = !existsSync(CHROMIUM) && process.env.CI !== 'true';
if (isMissing) console.warn(`no browser at ${CHROMIUM} (CHROMIUM names another one): no page is tested in one`);

/** What one thing may take on a machine that has much to do; and a test, of several of them. */
const PATIENCE_MS = 120_000;
export const TEST = { timeout: 5 * PATIENCE_MS };

export type Open = (url: string, options?: BrowserContextOptions & { mayFail?: boolean }) => Promise<Page>;

/** What opens pages, in one browser for all tests of a file. */
export function browserFor(before: typeof beforeAll): Open {
  let browser: Browser;
  before(async () => {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
    args.push('--disable-background-networking', '--disable-component-update', '--disable-sync');
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
    return () => browser.close();
  });
  return async (url, { mayFail = false, ...options } = {}) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const wrong: string[] = [];
    page.on('console', (message) => {
      // Of an answer that is no 200 the browser itself complains.
      if (!(mayFail && message.text().startsWith('Failed to load resource'))) wrong.push(message.text());
    });
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin) wrong.push(`asked ${request.url()}`);
    });
    onTestFinished(async () => {
      await context.close();
      expect(wrong).toEqual([]);
    });
    await page.goto(url);
    return page;
  };
}

/** What of a page somebody could not use. */
export async function violationsOf(page: Page): Promise<unknown[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}
