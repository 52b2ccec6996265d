/**
 * A judged collection out of a library itself, where nobody has judged anything: known-item search (Azzopardi, de Rijke and
 * Balog 2007). Somebody remembers a paper and asks for it: the title is the query, the paper is what should come first.
 *
 * To be honest, the documents are the abstracts alone: in a library the title stands in the text, and any search would find
 * it. A title asks nothing where the abstract repeats it, where several papers share it, or where it is too short to name
 * one. Papers without an abstract are left out, and so is every second paper with the same abstract.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, notWritten } from '../places.ts';
import type { Paper } from '../paper.ts';

export interface KnownItemOptions {
  /** At most so many documents and so many queries; which ones depends on the seed and on their ids alone. */
  documents: number;
  queries: number;
  seed: number;
}

export interface KnownItems {
  documents: number;
  queries: number;
  /** Why papers are no document, and why the titles of documents are no query. */
  left: { noAbstract: number; sameAbstract: number; titleInAbstract: number; titleShared: number; titleShort: number };
  files: { corpus: string; queries: string; qrels: string };
}

/** Fewer words name no paper: "Introduction", "Editorial note". */
const MIN_TITLE_WORDS = 3;

/**
 * Writes a set in BEIR's layout: `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv` in `folder`.
 * @param papers the papers of a library; asked for twice, so that they need not be held.
 * @throws AkinError `invalid-argument` where one of these files is there already.
 */
export async function writeKnownItems(
  papers: () => AsyncIterable<Pick<Paper, 'id' | 'title' | 'abstract'>>,
  folder: string,
  options: KnownItemOptions,
): Promise<KnownItems> {
  const left: KnownItems['left'] = {
    noAbstract: 0,
    sameAbstract: 0,
    titleInAbstract: 0,
    titleShared: 0,
    titleShort: 0,
  };
  const abstracts = new Set<string>();
  const titles = new Map<string, number>();
  const found: { id: string; title: string; draw: string; isRepeated: boolean }[] = [];
  for await (const { id, title: titleText, abstract } of papers()) {
    const text = words(abstract);
    const key = digest(text);
    if (text === '') left.noAbstract++;
    else if (abstracts.has(key)) left.sameAbstract++;
    if (text === '' || abstracts.has(key)) continue;
    abstracts.add(key);
    const title = words(titleText);
    titles.set(title, (titles.get(title) ?? 0) + 1);
    found.push({ id, title, draw: digest(`${options.seed} ${id}`), isRepeated: ` ${text} `.includes(` ${title} `) });
  }
  // The lowest digests are a sample that does not depend on the order, and changes little when the library grows.
  const documents = found.sort((a, b) => (a.draw < b.draw ? -1 : 1)).slice(0, options.documents);
  const askable = documents.filter(({ title, isRepeated }) => {
    const reason = whyNotAsked(title, isRepeated, titles.get(title)! > 1);
    if (reason !== undefined) left[reason]++;
    return reason === undefined;
  });
  const asked = new Set(askable.slice(0, options.queries).map(({ id }) => id));
  const isDocument = new Set(documents.map(({ id }) => id));

  const files = {
    corpus: path.join(folder, 'corpus.jsonl'),
    queries: path.join(folder, 'queries.jsonl'),
    qrels: path.join(folder, 'qrels', 'test.tsv'),
  };
  makeFolder(path.dirname(files.qrels));
  const made: FileHandle[] = [];
  try {
    for (const file of Object.values(files)) made.push(await create(file));
    const [corpus, queries, qrels] = made as [FileHandle, FileHandle, FileHandle];
    await qrels.write('query-id\tcorpus-id\tscore\n');
    for await (const { id, title, abstract } of papers()) {
      if (!isDocument.delete(id)) continue; // Not drawn, or written already.
      await corpus.write(`${JSON.stringify({ _id: id, title: '', text: abstract })}\n`);
      if (!asked.has(id)) continue;
      // BEIR's own evaluation drops a document that has the id of the query.
      await queries.write(`${JSON.stringify({ _id: `title:${id}`, text: title })}\n`);
      await qrels.write(`title:${id}\t${id}\t1\n`);
    }
  } catch (error) {
    // A part of a set is none, and would be in the way of the next try.
    for (const file of Object.values(files).slice(0, made.length)) rmSync(file, { force: true });
    throw error;
  } finally {
    await Promise.all(made.map((file) => file.close()));
  }
  return { documents: documents.length, queries: asked.size, left, files };
}

function whyNotAsked(title: string, isRepeated: boolean, isShared: boolean): keyof KnownItems['left'] | undefined {
  if (title.split(' ').length < MIN_TITLE_WORDS) return 'titleShort';
  if (isRepeated) return 'titleInAbstract';
  return isShared ? 'titleShared' : undefined;
}

/** Opens a new file for writing; what somebody else put there is not written over. */
async function create(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx');
  } catch (error) {
    throw notWritten(file, error, { hint: 'name a new folder with --out DIR', field: 'out' });
  }
}

/** A text as its words: what differs in case, punctuation or spacing only is the same. */
function words(text: string): string {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  ).join(' ');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
