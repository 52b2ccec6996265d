/** Does a filter let a paper through? By what the paper says of itself, and a person keeps of it. */
import {
  facetsOf,
  foldedAuthor,
  foldedCategory,
  foldedCollection,
  foldedVenue,
  meansAuthor,
  type FacetField,
} from '../../../src/library/facets.ts';
import type { Filter } from '../../../src/library/filter.ts';
import type { Kept } from '../../../src/library/kept.ts';
import type { Paper } from '../../../src/paper.ts';
import { isOneSign } from '../../../src/library/signs.ts';
import { termsOf } from './words.ts';

export function lets(filter: Filter, paper: Paper, kept: Kept): boolean {
  const some = (field: FacetField, isMeant: (folded: string) => boolean): boolean =>
    facetsOf(paper).some((facet) => facet.field === field && isMeant(facet.folded));
  if ('all' in filter) return filter.all.every((part) => lets(part, paper, kept));
  if ('any' in filter) return filter.any.some((part) => lets(part, paper, kept));
  if ('not' in filter) return !lets(filter.not, paper, kept);
  if ('year' in filter) {
    const { from = -Infinity, to = Infinity } = filter.year;
    return paper.year !== null && paper.year >= from && paper.year <= to;
  }
  if ('author' in filter) return some('author', (author) => meansAuthor(foldedAuthor(filter.author), author));
  if ('venue' in filter) return some('venue', (venue) => venue.includes(foldedVenue(filter.venue)));
  if ('category' in filter) return some('category', (category) => category.startsWith(foldedCategory(filter.category)));
  if ('collection' in filter) return some('collection', (way) => way.includes(foldedCollection(filter.collection)));
  if ('title' in filter) return holdsPhrase(paper.title, filter.title);
  if ('phrase' in filter) return holdsPhrase(paper.title, filter.phrase) || holdsPhrase(paper.abstract, filter.phrase);
  if ('is' in filter) return filter.is === 'starred' ? kept.starred : kept.read === filter.is;
  if ('note' in filter) return holdsPhrase(kept.note, filter.note);
  switch (filter.has) {
    case 'note':
      return kept.note !== '';
    case 'title':
    case 'abstract':
      return paper[filter.has] !== '';
    case 'url':
      return paper.url !== null;
    case 'author':
    case 'year':
    case 'venue':
    case 'category':
    case 'collection':
      return some(filter.has, () => true);
    default:
      return paper.ids[filter.has] !== undefined;
  }
}

/** Whether the words of a phrase follow each other in a text. Where it ends with signs, the text may go on. */
function holdsPhrase(text: string, phrase: string): boolean {
  const [terms, wanted] = [termsOf(text), termsOf(phrase)];
  const last = wanted.at(-1);
  if (last === undefined) return false;
  const isMeant = (term: string | undefined, asked: string, at: number): boolean => {
    if (at < wanted.length - 1 || !isOneSign(asked)) return term === asked;
    const endsPair = wanted.length > 1 && wanted.at(-2)!.length > 1 && wanted.at(-2)!.endsWith(asked);
    return endsPair || (term?.startsWith(asked) ?? false);
  };
  return terms.some((_, i) => wanted.every((asked, j) => isMeant(terms[i + j], asked, j)));
}
