/** The corpus of a retrieval benchmark in BEIR's layout: JSON Lines of `{"_id", "title", "text"}`; the text is the abstract. */
import { firstRecord, readJson, text, type JsonDialect } from './json-records.ts';
import type { Source } from './source.ts';

const dialect: JsonDialect = {
  wrappers: [],
  // What `metadata` says stays together: as identifiers it would make one paper of documents that were judged apart.
  read: ({ _id, title, text: abstract, ...others }) => ({
    ...others,
    id: text(_id),
    title: text(title),
    abstract: text(abstract),
  }),
};

export const beir: Source = {
  name: 'beir',
  title: 'BEIR corpus',

  detects(head) {
    const record = firstRecord(head, dialect.wrappers);
    return record !== undefined && '_id' in record && typeof record.text === 'string' && !('abstract' in record);
  },

  read: (file) => readJson(file, dialect),
};
