/** Zotero's items in JSON: answers of its API (an item, a list of them) and Better BibTeX JSON. */
import type { PaperInput } from '../paper.ts';
import { fieldsWithValue } from './fields.ts';
import { firstRecord, isObject, objects, readJson, text, texts } from './json-records.ts';
import type { JsonDialect, JsonObject } from './json-records.ts';
import { plainText } from './markup.ts';
import type { Source } from './source.ts';
import { paper, type Creator } from './zotero.ts';

const dialect: JsonDialect = { wrappers: ['items'], read, isPart };

export const zoteroJson: Source = {
  name: 'zotero-json',
  title: 'Zotero API, Better BibTeX JSON',

  detects(head) {
    const record = firstRecord(head, dialect.wrappers);
    if (!record) return false;
    return text(itemOf(record).itemType) !== undefined || BETTER_BIBTEX.test(head);
  },

  read: (file) => readJson(file, dialect),
};

/** How an export of Better BibTeX begins: with its settings, or with collections, which may be long. */
const BETTER_BIBTEX = /^[\s\ufeff]*\{\s*"(?:config"\s*:[^]*?"BetterBibTeX JSON"|collections"\s*:\s*\{\s*"[A-Z\d]{8}")/;

/** The API puts an item into an envelope. */
const itemOf = (record: JsonObject): JsonObject => (isObject(record.data) ? record.data : record);

/** Files and notes of an item are items of their own; and what is in the bin is none any more. */
function isPart(record: JsonObject): boolean {
  const { itemType, deleted } = itemOf(record);
  return ['attachment', 'note', 'annotation'].includes(text(itemType) ?? '') || Boolean(deleted);
}

/** What all types share, and what some of them call it. */
const SHARED: Record<string, string> = {
  title: 'caseName nameOfAct subject',
  publicationTitle:
    'bookTitle proceedingsTitle blogTitle encyclopediaTitle dictionaryTitle forumTitle websiteTitle programTitle reporter code',
  publisher: 'university institution company distributor label network studio repository',
  type: 'thesisType reportType presentationType letterType manuscriptType postType mapType websiteType genre',
  number:
    'reportNumber patentNumber billNumber docketNumber documentNumber publicLawNumber episodeNumber archiveID identifier',
  date: 'dateDecided dateEnacted issueDate',
  volume: 'reporterVolume codeVolume',
  pages: 'firstPage codePages',
  medium: 'artworkMedium audioRecordingFormat interviewMedium videoRecordingFormat format',
  edition: 'versionNumber',
};
const SHARED_NAMES = new Map(
  Object.entries(SHARED).flatMap(([shared, names]) => names.split(' ').map((name) => [name, shared] as const)),
);
const AUTHORS = new Set(
  (
    'author artist cartographer composer creator director interviewee inventor performer podcaster presenter programmer ' +
    'sponsor'
  ).split(' '),
);

/** Whether people of a role are to a work what authors are to an article. */
export const isPrimary = (role: string, itemType: string | null): boolean =>
  AUTHORS.has(role) || (role === 'contributor' && itemType === 'hearing');

/** What is no field of the work: bookkeeping of Zotero, and what is read elsewhere. */
const LEFT_OUT = new Set(
  (
    'key itemKey itemID itemType version libraryID uri select relations dateAdded dateModified citationKey citekey creators ' +
    'tags collections notes attachments seeAlso parentItem inPublications'
  ).split(' '),
);

function read(record: JsonObject): PaperInput {
  const item = itemOf(record);
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(item)) {
    const said = LEFT_OUT.has(name) ? undefined : Array.isArray(value) ? texts(value).join('\n') : text(value);
    if (said === undefined || said === '') continue;
    const shared = SHARED_NAMES.get(name) ?? name;
    if (shared === name || fields[shared] === undefined) fields[shared] = said;
    else fields[name] = said;
  }
  const type = text(item.itemType) ?? null;
  const [own, key] = [text(item.key) ?? text(item.itemKey) ?? '', citationKeyOf(item)];
  const library = isObject(record.library) ? (text(record.library.name) ?? null) : null;
  const { extra, ...input } = paper(
    { key: key ?? own, type, added: text(item.dateAdded) ?? null, library },
    fields,
    objects(item.creators).map((creator) => creatorOf(creator, type)),
    texts((Array.isArray(item.tags) ? item.tags : []).map((tag: unknown) => (isObject(tag) ? tag.tag : tag))),
    [],
  );
  return {
    ...input,
    extra: {
      ...(extra as object),
      ...fieldsWithValue({
        zoteroKey: key === undefined ? undefined : own,
        notes: objects(item.notes).map((each) => plainText(text(each.note) ?? '')),
        file: objects(item.attachments).flatMap((each) => text(each.path) ?? text(each.url) ?? []),
      }),
    },
  };
}

/** A field, or, before there was one, a line of "Extra". */
function citationKeyOf(item: JsonObject): string | undefined {
  const extra = Array.isArray(item.extra) ? texts(item.extra).join('\n') : text(item.extra);
  const line = /^citation key: *(\S+)/im.exec(extra ?? '')?.[1];
  return text(item.citationKey) ?? text(item.citekey) ?? line;
}

function creatorOf(creator: JsonObject, itemType: string | null): Creator {
  const [type, name] = [text(creator.creatorType) ?? 'author', text(creator.name)];
  return {
    type,
    firstName: text(creator.firstName) ?? null,
    lastName: text(creator.lastName) ?? name ?? null,
    fieldMode: name === undefined ? 0 : 1,
    isPrimary: Number(isPrimary(type, itemType)),
  };
}
