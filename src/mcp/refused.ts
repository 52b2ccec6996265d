/** What an agent is told when a call is refused: what was wrong, and what to do, by itself or by the person it works for. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { AkinError, ErrorCode } from '../errors.ts';
import { excerpt } from '../text.ts';
import type { Tool } from './tool.ts';

/** What may be told of an error at a door. */
export type Told = (error: AkinError) => { message: string; hint: string | undefined };

/** As it stands, at a door where whoever asks is at this machine. */
export const asItIs: Told = ({ message, hint }) => ({ message, hint });

/** Characters; what was sent may be quoted in it. */
const MOST = 600;

/** What only a person can mend; whoever asks again before is told the same. */
export const isForPerson = ({ code, status }: AkinError): boolean =>
  code !== 'overloaded' && (status === 409 || status >= 500);

/** Hints that are of a tool and not of the command or the API. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  'not-found': 'take an id from search_papers, or name the paper as doi:…, arxiv:…, pmid:…, acl:…',
  overloaded: 'call again in a few seconds, fewer at a time',
};

/** @param tool the one that was called, for what it takes. */
export function refused(error: AkinError, tool: Tool, told: Told): CallToolResult {
  const { code, field } = error;
  const { message, hint } = told(error);
  const isOfOtherDoor = hint === undefined || hint.includes('/openapi.json');
  const takes = `${tool.name} takes ${Object.keys(tool.input.shape).join(', ')}`;
  const todo = HINTS[code] ?? (isOfOtherDoor ? (code === 'invalid-argument' ? takes : undefined) : hint);
  const lines = [
    `${code}${field === undefined ? '' : ` (${excerpt(field, 80)})`}: ${excerpt(message, MOST)}`,
    ...(todo === undefined ? [] : [`What to do: ${excerpt(todo, MOST)}`]),
    ...(isForPerson(error) ? ['Tell the person you work for: calling again helps only when this is done.'] : []),
  ];
  return failed(lines.join('\n'));
}

/** A tool error: the model reads it and can do better. */
export const failed = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true });
