/** Names by their parts: how they are read from texts, shown, and told by looks where nothing is known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familyFirst, guessedName, nameSchema, readName, shownName, type Name } from '../src/names.ts';

const person = (family: string, given: string, others: Partial<Record<'particle' | 'suffix', string>> = {}): Name => ({
  ...{ family, given },
  ...others,
});

describe('a text', () => {
  it.each<[string, Name | string, string]>([
    ['García Márquez, Gabriel', person('García Márquez', 'Gabriel'), 'Gabriel García Márquez'],
    [
      'de la Vallée Poussin, Charles',
      person('Vallée Poussin', 'Charles', { particle: 'de la' }),
      'Charles de la Vallée Poussin',
    ],
    ['García de la Torre, Ana', person('García de la Torre', 'Ana'), 'Ana García de la Torre'],
    ['El Ghaoui, Laurent', person('El Ghaoui', 'Laurent'), 'Laurent El Ghaoui'],
    ["d'Arcy, Jo", person("d'Arcy", 'Jo'), "Jo d'Arcy"],
    ['Abel, Laura, III', person('Abel', 'Laura', { suffix: 'III' }), 'Laura Abel III'],
    ['King, Jr., Martin Luther', person('King', 'Martin Luther', { suffix: 'Jr.' }), 'Martin Luther King Jr.'],
    ['King Jr., Martin', person('King', 'Martin', { suffix: 'Jr.' }), 'Martin King Jr.'],
    ['Abel, Ann B Jr', person('Abel', 'Ann B', { suffix: 'Jr' }), 'Ann B Abel Jr'],
    ['Humboldt, Alexander von', person('Humboldt', 'Alexander von'), 'Alexander von Humboldt'],
    ['Kovács, Béla', person('Kovács', 'Béla'), 'Béla Kovács'],
    ['李, 伟', person('李', '伟'), '李伟'],
    ['김，철수', person('김', '철수'), '김철수'],
    ['山田, 太郎', person('山田', '太郎'), '山田太郎'],
    [
      'University of California, Berkeley',
      { literal: 'University of California, Berkeley' },
      'University of California, Berkeley',
    ],
    ['Barnes and Noble, Inc.', { literal: 'Barnes and Noble, Inc.' }, 'Barnes and Noble, Inc.'],
    [
      'Department of Health,, Education',
      { literal: 'Department of Health, Education' },
      'Department of Health, Education',
    ],
    ['World Health Organization,', { literal: 'World Health Organization' }, 'World Health Organization'],
    ['Press, William H.', person('Press', 'William H.'), 'William H. Press'],
    ['Abel,', { literal: 'Abel' }, 'Abel'],
    ['Martin Luther King, Jr.', 'Martin Luther King Jr.', 'Martin Luther King Jr.'],
    ['Gabriel García Márquez', 'Gabriel García Márquez', 'Gabriel García Márquez'],
    [' Li \n Wei ', 'Li Wei', 'Li Wei'],
    [', ', '', ''],
  ])('%j is read by its comma', (text, name, shown) => {
    const read = readName(text);
    expect(read).toEqual(name);
    expect(typeof read === 'string' ? read : shownName(read)).toBe(shown);
  });

  it('that is a name as it is written in lists is read as that name', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 9 }),
      fc.constantFrom('Jr.', 'de la', 'Ö Ü', 'A.', 'II', 'van'),
    );
    fc.assert(
      fc.property(fc.record({ family: part, given: part, particle: part, suffix: part }), (parts) => {
        const name = nameSchema.parse(parts);
        if (typeof name === 'string') return;
        expect(nameSchema.parse(name)).toEqual(name);
        if ('literal' in name) return;
        const [family, given, suffix] = familyFirst(name).split(', ');
        expect(nameSchema.parse({ family, given, suffix })).toEqual(name);
      }),
      { seed: 3, numRuns: 2000 },
    );
  });

  it('of any length costs no more than its length', () => {
    const begun = performance.now();
    for (const piece of ['a, ', ',', 'A. ', 'van ', '， ']) expect(readName(piece.repeat(500_000))).toBeDefined();
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

it.each([
  ['Ludwig van Beethoven', { family: 'Beethoven', given: 'Ludwig', particle: 'van' }],
  ['Martin Luther King Jr.', { family: 'King', given: 'Martin Luther', suffix: 'Jr.' }],
  ['Gabriel García Márquez', { family: 'Márquez', given: 'Gabriel García' }],
  ['World Health Organization', { literal: 'World Health Organization' }],
  ['Plato', { literal: 'Plato' }],
])('the parts of %s are told by looks where nothing is known of them', (text, name) => {
  expect(guessedName(text)).toEqual(name);
  expect(shownName(guessedName(text))).toBe(text);
});

it.each([{}, { family: 1 }, { name: 'Ann Abel' }, { literal: [] }, 'Ann Abel', null])(
  '%j is no name in parts',
  (given) => {
    expect(nameSchema.safeParse(given).success).toBe(false);
  },
);
