/** The year of a date as bibliographies write them. */

/** Characters; no date is longer. */
const MAX_DATE = 500;

/** A year, alone or with month and day in one number (`20180416`); no decade, no century, none before Christ. */
const YEAR =
  /(?<!\d)([12]\d{3})(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?)?(?!\d|['’]?s(?![a-z])|-?(?:st|nd|rd|th)(?![a-z])| ?b\.? ?c)/i;
/** What is before a year that only bounds the one that is meant. */
const BOUND =
  /(?:^(?:\.\.|open|unknown|\?)?[/–-]|(?:^|[^\p{L}])(?:before|after|until|till|since|bis|vor|nach|seit|avant|après|depuis|antes de|después de)\.?\s?)$/iu;

/**
 * The year in `2016`, `2016-05-12`, `[2016]`, `2016a`, `c. 2016`, `2016?`, `5/2016`, `2018 Dec 27`, `20180416`, `Sept./1994`,
 * `in press, 2019`; of a span, the one it begins in. Undefined where none is said (`in press`, `n.d.`, `19xx`, `1990s`) or it
 * is left open (`before 1900`, `../2016`).
 */
export function yearIn(date: string | undefined): number | undefined {
  const text = (date ?? '').slice(0, MAX_DATE).normalize('NFKC').trim();
  const found = YEAR.exec(text);
  if (!found || BOUND.test(text.slice(0, found.index))) return undefined;
  return Number(found[1]);
}
