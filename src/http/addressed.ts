/**
 * Which library is a request for? A server has one or several, each called by a name. The first is the default: it is asked at
 * `/v1/…`, `/mcp` and `/`. Each of them, also the first, is asked at `/v1/libraries/{name}/…` all that is asked at `/v1/…` and
 * `/mcp`, and has its page at `/libraries/{name}`. Such an address becomes that of the default here, before it is looked for
 * among the routes: none of them knows that there are several.
 */
import type { Context } from 'hono';
import { AkinError } from '../errors.ts';
import { nearest } from '../search/slips.ts';
import type { Session } from '../session/session.ts';
import type { LibraryPage } from '../web/page.tsx';

/** By their names, the default one first. */
export type Libraries = ReadonlyMap<string, Session>;
/** The library that a request is for. @throws AkinError `not-found` where no library is called so. */
export type SessionOf = (c: Context) => Session;

/** Where the libraries of a server are listed. */
export const LIBRARIES = '/v1/libraries';
/** None stands within another. */
const IN_API = /^\/v1\/libraries\/([^/]+)\/(?!libraries(?:\/|$))(.+)$/;
const ON_PAGE = /^\/libraries\/([^/]+)(\/.*)?$/;
/** What is beside `/v1`, and is of a library all the same. */
const BESIDE = ['mcp', 'terminal'];

/** The library that an address names, if it names one, and the address where the default one is asked the same. */
export function placeOf(pathname: string): { library?: string; path: string } {
  const [, library, rest] = IN_API.exec(pathname) ?? [];
  if (library !== undefined)
    return { library: decoded(library), path: BESIDE.includes(rest!) ? `/${rest}` : `/v1/${rest}` };
  const [, ofPage, below] = ON_PAGE.exec(pathname) ?? [];
  return ofPage === undefined ? { path: pathname } : { library: decoded(ofPage), path: below ?? '/' };
}

/** A name as it is, of which an address may write any letter by its number (RFC 3986, 6.2.2.2); what can't be read is no name. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Whether an address is the server's, and not one of its libraries'. */
export const isOfServer = (path: string): boolean => path === LIBRARIES || path.startsWith(`${LIBRARIES}/`);

/** What finds the library of a request among these. */
export function sessionIn(libraries: Libraries): SessionOf {
  return (c) => {
    const name = libraryIn(c) ?? [...libraries.keys()][0]!;
    const session = libraryNamed(name, libraries);
    c.set('library', name);
    return session;
  };
}

/** The name of the library that a request was for; undefined where it was for none, or for one that there is not. */
export const libraryOf = (c: Context): string | undefined => (c.var as { library?: string }).library;

/** The library that a request names in its address. */
const libraryIn = (c: Context): string | undefined => placeOf(new URL(c.req.url).pathname).library;

/** An address of the API in the library of a request, as whoever asked calls it. @param path begins with `/v1/`. */
export function besides(c: Context, path: string): string {
  const library = libraryIn(c);
  return library === undefined ? path : `${LIBRARIES}/${library}${path.slice('/v1'.length)}`;
}

/** The page of each library, and which of them a request is for. */
export function pagesOf(c: Context, libraries: Libraries): LibraryPage[] {
  const [first] = libraries.keys();
  const asked = libraryIn(c) ?? first;
  return [...libraries.keys()].map((name) => {
    const home = name === first ? '/' : `/libraries/${name}/`;
    return { name, home, isThis: name === asked };
  });
}

/** @throws AkinError `not-found`. */
export function libraryNamed(name: string, libraries: Libraries): Session {
  const session = libraries.get(name);
  if (session) return session;
  const meant = nearest(name, [...libraries.keys()]);
  throw new AkinError('not-found', `there is no library called "${name}"`, {
    hint: `${meant === undefined ? '' : `did you mean ${meant}? `}${LIBRARIES} says which there are`,
    field: 'name',
  });
}
