/**
 * DOIs (`doi:10.1145/362384.362685`): asked for at Crossref, where those of journals, proceedings and books are registered,
 * and, where Crossref does not know one, at DataCite, where those of preprints, theses, software and data sets are.
 *
 * Their rules: five requests a second at Crossref, five hundred in five minutes at DataCite.
 */
import { normalIdentifier, parseIdentifier } from '../../identifiers.ts';
import { crossref } from '../crossref.ts';
import { cslJson } from '../csl-json.ts';
import { isObject } from '../json-records.ts';
import type { Found } from '../source.ts';
import type { Service } from './polite.ts';
import { answerFile, expectJson, readPages, refusal, rejectOf } from './source.ts';
import type { OnlineOptions, OnlineSource, Page } from './source.ts';

const CROSSREF: Service = { name: 'crossref', title: 'Crossref', address: 'https://api.crossref.org', pause: 0.2 };
const DATACITE: Service = { name: 'datacite', title: 'DataCite', address: 'https://api.datacite.org', pause: 0.6 };

export const doi: OnlineSource = {
  name: 'doi',

  matches: (query) => /^doi:/i.test(query) || parseIdentifier(query)?.kind === 'doi',

  read: (query, options): AsyncGenerator<Found> => readPages(options, () => work(query, options)),
};

async function work(query: string, { client, signal }: OnlineOptions): Promise<Page> {
  const reject = (reason: string): Page => ({ found: [rejectOf(query, reason)], next: null });
  const id = normalIdentifier('doi', query);
  if (id === null) return reject(`${query} is no DOI: expected doi:10.…/…`);

  const path = id.split('/').map(encodeURIComponent).join('/');
  const atCrossref = await client.get(CROSSREF, `/works/${path}`, { fault: expectJson(isCrossrefWork), signal });
  if (atCrossref.status < 400) return { found: crossref.read(answerFile(atCrossref.text)), next: null };
  if (atCrossref.status !== 404) return reject(refusal(CROSSREF, atCrossref));

  const csl = `/dois/application/vnd.citationstyles.csl+json/${path}`;
  const atDatacite = await client.get(DATACITE, csl, { fault: expectJson(isObject), signal });
  if (atDatacite.status < 400) return { found: cslJson.read(answerFile(atDatacite.text)), next: null };
  if (atDatacite.status !== 404) return reject(refusal(DATACITE, atDatacite));
  return reject(`neither Crossref nor DataCite knows ${id}`);
}

const isCrossrefWork = (value: unknown): boolean => isObject(value) && isObject(value.message);
