/**
 * npm run picture: makes src/web/page.png, the picture in the README, of the page as it is, with the bundled sample library.
 * Wants Chromium; CHROMIUM names another one than /usr/bin/chromium.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from '../src/package.ts';
import { serveAkin } from '../test/akin.ts';

const QUESTION = 'how does the brain learn from reward?';

const folder = mkdtempSync(path.join(tmpdir(), 'akin-picture-'));
const cleanUps: (() => void | Promise<void>)[] = [() => rmSync(folder, { recursive: true })];
try {
  const { url } = await serveAkin(folder, ['--sample'], (cleanUp) => void cleanUps.unshift(cleanUp));
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  cleanUps.unshift(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1100, height: 770 }, colorScheme: 'light' });
  await page.goto(url);
  await page.getByRole('searchbox').pressSequentially(QUESTION);
  await page.waitForURL((address) => address.searchParams.get('q') === QUESTION);
  await page.screenshot({ path: path.join(ROOT, 'src/web/page.png'), caret: 'initial' });
} finally {
  for (const cleanUp of cleanUps) await cleanUp();
}
