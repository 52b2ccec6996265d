/** Ranges of years as people write them, wherever they may: in a query, as an option, in a request. */
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import type { Filter } from '../library/filter.ts';
import { shown } from './checked.ts';

/** Both ends included. */
export interface Years {
  from?: number;
  to?: number;
}

export const YEARS_EXAMPLE = '2019, 2019..2022, 2019.., ..2022, >=2019 or several with commas between them';
/** Characters: a hundred years one by one. */
const MAX_YEARS = 500;

/** The years of papers as a part of any question. */
export const yearsSchema = z
  .string()
  .max(MAX_YEARS)
  .optional()
  .meta({ description: `Only papers of these years: ${YEARS_EXAMPLE}`, example: '2017,2019..2022', value: 'years' });

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

/**
 * The condition that papers are of these years: of one span (`yearsIn`), or of any of several with commas between them.
 * @throws AkinError `invalid-argument` with field `year`.
 */
export function yearsFilter(text: string): Filter {
  const spans = text.split(',').filter((span) => span.trim() !== '');
  const filters = spans.map((span) => {
    const year = yearsIn(span);
    if (year) return { year };
    throw new AkinError('invalid-argument', `year: ${shown(span.trim())} is no year and no range of years`, {
      hint: `expected ${YEARS_EXAMPLE}`,
      field: 'year',
    });
  });
  if (filters.length > 1) return { any: filters };
  if (filters[0]) return filters[0];
  throw new AkinError('invalid-argument', `year: expected ${YEARS_EXAMPLE}, found ${shown(text.trim())}`, {
    field: 'year',
  });
}
