/**
 * People's names, from "Given Family" back into the parts that bibliographies want. Which word is which is told by looks,
 * so it can be wrong; but the parts, joined by spaces in their order, always give the name again.
 */

export interface NameParts {
  given: string;
  /** "van", "de la". */
  particle: string;
  family: string;
  /** "Jr.", "III". */
  suffix: string;
}

/** Words that are in the names of organisations, and signs that are in no person's. */
const WORDS =
  'of for the on und für et des Team Group Collaboration Consortium Committee Council Commission University Institut ' +
  'Institute Institution School College Organisation Organization Association Society Federation Union Network Initiative ' +
  'Project Programme Program Agency Ministry Department Office Bureau Service Center Centre Hospital Foundation Laboratory ' +
  'Laboratories Lab Labs Company Corporation Inc Ltd LLC GmbH Research Press Investigators Contributors Developers Authors';
const ORGANISATION = new RegExp(
  `[,;&@/()\\d]|(?<!\\S)(?:[Aa][Nn][Dd]|${WORDS.replaceAll(' ', '|')})(?![\\p{L}\\p{M}])`,
  'u',
);
const SUFFIX = /^(?:[JS]r\.?|I{2,3}|IV)$/;
const PARTICLE = /^\p{Ll}[\p{Ll}'’.]*$/u;

/** The parts of a person's name; undefined for what is to be left whole: an organisation, a name without a given name. */
export function namePartsOf(name: string): NameParts | undefined {
  if (ORGANISATION.test(name)) return undefined;
  const words = name.split(' ');
  const suffix = words.length > 2 && SUFFIX.test(words.at(-1)!) ? words.pop()! : '';
  const family = words.pop()!;
  let begin = words.length;
  while (begin > 0 && PARTICLE.test(words[begin - 1]!)) begin--;
  if (begin === 0) return undefined;
  return { given: words.slice(0, begin).join(' '), particle: words.slice(begin).join(' '), family, suffix };
}
