/** Do two libraries answer alike? Exactly, but for the last digits of scores, and for who is left out among equals. */
import { expect } from 'vitest';
import type { Candidate, Key, Leg, Recalled } from '../../../src/library/library.ts';
import { answersOf, digest } from '../answers.ts';
import { ids } from '../asking.ts';
import { nearOne, type Side } from './side.ts';
import { CURSORS, type Question } from './steps.ts';

/** Of cosines, which an engine may add up in single precision. */
const COSINE_DIGITS = 5;
/** Of sums of what words add, in whichever order they are added up. */
const SCORE_DIGITS = 9;

export function answers(side: Side) {
  return answersOf(side.library, side.writer, CURSORS);
}

/** Compares all that needs no question. @returns it, as either library says it. */
export async function compareAnswers(memory: Side, local: Side) {
  const [ours, theirs] = [await answers(memory), await answers(local)];
  expect({ ...theirs, keys: [...theirs.keys.keys()], revision: '' }).toEqual({
    ...{ ...ours, keys: [...ours.keys.keys()], revision: '' },
  });
  // A paper keeps its key as long as it is there, and nobody has it afterwards.
  for (const [id, key] of ours.keys) {
    const their = theirs.keys.get(id)!;
    const at = memory.keys.indexOf(key);
    expect([id, local.keys.indexOf(their)]).toEqual([id, at]);
    if (at >= 0) continue;
    expect([id, memory.past.has(key), local.past.has(their)]).toEqual([id, false, false]);
    memory.keys.push(key);
    local.keys.push(their);
  }
  const described = await Promise.all([memory, local].map(({ library, keys }) => library.describe(keys)));
  const [there, alike] = described.map((all) => all.map((each) => each?.paper.id));
  expect(alike).toEqual(there);
  await checkSample(local, [...theirs.keys.values()]);
  return { ours, theirs };
}

/** A sample is of vectors that there are, and of all where there are no more. */
async function checkSample({ library }: Side, keys: Key[]): Promise<void> {
  const all = (await library.vectors(keys)).flatMap((vector) => (vector ? [digest(vector)] : [])).toSorted();
  const [some, every] = await Promise.all([library.sample(2), library.sample(1000)]);
  expect(every.map(digest).toSorted()).toEqual(all);
  expect(some).toHaveLength(Math.min(2, all.length));
  for (const vector of some) expect(all).toContain(digest(vector));
}

/** Asks both of them. */
export async function compareQuestion(memory: Side, local: Side, question: Question): Promise<void> {
  await compareRecall(memory, local, question);
  const { filter = { all: [] }, order, limit, words, scoring } = question;
  for (const ask of [
    async ({ library }: Side) => {
      const listed = await library.list(filter, order, limit);
      return listed.map(({ key, work, ...line }) => ({ ...line, isLeading: key === work }));
    },
    async ({ library }: Side) => {
      const [first] = await library.list(filter, order, 1);
      return ids(
        await library.list(filter, order, limit, {
          after: first && { id: first.id, title: first.title, year: first.year },
        }),
      );
    },
    ({ library }: Side) => library.count(filter),
    ({ library }: Side) => library.tally(filter, 'author', limit),
    ({ library }: Side) => library.tally(filter, 'year', 100),
    async ({ library }: Side) =>
      library.facets(
        (await library.list(filter, order, 1000)).map(({ key }) => key),
        limit,
      ),
    async ({ library }: Side) => Array.from(await library.find(question.also), (key) => key !== undefined),
  ]) {
    expect(await ask(local)).toEqual(await ask(memory));
  }
  if (words === undefined) return;
  const found = await Promise.all(
    [memory, local].map(({ library, keys }) => library.describe(keys, { words: { text: words, scoring } })),
  );
  expect(found[1]!.map((each) => each?.words)).toEqual(
    found[0]!.map((each) => each?.words.map(({ word, score }) => ({ word, score: close(score, SCORE_DIGITS) }))),
  );
}

async function compareRecall(memory: Side, local: Side, question: Question): Promise<void> {
  const ask = async ({ library }: Side, depth: number) => {
    const { near, also, order: _, limit: __, ...rest } = question;
    const keys = (await library.find(also)).filter((key) => key !== undefined);
    const vector = near === undefined ? undefined : Promise.resolve(nearOne(near));
    return library.recall({ ...rest, depth, vector, also: keys });
  };
  const whole = await ask(memory, 1_000_000);
  const ours = await ask(memory, question.depth);
  const theirs = await ask(local, question.depth);
  const { exhausted, corrections, said, state } = ours;
  expect({ ...theirs, candidates: [], also: [], timings: {} }).toEqual({
    ...{ exhausted, corrections, said, candidates: [], also: [], timings: {} },
    state: { ...state, library: theirs.state.library, revision: theirs.state.revision },
  });
  expect(theirs.state).toEqual(await local.library.state());

  const idOf = new Map([...whole.candidates, ...whole.also].flatMap((each) => (each ? [[each.key, each.id]] : [])));
  const theirIdOf = await idsOfWorks(theirs, local);
  const ourIdOf = await idsOfWorks(whole, memory);
  const expected = new Map([...whole.candidates, ...whole.also].flatMap((each) => (each ? [[each.id, each]] : [])));
  const plain = (each: Candidate | undefined, works: Map<Key, string>) =>
    each && {
      ...{ id: each.id, title: each.title, year: each.year, work: works.get(each.work) },
      vector: each.vector && digest(each.vector),
      similarity: each.similarity,
      match: each.match,
      called: each.called,
    };
  const loose = (each: Candidate | undefined) => {
    const all = plain(each, ourIdOf);
    return (
      all && {
        ...all,
        similarity: close(all.similarity, COSINE_DIGITS),
        match: all.match && {
          ...{ words: all.match.words, score: close(all.match.score, SCORE_DIGITS) },
          coverage: close(all.match.coverage, SCORE_DIGITS),
        },
      }
    );
  };
  expect(idOf.size).toBe(expected.size);
  expect(theirs.candidates.map((each) => plain(each, theirIdOf))).toEqual(
    theirs.candidates.map(({ id }) => loose(expected.get(id))),
  );
  expect(theirs.also.map((each) => plain(each, theirIdOf))).toEqual(ours.also.map(loose));
  const ranksOf = new Map(theirs.candidates.map(({ id, ranks }) => [id, ranks]));
  expect(theirs.also.map((each) => each?.ranks)).toEqual(
    theirs.also.map((each) => each && (ranksOf.get(each.id) ?? { dense: undefined, lexical: undefined })),
  );
  expect(ranksOf.size).toBe(theirs.candidates.length);
  // What neither leg found is there for its names, and all that is: there are never so many here that some are left out.
  const isNamed = ({ called }: Candidate) => called !== undefined && called.family.length > 0;
  for (const each of theirs.candidates) expect(each.ranks.dense ?? each.ranks.lexical ?? isNamed(each)).not.toBe(false);
  expect(ids(theirs.candidates.filter(isNamed)).sort()).toEqual(ids(whole.candidates.filter(isNamed)).sort());
  for (const leg of ['dense', 'lexical'] as const) compareLeg(leg, whole, theirs, question.depth);
}

/** The best of a leg are there, in the order of their own scores; who of equals is cut off at its end may differ. */
function compareLeg(leg: Leg, whole: Recalled, theirs: Recalled, depth: number): void {
  const scoreOf = (each: Candidate) => (leg === 'dense' ? each.similarity! : each.match!.score);
  const inLeg = ({ candidates }: Recalled) =>
    candidates.filter(({ ranks }) => ranks[leg] !== undefined).toSorted((a, b) => a.ranks[leg]! - b.ranks[leg]!);
  const [all, found] = [inLeg(whole), inLeg(theirs)];
  expect(found.map(({ ranks }) => ranks[leg])).toEqual(all.slice(0, depth).map((_, i) => i + 1));
  const digits = leg === 'dense' ? COSINE_DIGITS : SCORE_DIGITS;
  expect(found.map(scoreOf)).toEqual(all.slice(0, depth).map((each) => close(scoreOf(each), digits)));
  for (const [i, each] of found.entries()) {
    const next = found[i + 1];
    if (next && scoreOf(each) === scoreOf(next)) expect([each.id, next.id]).toEqual([each.id, next.id].sort());
  }
}

async function idsOfWorks({ candidates, also }: Recalled, { library }: Side): Promise<Map<Key, string>> {
  const keys = [...candidates, ...also].flatMap((each) => each?.work ?? []);
  const papers = await library.describe(keys);
  return new Map(keys.map((key, i) => [key, papers[i]!.paper.id]));
}

function close<T extends number | undefined>(value: T, digits: number): T {
  return value === undefined ? value : (expect.closeTo(value, digits) as T);
}
