/** The year of a date as bibliographies write them. */

const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|spring|summer|autumn|fall|winter)[a-z]*\\.?';
const YEAR_FIRST = /^([12]\d{3})(?:$|[\s/-]|[01]\d[0-3]\d$)/;
const YEAR_LAST = new RegExp(`^${MONTH}(?:[\\s/-]+${MONTH})?(?:[\\s,/-]+\\d{1,2})*[\\s,/-]+([12]\\d{3})$`, 'i');

/**
 * The year in `2016`, `2016-05-12`, `2016/09//`, `2018 Dec 27`, `20180416`, `Aug 1 2019` or `Sept./1994`; of a span, the one
 * it begins in. Undefined for what leaves it open (`c. 1900`, `1990?`, `in press`): a year is never guessed.
 */
export function yearIn(date: string | undefined): number | undefined {
  const trimmed = date?.trim() ?? '';
  const year = (YEAR_FIRST.exec(trimmed) ?? YEAR_LAST.exec(trimmed))?.[1];
  return year === undefined ? undefined : Number(year);
}
