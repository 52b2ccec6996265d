/**
 * arXiv: a category (`arxiv:cs.CL`) through OAI-PMH, which is meant for many records, and single papers
 * (`arxiv:2209.09004`, several joined by commas) through the API, a hundred at a time.
 *
 * Its rules: one request at a time and one in three seconds, over all its interfaces together. In OAI-PMH, `since` and
 * `until` go by the day on which arXiv last touched a record, so an old paper that was revised since then comes as well.
 */
import { AkinError } from '../../errors.ts';
import { normalIdentifier, parseIdentifier } from '../../identifiers.ts';
import { arxivAtom } from '../arxiv-atom.ts';
import { oaiPmh } from '../oai-pmh.ts';
import type { Found } from '../source.ts';
import { readXml, textOf } from '../xml-records.ts';
import type { Service } from './polite.ts';
import { answerFile, expectXml, readPages, refusal, rejectOf } from './source.ts';
import type { OnlineOptions, OnlineSource } from './source.ts';

const API: Service = { name: 'arxiv-api', title: 'arXiv', address: 'https://export.arxiv.org/api/query', pause: 3 };
const OAI: Service = { name: 'arxiv-oai', title: 'arXiv', address: 'https://oaipmh.arxiv.org/oai', pause: 3 };

export const arxiv: OnlineSource = {
  name: 'arxiv',

  matches: (query) => /^arxiv:/i.test(query) || parseIdentifier(query)?.kind === 'arxiv',

  read(query, options): AsyncGenerator<Found> {
    const category = CATEGORY.exec(query)?.[1];
    return category ? readCategory(category, options) : readPapers(query.split(','), options);
  },
};

/** An archive, or a category in it. */
const CATEGORY = /^arxiv:\s*([a-z]+(?:-[a-z]+)?(?:\.[a-z]+(?:-[a-z]+)?)?)\s*$/i;

/** The groups that arXiv's sets are named by; every other archive is in the group of physics. */
const GROUPS = ['cs', 'econ', 'eess', 'math', 'q-bio', 'q-fin', 'stat'];

async function* readCategory(category: string, options: OnlineOptions): AsyncGenerator<Found> {
  const { client, since, until, signal } = options;
  const selection = { metadataPrefix: 'arXiv', set: setOf(category), from: since, until };
  const ask = async (token?: string): Promise<OaiAnswer> => {
    const parameters = { verb: 'ListRecords', ...(token === undefined ? selection : { resumptionToken: token }) };
    const answer = await client.get(OAI, '', { parameters, fault: expectOai, signal });
    // The protocol's own errors may come with any status.
    if (expectOai(answer.text) !== undefined) return { text: '', token: null, refusal: refusal(OAI, answer) };
    return { text: answer.text, ...(await notesIn(answer.text)) };
  };

  yield* readPages(options, async (token) => {
    let answer = await ask(token);
    if (answer.error === 'badResumptionToken') {
      if (token !== options.cursor) throw new AkinError('file-unreadable', 'arXiv forgot where in its list we were');
      answer = await ask(); // The token of an earlier run has expired: from the beginning, then.
    }
    const { text, token: next, error, refusal } = answer;
    if (refusal !== undefined) return { found: [rejectOf(category, refusal)], next };
    return { found: error === 'noRecordsMatch' ? [] : oaiPmh.read(answerFile(text)), next };
  });
}

/** The set of a category: `cs:cs:CL`, `physics:astro-ph:GA`, or of an archive: `physics:hep-th`. */
function setOf(category: string): string {
  const [archive = '', ...subject] = category.split('.');
  const group = GROUPS.includes(archive) ? archive : 'physics';
  return [group, archive, ...subject].join(':');
}

const expectOai = expectXml('OAI-PMH');

interface OaiAnswer {
  text: string;
  /** What the next page is asked for with; null on the last one. */
  token: string | null;
  /** The code of an error in the protocol's own form. */
  error?: string | undefined;
  /** Why there is no answer in that form. */
  refusal?: string;
}

/** What an answer says besides its records: both come after the last of them. */
async function notesIn(text: string): Promise<Pick<OaiAnswer, 'token' | 'error'>> {
  let token: string | null = null;
  let error: string | undefined;
  const rest = answerFile(text.slice(Math.max(0, text.lastIndexOf('</record>')))).text();
  const shape = { records: ['resumptionToken', 'error'], containers: ['OAI-PMH'] };
  const rejects = readXml(rest, shape, (element) => {
    if (element.name === 'error') error = element.attributes.code;
    else token = textOf(element) || null;
    return null;
  });
  for await (const _ of rejects) continue; // They are reported where the records are read.
  return { token, error };
}

/** Papers asked for at once. */
const BATCH = 100;

/** Single papers. The cursor is the number of those that are done. */
async function* readPapers(items: string[], options: OnlineOptions): AsyncGenerator<Found> {
  yield* readPages(options, async (cursor) => {
    const start = Number(cursor ?? 0) || 0;
    const end = start + BATCH;
    return { found: papers(items.slice(start, end), options), next: end < items.length ? String(end) : null };
  });
}

async function* papers(items: string[], options: OnlineOptions): AsyncGenerator<Found> {
  const ids: string[] = [];
  for (const item of items) {
    const id = idIn(item);
    if (id === undefined) yield rejectOf(item, `${item.trim()} is neither an arXiv id nor a category`);
    else ids.push(id);
  }
  if (ids.length > 0) yield* papersOf(ids, options);
}

/** An id as arXiv takes it, with the version if one is asked for. */
function idIn(item: string): string | undefined {
  const id = normalIdentifier('arxiv', item);
  if (id === null) return undefined;
  return id + (/v\d+(?=(?:\.pdf)?\s*$)/i.exec(item)?.[0] ?? '').toLowerCase();
}

async function* papersOf(ids: string[], { client, signal }: OnlineOptions): AsyncGenerator<Found> {
  const parameters = { id_list: ids.join(','), max_results: String(ids.length) };
  const answer = await client.get(API, '', { parameters, fault: expectXml('feed'), signal });
  if (answer.status >= 400) {
    if (ids.length === 1) return void (yield rejectOf(ids[0]!, refusal(API, answer)));
    // One of them spoils it for the others.
    const half = Math.ceil(ids.length / 2);
    yield* papersOf(ids.slice(0, half), { client, signal });
    yield* papersOf(ids.slice(half), { client, signal });
    return;
  }
  const missing = new Map(ids.map((id) => [normalIdentifier('arxiv', id), id]));
  for await (const found of arxivAtom.read(answerFile(answer.text))) {
    if ('input' in found) missing.delete(normalIdentifier('arxiv', String(found.input.arxiv)));
    yield found;
  }
  for (const id of missing.values()) yield rejectOf(id, `arXiv knows no ${id}`);
}

/** Queries for single papers of arXiv made one query, at the place of the first, so that they are asked for together. */
export function joinPapers(queries: string[]): string[] {
  const ids = queries.map((query) => (arxiv.matches(query) ? idIn(query) : undefined));
  const first = ids.findIndex((id) => id !== undefined);
  const joined = `arxiv:${ids.filter((id) => id !== undefined).join(',')}`;
  return queries.flatMap((query, i) => (ids[i] === undefined ? [query] : i === first ? [joined] : []));
}
