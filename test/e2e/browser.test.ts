/** The page in a real browser, against a real server on the sample library. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { SearchAnswer } from '../../src/search/answer.ts';
import { closenessIn } from '../../src/search/why.ts';
import { akin, sampleCopy, serveAkin, startAkin, temporaryFolder } from '../akin.ts';
import { browserFor, isMissing, violationsOf, type Open } from './opened.ts';

const QUERY = 'machines that can compute any number';
const PAPER = '/paper/doi%3A10.1112%2Fplms%2Fs2-42.1.230';
const TURING = 'On Computable Numbers, with an Application to the Entscheidungsproblem';

describe.skipIf(isMissing)('the page', async () => {
  const server = isMissing ? { url: '' } : await serveAkin(inject('sampleLibrary'), [], afterAll);
  const opened = browserFor(beforeAll);
  const open = (address: string, { url = server.url, ...options }: Parameters<Open>[1] & { url?: string } = {}) =>
    opened(`${url}${address}`, options);

  const box = (page: Page) => page.getByRole('searchbox', { name: 'Search papers by meaning' });
  const titles = (page: Page) => page.locator('#results h2').allTextContents();

  describe('searching', () => {
    it('shows results while one types, and the address follows', async () => {
      const page = await open('/');
      expect(await page.title()).toBe('akin');
      expect(await page.locator('#said').textContent()).toContain('120 papers on this machine');
      await box(page).pressSequentially(QUERY);
      await page.waitForURL((address) => address.searchParams.get('q') === QUERY);
      expect((await titles(page))[0]).toBe(TURING);
      expect(await titles(page)).toHaveLength(10);
      expect(await page.title()).toBe(`${QUERY} · akin`);
      expect(await page.locator('#said').textContent()).toBe(`Nearest to ${QUERY}`);

      await page.reload();
      expect(await box(page).inputValue()).toBe(QUERY);
      expect((await titles(page))[0]).toBe(TURING);

      await box(page).fill('');
      await page.waitForURL(`${server.url}/`);
      await page.getByText('120 papers on this machine').waitFor();
      expect(await page.locator('#results .hits').count()).toBe(0);
    });

    it('shows the answer to the last question, also when an earlier one is answered later', async () => {
      const page = await open('/');
      let answerEarlier = () => {};
      const earlier = new Promise<void>((resolve) => (answerEarlier = resolve));
      await page.route('**/?q=galaxies', async (route) => {
        await earlier;
        await route.continue();
      });
      const asked = page.waitForRequest('**/?q=galaxies');
      await box(page).fill('galaxies');
      await asked;
      await box(page).fill(QUERY);
      await page.getByText(TURING).waitFor();
      const answered = page.waitForResponse('**/?q=galaxies');
      answerEarlier();
      await (await answered).finished();
      await page.waitForTimeout(100);
      expect((await titles(page))[0]).toBe(TURING);
      expect(new URL(page.url()).searchParams.get('q')).toBe(QUERY);
    });

    it('shows how close each paper is, as a bar and in words, why it is there, and the numbers of that', async () => {
      const page = await open(`/?q=${encodeURIComponent(QUERY)}`);
      const answer = await (await fetch(`${server.url}/v1/search?q=${encodeURIComponent(QUERY)}`)).json();
      const { hits, total } = answer as SearchAnswer;
      const said = await page.locator('.nearness').allTextContents();
      expect(said.map((text) => text.trim())).toEqual(hits.map(({ closeness }) => closenessIn(closeness!).said));
      const bars = await Promise.all((await page.locator('meter').all()).map((bar) => bar.getAttribute('value')));
      expect(bars).toEqual(hits.map(({ closeness }) => String(closenessIn(closeness!).steps)));
      expect(bars).toEqual(bars.toSorted().reverse());
      const first = page.locator('main li').first();
      expect(await first.locator('.why').textContent()).toMatch(/means \w+.*; shares “machines”, “compute”, “number”/);
      await first.getByText('Why?').click();
      const numbers = first.locator('.numbers p');
      const { similarity, relevance } = hits[0]!;
      expect(await numbers.textContent()).toContain(
        `cosine ${similarity!.toFixed(2)}, relevance ${Math.round(relevance!)} of 100, nearest in meaning, best by its words`,
      );
      // What has little to do with the question stands folded behind what has.
      expect(total.relevant).toBeLessThan(hits.length);
      const weaker = page.locator('.weaker');
      expect(await weaker.locator('li').first().isVisible()).toBe(false);
      await weaker.locator('summary').first().click();
      expect(await weaker.locator('li').first().isVisible()).toBe(true);
      expect(await weaker.locator('li').count()).toBe(hits.length - total.relevant);
      expect(await page.locator('li').first().locator('h2 mark').allTextContents()).toEqual(['Computable', 'Numbers']);
    });

    it('shows the whole abstract in place of the passage', async () => {
      const page = await open(`/?q=${encodeURIComponent(QUERY)}`);
      const first = page.locator('li').first();
      const passage = first.locator('.passage');
      expect(await passage.isVisible()).toBe(true);
      await first.getByText('Abstract', { exact: true }).click();
      await first.getByText('What can be calculated by following a fixed rule?').waitFor();
      expect(await passage.isVisible()).toBe(false);
      await first.getByText('Abstract', { exact: true }).click();
      expect(await passage.isVisible()).toBe(true);
    });

    it('takes markup in a question for what it is: text', async () => {
      const query = '"><img src=x onerror=alert(1)> <b>bold</b>';
      const nothing = await open(`/?q=${encodeURIComponent(query)}`);
      expect(await nothing.locator('#said').textContent()).toContain('Nothing in this library is relevant');
      expect(await box(nothing).inputValue()).toBe(query);
      expect(await nothing.title()).toContain(query.slice(0, 20));
      expect(await nothing.locator('main li').first().isVisible()).toBe(true);
      expect(await nothing.locator('main img, main b').count()).toBe(0);
    });
  });

  describe('more like this', () => {
    it('leads to similar papers with a click, and back', async () => {
      const page = await open(`/?q=${encodeURIComponent(QUERY)}`);
      await page.getByRole('link', { name: 'More like this' }).first().click();
      await page.waitForURL('**/?q=*&like=*');
      // What was asked is asked as well.
      expect(await page.locator('#said').textContent()).toBe(`Nearest to ${QUERY}, like ${TURING}`);
      expect(await box(page).inputValue()).toBe(QUERY);
      expect(await titles(page)).toHaveLength(10);
      expect(await titles(page)).not.toContain(TURING);
      await page.goBack();
      expect((await titles(page))[0]).toBe(TURING);
    });

    it('leads there by keyboard alone', async () => {
      const page = await open('/');
      await page.locator('[name=q]:focus').waitFor(); // It has the focus from the beginning, or a moment later on a busy machine.
      await page.keyboard.type(QUERY);
      await page.getByText(TURING).waitFor();
      // The first letters may have found it already; their results go when those of the whole question come.
      await page.waitForURL((url) => url.searchParams.get('q') === QUERY);
      const focused = () => page.locator(':focus').innerText();
      for (let presses = 0; (await focused()) !== 'More like this' && presses < 20; presses++) {
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Enter');
      await page.waitForURL('**/?q=*&like=*');
      expect(await page.locator('#said').textContent()).toBe(`Nearest to ${QUERY}, like ${TURING}`);
    });

    it('has an address of its own without words', async () => {
      const page = await open('/?like=doi:10.1112/plms/s2-42.1.230');
      expect(await page.locator('#said').textContent()).toBe(`Papers like ${TURING}`);
      expect(await page.title()).toBe(`Like ${TURING.slice(0, 54)}… · akin`);
    });
  });

  it('brings one back to the box with the key /', async () => {
    const page = await open(`/?q=${encodeURIComponent(QUERY)}`);
    await page.getByRole('link', { name: 'More like this' }).last().focus();
    await page.keyboard.press('/');
    await page.keyboard.type('a/b');
    expect(await box(page).inputValue()).toBe('a/b');
  });

  describe('notices', () => {
    it('say that nothing matches, and how much is embedded', async () => {
      const index = temporaryFolder();
      const paper = { title: 'Zwieback under load', abstract: 'How much a stack of bread carries.' };
      await akin(['add', '--no-embed', '--index', index, '-'], { input: JSON.stringify(paper) });
      const { url } = await serveAkin(index);
      const page = await open('/?q=galaxies', { url });
      expect(await page.locator('#said').textContent()).toBe('No paper in this library matches.');
      await box(page).fill('zwieback');
      await page.getByText('not embedded yet').first().waitFor();
      expect(await page.locator('#said').textContent()).toMatch(
        /^Nearest to zwieback\. 0 of 1 paper is embedded so far/,
      );
    });

    it('say what is wrong with a question, and go when it is right', async () => {
      const page = await open('/?like=nobody', { mayFail: true });
      expect(await page.locator('#said').textContent()).toMatch(/^No paper has the id "nobody"\. /);
      // It is in the basket until it is taken out.
      await page.getByRole('link', { name: 'Without nobody' }).click();
      await page.waitForURL(`${server.url}/`);
      await box(page).fill('galaxy '.repeat(1500));
      await page.getByText('A question has at most 10,000 characters, and this is longer.').waitFor();
      await box(page).fill(QUERY);
      await page.getByText(TURING).waitFor();
      expect(await page.locator('#said').textContent()).toBe(`Nearest to ${QUERY}`);
    });

    it('say that the server gives no answer, keep what was there, and go when it is back', async () => {
      const index = sampleCopy();
      const { url, child } = await serveAkin(index);
      const page = await open(`/?q=${encodeURIComponent(QUERY)}`, { url, mayFail: true });
      const before = await titles(page);
      child.kill('SIGKILL');
      await once(child, 'close');
      await box(page).fill('galaxies');
      await page.getByText('The server gives no answer').waitFor();
      expect(await titles(page)).toEqual(before);
      const again = startAkin(['serve', '--index', index, '--port', new URL(url).port]);
      onTestFinished(() => void again.kill('SIGKILL'));
      await page.getByText('Nearest to galaxies').waitFor();
      expect(await titles(page)).not.toEqual(before);
    });
  });

  describe('going on', () => {
    it('leads back to each question that was asked, and not to the letters on the way', async () => {
      const page = await open('/');
      await box(page).pressSequentially('galaxies');
      await page.waitForURL('**/?q=galaxies');
      await page.waitForTimeout(2200);
      await box(page).fill('');
      await box(page).pressSequentially('random forests');
      await page.waitForURL('**/?q=random%20forests');
      await page.goBack();
      await page.getByText('Nearest to galaxies').waitFor();
      expect(await box(page).inputValue()).toBe('galaxies');
      await page.goBack();
      await page.getByText('120 papers on this machine').waitFor();
      expect(await box(page).inputValue()).toBe('');
    });

    it('turns pages forth and back, each with its number, to the end of a list of conditions', async () => {
      const page = await open('/?q=year:1990..2020');
      expect(await page.locator('#said').textContent()).toMatch(
        /^\d+ papers match year:1990\.\.2020, the newest first$/,
      );
      const papers = Number((await page.locator('#said').textContent())!.split(' ')[0]);
      const seen = await titles(page);
      const pages = Math.ceil(papers / 10);
      for (let number = 2; number <= pages; number++) {
        await page.getByRole('link', { name: 'Next' }).click();
        await page.getByText(`Page ${number}, ${papers} papers`).waitFor();
        expect(await page.locator('#results ol').getAttribute('start')).toBe(String(10 * (number - 1) + 1));
        seen.push(...(await titles(page)));
      }
      expect(new Set(seen).size).toBe(papers);
      expect(await page.getByRole('link', { name: 'Next' }).count()).toBe(0);
      for (let number = pages - 1; number > 1; number--) {
        await page.getByRole('link', { name: 'Previous' }).click();
        await page.getByText(`Page ${number}, ${papers} papers`).waitFor();
      }
      await page.getByRole('link', { name: 'Previous' }).click();
      await page.waitForURL('**/?q=year%3A1990..2020');
      expect(await titles(page)).toEqual(seen.slice(0, 10));
    });

    it('narrows down by links that write the query, takes conditions off, and sorts', async () => {
      const page = await open('/?q=learning');
      await page.locator('aside').getByRole('link', { name: 'Nature', exact: true }).click();
      await page.waitForURL((url) => url.searchParams.get('q') === 'learning venue:Nature');
      for (const byline of await page.locator('#results .hits .byline').allTextContents())
        expect(byline).toContain('Nature');
      await page.getByRole('link', { name: 'by title' }).click();
      const sorted = await titles(page);
      expect(sorted.length).toBeGreaterThan(0);
      expect(sorted.map((each) => each.toLowerCase())).toEqual(sorted.map((each) => each.toLowerCase()).sort());
      await page.locator('.years a').first().click();
      await page.waitForURL((url) => /^learning venue:Nature year:\d{4}$/.test(url.searchParams.get('q')!));
      await page.getByRole('link', { name: 'Without venue:Nature' }).click();
      await page.waitForURL((url) => /^learning year:\d{4}$/.test(url.searchParams.get('q')!));
    });
  });

  describe('a paper', () => {
    it('has a page of its own, to which its title leads, with all that is known of it and what is like it', async () => {
      const page = await open(`/?q=${encodeURIComponent(QUERY)}`);
      await page.getByRole('link', { name: TURING }).click();
      await page.waitForURL('**/paper/doi%3A10.1112%2Fplms%2Fs2-42.1.230');
      expect(await page.title()).toContain('On Computable Numbers');
      expect(await page.locator('.paper h2').first().textContent()).toBe(TURING);
      expect(await page.locator('.paper dl').textContent()).toContain('10.1112/plms/s2-42.1.230');
      const similar = await page.locator('.paper ol h2').allTextContents();
      expect(similar.length).toBeGreaterThan(0);
      expect(similar).not.toContain(TURING);
      const [bibtex] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'BibTeX' }).click(),
      ]);
      expect(readFileSync(await bibtex.path(), 'utf8')).toContain('Computable Numbers');
      await page.getByRole('link', { name: 'Alan M. Turing' }).first().click();
      await page.waitForURL((url) => url.searchParams.get('q') === 'author:"Alan M. Turing"');
      expect(await titles(page)).toContain(TURING);
    });

    it('that is not there is said', async () => {
      const page = await open('/paper/nobody', { mayFail: true });
      expect(await page.locator('#said').textContent()).toMatch(/^No paper has the id "nobody"\. /);
    });
  });

  it('does the same without JavaScript', async () => {
    const page = await open('/', { javaScriptEnabled: false });
    await box(page).fill(QUERY);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL('**/?q=*');
    expect((await titles(page))[0]).toBe(TURING);
    await page.getByText('Abstract', { exact: true }).first().click();
    expect(await page.getByText('computability theory').first().isVisible()).toBe(true);
    await page.getByRole('link', { name: 'More like this' }).first().click();
    await page.waitForURL('**/?q=*&like=*');
    expect(await titles(page)).toHaveLength(10);
  });

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    it.each(['/', `/?q=${encodeURIComponent(QUERY)}`, '/?like=arxiv:1706.03762', '/?like=nobody', PAPER])(
      'is accessible at %s',
      async (address) => {
        const page = await open(address, { colorScheme, mayFail: address.endsWith('nobody') });
        for (const summary of (await page.locator('summary').all()).slice(0, 1)) await summary.click();
        expect(await violationsOf(page)).toEqual([]);
      },
    );
  });

  it.each(['/', `/?q=${encodeURIComponent(QUERY)}`, '/?like=arxiv:1706.03762', `/?q=${'x'.repeat(200)}`, PAPER])(
    'fits a telephone of 360 pixels at %s',
    async (address) => {
      const page = await open(address, { viewport: { width: 360, height: 740 } });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      expect((await box(page).boundingBox())!.width).toBeGreaterThan(200);
    },
  );
});
