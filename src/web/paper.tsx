/** The page of one paper: all that is known of it, what is kept of it, what it was made from, how to cite it, and what is like it. */
import type { FC, PropsWithChildren } from 'hono/jsx';
import type { Hit, WholePaper } from '../search/answer.ts';
import { Asked, Byline, Elsewhere, HitItem, Likes, readAt } from './hit.tsx';
import { KeptOf, Versions } from './keeping.tsx';
import type { State } from './state.ts';

/** Formats that a paper is cited in, as the API calls them. */
const FORMATS = { bibtex: 'BibTeX', ris: 'RIS', csl: 'CSL' } as const;

export const PaperPage: FC<{ paper: WholePaper; similar: Hit[]; state: State }> = ({ paper, similar, state }) => {
  const { id, title, abstract } = paper;
  return (
    <article class="paper">
      <h2>{title || id}</h2>
      <Byline paper={paper} state={state} />
      <Ways paper={paper} state={state} />
      <KeptOf paper={paper} state={state} />
      {abstract ? <p class="abstract">{abstract}</p> : <p class="byline">It has no abstract here.</p>}
      <Facts paper={paper} state={state} />
      <Versions paper={paper} state={state} />
      {similar.length > 0 && (
        <section>
          <h3>Similar papers</h3>
          <ol>
            {similar.map((hit) => (
              <HitItem hit={hit} state={state} />
            ))}
          </ol>
        </section>
      )}
    </article>
  );
};

/** Where the paper leads. */
const Ways: FC<{ paper: WholePaper; state: State }> = ({ paper, state }) => {
  const { id, ids, url } = paper;
  const elsewhere = readAt({ url, ids });
  const zotero = inZotero(paper);
  const api = `/v1${state.home}papers/${encodeURIComponent(id)}`;
  return (
    <p class="why" id="cite">
      {elsewhere && <Elsewhere at={elsewhere} />}
      {url && /^https?:/.test(url) && elsewhere?.address !== url && <Elsewhere at={{ address: url, name: 'Web' }} />}
      {zotero && <a href={zotero}>In Zotero</a>}
      <Likes id={id} state={state} />
      {Object.entries(FORMATS).map(([format, name], i) => (
        <a href={`${api}?format=${format}`} download data-key={i === 0 ? 'c' : undefined}>
          {name}
        </a>
      ))}
    </p>
  );
};

/** Where Zotero shows the item that a paper was read from; of a group's, no address is known. */
function inZotero({ extra, records }: WholePaper): string | undefined {
  const items = [extra, ...records.map((record) => record.extra)];
  const item = items.find(({ key, dateAdded, library }) => isItemKey(key) && dateAdded !== undefined && !library);
  return item && `zotero://select/library/items/${String(item.key)}`;
}

const isItemKey = (key: unknown): boolean => typeof key === 'string' && /^[A-Z\d]{8}$/.test(key);

/** All else that is known of it. */
const Facts: FC<{ paper: WholePaper; state: State }> = ({ paper, state }) => {
  const { id, ids, categories, extra, records } = paper;
  const { key } = extra;
  const collections = [extra.collections].flat().filter((each): each is string => typeof each === 'string');
  const asked = (field: 'category' | 'collection', values: string[]) =>
    values.map((value, i) => (
      <>
        {i > 0 && ', '}
        <Asked field={field} value={value} state={state} />
      </>
    ));
  return (
    <dl>
      {Object.entries(ids).map(([kind, value]) => (
        <Fact name={kind}>{value}</Fact>
      ))}
      <Fact name="id">{id}</Fact>
      {typeof key === 'string' && key !== id && <Fact name="citation key">{key}</Fact>}
      {categories.length > 0 && <Fact name="categories">{asked('category', categories)}</Fact>}
      {collections.length > 0 && <Fact name="collections">{asked('collection', collections)}</Fact>}
      {records.map((record) => (
        <Fact name="merged from">
          {[record.id, record.title, record.venue, record.year].filter(Boolean).join(' · ')}
        </Fact>
      ))}
    </dl>
  );
};

const Fact: FC<PropsWithChildren<{ name: string }>> = ({ name, children }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);
