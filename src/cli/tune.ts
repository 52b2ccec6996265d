/** What `akin tune` prints. */
import type { TuneReport } from '../session/tune.ts';
import { count } from '../text.ts';
import { differenceText } from './eval.ts';

/** The figures and the proposal, for people. */
export function tuneText(report: TuneReport): string {
  const { grid, best, foldWeights, gain, isNoise, proposal, measure, queries, asked, defaultWeight, saved } = report;
  const note = (weight: number) =>
    [weight === best ? 'best' : '', weight === defaultWeight ? 'default' : ''].filter(Boolean).join(', ');
  const folds = [...new Set(foldWeights)].sort((a, b) => a - b).map((weight) => weight.toFixed(1));
  return [
    `${count(queries)} ${asked}; ${measure} by the weight of the words`,
    ...grid.map(({ weight, mean }) => `  ${weight.toFixed(1)}  ${mean.toFixed(4)}  ${note(weight)}`.trimEnd()),
    `chosen on a part of the queries (${folds.join(', ')}) and measured on the others, against the default:`,
    `  ${differenceText(gain)}`,
    isNoise
      ? `proposed: ${proposal.toFixed(1)}, the default`
      : `proposed: ${proposal.toFixed(1)}, for queries like these`,
    saved
      ? 'saved: searches of this library use it from now on'
      : 'not saved: --save makes searches of this library use it',
  ].join('\n');
}
