/**
 * Semantic Scholar's Academic Graph API: one paper, a batch, a page of a search, of a paper's citations or references, or of
 * recommendations. The citations and references inside a paper are not papers of the file.
 */
import type { PaperInput } from '../paper.ts';
import { richText } from './csl-json.ts';
import { fieldsWithValue } from './fields.ts';
import { firstRecord, isObject, objects, readJson, text, texts } from './json-records.ts';
import type { JsonDialect, JsonObject } from './json-records.ts';
import type { Source } from './source.ts';
import { yearIn } from './year.ts';

const dialect: JsonDialect = { wrappers: ['data', 'recommendedPapers'], read };

export const semanticScholar: Source = {
  name: 'semantic-scholar',
  title: 'Semantic Scholar',

  detects(head) {
    const record = firstRecord(head, dialect.wrappers);
    return record !== undefined && /^[0-9a-f]{40}$/.test(text(paperOf(record).paperId) ?? '');
  },

  read: (file) => readJson(file, dialect),
};

const MAPPED = [
  ...['paperId', 'title', 'abstract', 'authors', 'venue', 'url', 'fieldsOfStudy', 's2FieldsOfStudy'],
  ...['externalIds', 'corpusId', 'tldr', 'openAccessPdf'],
];
/** Other papers, and what is computed from this one. */
const LEFT_OUT = ['citations', 'references', 'embedding', 'citationStyles', 'matchScore'];

function read(found: JsonObject): PaperInput {
  const record = paperOf(found);
  const ids = isObject(record.externalIds) ? record.externalIds : {};
  const journal = isObject(record.journal) ? record.journal : {};
  const published = isObject(record.publicationVenue) ? record.publicationVenue : {};
  const fields = [
    ...texts(record.fieldsOfStudy),
    ...texts(objects(record.s2FieldsOfStudy).map((field) => field.category)),
  ];
  const year = yearIn(text(record.year));
  return {
    title: richText(record.title),
    abstract: richText(record.abstract),
    authors: texts(objects(record.authors).map((author) => author.name)),
    year,
    venue: text(record.venue) ?? text(published.name) ?? text(journal.name),
    url: text(record.url),
    categories: [...new Set(fields)],
    s2: text(record.paperId),
    doi: text(ids.DOI),
    arxiv: text(ids.ArXiv),
    pmid: text(ids.PubMed),
    pmcid: text(ids.PubMedCentral),
    acl: text(ids.ACL),
    extra: {
      ...fieldsWithValue({
        corpusId: record.corpusId ?? ids.CorpusId,
        tldr: isObject(record.tldr) ? record.tldr.text : undefined,
        pdf: isObject(record.openAccessPdf) ? record.openAccessPdf.url : undefined,
        references: texts(objects(record.references).map((paper) => paper.paperId)),
      }),
      ...fieldsWithValue(ids, ['DOI', 'ArXiv', 'PubMed', 'PubMedCentral', 'ACL', 'CorpusId']),
      ...fieldsWithValue(record, [...MAPPED, ...LEFT_OUT, year === undefined ? '' : 'year']),
    },
  };
}

/** An edge of the citation graph stands for the paper at its other end. */
function paperOf(record: JsonObject): JsonObject {
  return [record.citingPaper, record.citedPaper].find(isObject) ?? record;
}
