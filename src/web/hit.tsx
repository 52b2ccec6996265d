/** A paper among others: what it is, how close, why it is there, where it leads, and what can be done with it. */
import type { FC } from 'hono/jsx';
import type { FacetField } from '../library/facets.ts';
import type { Brief } from '../paper.ts';
import type { Hit, Version } from '../search/answer.ts';
import { narrowedTo } from '../search/query.ts';
import { closenessIn, MOST_STEPS, ordinal, reasonIn, reasonsOf } from '../search/why.ts';
import { Keep } from './keeping.tsx';
import { marked, passage, stemsOf } from './passage.ts';
import { addressNow, addressOf, addressOfPaper, addressWith, type State } from './state.ts';

/** About three lines on a desktop. */
const PASSAGE_CHARACTERS = 240;
/** Of many people, so many are named. */
const PEOPLE_NAMED = 3;

export const HitItem: FC<{ hit: Hit; state: State }> = ({ hit, state }) => {
  const { id, versions, explanation, abstract = '', read } = hit;
  const stems = stemsOf((explanation?.words ?? []).map(({ word }) => word).join(' '));
  const shown = passage(abstract, explanation?.sentence?.start ?? 0, PASSAGE_CHARACTERS);
  return (
    <li>
      <h2>
        <a href={addressOfPaper(state.home, id)}>
          <Marked text={hit.title || id} stems={stems} />
        </a>
      </h2>
      <Byline paper={hit} state={state} />
      {versions.length > 0 && <p class="byline">also {versions.map(versionName).join(', ')}</p>}
      {abstract && (
        <p class="passage">
          <Marked text={shown} stems={stems} />
        </p>
      )}
      {shown !== abstract && (
        <details>
          <summary>Abstract</summary>
          <p>
            <Marked text={abstract} stems={stems} />
          </p>
        </details>
      )}
      <p class="why">
        <Nearness hit={hit} /> <span>{reasonIn(hit)}</span>
        {read !== 'unread' && <span>{read}</span>}
      </p>
      <Actions hit={hit} state={state} />
      <Numbers hit={hit} />
    </li>
  );
};

/** What can be done with a paper of a list. */
const Actions: FC<{ hit: Hit; state: State }> = ({ hit, state }) => {
  const { id, starred } = hit;
  const elsewhere = readAt(hit);
  const star = starred ? '★ Starred' : '☆ Star';
  return (
    <div class="actions">
      <Likes id={id} state={state} />
      {elsewhere && <Elsewhere at={elsewhere} />}
      <a href={`${addressOfPaper(state.home, id)}#cite`} data-key="c">
        Cite
      </a>
      <Keep id={id} said={{ starred: !starred }} back={addressNow(state)} state={state} at="s">
        {star}
      </Keep>
      {!state.mayWrite && starred && <span>{star}</span>}
    </div>
  );
};

/** Ways to ask for papers that are like one, and for such as are not. */
export const Likes: FC<{ id: string; state: State }> = ({ id, state }) => (
  <>
    <a href={addressWith(state, 'like', id)} data-key="l">
      More like this
    </a>
    <a href={addressWith(state, 'unlike', id)} data-key="u">
      Less like this
    </a>
  </>
);

/** A way out of akin. */
export const Elsewhere: FC<{ at: { address: string; name: string } }> = ({ at: { address, name } }) => (
  <a href={address} rel="noreferrer">
    {name}
  </a>
);

/** What stands under a title: people, venue and year, each a link that writes the query. */
export const Byline: FC<{
  paper: Pick<Brief, 'authors' | 'editors' | 'venue' | 'year'>;
  state: State;
}> = (given) => {
  const { paper, state } = given;
  const { authors, editors = [], venue, year } = paper;
  const asked = (field: 'author' | 'venue' | 'year', value: string) => (
    <Asked field={field} value={value} state={state} />
  );
  const people = authors.length > 0 ? authors : editors;
  const named = people.length <= PEOPLE_NAMED + 1 ? people : people.slice(0, PEOPLE_NAMED);
  const parts = [
    people.length > 0 && (
      <>
        {named.map((name, i) => (
          <>
            {i > 0 && ', '}
            {asked('author', name)}
          </>
        ))}
        {authors.length === 0 && ' (ed.)'}
        {named.length < people.length && ` and ${people.length - named.length} more`}
      </>
    ),
    venue !== null && asked('venue', venue),
    year !== null && asked('year', String(year)),
  ].filter((part) => part !== false);
  return parts.length === 0 ? (
    <></>
  ) : (
    <p class="byline">
      {parts.map((part, i) => (
        <>
          {i > 0 && ' · '}
          {part}
        </>
      ))}
    </p>
  );
};

/** A value of a field, as a link to all papers that have it. */
export const Asked: FC<{ field: FacetField; value: string; state: State }> = ({ field, value, state }) => (
  <a href={addressOf({ ...state, like: [], unlike: [], sort: 'best' }, { q: narrowedTo('', field, value) })}>{value}</a>
);

/** What another version is called beside the one that is shown. */
export const versionName = ({ venue, year, id }: Version): string => [venue ?? id, year].filter(Boolean).join(' ');

/** Where a paper can be read: its own URL, or the one its DOI or arXiv id stands for; and what to call that. */
export function readAt({ url, ids }: Pick<Brief, 'url' | 'ids'>): { address: string; name: string } | undefined {
  if (ids.doi) return { address: `https://doi.org/${encodeURI(ids.doi)}`, name: 'DOI' };
  if (ids.arxiv) return { address: `https://arxiv.org/abs/${ids.arxiv}`, name: 'arXiv' };
  if (url && /^https?:/.test(url)) return { address: url, name: 'Web' };
  return undefined;
}

/** A text with the words marked that it shares with the question. */
const Marked: FC<{ text: string; stems: Set<string> }> = ({ text, stems }) => (
  <>{marked(text, stems).map((piece) => (piece.marked ? <mark>{piece.text}</mark> : piece.text))}</>
);

/** A bar of four steps, and what it says. */
const Nearness: FC<{ hit: Hit }> = ({ hit: { closeness } }) => {
  if (closeness === null) return <></>;
  const { said, steps } = closenessIn(closeness);
  return (
    <span class="nearness">
      <meter min="0" max={MOST_STEPS} value={steps} aria-hidden="true" /> {said}
    </span>
  );
};

/** The numbers that the verdict was made of. */
const Numbers: FC<{ hit: Hit }> = ({ hit }) => {
  const { similarity, relevance, closeness, explanation } = hit;
  if (closeness === null && similarity === null) return <></>;
  const parts = [
    similarity === null ? 'not embedded yet' : `cosine ${similarity.toFixed(2)}`,
    relevance === null ? '' : `relevance ${Math.round(relevance)} of 100`,
    ...reasonsOf(hit),
    explanation?.rerank ? `${ordinal(explanation.rerank.before)} before re-ranking` : '',
  ].filter(Boolean);
  return (
    <details class="numbers">
      <summary>Why?</summary>
      <p>{parts.join(', ')}</p>
    </details>
  );
};
