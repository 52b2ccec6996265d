/** The manual as a browser gets it: every chapter is a page, and no link of one leads nowhere. */
import { describe, expect, it } from 'vitest';
import { manual } from '../../src/web/manual.ts';

const app = manual();

async function pageAt(address: string): Promise<string> {
  const response = await app.request(address);
  expect([address, response.status]).toEqual([address, 200]);
  return response.text();
}

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found]) => found!);

describe('the manual', () => {
  it('has a page for each chapter, of which every link and picture is there', async () => {
    const chapters = [...new Set(all(await pageAt('/docs'), /<li><a href="(\/docs[^"]*)"/g))];
    expect(chapters.length).toBeGreaterThan(10);
    const pages = new Map<string, string>();
    for (const address of chapters) pages.set(address, await pageAt(address));
    let followed = 0;
    for (const [address, page] of pages) {
      expect(page.match(/<h1 id=/g)).toHaveLength(1);
      for (const target of all(page, /(?:href|src)="([^"]+)"/g)) {
        const { origin, pathname, hash } = new URL(target, `http://here${address}`);
        if (origin !== 'http://here' || !pathname.startsWith('/docs')) continue;
        followed++;
        if (pathname.endsWith('.png')) expect((await app.request(pathname)).status).toBe(200);
        else
          expect(pages.get(pathname)).toContain(hash === '' ? '<main>' : `id="${decodeURIComponent(hash.slice(1))}"`);
      }
    }
    expect(followed).toBeGreaterThan(150);
  });

  it('asks nothing of other machines', async () => {
    const page = await pageAt('/docs');
    for (const loaded of all(page, /<(?:img|link|script)[^>]*(?:src|href)="([^"]+)"/g)) expect(loaded).toMatch(/^\//);
    expect(page).toContain('src="/docs/page.png"');
  });

  it('shows tables and commands as such, and nothing in the place of signs of Markdown', async () => {
    const page = await pageAt('/docs/http');
    expect(page).toContain('<td><code>GET /v1/search?q=…</code></td>');
    expect(await pageAt('/docs/cli')).toContain('id="akin-add"');
    expect(page).not.toMatch(/\]\(\.\.\//);
  });
});
