/** Asking the questions of a collection, through the same search that people use, and keeping what it finds. */
import { AkinError } from '../errors.ts';
import type { Library } from '../library/library.ts';
import { embeddedText } from '../paper.ts';
import type { SearchAnswer, WholePaper } from '../search/answer.ts';
import {
  MAX_LIMIT,
  MAX_QUERY,
  MAX_RERANK,
  MODES,
  type Mode,
  type Question,
  type SearchOptions,
} from '../search/question.ts';
import type { Qrels, Query } from './collection.ts';
import type { Scored } from './metrics.ts';

/** A way to search. */
export interface Setting {
  /** What was asked for: `hybrid`, `dense`, `lexical`, `hybrid:0.3`, or any of these with `+rerank:500`. */
  name: string;
  mode: Mode;
  /** Undefined: whatever the library searches with. */
  lexicalWeight?: number;
  /** Milliseconds for re-ranking; undefined for none. */
  rerank?: number;
}

/** What queries are asked. */
export interface Asks {
  ask(question: Question, options: SearchOptions): Promise<SearchAnswer>;
  paper(name: string): Promise<WholePaper>;
}

/** What a setting found for each query. */
export type Run = Map<string, Scored[]>;

/** Papers asked for: as many as a search gives. */
export const RUN_DEPTH = MAX_LIMIT;

/**
 * The settings of a list such as `hybrid,lexical`, `hybrid:0.3,hybrid:0.5` (the share of the words in a hybrid search) or
 * `hybrid+rerank:500` (milliseconds for re-ranking).
 * @throws AkinError `invalid-argument`.
 */
export function settingsNamed(list: string, field: string): Setting[] {
  const settings = list.split(',').map((text): Setting => {
    const name = text.trim();
    const [ranking, reranking, ...further] = name.split('+');
    const [mode, weight, ...more] = ranking!.split(':');
    const lexicalWeight = weight === undefined ? undefined : weight.trim() === '' ? NaN : Number(weight);
    const rerank = reranking === undefined ? undefined : Number(/^rerank:(\d+)$/.exec(reranking)?.[1] ?? NaN);
    const isKnown = (MODES as readonly string[]).includes(mode!) && more.length === 0 && further.length === 0;
    const isWeight = lexicalWeight === undefined || (mode === 'hybrid' && lexicalWeight >= 0 && lexicalWeight <= 1);
    const isTime = rerank === undefined || rerank <= MAX_RERANK;
    if (!isKnown || !isWeight || !isTime) {
      throw new AkinError('invalid-argument', `unknown setting "${name}"`, {
        hint:
          `settings: ${MODES.join(', ')}, or hybrid:W with a weight of the words from 0 to 1; and with +rerank:MS, ` +
          'what a cross-encoder makes of it in so many milliseconds',
        field,
      });
    }
    return {
      name,
      mode: mode as Mode,
      ...(lexicalWeight === undefined ? {} : { lexicalWeight }),
      ...(rerank === undefined ? {} : { rerank }),
    };
  });
  return [...new Map(settings.map((setting) => [setting.name, setting])).values()];
}

/**
 * Asks every query, one after the other.
 * @param signal stops between two queries; what was found by then is returned.
 * @param onProgress told how many were asked.
 */
export async function runQueries(
  search: Asks,
  queries: readonly Query[],
  { mode, lexicalWeight, rerank }: Omit<Setting, 'name'>,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (asked: number) => void } = {},
): Promise<Run> {
  const run: Run = new Map();
  for (const query of queries) {
    if (signal?.aborted) break;
    const paper = 'paper' in query ? await search.paper(query.paper) : undefined;
    // A whole paper as the query: its text.
    const text = 'paper' in query ? embeddedText(paper!).slice(0, MAX_QUERY) : query.text;
    const { hits } = await search.ask(
      { query: text },
      {
        mode,
        limit: RUN_DEPTH,
        lexicalWeight,
        rerank,
      },
    );
    run.set(
      query.id,
      // By place, not by score: a paper whose title was asked for comes first, whatever its score.
      hits.filter(({ id }) => id !== paper?.id).map(({ id }, i) => ({ id, score: RUN_DEPTH - i })),
    );
    onProgress?.(run.size);
  }
  return run;
}

/**
 * Judgements under the ids the library gives its papers: a judged document may be named by any identifier of it, or by the
 * id of a record that was merged into another. One that the library does not have stays as it is, and is never found.
 * @returns also how many of the judged documents were not there.
 */
export async function judgementsIn(library: Library, qrels: Qrels): Promise<{ qrels: Qrels; missing: number }> {
  const documents = [...new Set([...qrels.values()].flatMap((judged) => [...judged.keys()]))];
  const keys = await library.find(documents);
  const described = await library.describe(keys.filter((key) => key !== undefined));
  const idOf = new Map(described.flatMap((each) => (each ? [[each.key, each.paper.id]] : [])));
  const ids = new Map(documents.map((document, i) => [document, (keys[i] && idOf.get(keys[i])) ?? document]));
  const missing = documents.filter((_, i) => keys[i] === undefined || !idOf.has(keys[i])).length;
  const known: Qrels = new Map();
  for (const [query, judged] of qrels) {
    const grades = new Map<string, number>();
    for (const [document, grade] of judged) {
      const id = ids.get(document)!;
      grades.set(id, Math.max(grade, grades.get(id) ?? grade));
    }
    known.set(query, grades);
  }
  return { qrels: known, missing };
}

/**
 * A run as trec_eval reads it, a line a document: query, Q0, document, rank, score, tag.
 * @throws AkinError `invalid-argument` for an id with white space, which the format has no way to say.
 */
export function* trecRun(run: Run, tag: string): Generator<string> {
  for (const [query, found] of run) {
    for (const [i, { id, score }] of found.entries()) {
      for (const each of [query, id]) {
        if (!/\s/.test(each)) continue;
        throw new AkinError('invalid-argument', `the id "${each}" has white space in it, which a TREC run can't hold`, {
          field: 'run',
        });
      }
      yield `${query} Q0 ${id} ${i + 1} ${score} ${tag}\n`;
    }
  }
}
