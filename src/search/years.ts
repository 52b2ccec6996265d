/** Ranges of years as people write them, wherever they may: in a query, as an option, in a request. */
import { AkinError } from '../errors.ts';

/** Both ends included. */
export interface Years {
  from?: number;
  to?: number;
}

export const YEARS_EXAMPLE = '2019, 2019..2022, 2019.., ..2022 or >=2019';

/**
 * Reads `2019`, `2019..2022`, `2019-2022`, `2019..`, `..2022`, `>=2019`, `>2019`, `<=2022`, `<2022`.
 * @returns undefined for what names no years.
 */
export function yearsIn(text: string): Years | undefined {
  const [, one, from, to, sign, bound] =
    /^(?:(\d{4})|(?=.*\d)(\d{4})?(?:\.\.|(?<=\d)[-–](?=\d))(\d{4})?|([<>]=?)(\d{4}))$/.exec(text.trim()) ?? [];
  const year = Number(one ?? bound);
  if (one !== undefined) return { from: year, to: year };
  if (sign === '>=') return { from: year };
  if (sign === '>') return { from: year + 1 };
  if (sign === '<=') return { to: year };
  if (sign === '<') return { to: year - 1 };
  if ((from === undefined && to === undefined) || Number(from ?? 0) > Number(to ?? 9999)) return undefined;
  return { ...(from !== undefined && { from: Number(from) }), ...(to !== undefined && { to: Number(to) }) };
}

/** As `yearsIn`. @throws AkinError `invalid-argument` with field `year`. */
export function parseYears(text: string): Years {
  const years = yearsIn(text);
  if (years) return years;
  throw new AkinError('invalid-argument', `"${text}" names no years: expected ${YEARS_EXAMPLE}`, { field: 'year' });
}
