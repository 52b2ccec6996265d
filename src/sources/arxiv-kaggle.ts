/** The arXiv's metadata as Kaggle publishes it (`arxiv-metadata-oai-snapshot.json`): one paper a line, its text in LaTeX. */
import { normalIdentifier } from '../identifiers.ts';
import type { PaperInput } from '../paper.ts';
import { JOURNAL_REF } from './arxiv-atom.ts';
import { fieldsWithValue } from './fields.ts';
import { firstRecord, objects, readJson, text, type JsonDialect, type JsonObject } from './json-records.ts';
import { latexToText } from './latex.ts';
import type { Source } from './source.ts';

const dialect: JsonDialect = { wrappers: [], read };

export const arxivKaggle: Source = {
  name: 'arxiv-kaggle',
  title: 'arXiv snapshot (Kaggle)',

  detects(head) {
    const record = firstRecord(head, dialect.wrappers);
    if (!record || normalIdentifier('arxiv', text(record.id) ?? '') === null) return false;
    return 'authors_parsed' in record || ('versions' in record && 'update_date' in record);
  },

  read: (file) => readJson(file, dialect),
};

const MAPPED = ['id', 'title', 'abstract', 'authors_parsed', 'categories', 'doi', JOURNAL_REF];

function read(record: JsonObject): PaperInput {
  const parsed = Array.isArray(record.authors_parsed);
  const [doi, ...otherDois] = text(record.doi)?.split(/\s+/) ?? [];
  return {
    title: latexToText(text(record.title) ?? ''),
    abstract: latexToText(paragraphs(text(record.abstract) ?? '')),
    authors: parsed ? (record.authors_parsed as unknown[]).map(nameOf) : authorsOf(text(record.authors) ?? ''),
    year: yearOf(objects(record.versions)[0]?.created),
    categories: text(record.categories)?.split(/\s+/),
    arxiv: text(record.id),
    doi,
    extra: {
      ...fieldsWithValue({ ...record, otherDois }, parsed ? [...MAPPED, 'authors'] : MAPPED),
      ...fieldsWithValue({ [JOURNAL_REF]: latexToText((text(record[JOURNAL_REF]) ?? '').replace(/\s+/g, ' ')) }),
    },
  };
}

/** Lines are cut at 80 characters; an indented one begins a paragraph. */
const paragraphs = (text: string): string => text.replace(/\n(?! {2})/g, ' ');

/** Family, given, suffix, and then affiliations. */
function nameOf(parts: unknown): string | object {
  if (!Array.isArray(parts)) return '';
  // arXiv's parser puts a space in J.-P.
  const [family, given, suffix] = parts.map((part) => latexToText((text(part) ?? '').replace(/\. -/g, '.-')));
  return { family, given, suffix };
}

/** `A. Author, B. Author (Institute, City) and C. Author`. */
function authorsOf(line: string): string[] {
  return latexToText(line)
    .replace(/\([^()]*\)/g, ' ')
    .split(/,(?: and\b)?|\sand\s/);
}

/** The year of `Mon, 2 Apr 2007 19:18:42 GMT`. */
function yearOf(created: unknown): number | undefined {
  const year = /^\w{3}, +\d{1,2} \w{3} (\d{4})\b/.exec(text(created) ?? '')?.[1];
  return year === undefined ? undefined : Number(year);
}
