/** From what a person typed to an FTS5 query: any of the words, whatever their order; the rarer weigh more (BM25). */

/**
 * Words so common in English that they tell papers apart no better than chance, and whose posting lists are the whole
 * library: closed-class words only (articles, pronouns, prepositions, auxiliaries), never a technical term.
 */
const STOP_WORDS = new Set(
  (
    'a about after all also am an and any are as at be because been before being between both but by can could did do ' +
    'does doing during each few for from further had has have having he her here hers him his how i if in into is it its ' +
    'may me might more most must my no nor not of on once only or other our out over own same shall she should so some ' +
    'such than that the their them then there these they this those through to too under until up upon us very was we ' +
    'were what when where which while who whom whose why will with would you your'
  ).split(' '),
);

/** More distinct words than this add nothing but time, even for a whole abstract as a query. */
const MAX_WORDS = 64;

/**
 * The FTS5 expression for a query, every word quoted so that no character of it is an operator.
 * @returns undefined when the query holds no word at all. A query of stop words only is searched as it is.
 */
export function wordsQuery(query: string): string | undefined {
  const words = [
    ...new Set(
      query
        .normalize('NFC')
        .toLowerCase()
        .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [],
    ),
  ];
  const telling = words.filter((word) => !STOP_WORDS.has(word));
  const chosen = (telling.length > 0 ? telling : words).slice(0, MAX_WORDS);
  return chosen.length === 0 ? undefined : chosen.map((word) => `"${word}"`).join(' OR ');
}
