/** The page of one paper: all that is known of it, what it was made from, how to cite it, and what is like it. */
import type { FC, PropsWithChildren } from 'hono/jsx';
import type { Hit, WholePaper } from '../search/answer.ts';
import { narrowedTo } from '../search/query.ts';
import { HitItem, readAt, versionName } from './hit.tsx';
import { addressOfPaper } from './state.ts';

/** Formats that a paper is cited in, as the API calls them. */
const FORMATS = { bibtex: 'BibTeX', ris: 'RIS', csl: 'CSL' } as const;

export const PaperPage: FC<{ paper: WholePaper; similar: Hit[]; home: string }> = ({ paper, similar, home }) => {
  const { id, title, authors, editors = [], venue, year, abstract, categories, ids, url, versions, records } = paper;
  const asked = (field: 'author' | 'venue' | 'year' | 'category', value: string) =>
    `${home}?q=${encodeURIComponent(narrowedTo('', field, value))}`;
  const elsewhere = readAt({ url, ids });
  const people = authors.length > 0 ? authors : editors;
  const api = `/v1${home}papers/${encodeURIComponent(id)}`;
  return (
    <article class="paper">
      <h2>{title || id}</h2>
      <p class="byline">
        {people.map((name, i) => (
          <>
            {i > 0 && ', '}
            <a href={asked('author', name)}>{name}</a>
          </>
        ))}
        {authors.length === 0 && editors.length > 0 && ' (editors)'}
      </p>
      <p class="byline">
        {venue && <a href={asked('venue', venue)}>{venue}</a>}
        {venue && year !== null && ' · '}
        {year !== null && <a href={asked('year', String(year))}>{year}</a>}
      </p>
      <p class="why">
        {elsewhere && (
          <a href={elsewhere.address} rel="noreferrer">
            {elsewhere.name}
          </a>
        )}
        {url && /^https?:/.test(url) && elsewhere?.address !== url && (
          <a href={url} rel="noreferrer">
            Web
          </a>
        )}
        <a href={`${home}?like=${encodeURIComponent(id)}`}>More like this</a>
        {Object.entries(FORMATS).map(([format, name]) => (
          <a href={`${api}?format=${format}`} download>
            {name}
          </a>
        ))}
      </p>
      {abstract ? <p class="abstract">{abstract}</p> : <p class="byline">It has no abstract here.</p>}
      <dl>
        {Object.entries(ids).map(([kind, value]) => (
          <Fact name={kind}>{value}</Fact>
        ))}
        <Fact name="id">{id}</Fact>
        {categories.length > 0 && (
          <Fact name="categories">
            {categories.map((category, i) => (
              <>
                {i > 0 && ', '}
                <a href={asked('category', category)}>{category}</a>
              </>
            ))}
          </Fact>
        )}
        {versions.map((version) => (
          <Fact name="other version">
            <a href={addressOfPaper(home, version.id)}>{versionName(version)}</a>
          </Fact>
        ))}
        {records.map((record) => (
          <Fact name="merged from">{[record.id, record.venue, record.year].filter(Boolean).join(' · ')}</Fact>
        ))}
      </dl>
      {similar.length > 0 && (
        <section>
          <h3>Similar papers</h3>
          <ol>
            {similar.map((hit) => (
              <HitItem hit={hit} home={home} />
            ))}
          </ol>
        </section>
      )}
    </article>
  );
};

const Fact: FC<PropsWithChildren<{ name: string }>> = ({ name, children }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);
