/**
 * The page a person sees: one search box, the papers under it, each with how close it is and why it is there.
 *
 * Rendered on the server, so that every state of it has an address and works without a script; `page.js` only asks for
 * the same page while one types and swaps what is said and the results in.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Hono, type Context } from 'hono';
import type { Child, FC } from 'hono/jsx';
import type { AkinError } from '../errors.ts';
import { refusalOf } from '../faults.ts';
import { ROOT } from '../package.ts';
import { count, excerpt } from '../text.ts';
import { MAX_QUERY, type SearchOptions } from '../search/question.ts';
import type { Session } from '../session/session.ts';
import { Basket, headingOf, type Titles } from './basket.tsx';
import { frame } from './frame.ts';
import { doneWith } from './keeping.tsx';
import { manual } from './manual.ts';
import { answerMaps, mapView } from './map.tsx';
import { PaperPage } from './paper.tsx';
import { Results, saidOf } from './results.tsx';
import { startView } from './start.tsx';
import { stateIn, type State } from './state.ts';
import { capitalised } from './wording.ts';

/** What changes from question to question. */
export interface View {
  /** The first part of the document's title. */
  title?: string;
  /** One or two sentences over the results, which are also read out. */
  said: Child;
  results?: Child;
  /** Of the papers in the basket, by their names. */
  titles?: Titles;
  /** Whether one reads on in the results, and does not begin in the box. */
  isForReading?: boolean;
  status?: number;
  /** What the document loads, where that is not what most do. */
  loads?: Child;
}

const asset = (name: string) => readFileSync(path.join(ROOT, 'src/web', name), 'utf8');
const style = asset('page.css');
const script = asset('page.js');
const mapStyle = asset('map.css');
const mapScript = asset('map.js');

/** What may be said of an error to whoever sees the page. */
type Said = (error: AkinError, c: Context) => { message: string; hint: string | undefined };

/** Does what a question needs when its turn has come. */
type Pass = <T>(query: string, work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** What the page needs of the door that serves it. */
export interface PageDoor {
  /** The library that a page is asked of. */
  sessionOf: (c: Context) => Session;
  pass: Pass;
  /** What is asked of every search. */
  always: Pick<SearchOptions, 'rerank'>;
  /** What a form says. */
  formIn: (c: Context) => Promise<URLSearchParams>;
  /** Changes a library when its turn has come. */
  write: <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;
}

/** The page of a library: what it is called, where it is, and whether it is the one that is asked for. */
export interface LibraryPage {
  name: string;
  home: string;
  isThis: boolean;
}

/** Who asks for pages, and of which library. */
export interface Pages {
  /** The library that a page is asked of, and the pages of all there are. */
  placed: (c: Context) => { session: Session; pages: LibraryPage[] };
  said: Said;
  /** Whether whoever asks has signed in, and so can sign out. */
  isSignedIn: (c: Context) => boolean;
  /** Whether whoever asks may change the library. */
  mayWrite: (c: Context) => boolean;
}

/**
 * Answers with a page, also where what it would show is refused.
 * @param viewed what the page shows; or an answer of another kind, such as that it is elsewhere.
 * @param Otherwise what stands under what is said of a refusal.
 */
export type AnswerPage = (
  c: Context,
  viewed: (session: Session, state: State) => Promise<View | Response> | View | Response,
  Otherwise?: FC<{ home: string }>,
) => Promise<Response>;

export function answersOf({ placed, said, isSignedIn, mayWrite }: Pages): AnswerPage {
  return async (c, viewed, Otherwise) => {
    const { session, pages } = placed(c);
    const { home } = pages.find(({ isThis }) => isThis)!;
    const state = stateIn({ home, mayWrite: mayWrite(c) }, c.req.queries());
    let view: View | Response;
    try {
      view = await viewed(session, state);
    } catch (error) {
      view = refusal(error, (each) => said(each, c));
      view.results = Otherwise && <Otherwise home={home} />;
    }
    if (view instanceof Response) return view;
    const { title } = view;
    const head = title ? `${excerpt(title, 60)} · akin` : 'akin';
    const body = <Body view={view} state={state} pages={pages} isSignedIn={isSignedIn(c)} />;
    return c.html(
      frame(head, body, <>{view.loads ?? <script src="/page.js" type="module" />}</>),
      (view.status ?? 200) as 200,
    );
  };
}

export function webPage(answer: AnswerPage, { sessionOf, pass, always, formIn, write }: PageDoor): Hono {
  const app = new Hono();
  app.get('/page.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/page.js', (c) => c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  app.get('/map.css', (c) => c.body(mapStyle, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/map.js', (c) => c.body(mapScript, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  app.get('/favicon.ico', (c) => c.body(null, 204));
  app.route('/', manual());

  app.get('/', (c) => {
    const { signal } = c.req.raw;
    return answer(c, (session, state) => {
      if (state.q === '' && state.like.length + state.unlike.length === 0) return startView(session, state);
      if (state.q.length > MAX_QUERY) return tooLongView(state);
      const options = { ...always, sort: state.sort, cursor: state.cursor.at(-1), signal };
      return pass(state.q, () => answerView(session, state, options), signal);
    });
  });
  app.get('/paper/:id{.+}', (c) => {
    const { signal } = c.req.raw;
    return answer(c, (session, state) => pass('', () => paperView(session, c.req.param('id'), state, signal), signal));
  });
  app.post('/paper/:id{.+}', (c) =>
    answer(c, async (session, { home }) => {
      const form = await formIn(c);
      return c.redirect(await write(() => doneWith(session, home, c.req.param('id'), form), c.req.raw.signal), 303);
    }),
  );
  app.get('/map', (c) => {
    const { signal } = c.req.raw;
    return answer(c, (session, { home, q }) =>
      pass(
        q,
        async () => ({
          title: 'Map',
          loads: MAP,
          isForReading: true,
          ...(await mapView(session, home, c.req.queries(), { ...always, signal })),
        }),
        signal,
      ),
    );
  });
  answerMaps(app, sessionOf);
  return app;
}

/** What the page of the map loads: a script of its own, and how it looks. */
const MAP = (
  <>
    <link rel="stylesheet" href="/map.css" />
    <script src="/map.js" type="module" />
  </>
);

/** A text that no address has room for is asked passage by passage. The script of the page sends it there itself. */
function tooLongView({ home }: State): View {
  return {
    status: 400,
    said: (
      <>
        A question has at most {count(MAX_QUERY)} characters, and this is longer.{' '}
        <a href={`${home}draft`}>Paste it as a draft</a>, of which each passage is asked for itself.
      </>
    ),
  };
}

async function answerView(session: Session, state: State, options: SearchOptions): Promise<View> {
  const { q, like, unlike } = state;
  const shown = { ...options, explain: 'fast', abstracts: true, facets: true } as const;
  const seeds = [...like, ...unlike];
  const [papers, answer] = await Promise.all([
    session.wholePapers(seeds, options.signal),
    session.ask({ query: q, like, unlike }, shown),
  ]);
  const titles = new Map(seeds.map((id, i) => [id, papers[i]?.title || id]));
  return {
    title: q || `Like ${[...titles.values()].join(', ')}`,
    said: saidOf(answer, state, headingOf(state, titles)),
    titles,
    results: answer.hits.length > 0 && <Results answer={answer} state={state} />,
  };
}

async function paperView(session: Session, id: string, state: State, signal: AbortSignal): Promise<View> {
  const [paper, { hits }] = await Promise.all([
    session.paper(id),
    session.similar(id, { explain: 'fast', abstracts: true, signal }),
  ]);
  const similar = hits.filter(({ closeness }) => closeness !== 'weak');
  return {
    title: paper.title || paper.id,
    said: '',
    results: <PaperPage paper={paper} similar={similar} state={state} />,
  };
}

function refusal(error: unknown, said: (error: AkinError) => ReturnType<Said>): View {
  const refused = refusalOf(error);
  if (!refused) throw error;
  const { message, hint } = said(refused);
  return { status: refused.status, said: `${capitalised(message)}. ${hint ? `${capitalised(hint)}.` : ''}` };
}

const Body: FC<{ view: View; state: State; pages: LibraryPage[]; isSignedIn: boolean }> = (page) => {
  const { view, state, pages, isSignedIn } = page;
  return (
    <body>
      <header>
        <h1>
          <a href={state.home}>akin</a>
        </h1>
        <form action={state.home} role="search">
          <input
            type="search"
            name="q"
            value={state.q}
            aria-label="Search papers by meaning"
            placeholder="Search papers by meaning"
            maxlength={MAX_QUERY + 1}
            autocomplete="off"
            autofocus={!view.isForReading}
          />
          <span id="basket">
            {(['like', 'unlike'] as const).flatMap((kind) =>
              state[kind].map((id) => <input type="hidden" name={kind} value={id} />),
            )}
          </span>
          <button>Search</button>
        </form>
        <a href={`${state.home}draft`}>Draft</a>
        {isSignedIn && (
          <form class="sign-out" method="post" action="/sign-out">
            <button>Sign out</button>
          </form>
        )}
      </header>
      {pages.length > 1 && <Choice pages={pages} />}
      <main>
        <p id="said" role="status">
          {view.said}
        </p>
        <div id="results">
          <Basket titles={view.titles ?? new Map()} state={state} />
          {view.results}
        </div>
      </main>
      <footer>
        <a href={`${state.home}map`}>Map</a> <a href="/docs">Manual</a>
        <Keys />
      </footer>
    </body>
  );
};

const KEYS: Record<string, string> = {
  '/': 'to the box',
  j: 'to the next paper',
  k: 'to the one before',
  Enter: 'opens it',
  l: 'more like it',
  u: 'less like it',
  s: 'star',
  c: 'cite',
  '?': 'these keys',
};

const Keys: FC = () => (
  <details id="keys" class="keys">
    <summary>Keys</summary>
    <dl>
      {Object.entries(KEYS).map(([key, does]) => (
        <>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{does}</dd>
        </>
      ))}
    </dl>
  </details>
);

/** Which library is asked, where there are several. */
const Choice: FC<{ pages: LibraryPage[] }> = ({ pages }) => (
  <nav class="libraries" aria-label="Libraries">
    {pages.map(({ name, home, isThis }) => (
      <a href={home} aria-current={isThis ? 'page' : undefined}>
        {name}
      </a>
    ))}
  </nav>
);
