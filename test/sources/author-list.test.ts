/** Lists of authors, each in the light of the column it is in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsShown, seenName } from '../../src/names.ts';
import { listedName, namesIn, styleOf } from '../../src/sources/author-list.ts';

const shown = (name: string | object): string => (typeof name === 'string' ? seenName(name) : partsShown(name));

/** The authors of every cell of a column. */
function column(cells: string[]): string[][] {
  const style = styleOf(cells);
  return cells.map((cell) => namesIn(cell, style).names.map((name) => shown(listedName(name, style))));
}

describe('a column', () => {
  it.each<[string, Record<string, string[]>]>([
    [
      'of full names between semicolons has commas inside of names',
      {
        'Ito, Ai; Ode, Bo': ['Ai Ito', 'Bo Ode'],
        'García Márquez, Gabriel José': ['Gabriel José García Márquez'],
        'Smith J., Ode A.': ['J. Smith', 'A. Ode'],
      },
    ],
    [
      'of names between commas has them between names',
      {
        'Ai Ito, Bo Ode, Cy Pax': ['Ai Ito', 'Bo Ode', 'Cy Pax'],
        'Jo van den Berg, Plato': ['Jo van den Berg', 'Plato'],
        'Ai Ito, Bo Ode': ['Ai Ito', 'Bo Ode'],
      },
    ],
    [
      'of pairs has them in both places',
      {
        'Ito, Ai, Ode, Bo': ['Ai Ito', 'Bo Ode'],
        'Pax, Cy, Ito, Ai': ['Cy Pax', 'Ai Ito'],
        'Ode, Bo, Pax, Cy, Ito, Ai': ['Bo Ode', 'Cy Pax', 'Ai Ito'],
        'Ito, Ai': ['Ai Ito'],
      },
    ],
    ['of family names alone', { 'Ito, Ode, Pax': ['Ito', 'Ode', 'Pax'], 'Ito, Ode': ['Ito', 'Ode'], Ito: ['Ito'] }],
    [
      'of PubMed ends in a full stop, and has initials last',
      {
        'Lim SM, Shiau CWC, Cheng LJ, Lau Y.': ['SM Lim', 'CWC Shiau', 'LJ Cheng', 'Y Lau'],
        'de Oliveira Filho ASB.': ['ASB de Oliveira Filho'],
        'Kim J-H, Li XY Jr.': ['J-H Kim', 'XY Li Jr.'],
        'LI W, YU J.': ['W LI', 'J YU'],
      },
    ],
    [
      'of initials first turns nothing round',
      { 'A Ito, B Ode': ['A Ito', 'B Ode'], 'W LI': ['W LI'], 'CD Pax, A Ito': ['CD Pax', 'A Ito'] },
    ],
    [
      'of Springer has nothing between names',
      {
        'Ai ItoBo OdeCy Pax': ['Ai Ito', 'Bo Ode', 'Cy Pax'],
        'V. A. ItoB. N. OdeCy Pax': ['V. A. Ito', 'B. N. Ode', 'Cy Pax'],
        'Ai McBeth': ['Ai McBeth'],
      },
    ],
    ['of Chinese names', { '王树国;李明': ['王树国', '李明'], '王树国，李明': ['王树国', '李明'], 王树国: ['王树国'] }],
    [
      'of lists in JSON and Python',
      {
        '["Ai Ito", "Bo Ode"]': ['Ai Ito', 'Bo Ode'],
        "['Ito, Ai' 'Ode, Bo']": ['Ai Ito', 'Bo Ode'],
        "[{'name': 'Ai Ito', 'id': None}, {'name': \"Bo O'Dea\"}]": ['Ai Ito', "Bo O'Dea"],
        '[{"given": "Ai", "family": "Ito"}, {"first_name": "Bo", "last_name": "Ode"}]': ['Ai Ito', 'Bo Ode'],
        '[["Ito", "Ai", ""], ["Ode", "Bo", "Jr"]]': ['Ai Ito', 'Bo Ode Jr'],
        '["Ai Ito", "Bo Od': ['Ai Ito', 'Bo Od'],
      },
    ],
    [
      'of all kinds',
      {
        'A. Ito und B. Ode': ['A. Ito', 'B. Ode'],
        'Ai Ito, Bo Ode et Cy Pax': ['Ai Ito', 'Bo Ode', 'Cy Pax'],
        'Karl von und zu Berg': ['Karl von und zu Berg'],
        'Ito, A.// Ode, B.': ['A. Ito', 'B. Ode'],
        'Ito, Ai\nOde, Bo': ['Ai Ito', 'Bo Ode'],
        'Ai Ito / Bo Ode': ['Ai Ito', 'Bo Ode'],
        'Ai Ito (0000-0001-2345-678X)': ['Ai Ito'],
        'King J.A., Jr.; Ito A. B.': ['J.A. King Jr.', 'A. B. Ito'],
        'null Ito; null v. Ode': ['Ito', 'v. Ode'],
      },
    ],
  ])('%s', (_, cells) => {
    expect(column(Object.keys(cells))).toEqual(Object.values(cells));
  });
});

it.each(['et al.', 'and others', 'et al', '...', '…', 'u. a.', 'y otros', 'e outros'])('"%s" is nobody', (others) => {
  for (const list of [`Ito, Ai; Ode, Bo; ${others}`, `Ito A, Ode B, ${others}`, `Ai Ito, Bo Ode ${others}`]) {
    const { names, isWhole } = namesIn(list, styleOf([list]));
    expect([list, names.length, isWhole]).toEqual([list, 2, false]);
  }
});

it('however a list looks, nothing of a name is lost, and it takes no time', () => {
  const unit = fc.constantFrom(...'ABab;,.|()[]{}"\'é张 \n'.split(''), ' and ', ', ', '; ', 'et al.');
  fc.assert(
    fc.property(fc.array(fc.string({ unit, maxLength: 40 }), { maxLength: 5 }), (cells) => {
      const style = styleOf(cells);
      for (const cell of cells) for (const name of namesIn(cell, style).names) expect(name).not.toBe('');
    }),
  );
  for (const unit of ['A, ', 'A. ', 'Aa ', '; ', ',', '(', "['", 'Ai Ito', ' and ', 'A.B', '\n', '…']) {
    const list = unit.repeat(1e6 / unit.length);
    const style = styleOf([list]);
    expect(namesIn(list, style).names.map((name) => shown(listedName(name, style))).length).toBeGreaterThanOrEqual(0);
  }
});
