/** What a person does with papers on the page: basket, star, note, versions, keys; in a real browser, on a library of its own. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { akin, sampleCopy, serveAkin, serving, temporaryFolder } from '../akin.ts';
import { browserFor, isMissing, TEST, violationsOf, type Open } from './opened.ts';

const QUERY = 'machines that can compute any number';
const TURING = 'On Computable Numbers, with an Application to the Entscheidungsproblem';
const PAPER = '/paper/doi%3A10.1112%2Fplms%2Fs2-42.1.230';
const HOSTILE = '"><img src=x onerror=alert(1)> <script>alert(2)</script> {{x}} javascript:alert(3)';

describe.skipIf(isMissing)('a paper on the page', TEST, async () => {
  const library = sampleCopy(afterAll);
  const server = isMissing ? { url: '' } : await serveAkin(library, [], afterAll);
  const opened = browserFor(beforeAll);
  const open = (address: string, { url = server.url, ...options }: Parameters<Open>[1] & { url?: string } = {}) =>
    opened(`${url}${address}`, options);
  const titles = (page: Page) => page.locator('#results ol h2').allTextContents();
  const kept = async () => {
    const { starred, read, note } = (await (
      await fetch(`${server.url}/v1${PAPER.replace('/paper', '/papers')}`)
    ).json()) as {
      starred: boolean;
      read: string;
      note: string;
    };
    return { starred, read, note };
  };

  it('goes into the basket and out of it, beside the question, all of it in the address', async () => {
    const page = await open(`/?q=${encodeURIComponent(QUERY)}`);
    const [first, , third] = await titles(page);
    await page.locator('#results li').first().getByRole('link', { name: 'More like this' }).click();
    await page.waitForURL('**/?q=*&like=*');
    await page.locator('#results ol li').nth(1).getByRole('link', { name: 'Less like this' }).click();
    await page.waitForURL('**/?q=*&like=*&unlike=*');
    const chips = page.getByRole('list', { name: 'Basket' }).locator('li');
    expect(await chips.count()).toBe(2);
    expect(await titles(page)).not.toContain(first);
    expect(third).toBeDefined();
    expect(await violationsOf(page)).toEqual([]);
    // What is typed now is asked beside it.
    await page.locator('[name=q]').fill('year:1900..2000');
    await page.waitForURL((url) => url.searchParams.get('q') === 'year:1900..2000');
    expect(new URL(page.url()).searchParams.getAll('like')).toHaveLength(1);
    await page.locator('#results ol li').first().waitFor();
    for (const line of await page.locator('.hits .byline').allTextContents()) expect(line).toMatch(/1\d{3}/);
    const shared = await open(new URL(page.url()).pathname + new URL(page.url()).search);
    expect(await titles(shared)).toEqual(await titles(page));
    await chips
      .last()
      .getByRole('link', { name: /^Without/ })
      .click();
    await page.waitForURL((url) => !url.searchParams.has('unlike'));
    await chips
      .last()
      .getByRole('link', { name: /^Without/ })
      .click();
    await page.waitForURL((url) => !url.searchParams.has('like'));
    expect(await page.locator('[name=q]').inputValue()).toBe('year:1900..2000');
  });

  it('has authors, venue and year that write the query', async () => {
    const page = await open(`/?q=${encodeURIComponent(QUERY)}`);
    await page.locator('#results li').first().getByRole('link', { name: 'Alan M. Turing' }).click();
    await page.waitForURL((url) => url.searchParams.get('q') === 'author:"Alan M. Turing"');
    expect(await titles(page)).toContain(TURING);
  });

  it('has keys for all of it, which type letters in a field', async () => {
    const page = await open(`/?q=${encodeURIComponent(QUERY)}`);
    const second = (await titles(page))[1]!;
    await page.locator('[name=q]').blur();
    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
    expect(await page.locator(':focus').textContent()).toBe(second);
    await page.keyboard.press('k');
    await page.keyboard.press('s');
    await page.locator('#results li').first().getByRole('button', { name: '★ Starred' }).waitFor();
    expect(await page.locator(':focus').textContent()).toBe(TURING);
    expect(await kept()).toMatchObject({ starred: true });
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('s');
    await page.locator('#results li').first().getByRole('button', { name: '☆ Star' }).waitFor();
    expect(await kept()).toMatchObject({ starred: false });
    await page.keyboard.press('?');
    expect(await page.locator('#keys dl').isVisible()).toBe(true);
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('/');
    await page.keyboard.type('ljs?');
    expect(await page.locator('[name=q]').inputValue()).toBe('ljs?');
    await page.goto(`${server.url}/?q=${encodeURIComponent(QUERY)}`);
    await page.locator('[name=q]').blur();
    await page.keyboard.press('j');
    await page.keyboard.press('u');
    await page.waitForURL('**/?q=*&unlike=*');
    await page.goBack();
    await page.locator('[name=q]').blur();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${PAPER}`);
    await page.locator('h2').first().waitFor();
    await page.locator('[name=q]').blur();
    await page.keyboard.press('l');
    await page.waitForURL('**/?like=*');
  });

  it.each([true, false])('keeps star, read state and note, with a script: %s', async (javaScriptEnabled) => {
    const page = await open(PAPER, { javaScriptEnabled });
    await page.getByRole('region', { name: 'What you keep of it' }).getByRole('button', { name: '☆ Star' }).click();
    await page
      .getByRole('region', { name: 'What you keep of it' })
      .getByRole('button', { name: '★ Starred' })
      .waitFor();
    await page.getByRole('region', { name: 'What you keep of it' }).getByRole('button', { name: 'Reading' }).click();
    await page.locator('strong', { hasText: 'Reading' }).waitFor();
    const note = `${HOSTILE}\n\n*two* lines`;
    await page.getByLabel('Your note').fill(note);
    await page.getByRole('button', { name: 'Save the note' }).click();
    await page.waitForLoadState();
    await expect.poll(kept, { timeout: 60_000 }).toEqual({ starred: true, read: 'reading', note });
    await page.reload();
    expect(await page.getByLabel('Your note').inputValue()).toBe(note);
    expect(await page.locator('main img, main script').count()).toBe(0);
    if (javaScriptEnabled) expect(await violationsOf(page)).toEqual([]);
    await page.goto(`${server.url}/?q=note:lines`);
    expect(await titles(page)).toEqual([TURING]);
    await fetch(`${server.url}/v1${PAPER.replace('/paper', '/papers')}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: '{"starred":null,"read":null,"note":null}',
    });
  });

  it('takes a word on its versions, and says why it does not', async () => {
    const page = await open(PAPER, { javaScriptEnabled: false });
    await page.getByLabel('Another version of it').fill('arxiv:1706.03762');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('link', { name: 'Attention Is All You Need' }).first().waitFor();
    await page.getByRole('button', { name: 'This one is another work' }).click();
    await page.getByLabel('Another version of it').waitFor();
    expect(await page.getByRole('button', { name: 'This one is another work' }).count()).toBe(0);
  });

  it('fits a telephone, with a basket and a note', async () => {
    for (const address of [PAPER, `/?q=${encodeURIComponent(QUERY)}&like=arxiv:1706.03762&unlike=arxiv:1412.6980`]) {
      const page = await open(address, { viewport: { width: 390, height: 800 } });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      const bytes = (await (await fetch(`${server.url}${address}`)).arrayBuffer()).byteLength;
      expect(bytes).toBeLessThan(100_000);
    }
  });

  it('has texts of others that do nothing, wherever they stand', async () => {
    const index = temporaryFolder();
    const papers = [1, 2].map((i) => ({
      ...{
        id: `<b>${i}</b>`,
        title: `${HOSTILE} ${i}`,
        abstract: `${HOSTILE} knots`,
        authors: [HOSTILE],
        venue: HOSTILE,
        year: 2020,
      },
      ...{ url: 'javascript:alert(4)', categories: [HOSTILE], key: HOSTILE, extra: { collections: [HOSTILE] } },
    }));
    await akin(['add', '--index', index, '-'], { input: papers.map((each) => JSON.stringify(each)).join('\n') });
    const { url } = await serveAkin(index);
    for (const address of [
      '/?q=knots',
      `/paper/${encodeURIComponent('<b>1</b>')}`,
      `/?like=${encodeURIComponent('<b>1</b>')}`,
    ]) {
      const page = await open(address, { url });
      expect(await page.locator('main img, main script, main b').count()).toBe(0);
      expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
      expect(await page.locator('main').textContent()).toContain('javascript:alert(3)');
    }
  });

  it('has no button that writes for who may only read', async () => {
    const index = sampleCopy();
    const { stdout } = await akin(['key', 'add', 'reader', '--index', index]);
    const { url } = await serving(['--index', index, '--keys']);
    const headers = { Authorization: `Bearer ${stdout.trim()}` };
    for (const address of [PAPER, `/?q=${encodeURIComponent(QUERY)}`]) {
      const html = await (await fetch(url + address, { headers })).text();
      expect(html).toContain('Entscheidungsproblem');
      expect(html).not.toMatch(/method="post" action="\/paper/);
    }
    const form = { method: 'POST', headers, body: new URLSearchParams({ starred: 'true' }) };
    expect((await fetch(url + PAPER, form)).status).toBe(403);
  });

  it('takes no form of another site, and goes back to no other place', async () => {
    const send = (body: Record<string, string>, headers = {}) =>
      fetch(server.url + PAPER, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(body) });
    expect((await send({ starred: 'true' }, { Origin: 'https://elsewhere.example' })).status).toBe(403);
    for (const back of [
      'https://elsewhere.example/',
      '//elsewhere.example',
      '/\\elsewhere.example',
      'javascript:alert(1)',
    ]) {
      const { status, headers } = await send({ starred: 'false', back });
      expect([back, status, headers.get('Location')]).toEqual([back, 303, PAPER]);
    }
    expect((await send({ starred: 'false', back: '/?q=x' })).headers.get('Location')).toBe('/?q=x');
    expect((await send({ colour: 'red' })).status).toBe(400);
    expect((await send({ note: 'x'.repeat(300_000) })).status).toBe(413);
  });
});
