/** Every online source, and which of them a query is for. Their addresses, pauses and limits stand in their own files. */
import { AkinError } from '../../errors.ts';
import type { Found } from '../source.ts';
import { arxiv } from './arxiv.ts';
import { doi } from './doi.ts';
import { hfPapers } from './hf-papers.ts';
import { openalex } from './openalex.ts';
import type { OnlineOptions, OnlineSource } from './source.ts';

export { joinPapers } from './arxiv.ts';

export const ONLINE_SOURCES: OnlineSource[] = [arxiv, openalex, doi, hfPapers];

/** The source that a query is for, or undefined. */
export function onlineSourceFor(query: string): OnlineSource | undefined {
  return ONLINE_SOURCES.find((source) => source.matches(query));
}

/** Whether what a person gave asks a service. A file of that name, if there is one, is what they mean. */
export function isOnlineQuery(given: string): boolean {
  return onlineSourceFor(given) !== undefined;
}

/** What a cursor is kept under: it is of use for the same query with the same dates only. */
export function cursorKey(query: string, { since, until, date }: Omit<OnlineOptions, 'client'>): string {
  return JSON.stringify([query, since, until, date]);
}

/**
 * Reads what a query asks for. Ends quietly, without a last cursor, when the signal is given.
 * @throws AkinError `invalid-argument` for a query that is for no source or a date that is none; `offline`;
 *   `file-unreadable` where a service could not be asked: what was read until then is good, and the last cursor goes on.
 */
export async function* readOnline(query: string, options: OnlineOptions): AsyncGenerator<Found> {
  const source = onlineSourceFor(query);
  if (!source) {
    const names = ONLINE_SOURCES.map(({ name }) => name).join(', ');
    throw new AkinError('invalid-argument', `${query} is for none of the online sources`, {
      hint: `there are ${names}`,
    });
  }
  checkDays(options);
  const { signal } = options;
  try {
    for await (const found of source.read(query, options)) {
      yield found;
      if (signal?.aborted) return;
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/** @throws AkinError `invalid-argument` for a date that is none, and for a last day before the first. */
export function checkDays({ since, until, date }: Omit<OnlineOptions, 'client'>): void {
  for (const [field, day] of Object.entries({ since, until, date })) checkDay(field, day);
  if (since !== undefined && until !== undefined && since > until) {
    throw new AkinError('invalid-argument', `--until: expected a day from ${since} on, found ${until}`, {
      hint: 'give the first day with --since and the last one with --until',
      field: 'until',
    });
  }
}

function checkDay(field: string, day: string | undefined): void {
  if (day === undefined) return;
  const time = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(day) : NaN;
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(day)) {
    const message = `--${field}: expected a day such as 2026-01-31, found ${JSON.stringify(day)}`;
    throw new AkinError('invalid-argument', message, { hint: 'write year, month and day: YYYY-MM-DD', field });
  }
}
