/**
 * The papers that Hugging Face lists for a day (`hf-papers` with a date), which are arXiv papers that somebody there
 * recommends.
 *
 * Its rules: five hundred requests in five minutes.
 */
import { AkinError } from '../../errors.ts';
import type { PaperInput } from '../../paper.ts';
import { onOneLine } from '../../text.ts';
import { arxivText } from '../arxiv-atom.ts';
import { fieldsWithValue } from '../fields.ts';
import { isObject, objects, readJson, text, texts } from '../json-records.ts';
import type { JsonDialect, JsonObject } from '../json-records.ts';
import type { Found } from '../source.ts';
import type { Service } from './polite.ts';
import { answerFile, expectJson, readPages, refusal, rejectOf } from './source.ts';
import type { OnlineOptions, OnlineSource } from './source.ts';
import { yearIn } from '../year.ts';

const HUGGING_FACE: Service = {
  name: 'hugging-face',
  title: 'Hugging Face',
  address: 'https://huggingface.co',
  pause: 0.6,
};

export const hfPapers: OnlineSource = {
  name: 'hf-papers',

  matches: (query) => query === 'hf-papers',

  read: (_, options): AsyncGenerator<Found> => readDay(options),
};

const PER_PAGE = 100;

/** The cursor is the number of the page, from 0 on. */
async function* readDay(options: OnlineOptions): AsyncGenerator<Found> {
  const { client, date, signal } = options;
  if (date === undefined) {
    throw new AkinError('invalid-argument', 'hf-papers needs a day', { field: 'date', hint: '--date 2026-03-11' });
  }
  yield* readPages(options, async (cursor = '0') => {
    const parameters = { date, limit: String(PER_PAGE), p: cursor };
    const question = { parameters, fault: expectJson(Array.isArray), signal };
    const answer = await client.get(HUGGING_FACE, '/api/daily_papers', question);
    if (answer.status >= 400) return { found: [rejectOf(date, refusal(HUGGING_FACE, answer))], next: null };
    const { length } = JSON.parse(answer.text) as unknown[];
    return {
      found: readJson(answerFile(answer.text), dialect),
      next: length < PER_PAGE ? null : String(Number(cursor) + 1),
    };
  });
}

const dialect: JsonDialect = { wrappers: [], read };

const MAPPED = ['id', 'title', 'summary', 'authors'];
/** What is of the day it was fetched, and who on Hugging Face did what. */
const BOOKKEEPING = [
  ...['upvotes', 'upvoters', 'githubStars', 'discussionId', 'mediaUrls', 'thumbnail'],
  ...['submittedOnDailyBy', 'submittedBy', 'numComments', 'isUserFollowing', '_id'],
];

function read(entry: JsonObject): PaperInput {
  const paper = isObject(entry.paper) ? entry.paper : entry;
  const id = text(paper.id);
  return {
    title: arxivText(text(paper.title) ?? text(entry.title) ?? ''),
    abstract: arxivText(onOneLine(text(paper.summary) ?? text(entry.summary) ?? '')),
    authors: texts(objects(paper.authors).map((author) => author.name)),
    year: yearIn(text(paper.publishedAt) ?? text(entry.publishedAt)),
    url: id && `https://huggingface.co/papers/${id}`,
    arxiv: id,
    extra: fieldsWithValue(paper, [...MAPPED, ...BOOKKEEPING]),
  };
}
