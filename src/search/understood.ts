/** What does a question mean? Its words, its conditions, the papers it names, and the direction in which it points. */
import type { Embeds } from '../embedding/embedder.ts';
import { AkinError } from '../errors.ts';
import type { Filter } from '../library/filter.ts';
import { namedIdentifier } from '../identifiers.ts';
import type { Key, Library } from '../library/library.ts';
import { embeddedText } from '../paper.ts';
import { parseQuery, type ParsedQuery } from './query.ts';
import { MAX_ASKED, MAX_QUERY, MAX_SEEDS, SOMETHING, type Question } from './question.ts';
import { direction } from './seeds.ts';
import { yearsFilter } from './years.ts';

/** A question whose words and conditions are understood; nothing was looked up for it yet. */
export interface Parsed {
  /** What to rank by: the words of the query outside of conditions. */
  text: string;
  /** An identifier that is the whole query, or what may be the id of a paper. */
  identifier: string | undefined;
  texts: string[];
  unlikeTexts: string[];
  like: string[];
  unlike: string[];
  filter: Filter | undefined;
  /** Conditions of the query that need not be kept to where they leave nothing, and the text and the filter without them. */
  droppable: ParsedQuery['droppable'];
  /** The first conditions of the query, each with the filter that there is without it: worked out when they are to be blamed. */
  suspects: () => { written: string; without: Filter | undefined }[];
  /** The query in its plainest form: the same for all queries that ask the same. */
  canonical: string;
}

/** Conditions that are looked at one by one where all of them together leave nothing. */
const MOST_BLAMED = 8;

/** Whether a question has conditions, and nothing to be near to. */
export function isConditions({ text, identifier, texts, like, filter }: Parsed): boolean {
  const about = [text, ...texts].some((each) => SOMETHING.test(each));
  return filter !== undefined && !about && identifier === undefined && like.length === 0;
}

/** A question, as it was asked or parsed already. */
export type Asked = Question | Parsed;

/** @throws AkinError `invalid-argument` for what is too long or too much, or can't be understood. */
export function parsed(question: Asked): Parsed {
  if ('canonical' in question) return question;
  const query = checkedText(question.query, 'query');
  const texts = checkedTexts(question.texts, 'texts');
  const unlikeTexts = checkedTexts(question.unlikeTexts, 'unlikeTexts');
  checkTogether([query, ...texts, ...unlikeTexts]);
  const [like, unlike] = [question.like ?? [], question.unlike ?? []];
  checkCount(like, 'like');
  checkCount(unlike, 'unlike');
  const said = query === '' ? undefined : parseQuery(query);
  const years = question.year === undefined ? undefined : yearsFilter(question.year);
  const { text = '', canonical = '' } = said ?? {};
  const identifier = said?.identifier ?? (said?.filter === undefined && CITATION_KEY.test(text) ? text : undefined);
  const withOthers = (filter: Filter | undefined) => {
    const filters = [filter, years, question.filter].filter((each) => each !== undefined);
    return filters.length > 1 ? { all: filters } : filters[0];
  };
  const filter = withOthers(said?.filter);
  const droppable = said?.droppable && { ...said.droppable, filter: withOthers(said.droppable.filter) };
  const suspects = () =>
    (said?.conditions ?? []).slice(0, MOST_BLAMED).map(({ written, without }) => ({
      written,
      without: withOthers(parseQuery(without).filter),
    }));
  return { text, identifier, texts, unlikeTexts, like, unlike, filter, droppable, suspects, canonical };
}

/** One word that looks like the key of a citation (`vaswani2017attention`, `smith:thesis`), and like no word of a language. */
const CITATION_KEY = /^(?=\S*\p{L})(?=\S*[\p{N}:_/])\S{1,200}$/u;

/** A question with what was looked up for it. */
export interface Understood {
  /** The words looked for; may be empty. */
  text: string;
  /** Those of them that somebody typed, who may call papers by their names. */
  names: string | undefined;
  /** The direction it points in, under way. */
  vector: Promise<Float32Array>;
  filter: Filter | undefined;
  /** A paper that the whole query names. */
  named: Key | undefined;
  /** The identifier that is the whole query, where no paper has it. */
  unknown: string | undefined;
  /** Papers to be like, and their vectors, under way. They are no hits, but nothing can be nearer than they are. */
  like: { keys: Key[]; vectors: Promise<Float32Array[]> };
  /** Papers that are no hits, since they were given: those to be like and those not to. */
  given: Key[];
  /** The vectors of what is not wanted, under way. */
  unlike: Promise<Float32Array[]>;
}

/**
 * Looks up what a question names that has more than conditions, and begins to embed what it says.
 * @param signal ends the work.
 * @throws AkinError `not-found` for a paper that is not there, `invalid-argument` for a question that asks nothing.
 */
export async function understood(
  { text, identifier, texts, unlikeTexts, like, unlike, filter }: Parsed,
  library: Library,
  embedder: Embeds,
  signal?: AbortSignal,
): Promise<Understood> {
  const names = [...(identifier === undefined ? [] : [identifier]), ...like, ...unlike];
  const found = names.length === 0 ? [] : await library.find(names, signal);
  const named = identifier === undefined ? undefined : found[0];
  const keys = found.slice(identifier === undefined ? 0 : 1).map((key, i) => {
    if (key !== undefined) return key;
    throw i < like.length ? notFound(like[i]!, 'like') : notFound(unlike[i - like.length]!, 'unlike');
  });
  const [likeKeys, unlikeKeys] = [keys.slice(0, like.length), keys.slice(like.length)];
  if (named !== undefined) likeKeys.push(named);
  const given = [...likeKeys, ...unlikeKeys];
  const described = given.length === 0 ? [] : await library.describe(given, {}, signal);
  const paperTexts = described.map((each) => (each ? embeddedText(each.paper).slice(0, MAX_QUERY) : ''));

  const query = named === undefined ? text : '';
  const about = [query, ...texts, ...paperTexts.slice(0, likeKeys.length)].filter((each) => SOMETHING.test(each));
  if (about.length === 0) {
    throw new AkinError('invalid-argument', 'the query is empty', {
      hint: 'say in words what the papers are about, or name papers they should be like',
      field: 'query',
    });
  }
  const ofGiven = vectorsOf(given, paperTexts, library, embedder, signal);
  const ofLike = ofGiven.then((vectors) => vectors.slice(0, likeKeys.length));
  const ofTexts = vectorsOfTexts([query === '' ? [] : [query], texts, unlikeTexts], embedder, signal);
  const unwanted = Promise.all([ofGiven, ofTexts]).then(([vectors, [, , ofUnwanted = []]]) => [
    ...vectors.slice(likeKeys.length),
    ...ofUnwanted,
  ]);
  const pointing = async () => {
    const [ofQuery = [], ofWanted = []] = await ofTexts;
    return direction([ofQuery, ofWanted, await ofLike], await unwanted);
  };
  const vector = pointing();
  // They are awaited where they are needed; whoever comes first hears of a failure.
  for (const each of [vector, unwanted, ofLike]) each.catch(() => {});
  return {
    text: about.join('\n'),
    names: query === '' ? undefined : query,
    vector,
    filter,
    named,
    // What only may be the id of a paper, such as the key of a citation, may be words as well.
    unknown: named === undefined && identifier !== undefined && namedIdentifier(identifier) ? identifier : undefined,
    like: { keys: likeKeys, vectors: ofLike },
    given,
    unlike: unwanted,
  };
}

/** The vectors of papers; of one that waits for its turn, it is computed now. */
async function vectorsOf(
  keys: Key[],
  texts: string[],
  library: Library,
  embedder: Embeds,
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  if (keys.length === 0) return [];
  const known = await library.vectors(keys, signal);
  return Promise.all(
    known.map(async (vector, i) => {
      if (vector) return vector;
      for await (const embedding of embedder.embedDocuments([texts[i]!], signal)) return embedding.vector;
      throw new AkinError('not-found', 'the paper was removed a moment ago');
    }),
  );
}

/** One after the other: the question of somebody else waits for one of these texts, and not for all of them. */
async function vectorsOfTexts(groups: string[][], embedder: Embeds, signal?: AbortSignal): Promise<Float32Array[][]> {
  const vectors: Float32Array[][] = [];
  for (const texts of groups) {
    const own: Float32Array[] = [];
    for (const text of texts) own.push((await embedder.embedQuery(text, signal)).vector);
    vectors.push(own);
  }
  return vectors;
}

/** A text that was given, without white space around it. @throws AkinError `invalid-argument` when it is too long. */
function checkedText(given: string | undefined, field: string): string {
  const text = given?.trim() ?? '';
  if (text.length > MAX_QUERY) {
    throw new AkinError(
      'invalid-argument',
      `${field === 'query' ? 'the query' : field} has ${text.length} characters, at most ${MAX_QUERY} are taken`,
      { field },
    );
  }
  return text;
}

/** As `checkedText`, of each that says anything. @throws AkinError `invalid-argument` also when there are too many. */
function checkedTexts(given: string[] = [], field: string): string[] {
  checkCount(given, field);
  return given.map((text) => checkedText(text, field)).filter((text) => text !== '');
}

/** @throws AkinError `invalid-argument` when texts, each of which is short enough, are too long together. */
function checkTogether(texts: string[]): void {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  if (characters <= MAX_ASKED) return;
  throw new AkinError(
    'invalid-argument',
    `the query and the texts have ${characters} characters together, at most ${MAX_ASKED} are taken`,
    { hint: 'give fewer texts, or only the beginning of each', field: 'texts' },
  );
}

function checkCount(given: string[], field: string): void {
  if (given.length <= MAX_SEEDS) return;
  throw new AkinError('invalid-argument', `${field} has ${given.length} entries, at most ${MAX_SEEDS} are taken`, {
    field,
  });
}

export function notFound(name: string | string[], field: string): AkinError {
  const names = [name].flat().map((each) => `"${each}"`);
  return new AkinError('not-found', `no paper has the id ${names.join(', ')}`, {
    hint: 'ids are those of the source, or doi:…, arxiv:…, pmid:…, acl:…; "akin search" prints them',
    field,
  });
}
