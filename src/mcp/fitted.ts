/**
 * How much of what was found fits into the tokens that an answer may take? As many papers as were asked for, with less of each
 * where that is too much, and fewer of them where titles alone are; or, where what is said of each is what matters, fewer of
 * them with all of it. What was cut is said, and which call brings the rest.
 */
import type { CallToolResult, ResourceLink } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { excerpt } from '../text.ts';
import {
  calledShortly,
  DETAILS,
  resourceOf,
  shownAt,
  shownText,
  type Detail,
  type Entry,
  type ShownKey,
} from './shown.ts';
import { tokensIn } from './tokens.ts';

/** Fewer would not hold one paper's title and what is to be said of the cut. */
const MIN_TOKENS = 200;
const MAX_TOKENS = 20_000;
const DEFAULT_TOKENS = 2000;

/** What tools can be asked besides; the names say it, and every word is read with every conversation. */
export const detailShape = { detail: z.enum(DETAILS).default('brief') };
/** Tokens of an answer, about. */
export const tokensShape = { max_tokens: z.int().min(MIN_TOKENS).max(MAX_TOKENS).default(DEFAULT_TOKENS) };

/** What every answer says of itself. */
export const cutShape = {
  notes: z.string().optional(),
  truncated: z.boolean(),
  truncation_reason: z.string().optional(),
  next_call: z.string().optional(),
};

/** What of the papers is shown. */
export interface Cut {
  count: number;
  detail: Detail;
  /** What all that was asked for takes. */
  tokens: number;
}

/** What is to be fitted. */
export interface Found {
  entries: Entry[];
  /** What the tool says of each. */
  keys: readonly ShownKey[];
  detail: Detail;
  maxTokens: number;
  /** Which gives way first: how many papers are shown, or how much of each. */
  keeps: 'number' | 'detail';
  /** The line above the papers. */
  head: (count: number) => string;
  /** What is said beside the papers, in both forms. */
  facts?: Record<string, unknown>;
  notes?: string[];
  /** The cursor behind all of the papers, null where there is nothing; undefined for what has no pages. */
  next?: string | null;
  /** The call that brings what was cut. */
  rest: (cut: Cut) => string;
}

/** As many tokens as a cursor takes, where a cut makes one necessary. */
const CURSOR_ROOM = 'aB3'.repeat(35);

/** What is shown of what was found, so that it fits. */
export function cutOf(found: Found): Cut {
  const { entries, detail, keeps, maxTokens } = found;
  const size = (cut: Cut): number => {
    const next = found.next === null && cut.count < entries.length ? CURSOR_ROOM : found.next;
    return sizeOf(rendered({ ...found, next }, cut));
  };
  const tokens = size({ count: entries.length, detail, tokens: 0 });
  for (const level of DETAILS.slice(0, DETAILS.indexOf(detail) + 1).reverse()) {
    const first = (count: number): Cut => ({ count, detail: level, tokens });
    const fits = (count: number): boolean => size(first(count)) <= maxTokens;
    if (fits(entries.length)) return first(entries.length);
    if (keeps === 'number' && level !== 'titles') continue;
    let [most, tooMany] = [0, entries.length];
    while (tooMany - most > 1) {
      const middle = Math.floor((most + tooMany) / 2);
      if (fits(middle)) most = middle;
      else tooMany = middle;
    }
    if (most > 0) return first(most);
  }
  return { count: Math.min(1, entries.length), detail: 'titles', tokens }; // One in any case.
}

/** The answer of a tool: text, links and the same as JSON. */
export function rendered(found: Found, cut: Cut): CallToolResult {
  const { entries, keys, head, facts = {}, next } = found;
  const notes = within(found.notes ?? [], found.maxTokens / NOTES);
  const papers = entries.slice(0, cut.count).map((entry) => shownAt(entry, cut.detail, keys));
  const said = saidOfCut(found, cut);
  const structuredContent = {
    papers,
    ...facts,
    ...(notes.length > 0 && { notes: notes.join('\n') }),
    ...(typeof next === 'string' && { next }),
    truncated: said !== undefined,
    ...said,
  };
  const text = [
    ...[head(papers.length), ...papers.map((each, i) => shownText(each, i + 1)), ...notes],
    ...(said ? [`Truncated: ${said.truncation_reason}. Next: ${said.next_call}.`] : []),
    ...(typeof next === 'string' ? [`More: the same call with cursor ${next}`] : []),
  ].join('\n');
  return { content: [{ type: 'text', text }, ...linksTo(entries.slice(0, cut.count), cut.detail)], structuredContent };
}

/** Of an answer's tokens, what notes may take at most: one in so many. */
const NOTES = 4;
/** Characters of a token, about, in what people are told. */
const CHARACTERS = 3;

/** The first of some texts, each cut, that take no more than so many tokens. */
export function within(texts: string[], tokens: number): string[] {
  const shown: string[] = [];
  let left = tokens;
  for (const text of texts) {
    const cut = excerpt(text, Math.floor(tokens * CHARACTERS));
    left -= tokensIn(cut);
    if (left < 0 && shown.length > 0) return shown;
    shown.push(cut);
  }
  return shown;
}

/** A host shows them to people; who reads titles to choose by needs none. */
function linksTo(entries: Entry[], detail: Detail): ResourceLink[] {
  if (detail === 'titles') return [];
  return entries.map((entry) => ({ type: 'resource_link', uri: resourceOf(entry.id), name: calledShortly(entry) }));
}

function saidOfCut(
  { entries, detail, maxTokens, rest }: Found,
  cut: Cut,
): { truncation_reason: string; next_call: string } | undefined {
  if (cut.count === entries.length && cut.detail === detail) return undefined;
  const all = `all of it (detail ${detail}) takes about ${cut.tokens} tokens and max_tokens is ${maxTokens}`;
  const papers = cut.count < entries.length ? `the first ${cut.count} of ${entries.length} papers` : 'all papers';
  return {
    truncation_reason: `${all}; these are ${papers}${cut.detail === detail ? '' : ` with detail ${cut.detail}`}`,
    next_call: rest(cut),
  };
}

/** Tokens of an answer: a model is shown its content or its JSON, whichever is longer. */
export function sizeOf({ content, structuredContent }: CallToolResult): number {
  const shown = content.map((block) => tokensIn(block.type === 'text' ? block.text : JSON.stringify(block)));
  return Math.max(
    shown.reduce((sum, each) => sum + each, 0),
    tokensIn(JSON.stringify(structuredContent ?? {})),
  );
}
