import { describe, expect, it } from 'vitest';
import { facetsOf, foldedAuthor, meansAuthor, tellingWord } from '../../src/library/facets.ts';
import { paper } from './made.ts';

/** Whether a filter for `wanted` finds papers by `author`. */
function means(wanted: string, author: string): boolean {
  const [name, folded] = [foldedAuthor(wanted), foldedAuthor(author)];
  const isMeant = meansAuthor(name, folded);
  // Names are looked up by one of their words before they are compared.
  if (isMeant) expect(folded, `${wanted} in ${author}`).toContain(tellingWord(name));
  return isMeant;
}

describe('an author', () => {
  it('is meant by the family name, by any words of the name, by initials with the family name', () => {
    const meant: Record<string, string[]> = {
      'Yoshua Bengio': [
        ...['bengio', 'BENGIO', 'yoshua', 'yoshua bengio', 'Bengio Yoshua', 'Bengio, Yoshua'],
        ...['Y. Bengio', 'Bengio, Y.', 'Bengio Y', 'y bengio', 'Yoshua K. Bengio', 'Bengio, Yoshua, Jr.'],
      ],
      'Y. Bengio': ['bengio', 'Yoshua Bengio', 'Bengio, Yoshua', 'Bengio Y', 'Y. Bengio'],
      'Bengio, Y.': ['bengio', 'Yoshua Bengio'],
      'Bengio Y': ['bengio', 'Yoshua Bengio'],
      'Donald E. Knuth': [
        'knuth',
        'Donald Knuth',
        'D. Knuth',
        'D. E. Knuth',
        'D.E. Knuth',
        'Knuth, D. E.',
        'donald ervin knuth',
      ],
      'Donald Knuth': ['Donald E. Knuth', 'Knuth, Donald E.'],
      'Jürgen Müller-Lüdenscheidt': ['muller-ludenscheidt', 'MÜLLER', 'Jurgen Muller Ludenscheidt'],
      "Séamus O'Brien": ['obrien', 'O’Brien', "o'brien", 'S. OBrien'],
      'Łukasz Kaiser': ['lukasz kaiser', 'Łukasz', 'L. Kaiser'],
      'Rembrandt van der Berg': ['van der berg', 'berg', 'R. van der Berg', 'Berg, Rembrandt van der'],
      'Jean-Pierre Dupont': ['J.-P. Dupont', 'jean dupont', 'J. Dupont', 'dupont'],
      'Martin Luther King, Jr.': ['king', 'Martin Luther King', 'M. L. King Jr.'],
      '李 明': ['李 明', '李', '明'],
      'Иван Петров': ['петров', 'И. Петров'],
      'Malcolm X': ['Malcolm X', 'malcolm'],
      'The ATLAS Collaboration': ['atlas', 'atlas collaboration'],
    };
    for (const [author, names] of Object.entries(meant)) {
      for (const name of names) expect([name, author, means(name, author)]).toEqual([name, author, true]);
    }
  });

  it('is not meant by somebody else’s name', () => {
    const others: Record<string, string[]> = {
      'Yoshua Bengio': ['Samy Bengio', 'S. Bengio', 'beng', 'bengio hinton', 'Yoshua Smith', 'y', 'Yoshua B.', ''],
      'Y. Bengio': ['Samy Bengio', 'yoshua'],
      'Z. Wei': ['Wei Zhang', 'zhang'],
      'Li Wei': ['Lin Wei', 'L Wang'],
      'Donald Knuth': ['David Knuth', 'E. Knuth'],
      'Ann Lee': ['Anna Lee', 'B. Lee', 'Lee, Bo'],
    };
    for (const [author, names] of Object.entries(others)) {
      for (const name of names) expect([name, author, means(name, author)]).toEqual([name, author, false]);
    }
  });
});

describe('an author whose family name is known', () => {
  it('is meant as any other, and by the whole family name or one of a double one', () => {
    const meant: Record<string, string[]> = {
      'Bengio, Yoshua': [
        'bengio',
        'yoshua',
        'Y. Bengio',
        'Bengio Y',
        'Bengio, Y.',
        'Bengio, Yoshua',
        'Yoshua K. Bengio',
      ],
      'García Márquez, Gabriel': [
        ...[
          'García Márquez',
          'García, G.',
          'García, Gabriel',
          'Márquez, G.',
          'García Márquez, G.',
          'G. García Márquez',
        ],
        ...['Gabriel García Márquez', 'Gabriel Márquez', 'garcia'],
      ],
      'de la Vallée Poussin, Charles': [
        'Vallée Poussin, C.',
        'de la Vallée Poussin, C.',
        'poussin',
        'C. Poussin',
        'vallee',
      ],
      'King, Martin Luther, Jr.': ['Luther King, Martin', 'King, M. L.', 'Martin Luther King Jr.'],
      'Li, Wei': ['Li, Wei', 'Li, W.', 'Wei Li', 'Li Wei'],
      '李, 伟': ['李', '李伟', '李, 伟', '李 伟'],
      'O, Jin': ['O, Jin', 'Jin O', 'O, J.'],
    };
    for (const [author, names] of Object.entries(meant)) {
      for (const name of names) expect([name, author, means(name, author)]).toEqual([name, author, true]);
    }
  });

  it('is not meant by another family name, whatever words are the same', () => {
    const others: Record<string, string[]> = {
      'Wei, Li': ['Li, Wei', 'Li, W.'],
      'García Márquez, Gabriel': ['Gabriel, García', 'García Lorca, Gabriel', 'Márquez García, Gabriel'],
      'Bengio, Yoshua': ['Bengio, Samy', 'Yoshua, Bengio'],
    };
    for (const [author, names] of Object.entries(others)) {
      for (const name of names) expect([name, author, means(name, author)]).toEqual([name, author, false]);
    }
  });
});

describe('the facets of a paper', () => {
  it('are of its editors where it has no authors, with what is known of their names', () => {
    const editors = [{ family: 'Abel', given: 'Ann' }];
    expect(facetsOf(paper('a', { extra: { editors } }))).toEqual([
      { field: 'author', name: 'Ann Abel', folded: ' ann abel =abel ' },
    ]);
    expect(facetsOf(paper('b', { authors: ['Bo Ode'], extra: { editors } }))).toEqual([
      { field: 'author', name: 'Bo Ode', folded: ' bo ode ' },
    ]);
  });

  it('are what it says of itself, as written and folded', () => {
    const facets = facetsOf(
      paper('a', {
        authors: ['Bengio, Yoshua', '…'],
        year: 2016,
        venue: 'Proc. of the Société & Co',
        categories: ['cs.CL', 'Computer  Science'],
        extra: { collections: ['Thesis / Chapter 1', 7] },
      }),
    );
    expect(facets).toEqual([
      { field: 'year', name: '2016', folded: '2016' },
      { field: 'author', name: 'Yoshua Bengio', folded: ' yoshua bengio =bengio ' },
      { field: 'venue', name: 'Proc. of the Société & Co', folded: ' proc of the societe co ' },
      { field: 'category', name: 'cs.CL', folded: '.cs.cl.' },
      { field: 'category', name: 'Computer Science', folded: '.computer science.' },
      { field: 'collection', name: 'Thesis / Chapter 1', folded: '/thesis/chapter 1/' },
    ]);
    expect(facetsOf(paper('b'))).toEqual([]);
    expect(facetsOf(paper('c', { extra: { collections: 'one' } }))).toHaveLength(1);
    expect(facetsOf(paper('d', { extra: { collections: { not: 'a list' } } }))).toEqual([]);
  });
});
