/** The basket: the papers that are asked to be like and not to be like, beside the words and conditions of the box. */
import type { Child, FC } from 'hono/jsx';
import { excerpt } from '../text.ts';
import { addressOfPaper, addressWithout, type State } from './state.ts';

/** Characters of a title on a chip. */
const CHIP_CHARACTERS = 60;

/** What is in the basket, by the names that the address has. */
export type Titles = ReadonlyMap<string, string>;

/** A chip for each, which leads to the paper and is taken off with a click. */
export const Basket: FC<{ titles: Titles; state: State }> = ({ titles, state }) => {
  const { like, unlike, home } = state;
  if (like.length + unlike.length === 0) return <></>;
  const chip = (sign: string, said: string, id: string) => {
    const title = excerpt(titles.get(id) ?? id, CHIP_CHARACTERS);
    return (
      <li class="chip">
        <span aria-hidden="true">{sign}</span> <span class="unseen">{said}</span>{' '}
        <a href={addressOfPaper(home, id)}>{title}</a>{' '}
        <a href={addressWithout(state, id)} aria-label={`Without ${title}`}>
          ×
        </a>
      </li>
    );
  };
  return (
    <ul class="basket" aria-label="Basket">
      {like.map((id) => chip('+', 'like', id))}
      {unlike.map((id) => chip('−', 'not like', id))}
    </ul>
  );
};

/** What the papers of an answer are, where something ranks them: near to words, like papers and not like others. */
export function headingOf({ q, like, unlike }: State, titles: Titles): Child {
  const named = (ids: string[]) =>
    ids.map((id, i) => (
      <>
        {i > 0 && (i === ids.length - 1 ? ' and ' : ', ')}
        <em>{excerpt(titles.get(id) ?? id, 2 * CHIP_CHARACTERS)}</em>
      </>
    ));
  return (
    <>
      {q !== '' && (
        <>
          Nearest to <em>{excerpt(q, 80)}</em>
        </>
      )}
      {like.length > 0 && (
        <>
          {q === '' ? 'Papers like ' : ', like '}
          {named(like)}
        </>
      )}
      {unlike.length > 0 && <>, not like {named(unlike)}</>}
    </>
  );
}
