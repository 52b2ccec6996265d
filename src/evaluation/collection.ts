/**
 * The questions and judgements of a judged collection, as BEIR and TREC lay them out, gzipped or not. (The documents are
 * papers like any others: `akin add` reads them, BEIR's and TREC's with sources of their own.)
 *
 * queries   JSON Lines `{"_id", "text"}` (BEIR), also `{"id", "text"}`, or `{"id", "paper_id"}`: a paper of the collection is
 *           the query; TREC topics, `<top>…</top>` or `<topic number="1">…</topic>`, of which the title is asked, or the
 *           description where there is no title; or lines of id, tab, text
 * qrels     lines of query, document, grade (BEIR, with a header; or without), or query, iteration, document, grade (TREC)
 *
 * Whatever is malformed is refused with its file and line: a measure over half of the judgements would be wrong in silence.
 */
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import { MAX_QUERY } from '../search/question.ts';
import { openFile } from '../sources/input.ts';
import { plainText } from '../sources/markup.ts';
import { linesOf } from '../sources/source.ts';

export type Query =
  | { id: string; text: string }
  /** A paper of the collection; itself it is no answer. */
  | { id: string; paper: string };

/** For each query the grades of its documents. */
export type Qrels = Map<string, Map<string, number>>;

const id = z.union([z.string().trim().min(1, 'expected an id, found none'), z.number().transform(String)], {
  error: 'expected an id',
});
const text = z
  .string('expected the text of the query')
  .trim()
  .min(1, 'expected the text of the query, found none')
  .max(MAX_QUERY, `expected at most ${MAX_QUERY} characters`);
const jsonQuery = z.union(
  [
    z.object({ _id: id, text }).transform(({ _id, text }) => ({ id: _id, text })),
    z.object({ id, text }).transform(({ id, text }) => ({ id, text })),
    z.object({ id, paper_id: id }).transform(({ id, paper_id: paper }) => ({ id, paper })),
  ],
  { error: `expected {"_id", "text"} with a text of 1 to ${MAX_QUERY} characters, or {"id", "paper_id"}` },
);
const plainQuery = z.object({ id, text });
const judgement = z.object({
  query: id,
  document: id,
  grade: z
    .string()
    .regex(/^[+-]?\d{1,9}$/, 'expected a whole number')
    .transform(Number),
});

/** @throws AkinError `file-unreadable`; `invalid-argument` with file and line for what is no query, or an id given twice. */
export async function readQueries(file: string): Promise<Query[]> {
  const lines = await readLines(file);
  const begin = lines.find(({ text }) => text.trim() !== '')?.text.trimStart() ?? '';
  const queries = begin.startsWith('{')
    ? jsonQueries(file, lines)
    : begin.startsWith('<')
      ? topics(file, lines)
      : tabbedQueries(file, lines);
  if (queries.length === 0) throw new AkinError('invalid-argument', `${file} holds no query`, { field: 'queries' });
  const seen = new Set<string>();
  for (const { id, line } of queries) {
    if (seen.has(id)) throw wrong('queries', file, line, `the query id "${id}" comes a second time`);
    seen.add(id);
  }
  return queries.map(({ line: _, ...query }) => query);
}

/** @throws AkinError as `readQueries`; also for two different grades of one document. */
export async function readQrels(file: string): Promise<Qrels> {
  const qrels: Qrels = new Map();
  for (const { text, number } of await readLines(file)) {
    if (text.trim() === '') continue;
    const [query, ...rest] = fields(text);
    if (number === 1 && /^query[-_]?id$/i.test(query ?? '')) continue; // BEIR's header.
    if (rest.length !== 2 && rest.length !== 3) {
      const expected = 'query, document, grade (BEIR) or query, iteration, document, grade (TREC)';
      throw wrong('qrels', file, number, `expected ${expected}, found ${JSON.stringify(text.slice(0, 80))}`);
    }
    const [document, grade] = rest.slice(-2);
    const parsed = checked('qrels', file, number, judgement, { query, document, grade });
    const judged = qrels.get(parsed.query) ?? new Map<string, number>();
    const before = judged.get(parsed.document);
    if (before !== undefined && before !== parsed.grade) {
      const seen = `document "${parsed.document}" has the grade ${before} for query "${parsed.query}" already`;
      throw wrong('qrels', file, number, `${seen}, here ${parsed.grade}`);
    }
    qrels.set(parsed.query, judged.set(parsed.document, parsed.grade));
  }
  if (qrels.size === 0) throw new AkinError('invalid-argument', `${file} holds no judgement`, { field: 'qrels' });
  return qrels;
}

interface FileLine {
  text: string;
  /** 1 for the first. */
  number: number;
}

async function readLines(file: string): Promise<FileLine[]> {
  const opened = await openFile(file);
  const lines: FileLine[] = [];
  for await (const { text } of linesOf(opened.text())) lines.push({ text, number: lines.length + 1 });
  return lines;
}

type Numbered = Query & { line: number };

function jsonQueries(file: string, lines: FileLine[]): Numbered[] {
  return lines
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, number }) => {
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (error) {
        throw wrong('queries', file, number, `not JSON: ${(error as Error).message}`);
      }
      return { ...checked('queries', file, number, jsonQuery, value), line: number };
    });
}

function tabbedQueries(file: string, lines: FileLine[]): Numbered[] {
  return lines
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, number }) => {
      const [id, ...rest] = text.split('\t');
      if (rest.length === 0) {
        const known = 'JSON Lines, TREC topics, or lines of id, tab, text';
        throw wrong('queries', file, number, `expected ${known}; found ${JSON.stringify(text.slice(0, 80))}`);
      }
      return { ...checked('queries', file, number, plainQuery, { id, text: rest.join(' ') }), line: number };
    });
}

/** TREC's topics are SGML whose elements are not closed: what follows a tag up to the next one is its text. */
function topics(file: string, lines: FileLine[]): Numbered[] {
  const whole = lines.map(({ text }) => text).join('\n');
  const closed = whole.split(/<\/top(?:ic)?\s*>/i).slice(0, -1);
  let next = 1; // The line of what comes next.
  const linesIn = (text: string): number => text.split('\n').length - 1;
  return closed.flatMap((part) => {
    const tag = /<top(?:ic)?\b([^<>]*)>/i.exec(part);
    const line = next + linesIn(part.slice(0, tag?.index));
    next += linesIn(part);
    if (!tag) return [];
    const [, attributes = ''] = tag;
    const content = part.slice(tag.index + tag[0].length);
    const element = (names: string, label: string) => {
      // Linear: names and label are some words of ours.
      const [, said = ''] = new RegExp(`<(?:${names})>\\s*(?:${label}:)?([^<]*)`, 'i').exec(content) ?? [];
      return plainText(said).replace(/\s+/g, ' ');
    };
    const id = /\b(?:number|id)\s*=\s*["']([^"']+)["']/i.exec(attributes)?.[1] ?? element('num', 'number');
    const text = element('title|query', 'topic') || element('desc|description', 'description');
    return { ...checked('queries', file, line, plainQuery, { id, text }), line };
  });
}

/** Tabs separate where there are any, so that ids may hold spaces; TREC's files mix both. */
function fields(line: string): string[] {
  const tabbed = line.split('\t').map((field) => field.trim());
  return tabbed.length === 3 || tabbed.length === 4 ? tabbed : line.trim().split(/\s+/);
}

function checked<T>(field: 'queries' | 'qrels', file: string, line: number, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const seen = JSON.stringify(path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], value));
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  throw wrong(field, file, line, `${where}${message}; found ${(seen ?? 'nothing').slice(0, 80)}`);
}

function wrong(field: 'queries' | 'qrels', file: string, line: number, reason: string): AkinError {
  return new AkinError('invalid-argument', `${file}, line ${line}: ${reason}`, { field });
}
