/**
 * TREC's documents: `<DOC>` elements with a `<DOCNO>`, of which each collection names title and text as it likes. They are
 * read where they are well-formed, as most are; a document that leaves its elements open is rejected.
 */
import type { Source } from './source.ts';
import { elements, fieldsOf, readXml, textOf, type XmlElement } from './xml-records.ts';

const IDS = ['docno', 'docid'];
const TITLES = ['title', 'headline', 'head', 'ttl', 'ti'];
const TEXTS = ['abstract', 'abst', 'text', 'body'];

export const trec: Source = {
  name: 'trec',
  title: 'TREC documents',

  detects: (head) => /^\s*(?:<[?!][^<>]*>\s*)*(?:<\w+>\s*)?<doc>\s*<docno>/i.test(head),

  read: (file) =>
    readXml(file.text(), { records: ['DOC', 'doc'], containers: [] }, (document) => {
      const [id, title, abstract] = [IDS, TITLES, TEXTS].map((names) => first(document, names));
      const taken = [id, title, abstract].map((element) => element?.name ?? '');
      return {
        input: {
          id: textOf(id),
          title: textOf(title),
          abstract: textOf(abstract),
          extra: fieldsOf(document, taken),
        },
      };
    }),
};

/** The first element of the first of these names that there is, in upper or lower case. */
function first(document: XmlElement, names: readonly string[]): XmlElement | undefined {
  for (const name of names) {
    const found = elements(document).find((each) => each.name.toLowerCase() === name);
    if (found) return found;
  }
  return undefined;
}
