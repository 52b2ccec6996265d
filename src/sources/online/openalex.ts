/**
 * OpenAlex: one work (`openalex:W2741809807`), or all that a filter selects
 * (`openalex:author.id:A5023888391,from_publication_date:2026-01-01`), a hundred to a page. `since` and `until` go by
 * the day of publication.
 *
 * Its rules: ten requests a second at most, and since February 2026 a (free) key for more than a handful of lists a day.
 */
import { normalIdentifier, parseIdentifier } from '../../identifiers.ts';
import { isObject, text as textIn } from '../json-records.ts';
import type { JsonObject } from '../json-records.ts';
import { openalex as openalexAnswers } from '../openalex.ts';
import type { Found } from '../source.ts';
import type { Service } from './polite.ts';
import { answerFile, expectJson, readPages, refusal, rejectOf } from './source.ts';
import type { OnlineOptions, OnlineSource } from './source.ts';

const OPENALEX: Service = {
  name: 'openalex',
  title: 'OpenAlex',
  address: 'https://api.openalex.org',
  pause: 0.1,
  advice: "it wants to know who asks: put a key of OpenAlex's, which is free, into AKIN_OPENALEX_KEY",
};

export const openalex: OnlineSource = {
  name: 'openalex',

  matches: (query) => /^openalex:/i.test(query) || parseIdentifier(query)?.kind === 'openalex',

  read(query, options): AsyncGenerator<Found> {
    const work = normalIdentifier('openalex', query);
    return work === null ? readFilter(query.replace(/^openalex:\s*/i, ''), options) : readWork(work, options);
  },
};

const PER_PAGE = '100';

async function* readFilter(filter: string, options: OnlineOptions): AsyncGenerator<Found> {
  const { client, since, until, signal } = options;
  const dates = [since && `from_publication_date:${since}`, until && `to_publication_date:${until}`];
  const parameters = {
    filter: [filter, ...dates].filter(Boolean).join(','),
    per_page: PER_PAGE,
    api_key: client.keyOf(OPENALEX),
  };
  yield* readPages(options, async (cursor = '*') => {
    const question = { parameters: { ...parameters, cursor }, fault: expectJson(isList), signal };
    const answer = await client.get(OPENALEX, '/works', question);
    if (answer.status >= 400) return { found: [rejectOf(filter, refusal(OPENALEX, answer))], next: null };
    const { meta, results } = JSON.parse(answer.text) as List;
    return {
      found: openalexAnswers.read(answerFile(answer.text)),
      next: results.length === 0 ? null : (textIn(meta.next_cursor) ?? null),
    };
  });
}

interface List {
  meta: JsonObject;
  results: unknown[];
}

const isList = (value: unknown): boolean => isObject(value) && isObject(value.meta) && Array.isArray(value.results);

async function* readWork(id: string, options: OnlineOptions): AsyncGenerator<Found> {
  const { client, signal } = options;
  yield* readPages(options, async () => {
    const question = { parameters: { api_key: client.keyOf(OPENALEX) }, fault: expectJson(isObject), signal };
    const answer = await client.get(OPENALEX, `/works/${id}`, question);
    if (answer.status === 404) return { found: [rejectOf(id, `OpenAlex knows no ${id}`)], next: null };
    if (answer.status >= 400) return { found: [rejectOf(id, refusal(OPENALEX, answer))], next: null };
    return { found: openalexAnswers.read(answerFile(answer.text)), next: null };
  });
}
