/**
 * Paper Copilot's lists of conference papers, one file a conference: `iclr2024.json`. What a list tells of its conference
 * depends on where it was collected; its file name always tells which one it is.
 */
import path from 'node:path';
import type { PaperInput } from '../paper.ts';
import { withoutTrailing } from '../text.ts';
import { richText } from './csl-json.ts';
import { fieldsWithValue } from './fields.ts';
import { firstRecord, readJson, text, type JsonObject } from './json-records.ts';
import { latexToText } from './latex.ts';
import type { Source } from './source.ts';
import { yearIn } from './year.ts';

export const paperlists: Source = {
  name: 'paperlists',
  title: 'Paper Copilot paper lists',

  detects(head) {
    const record = firstRecord(head, []);
    if (!record || typeof record.title !== 'string' || typeof record.author !== 'string') return false;
    return 'aff' in record || ('track' in record && 'status' in record);
  },

  read(file) {
    const [, venue, year] = /^([a-z\d]*[a-z])(\d{4})\.json(?:\.gz)?$/i.exec(path.basename(file.name)) ?? [];
    const conference = { venue: venue?.toUpperCase(), year: yearIn(year) };
    return readJson(file, { wrappers: [], read: (record) => read(record, conference) });
  },
};

const MAPPED = ['title', 'abstract', 'author', 'keywords', 'site', 'arxiv', 'doi', 'id'];

function read(record: JsonObject, conference: { venue: string | undefined; year: number | undefined }): PaperInput {
  const bibtex = text(record.bibtex) ?? '';
  const id = text(record.id);
  return {
    // Copied from where authors may write in LaTeX and HTML.
    title: latexToText(richText(record.title)),
    abstract: latexToText(richText(record.abstract)),
    authors: separate(text(record.author) ?? ''),
    year: yearIn(bibtexField(bibtex, 'year')) ?? conference.year,
    venue: bibtexField(bibtex, 'booktitle') ?? bibtexField(bibtex, 'journal') ?? conference.venue,
    url: text(record.site),
    categories: separate(text(record.keywords) ?? ''),
    arxiv: text(record.arxiv),
    doi: text(record.doi) ?? bibtexField(bibtex, 'doi'),
    // The ACL's lists have the Anthology's ids.
    ...(id !== undefined && /^(?:[A-Z]\d{2}-\d{4}|\d{4}\.\w+-\w+\.\d+)$/.test(id) ? { acl: id } : {}),
    extra: fieldsWithValue({ ...(id === undefined ? {} : { key: id }), ...record }, MAPPED),
  };
}

/** `A; B; C`, and in the oldest lists `A, B, C`. */
const separate = (list: string): string[] => list.split(list.includes(';') ? ';' : ',');

/** A field of the entry, if it is on a line of its own, as it is in all that were seen. */
function bibtexField(bibtex: string, name: string): string | undefined {
  // Linear: from each line's beginning, once.
  const [, value = ''] = new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t"{]*(.{0,500})`, 'im').exec(bibtex) ?? [];
  return text(latexToText(withoutTrailing(value.trimEnd(), ' \t"},')));
}
