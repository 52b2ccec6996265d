/**
 * The library in two dimensions: what `map.js` draws, and what there is without it, the regions with their names as links. A part
 * of the map that is chosen in it has an address, and its papers stand under the map.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context, Hono } from 'hono';
import type { Child, FC } from 'hono/jsx';
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import type { Making } from '../map/making.ts';
import { FARTHEST, type Region } from '../map/map.ts';
import { pointsWithin, type Rectangle } from '../map/within.ts';
import { byline } from '../paper.ts';
import type { Hit, WholePaper } from '../search/answer.ts';
import { MAX_LIMIT, MAX_QUERY, type SearchOptions } from '../search/question.ts';
import type { KeptMap } from '../session/mapping.ts';
import type { Session } from '../session/session.ts';
import { count } from '../text.ts';
import { HitItem } from './hit.tsx';
import { Turning } from './results.tsx';
import { addressOfPaper, stateIn } from './state.ts';
import { capitalised, papersIn } from './wording.ts';

/** Papers of a part of the map that are shown at once. */
const SHOWN = 25;
/** Pages of hits of a question that are looked through for those in a part of the map. */
const PAGES_OF_HITS = 5;

const side = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.int().max(FARTHEST));
const parameters = z.object({
  /** A question whose hits are lit. */
  q: z.string().trim().max(MAX_QUERY).default(''),
  /** A part of the map: left, top, right, bottom. */
  within: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.tuple([side, side, side, side]))
    .optional(),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
});

interface MapState {
  home: string;
  q: string;
  within: Rectangle | undefined;
  page: number;
}

/** What is shown of a map. */
interface MapView {
  said: Child;
  results: Child;
}

/** In which state the map is. @throws AkinError `invalid-argument` for a part of it that is none. */
function mapStateIn(home: string, { q, within, page }: Record<string, string[]>): MapState {
  const parsed = parameters.safeParse({ q: q?.[0], within: within?.[0], page: page?.[0] });
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]!.path[0]);
    const [value, expected] =
      field === 'within'
        ? [within?.[0], `four whole numbers from 0 to ${FARTHEST}: left,top,right,bottom`]
        : [`${q?.[0]?.length} characters`, `at most ${count(MAX_QUERY)} characters`];
    throw new AkinError('invalid-argument', `${field} is "${value}", expected ${expected}`, { field });
  }
  const { within: sides } = parsed.data;
  const [left, top, right, bottom] = sides ?? [];
  return {
    ...parsed.data,
    home,
    within: sides && {
      ...{ left: Math.min(left!, right!), right: Math.max(left!, right!) },
      ...{ top: Math.min(top!, bottom!), bottom: Math.max(top!, bottom!) },
    },
  };
}

/** The page of the map. @param queries of its address. @throws AkinError as `mapStateIn`, `Session.ask`. */
export async function mapView(
  session: Session,
  home: string,
  queries: Record<string, string[]>,
  options: SearchOptions,
): Promise<MapView> {
  const state = mapStateIn(home, queries);
  const { kept, making, failure } = await session.mapping.now();
  const isEmpty = !kept || kept.map.ids.length === 0;
  const list = kept && state.within && (await papersWithin(session, kept, state, state.within, options));
  return {
    said: <Said kept={isEmpty ? undefined : kept} making={making} failure={failure} />,
    results: isEmpty ? (
      making && <div id="map" data-home={home} data-making="yes" />
    ) : (
      <>
        <MapItself kept={kept} state={state} isOld={making !== undefined} />
        {list}
      </>
    ),
  };
}

/** What the script asks for: the points, and how far the next map is. */
export function answerMaps(app: Hono, sessionOf: (c: Context) => Session): void {
  const compressed = new WeakMap<KeptMap, Promise<Buffer>>();
  app.get('/map/points', async (c) => {
    const { kept } = await sessionOf(c).mapping.now();
    if (!kept) throw new AkinError('not-found', 'there is no map yet', { hint: 'ask again in a moment' });
    const head = { ETag: `"${kept.name}"`, 'Cache-Control': 'private, no-cache', Vary: 'Accept-Encoding' };
    if (c.req.header('If-None-Match')?.includes(kept.name)) return c.body(null, 304, head);
    const binary = { ...head, 'Content-Type': 'application/octet-stream' };
    if (!/\bgzip\b/.test(c.req.header('Accept-Encoding') ?? '')) {
      return c.body(kept.sent, 200, { ...binary, 'Content-Length': String(kept.sent.length) });
    }
    const zipped = compressed.get(kept) ?? promisify(gzip)(kept.sent);
    compressed.set(kept, zipped);
    const bytes = new Uint8Array(await zipped);
    return c.body(bytes, 200, { ...binary, 'Content-Encoding': 'gzip', 'Content-Length': String(bytes.length) });
  });
  app.get('/map/state', async (c) => {
    const { kept, making, failure } = await sessionOf(c).mapping.now();
    const said = making ? saidOfMaking(making) : (failure?.message ?? null);
    return c.json({ name: kept?.name ?? null, isMaking: making !== undefined, said }, 200, {
      'Cache-Control': 'no-store',
    });
  });
}

const saidOfMaking = ({ doing, share }: Making): string => `${doing}, ${Math.floor(share * 100)} %`;

const Said: FC<{ kept: KeptMap | undefined; making: Making | undefined; failure: AkinError | undefined }> = ({
  kept,
  making,
  failure,
}) => {
  if (!kept) {
    if (making) return <>The map is being made ({saidOfMaking(making)}); it will be here in a moment.</>;
    return (
      <>{failure ? `${capitalised(failure.message)}.` : 'No paper has been embedded yet: there is nothing to map.'}</>
    );
  }
  const { ids, papers, regions } = kept.map;
  return (
    <>
      {ids.length < papers ? `${count(ids.length)} of ${papersIn(papers)}` : papersIn(papers)} in{' '}
      {count(regions.length)} {regions.length === 1 ? 'region' : 'regions'}: what is near in meaning lies near.{' '}
      <span id="making">
        {making && `It is being brought up to date (${saidOfMaking(making)}).`}
        {failure && `It could not be brought up to date: ${failure.message}.`}
      </span>
    </>
  );
};

const MapItself: FC<{ kept: KeptMap; state: MapState; isOld: boolean }> = ({ kept, state, isOld }) => {
  const { home, q, within } = state;
  const { regions, ids } = kept.map;
  return (
    <div class="with-regions">
      <section aria-label="Map">
        <form class="lit" action={`${home}map`}>
          <input type="search" name="q" value={q} aria-label="Show on the map" placeholder="Show on the map" />
          {within && <input type="hidden" name="within" value={writtenRectangle(within)} />}
          <button>Show</button>
        </form>
        <div
          id="map"
          data-home={home}
          data-name={kept.name}
          data-making={isOld ? 'yes' : undefined}
          data-q={q}
          data-within={within && writtenRectangle(within)}
          data-label={`Map of ${papersIn(ids.length)}. Its regions are listed beside it, each a link to its papers.`}
        >
          <Outline regions={regions} home={home} />
        </div>
      </section>
      <aside aria-label="Regions">
        <h2>Regions</h2>
        <ul>
          {regions.map((region) => (
            <li>
              <a href={searchFor(home, region)}>{nameOf(region)}</a> <span class="count">{count(region.papers)}</span>
            </li>
          ))}
        </ul>
      </aside>
    </div>
  );
};

const nameOf = ({ words }: Region): string => words.join(', ');
const searchFor = (home: string, { words }: Region): string => `${home}?q=${encodeURIComponent(words.join(' '))}`;
const writtenRectangle = ({ left, top, right, bottom }: Rectangle): string => [left, top, right, bottom].join(',');

/** Of the outline, in its own units: its longer side, what stays free around the middles of regions, the circle of all papers. */
const OUTLINE = { side: 1000, margin: 120, largest: 160 };

/** The regions as circles with their names: what there is of the map without a script. */
const Outline: FC<{ regions: Region[]; home: string }> = ({ regions, home }) => {
  const all = regions.reduce((sum, { papers }) => sum + papers, 0);
  const along = (axis: 'x' | 'y') => regions.map((region) => region[axis]);
  const [left, top] = [Math.min(...along('x')), Math.min(...along('y'))];
  const [width, height] = [Math.max(...along('x')) - left, Math.max(...along('y')) - top];
  const unit = OUTLINE.side / Math.max(width, height, 1);
  const at = (value: number, least: number) => OUTLINE.margin + (value - least) * unit;
  const size = [width, height].map((side) => Math.round(side * unit + 2 * OUTLINE.margin));
  return (
    <svg viewBox={`0 0 ${size.join(' ')}`} role="group" aria-label="Regions of the map">
      {regions.map(({ x, y, papers }) => (
        <circle cx={at(x, left)} cy={at(y, top)} r={OUTLINE.largest * Math.sqrt(papers / all)} />
      ))}
      {regions.map((region) => (
        <a href={searchFor(home, region)} aria-label={`${nameOf(region)}: ${papersIn(region.papers)}`}>
          <text x={at(region.x, left)} y={at(region.y, top)}>
            {region.words[0]}
          </text>
        </a>
      ))}
    </svg>
  );
};

/** The papers in a part of the map: those a question finds, best first, or all, the newest first. */
async function papersWithin(
  session: Session,
  { map }: KeptMap,
  state: MapState,
  rectangle: Rectangle,
  options: SearchOptions,
): Promise<Child> {
  const { home, q, page } = state;
  const within = pointsWithin(map, rectangle);
  if (q !== '') {
    const ids = new Set(within.map((i) => map.ids[i]!));
    const { hits, looked } = await hitsAmong(session, q, ids, options);
    const heading =
      hits.length === 0
        ? `None of the ${papersIn(ids.size)} in this part is among the ${count(looked)} nearest to “${q}”`
        : `${papersIn(ids.size)} in this part, the nearest to “${q}” first`;
    return (
      <Within heading={heading} home={home} without={`${home}map?q=${encodeURIComponent(q)}`}>
        {hits.map((hit) => (
          <HitItem hit={hit} state={stateIn({ home, mayWrite: false }, { q: [q] })} />
        ))}
      </Within>
    );
  }
  const shown = within.slice((page - 1) * SHOWN, page * SHOWN).map((i) => map.ids[i]!);
  const papers = (await session.wholePapers(shown, options.signal)).filter((paper) => paper !== undefined);
  const address = (to: number) => `${home}map?within=${writtenRectangle(rectangle)}&page=${to}`;
  return (
    <>
      <Within heading={`${papersIn(within.length)} in this part, the newest first`} home={home} without={`${home}map`}>
        {papers.map((paper) => (
          <PaperItem paper={paper} home={home} />
        ))}
      </Within>
      {within.length > SHOWN && (
        <Turning
          before={page > 1 ? address(page - 1) : undefined}
          behind={page * SHOWN < within.length ? address(page + 1) : undefined}
        >
          Page {count(page)}
        </Turning>
      )}
    </>
  );
}

/** Those hits of a question that are among papers, and how many hits were looked at. */
async function hitsAmong(
  session: Session,
  query: string,
  ids: Set<string>,
  options: SearchOptions,
): Promise<{ hits: Hit[]; looked: number }> {
  const hits: Hit[] = [];
  let looked = 0;
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_OF_HITS && hits.length < SHOWN; page++) {
    const answer = await session.ask(
      { query },
      { ...options, limit: MAX_LIMIT, cursor, explain: 'fast', abstracts: true },
    );
    looked += answer.hits.length;
    hits.push(...answer.hits.filter(({ id }) => ids.has(id)));
    if (answer.next === null) break;
    cursor = answer.next;
  }
  return { hits: hits.slice(0, SHOWN), looked };
}

const Within: FC<{ heading: string; home: string; without: string; children?: Child }> = (part) => (
  <section class="within" id="within" aria-label="In this part of the map">
    <h2>{part.heading}</h2>
    <p class="byline">
      <a href={part.without}>The whole map</a>
    </p>
    <ol>{part.children}</ol>
  </section>
);

const PaperItem: FC<{ paper: WholePaper; home: string }> = ({ paper, home }) => (
  <li>
    <h3>
      <a href={addressOfPaper(home, paper.id)}>{paper.title || paper.id}</a>
    </h3>
    <p class="byline">{byline(paper)}</p>
  </li>
);
