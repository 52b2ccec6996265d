/** A paper among others: what it is, how close, why it is there, and where it leads. */
import type { FC } from 'hono/jsx';
import { byline, type Brief } from '../paper.ts';
import type { Hit, Version } from '../search/answer.ts';
import { closenessIn, MOST_STEPS, ordinal, reasonIn, reasonsOf } from '../search/why.ts';
import { marked, passage, stemsOf } from './passage.ts';
import { addressOfPaper } from './state.ts';

/** About three lines on a desktop. */
const PASSAGE_CHARACTERS = 240;

export const HitItem: FC<{ hit: Hit; home: string }> = ({ hit, home }) => {
  const { versions, explanation, abstract = '' } = hit;
  const stems = stemsOf((explanation?.words ?? []).map(({ word }) => word).join(' '));
  const elsewhere = readAt(hit);
  const about = byline(hit);
  const shown = passage(abstract, explanation?.sentence?.start ?? 0, PASSAGE_CHARACTERS);
  return (
    <li>
      <h2>
        <a href={addressOfPaper(home, hit.id)}>
          <Marked text={hit.title || hit.id} stems={stems} />
        </a>
      </h2>
      {about && <p class="byline">{about}</p>}
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
        <a href={`${home}?like=${encodeURIComponent(hit.id)}`}>More like this</a>
        {elsewhere && (
          <a href={elsewhere.address} rel="noreferrer">
            {elsewhere.name}
          </a>
        )}
      </p>
      <Numbers hit={hit} />
    </li>
  );
};

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
