/**
 * The page a person sees: one search box, the papers under it, each with how near it is and why it is there.
 *
 * Rendered on the server, so that every state of it has an address and works without a script; `page.js` only asks for
 * the same page while one types and swaps what is said and the results in.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Hono, type Context } from 'hono';
import { html, raw } from 'hono/html';
import type { AkinError } from '../errors.ts';
import { refusalOf } from '../faults.ts';
import { ROOT } from '../package.ts';
import { namesLine } from '../paper.ts';
import { excerpt } from '../text.ts';
import type { Hit, SearchAnswer } from '../search/answer.ts';
import type { SearchOptions } from '../search/question.ts';
import { closenessIn, MOST_STEPS, ordinal, reasonIn, reasonsOf } from '../search/why.ts';
import type { Session } from '../session/session.ts';
import { frame } from './frame.ts';
import { manual } from './manual.ts';
import { marked, passage, stemsOf } from './passage.ts';

type Html = ReturnType<typeof html>;

/** What changes from question to question. */
interface View {
  /** The first part of the document's title. */
  title?: string;
  /** One or two sentences over the results, which are also read out. */
  said: Html;
  results?: Html;
  status?: number;
}

/** About three lines on a desktop. */
const PASSAGE_CHARACTERS = 240;

const asset = (name: string) => readFileSync(path.join(ROOT, 'src/web', name), 'utf8');
const style = asset('page.css');
const script = asset('page.js');

/** What may be said of an error to whoever sees the page. */
type Said = (error: AkinError, c: Context) => { message: string; hint: string | undefined };

/** Does what a question needs when its turn has come. */
type Pass = <T>(query: string, work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** The page of a library: what it is called, where it is, and whether it is the one that is asked for. */
export interface LibraryPage {
  name: string;
  home: string;
  isThis: boolean;
}

/**
 * @param placed the library that a page is asked of, and the pages of all there are.
 * @param always what is asked of every search.
 * @param isSignedIn whether whoever asks has signed in, and so can sign out.
 */
export function webPage(
  placed: (c: Context) => { session: Session; pages: LibraryPage[] },
  pass: Pass,
  always: Pick<SearchOptions, 'rerank'>,
  said: Said,
  isSignedIn: (c: Context) => boolean,
): Hono {
  const app = new Hono();
  app.get('/page.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/page.js', (c) => c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  app.get('/favicon.ico', (c) => c.body(null, 204));
  app.route('/', manual());
  app.get('/', async (c) => {
    const { session, pages } = placed(c);
    const { home } = pages.find(({ isThis }) => isThis)!;
    const asked = { home, query: c.req.query('q')?.trim() ?? '', like: c.req.query('like') ?? '' };
    const { signal } = c.req.raw;
    const options = { ...always, cursor: c.req.query('cursor'), signal };
    const answered = () => viewOf(session, asked, options);
    const isQuestion = asked.query !== '' || asked.like !== '';
    const view = await (isQuestion ? pass(asked.query, answered, signal) : answered()).catch((error: unknown) =>
      refusal(error, (refused) => said(refused, c)),
    );
    return c.html(page(asked, view, pages, isSignedIn(c)), (view.status ?? 200) as 200);
  });
  return app;
}

interface Asked {
  /** Where the page of the library is. */
  home: string;
  query: string;
  /** The id of a paper to be like. */
  like: string;
}

async function viewOf(session: Session, asked: Asked, options: SearchOptions): Promise<View> {
  const { query, like } = asked;
  const shown = { ...options, explain: 'fast', abstracts: true } as const;
  if (like !== '') {
    const [seed, answer] = await Promise.all([session.paper(like), session.similar(like, shown)]);
    const name = seed.title || seed.id;
    return answerView(answer, asked, `Like ${name}`, html`Papers like <em>${name}</em>`);
  }
  if (query !== '') {
    const answer = await session.ask({ query }, shown);
    return answerView(answer, asked, query, html`Nearest to <em>${excerpt(query, 80)}</em>`);
  }
  const { papers, embedded } = await session.status();
  const waiting = embedded < papers ? html`, ${number(embedded)} of them embedded so far` : '';
  if (papers === 0) return { said: html`This library is empty: <code>akin add FILE…</code> takes papers in.` };
  return {
    said: html`${number(papers)} papers on this machine${waiting}. Say in a few words what you are looking for, or paste
      a title or an abstract; <code>author:</code>, <code>year:2019..2022</code>, <code>"a phrase"</code> and
      <code>-word</code> narrow it down. <span class="keys">The key <kbd>/</kbd> brings you back to the box.</span>`,
  };
}

function answerView(answer: SearchAnswer, asked: Asked, title: string, heading: Html): View {
  const { hits, total, dropped, next, corrections, unread, library } = answer;
  if (hits.length === 0) return { title, said: html`No paper in this library matches.` };
  const corrected = corrections.map(({ word, term }) => html` No paper has “${word}”; “${term}…” was looked for.`);
  const without =
    dropped.length > 0 ? html`. No paper matches <em>${dropped.join(' ')}</em>; these are without that` : '';
  const isNothing = total.relevant === 0;
  const isRanked = hits.some(({ closeness }) => closeness !== null);
  const top = isRanked ? heading : html`${number(total.value)} papers match <em>${asked.query}</em>, the newest first`;
  const incomplete =
    isRanked && library.embedded < library.papers
      ? html`. ${number(library.embedded)} of ${number(library.papers)} papers are embedded so far; the others are found
        by their words only.`
      : '';
  const close = hits.filter(({ closeness }) => closeness !== 'weak');
  const weak = hits.filter(({ closeness }) => closeness === 'weak');
  return {
    title,
    said: html`${isNothing ? html`Nothing in this library is relevant to that; these are the nearest` : top}${
      unread ? '. The model does not read this script: what counts are the words' : ''
    }${without}${corrected}${incomplete}`,
    results: html`${
      close.length > 0
        ? html`<ol>
            ${close.map((hit) => result(hit, asked.home))}
          </ol>`
        : ''
    }
    ${weak.length > 0 ? weaker(weak, asked.home, { isAll: isNothing, before: close.length }) : ''}
    ${
      next === null
        ? ''
        : html`<p class="more">
            <a href="${addressOfPage({ ...asked, cursor: next })}">More</a>
            ${total.exact ? '' : 'of more than '}${number(total.value)} papers
          </p>`
    }`,
  };
}

/** What has little to do with the question: folded behind what has, if there is anything that has. */
function weaker(hits: Hit[], home: string, { isAll, before }: { isAll: boolean; before: number }): Html {
  const list = html`<ol start="${before + 1}">
    ${hits.map((hit) => result(hit, home))}
  </ol>`;
  if (isAll) return list;
  return html`<details class="weaker" ${before === 0 ? 'open' : ''}>
    <summary>What follows has little to do with it</summary>
    ${list}
  </details>`;
}

/** Where the page with this question and these options is. */
function addressOfPage({ home, query, like, ...options }: Asked & Record<string, string>): string {
  const parameters = new URLSearchParams({ ...(like === '' ? { q: query } : { like }), ...options });
  return `${home}?${parameters.toString()}`;
}

function refusal(error: unknown, said: (error: AkinError) => ReturnType<Said>): View {
  const refused = refusalOf(error);
  if (!refused) throw error;
  const { message, hint } = said(refused);
  return { status: refused.status, said: html`${capitalised(message)}. ${hint ? `${capitalised(hint)}.` : ''}` };
}

function page({ home, query }: Asked, { title, said, results }: View, pages: LibraryPage[], isSignedIn: boolean): Html {
  return frame(
    title ? `${excerpt(title, 60)} · akin` : 'akin',
    html`<body>
      <header>
        <h1><a href="${home}">akin</a></h1>
        <form action="${home}" role="search">
          <input
            type="search"
            name="q"
            value="${query}"
            aria-label="Search papers by meaning"
            placeholder="Search papers by meaning"
            autocomplete="off"
            autofocus
          />
          <button>Search</button>
        </form>
        ${isSignedIn ? html`<form class="sign-out" method="post" action="/sign-out"><button>Sign out</button></form>` : ''}
      </header>
      ${pages.length > 1 ? choice(pages) : ''}
      <main>
        <p id="said" role="status">${said}</p>
        <div id="results">${results ?? ''}</div>
      </main>
      <footer><a href="/docs">Manual</a></footer>
    </body>`,
    html`<script src="/page.js" type="module"></script>`,
  );
}

/** Which library is asked, where there are several. */
function choice(pages: LibraryPage[]): Html {
  const links = pages.map(
    ({ name, home, isThis }) => html`<a href="${home}" ${isThis ? raw('aria-current="page"') : ''}>${name}</a>`,
  );
  return html`<nav class="libraries" aria-label="Libraries">${links}</nav>`;
}

function result(hit: Hit, home: string): Html {
  const { versions, explanation, abstract = '' } = hit;
  const stems = stemsOf((explanation?.words ?? []).map(({ word }) => word).join(' '));
  const title = withMarks(hit.title || hit.id, stems);
  const address = addressOf(hit);
  const byline = bylineOf(hit);
  const shown = passage(abstract, explanation?.sentence?.start ?? 0, PASSAGE_CHARACTERS);
  return html`<li>
    <h2>${address ? html`<a href="${address}" rel="noreferrer">${title}</a>` : title}</h2>
    ${byline ? html`<p class="byline">${byline}</p>` : ''}
    ${
      versions.length > 0
        ? html`<p class="byline">
            also ${versions.map(({ venue, year, id }) => [venue ?? id, year].filter(Boolean).join(' ')).join(', ')}
          </p>`
        : ''
    }
    ${abstract ? html`<p class="passage">${withMarks(shown, stems)}</p>` : ''}
    ${
      shown !== abstract
        ? html`<details>
            <summary>Abstract</summary>
            <p>${withMarks(abstract, stems)}</p>
          </details>`
        : ''
    }
    <p class="why">
      ${nearness(hit)} <span>${reasonIn(hit)}</span>
      <a href="${home}?like=${encodeURIComponent(hit.id)}">More like this</a>
    </p>
    ${numbers(hit)}
  </li>`;
}

function bylineOf({ venue, year, ...people }: Hit): string {
  return [namesLine(people), venue, year].filter((part) => part !== null && part !== '').join(' · ');
}

/** Where a paper can be read: its own URL, or the one its DOI or arXiv id stands for. */
function addressOf({ url, ids }: Hit): string | undefined {
  if (url && /^https?:/.test(url)) return url;
  if (ids.doi) return `https://doi.org/${encodeURI(ids.doi)}`;
  if (ids.arxiv) return `https://arxiv.org/abs/${ids.arxiv}`;
  return undefined;
}

function withMarks(text: string, stems: Set<string>): Html[] {
  return marked(text, stems).map((piece) => (piece.marked ? html`<mark>${piece.text}</mark>` : html`${piece.text}`));
}

/** A bar of four steps, and what it says. */
function nearness({ closeness }: Hit): Html | string {
  if (closeness === null) return '';
  const { said, steps } = closenessIn(closeness);
  return html`<span class="nearness">
    <meter min="0" max="${MOST_STEPS}" value="${steps}" aria-hidden="true"></meter> ${said}</span
  >`;
}

/** The numbers that the verdict was made of. */
function numbers(hit: Hit): Html | string {
  const { similarity, relevance, closeness, explanation } = hit;
  if (closeness === null && similarity === null) return '';
  const parts = [
    similarity === null ? 'not embedded yet' : `cosine ${similarity.toFixed(2)}`,
    relevance === null ? '' : `relevance ${Math.round(relevance)} of 100`,
    ...reasonsOf(hit),
    explanation?.rerank ? `${ordinal(explanation.rerank.before)} before re-ranking` : '',
  ].filter(Boolean);
  return html`<details class="numbers">
    <summary>Why?</summary>
    <p>${parts.join(', ')}</p>
  </details>`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const number = (n: number): string => n.toLocaleString('en');
