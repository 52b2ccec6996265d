/** An answer as a page: what is said of it, its conditions, its papers in order, and what it can be narrowed down to. */
import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import type { Facets } from '../library/facets.ts';
import type { Hit, SearchAnswer } from '../search/answer.ts';
import { narrowedTo, parseQuery } from '../search/query.ts';
import { DEFAULT_LIMIT, SORTS } from '../search/question.ts';
import { missingIn } from '../search/why.ts';
import { count } from '../text.ts';
import { HitItem } from './hit.tsx';
import { addressBefore, addressBehind, addressOf, type State } from './state.ts';
import { papersIn } from './wording.ts';

/** Values shown of a facet; the others are behind a search of their own. */
const VALUES = 8;

/** What is said over the hits, in whole sentences, which are also read out. @param heading what the papers are, where they are ranked. */
export function saidOf(answer: SearchAnswer, state: State, heading: Child): Child {
  const { q, sort } = state;
  const { hits, total, corrections, unread, library } = answer;
  const { identifier, conditions } = missingIn(answer);
  const missing = (
    <>
      No paper in this library has <em>{identifier}</em>
    </>
  );
  if (hits.length === 0 && identifier !== '') return <>{missing}.</>;
  if (hits.length === 0)
    return (
      <>
        No paper in this library matches.
        <Blame answer={answer} state={state} />
      </>
    );
  const isRanked = hits.some(({ closeness }) => closeness !== null);
  const matching = (
    <>
      {papersIn(total.value)} {total.value === 1 ? 'matches' : 'match'} <em>{q}</em>
      {total.value > 1 && (sort === 'title' ? ', by title' : ', the newest first')}
    </>
  );
  const nothing = 'Nothing in this library is relevant to that; these are the nearest';
  const sentences: Child[] = [total.relevant === 0 ? nothing : isRanked ? heading : matching];
  if (identifier !== '') sentences.unshift(missing);
  if (unread) sentences.push('The model does not read this script: what counts are the words');
  if (conditions !== '')
    sentences.push(
      <>
        No paper matches <em>{conditions}</em>; these are without that
        <Blame answer={answer} state={state} />
      </>,
    );
  for (const { word, term } of corrections) sentences.push(`No paper has “${word}”; “${term}…” was looked for`);
  if (isRanked && library.embedded < library.papers) {
    const embedded = `${count(library.embedded)} of ${papersIn(library.papers)} ${library.papers === 1 ? 'is' : 'are'} embedded so far`;
    sentences.push(`${embedded}; the others are found by their words only`);
  }
  return (
    <>
      {sentences.map((sentence, i) => (
        <>
          {i > 0 && '. '}
          {sentence}
        </>
      ))}
      {sentences.length > 1 && '.'}
    </>
  );
}

/** Which condition left nothing, as links to the question without it. */
const Blame: FC<{ answer: SearchAnswer; state: State }> = ({ answer: { blamed = [] }, state }) => {
  if (blamed.length === 0) return <></>;
  const { conditions } = parseQuery(state.q);
  const without = (condition: string) => conditions.find(({ written }) => written === condition)?.without ?? '';
  return (
    <>
      {blamed.map(({ condition, papers }, i) => (
        <>
          {i > 0 ? ', ' : ' Found: '}
          <a href={addressOf(state, { q: without(condition) })}>
            {papersIn(papers)} without {condition}
          </a>
        </>
      ))}
    </>
  );
};

export const Results: FC<{ answer: SearchAnswer; state: State }> = ({ answer, state }) => {
  const { hits, total, next } = answer;
  const close = hits.filter(({ closeness }) => closeness !== 'weak');
  const weak = hits.filter(({ closeness }) => closeness === 'weak');
  const before = (state.page - 1) * DEFAULT_LIMIT;
  return (
    <div class="results">
      <div class="hits">
        <Conditions answer={answer} state={state} />
        <List hits={close} start={before + 1} state={state} />
        {before >= total.relevant ? (
          <List hits={weak} start={before + 1} state={state} />
        ) : (
          weak.length > 0 && (
            <details class="weaker">
              <summary>What follows has little to do with it</summary>
              <List hits={weak} start={before + close.length + 1} state={state} />
            </details>
          )
        )}
        {(next !== null || state.page > 1) && (
          <Turning
            before={state.page > 1 ? addressBefore(state) : undefined}
            behind={next === null ? undefined : addressBehind(state, next)}
          >
            Page {count(state.page)}, {total.exact ? '' : 'of more than '}
            {papersIn(total.value)}
          </Turning>
        )}
      </div>
      {answer.facets && <Narrower facets={answer.facets} state={state} />}
    </div>
  );
};

/** The ways to the pages before and behind this one, where there are such. */
export const Turning: FC<PropsWithChildren<{ before: string | undefined; behind: string | undefined }>> = (page) => (
  <nav class="more" aria-label="Pages">
    {page.before !== undefined && (
      <a href={page.before} rel="prev">
        Previous
      </a>
    )}
    <span>{page.children}</span>
    {page.behind !== undefined && (
      <a href={page.behind} rel="next">
        Next
      </a>
    )}
  </nav>
);

const List: FC<{ hits: Hit[]; start: number; state: State }> = ({ hits, start, state }) =>
  hits.length === 0 ? (
    <></>
  ) : (
    <ol start={start}>
      {hits.map((hit) => (
        <HitItem hit={hit} state={state} />
      ))}
    </ol>
  );

const ORDERS: Record<(typeof SORTS)[number], string> = {
  best: 'best first',
  newest: 'newest first',
  title: 'by title',
};

/** The conditions of the query, each of which can be taken off, and the orders that the list may have. */
const Conditions: FC<{ answer: SearchAnswer; state: State }> = ({ answer: { hits, timings }, state }) => {
  const { conditions, words } = parseQuery(state.q);
  const isList = hits.every(({ closeness }) => closeness === null);
  const orders = SORTS.filter((sort) => !(isList && sort === 'best'));
  const isNow = (sort: State['sort']) => sort === state.sort || (isList && state.sort === 'best' && sort === 'newest');
  const ms = Object.values(timings).reduce((sum, each) => sum + each, 0);
  return (
    <div class="conditions">
      {conditions.length + Number(words !== '') + state.like.length > 1 &&
        conditions.map(({ written, without }) => (
          <a class="chip" href={addressOf(state, { q: without })} aria-label={`Without ${written}`}>
            {written} <span aria-hidden="true">×</span>
          </a>
        ))}
      <span class="orders">
        {orders.map((sort) => (
          <a href={addressOf(state, { sort })} aria-current={isNow(sort) ? 'true' : undefined}>
            {ORDERS[sort]}
          </a>
        ))}
      </span>
      <span class="time">{ms < 1 ? 'under 1' : Math.round(ms)} ms</span>
    </div>
  );
};

const FACETS = { venue: 'Venues', author: 'Authors', category: 'Categories', collection: 'Collections' } as const;

/** What the list can be narrowed down to: each a link that writes the query, so that one learns how it is written. */
const Narrower: FC<{ facets: Facets; state: State }> = ({ facets, state }) => {
  const link = (field: keyof Facets, value: string) => addressOf(state, { q: narrowedTo(state.q, field, value) });
  return (
    <aside aria-label="Narrow down">
      <Years years={facets.year} link={(year) => link('year', year)} />
      {(Object.keys(FACETS) as (keyof typeof FACETS)[]).map(
        (field) =>
          facets[field].length > 0 && (
            <section>
              <h3>{FACETS[field]}</h3>
              <ul>
                {facets[field].slice(0, VALUES).map(({ value, papers }) => (
                  <li>
                    <a href={link(field, value)}>{value}</a> <span class="count">{count(papers)}</span>
                  </li>
                ))}
              </ul>
            </section>
          ),
      )}
    </aside>
  );
};

const BAR = { width: 10, gap: 2, height: 48 };

/** How many papers of each year: a column a year, each a link. */
const Years: FC<{ years: Facets['year']; link: (year: string) => string }> = ({ years, link }) => {
  if (years.length < 2) return <></>;
  const papersOf = new Map(years.map(({ value, papers }) => [Number(value), papers]));
  const all = [...papersOf.keys()].sort((a, b) => a - b);
  const most = Math.max(...papersOf.values());
  const step = BAR.width + BAR.gap;
  return (
    <section>
      <h3>Years</h3>
      <svg class="years" viewBox={`0 0 ${all.length * step} ${BAR.height}`} role="group" aria-label="Papers by year">
        {all.map((year, i) => {
          const height = Math.max(2, (BAR.height * papersOf.get(year)!) / most);
          const said = `${year}: ${count(papersOf.get(year)!)}`;
          return (
            <a href={link(String(year))} aria-label={said}>
              <title>{said}</title>
              <rect x={i * step} y="0" width={step} height={BAR.height} class="column" />
              <rect x={i * step} y={BAR.height - height} width={BAR.width} height={height} />
            </a>
          );
        })}
      </svg>
      <p class="ends">
        <span>{all[0]}</span> <span>{all.at(-1)}</span>
      </p>
    </section>
  );
};
