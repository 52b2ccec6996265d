/**
 * Pandoc's citations in the text of a draft: `[see @key, p. 3; -@other]`, `@key`, `@{key}`. One look at each bracket and each
 * at sign; whatever else the text holds is passed over.
 */
import type { CitationMarks } from './draft.ts';

/** A key behind its at sign, in braces or bare; none is as long as what it may have. */
const KEY = /\{([^{}\s]{1,1000})\}|[\p{L}\p{N}_]{1,200}(?:[:.#$%&\-+?<>~/][\p{L}\p{N}_]{1,200}){0,20}/uy;
/** No citation begins behind one of these. */
const NOT_BEFORE = /[\p{L}\p{N}\\/.]/u;
/** The longest there are, by RFC 5321. */
const [MAX_LOCAL, MAX_DOMAIN] = [64, 255];
const DOMAIN = /[\w-]+\.[\w.-]+/y;

/** The text with its citations marked; addresses of e-mail and signs of notes (`[^1]`) are left out. */
export function withCitationsMarked(text: string, marks: CitationMarks): string {
  let marked = '';
  let end = 0;
  let open = -1; // The innermost bracket.
  for (const { 0: bracket, index } of text.matchAll(/[[\]]/g)) {
    if (bracket === '[') open = index;
    else if (open !== -1) {
      const inside = text.slice(open + 1, index);
      const keys = keysIn(inside);
      if (keys.length > 0 || /^\^\S+$/.test(inside)) {
        marked += withKeysMarked(text.slice(end, open), marks) + (keys.length > 0 ? marks.mark(keys) : ' ');
        end = index + 1;
      }
      open = -1;
    }
  }
  return marked + withKeysMarked(text.slice(end), marks);
}

/** The keys cited in a text, in their order. */
export function keysIn(text: string): string[] {
  return Array.from(citationsIn(text), ({ key }) => key).filter((key) => key !== null);
}

function withKeysMarked(text: string, marks: CitationMarks): string {
  let marked = '';
  let end = 0;
  for (const { key, begin, end: after } of citationsIn(text)) {
    marked += text.slice(end, begin) + (key === null ? ' ' : marks.mark([key]));
    end = after;
  }
  return marked + text.slice(end);
}

interface Found {
  /** Null for an address of e-mail. */
  key: string | null;
  begin: number;
  end: number;
}

function* citationsIn(text: string): Generator<Found> {
  let end = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', Math.max(at + 1, end))) {
    const address = addressAt(text, at, end);
    if (address) {
      end = address.end;
      yield address;
      continue;
    }
    const begin = text[at - 1] === '-' ? at - 1 : at;
    KEY.lastIndex = at + 1;
    const [key, braced] = (begin > 0 && NOT_BEFORE.test(text[begin - 1]!) ? null : KEY.exec(text)) ?? [];
    if (key === undefined) continue;
    end = at + 1 + key.length;
    yield { key: braced ?? key, begin, end };
  }
}

/** The address of e-mail around an at sign. @param from where the text begins that is not read yet. */
function addressAt(text: string, at: number, from: number): Found | undefined {
  let begin = at;
  while (begin > from && at - begin < MAX_LOCAL && /[\w.+-]/.test(text[begin - 1]!)) begin--;
  if (!/\w/.test(text.slice(begin, at))) return undefined;
  DOMAIN.lastIndex = 0;
  const domain = DOMAIN.exec(text.slice(at + 1, at + 1 + MAX_DOMAIN))?.[0];
  return domain === undefined ? undefined : { key: null, begin, end: at + 1 + domain.length };
}
