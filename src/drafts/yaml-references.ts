/**
 * References in YAML: Pandoc's list of CSL items, as it stands in the front matter of a draft, and the bibliographies of Typst
 * (Hayagriva), whose entries stand below their keys. A file of CSL items is read as any other source is.
 */
import { isObject, text, type JsonObject } from '../sources/json-records.ts';
import { plainText } from '../sources/markup.ts';
import { parseYaml } from '../sources/yaml.ts';
import { referenceTitled, type Reference } from './draft.ts';

/** Characters of a bibliography in YAML; in memory it takes a hundred times as much. */
export const MAX_YAML = 500_000;
/** Entries within entries. */
const MAX_PARENTS = 5;

/** Whether a text begins as one of Typst's bibliographies does. */
export function isHayagriva(head: string): boolean {
  const begin = head.replace(/^\ufeff/, '').replace(/^(?:[ \t]*(?:#[^\n]*|---[^\n]*)?\r?\n)+/, '');
  return /^[^\s:@%{}[\],"][^\s:]{0,200}:[ \t]*\r?\n[ \t]+[a-z-]+:/i.test(begin);
}

/** The references of a bibliography of Typst's; none where it is something else. */
export function referencesInHayagriva(yaml: string): Reference[] {
  const { value } = parseYaml(yaml);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => (isObject(entry) ? (hayagriva(key, entry) ?? []) : []));
}

/** The references in a list of CSL items. */
export const cslReferences = (items: unknown): Reference[] =>
  Array.isArray(items)
    ? items.flatMap((item) => (isObject(item) ? (cslReference(item, text(item.id) ?? null) ?? []) : []))
    : [];

/** The reference that a CSL item is; undefined where it says neither title nor identifier. */
export function cslReference(item: JsonObject, key: string | null): Reference | undefined {
  const title = text(item.title) ?? text(item['title-short']) ?? '';
  const reference = referenceTitled(key, plainText(title), {
    ...named('doi', item.DOI, item.doi, doiIn(item.URL)),
    ...named('pmid', item.PMID),
    ...named('pmcid', item.PMCID),
    ...named('arxiv', arxivIn(item.number), arxivIn(item.URL), arxivIn(item.note)),
  });
  const alias = text(item['citation-key']);
  return reference && alias !== undefined && alias !== key ? { ...reference, aliases: [alias] } : reference;
}

/** An entry of Hayagriva: a title may have a short form beside it, and numbers stand by their kinds. */
function hayagriva(key: string, entry: JsonObject): Reference | undefined {
  const numbers = isObject(entry['serial-number']) ? entry['serial-number'] : {};
  const url = isObject(entry.url) ? entry.url.value : entry.url;
  let title: unknown;
  let holder: unknown = entry;
  // An entry without a title of its own is called as what it is in.
  for (let i = 0; i < MAX_PARENTS && title === undefined && isObject(holder); i++) {
    title = isObject(holder.title) ? holder.title.value : holder.title;
    holder = Array.isArray(holder.parent) ? (holder.parent as unknown[])[0] : holder.parent;
  }
  return referenceTitled(key, (text(title) ?? '').replace(/[{}]/g, ''), {
    ...named('doi', numbers.doi, entry.doi, doiIn(url)),
    ...named('arxiv', numbers.arxiv, entry.arxiv, arxivIn(url)),
    ...named('pmid', numbers.pmid),
    ...named('pmcid', numbers.pmcid),
    ...named('isbn', numbers.isbn),
  });
}

const named = (kind: string, ...values: unknown[]): Record<string, string> => {
  const value = values.map(text).find((each) => each !== undefined);
  return value === undefined ? {} : { [kind]: value };
};

const doiIn = (value: unknown): string | undefined =>
  /^https?:\/\/(?:dx\.)?doi\.org\/(\S+)/i.exec(text(value) ?? '')?.[1];
const arxivIn = (value: unknown): string | undefined =>
  /\barxiv(?::|\.org\/abs\/)\s?(\S+)/i.exec(text(value) ?? '')?.[1];
