/**
 * The page a person sees: one search box, the papers under it, each with how near it is and why it is there.
 *
 * Rendered on the server, so that every state of it has an address and works without a script; `page.js` only asks for
 * the same page while one types and swaps the results in.
 */
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { AkinError } from '../errors.ts';
import { excerpt, type Paper } from '../paper.ts';
import type { Hit, Search, SearchAnswer } from '../search/search.ts';

type Html = ReturnType<typeof html>;

const asset = (name: string) => readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
const style = asset('page.css');
const script = asset('page.js');

export function webPage(search: Search): Hono {
  const app = new Hono();
  app.get('/page.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/page.js', (c) => c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  app.get('/favicon.ico', (c) => c.body(null, 204));
  app.get('/', async (c) => {
    const query = c.req.query('q')?.trim() ?? '';
    const like = c.req.query('like') ?? '';
    let results: Html;
    let status: 200 | 400 = 200;
    try {
      results = await resultsFor(search, query, like);
    } catch (error) {
      if (!(error instanceof AkinError)) throw error;
      status = error.status as 400;
      results = html`<p class="notice" role="alert">${capitalised(error.message)}. ${error.hint ? `${capitalised(error.hint)}.` : ''}</p>`;
    }
    return c.html(page(query, results), status);
  });
  return app;
}

async function resultsFor(search: Search, query: string, like: string): Promise<Html> {
  if (like !== '') {
    const [seed, answer] = await Promise.all([search.paper(like), search.similar(like)]);
    return results(html`Papers like <em>${seed.title || seed.id}</em>`, answer, await papersOf(search, answer));
  }
  if (query !== '') {
    const answer = await search.search(query);
    return results(html`Nearest to <em>${excerpt(query, 80)}</em>`, answer, await papersOf(search, answer));
  }
  const { papers, embedded } = await search.library();
  return html`<p class="notice">
    ${papers.toLocaleString('en')} papers on this machine${embedded < papers ? html`, ${embedded.toLocaleString('en')} of them embedded so far` : ''}.
    Describe what you are looking for, or paste an abstract.
  </p>`;
}

const papersOf = (search: Search, { hits }: SearchAnswer): Promise<Paper[]> => Promise.all(hits.map(({ id }) => search.paper(id)));

function page(query: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${query === '' ? 'akin' : `${excerpt(query, 60)} · akin`}</title>
        <link rel="stylesheet" href="/page.css" />
        <script src="/page.js" type="module"></script>
      </head>
      <body>
        <header>
          <h1><a href="/">akin</a></h1>
          <form action="/" role="search">
            <input type="search" name="q" value="${query}" aria-label="Search papers by meaning" placeholder="Search papers by meaning" autocomplete="off" autofocus />
            <button>Search</button>
          </form>
        </header>
        <main id="results" aria-live="polite">${content}</main>
      </body>
    </html>`;
}

function results(title: Html, { hits, library }: SearchAnswer, papers: Paper[]): Html {
  if (hits.length === 0) return html`<p class="notice">No paper in this library matches.</p>`;
  return html`<h2>${title}</h2>
    ${
      library.embedded < library.papers
        ? html`<p class="notice">${library.embedded.toLocaleString('en')} of ${library.papers.toLocaleString('en')} papers are embedded so far; the others are found by their words only.</p>`
        : ''
    }
    <ol>
      ${hits.map((hit, i) => result(hit, papers[i]!))}
    </ol>`;
}

function result(hit: Hit, { abstract }: Paper): Html {
  const byline = [authorLine(hit.authors), hit.venue, hit.year].filter((part) => part !== null && part !== '').join(' · ');
  return html`<li>
    <h3>${hit.url && /^https?:/.test(hit.url) ? html`<a href="${hit.url}" rel="noreferrer">${hit.title || hit.id}</a>` : hit.title || hit.id}</h3>
    <p class="byline">${byline}</p>
    ${abstract ? html`<details><summary>${excerpt(abstract, 240)}</summary><p>${abstract}</p></details>` : ''}
    <p class="why">
      ${similarity(hit.similarity)}
      <span>${reasons(hit)}</span>
      <a href="/?like=${encodeURIComponent(hit.id)}">More like this</a>
    </p>
  </li>`;
}

/** The bar shows 0..1; a negative cosine, opposite in direction, shows as nothing. */
function similarity(cosine: number | null): Html {
  if (cosine === null) return html`<span>not embedded yet</span>`;
  return html`<meter min="0" max="1" value="${Math.max(0, cosine).toFixed(3)}" title="Cosine similarity">${cosine.toFixed(2)}</meter>
    <span title="Cosine similarity">${cosine.toFixed(2)}</span>`;
}

function reasons({ ranks }: Hit): string {
  const parts = [];
  if (ranks.dense !== null) parts.push(`${ordinal(ranks.dense)} by meaning`);
  if (ranks.lexical !== null) parts.push(`${ordinal(ranks.lexical)} by words`);
  return parts.join(', ');
}

function ordinal(n: number): string {
  const suffix = { one: 'st', two: 'nd', few: 'rd' }[new Intl.PluralRules('en', { type: 'ordinal' }).select(n) as 'one'] ?? 'th';
  return `${n}${suffix}`;
}

function authorLine(authors: string[]): string {
  return authors.length <= 4 ? authors.join(', ') : `${authors.slice(0, 3).join(', ')} and ${authors.length - 3} more`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
