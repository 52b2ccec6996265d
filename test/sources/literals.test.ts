/** Lists and objects in a cell, as programs write them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { literalIn } from '../../src/sources/literals.ts';

/** What Python prints of a value. */
function python(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, each]) => `${python(key)}: ${python(each)}`)
      .join(', ')}}`;
  }
  if (value === null) return 'None';
  const text = (value as string).replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
}

const name = fc.string({ unit: fc.constantFrom(...'aé张\'"\\,: [{}]()\n'.split('')), maxLength: 8 });
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, name, fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(
    name.filter((key) => key !== '__proto__'),
    tie('value'),
    { minKeys: 1, maxKeys: 3 },
  ),
}));

it('is read as it was written, by JSON and by Python', () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(values, { minLength: 1 }), fc.dictionary(name, values, { minKeys: 1 })), (value) => {
      const first = Array.isArray(value) ? value[0] : value;
      fc.pre(first !== null && first !== '');
      expect(literalIn(JSON.stringify(value))).toEqual(value);
      expect(literalIn(python(value))).toEqual(value);
    }),
  );
});

it.each([
  ["['a' 'b']", ['a', 'b']],
  ["[u'a', u'b']", ['a', 'b']],
  ["('a', 'b')", ['a', 'b']],
  ["{'a', 'b'}", ['a', 'b']],
  ["['a', 'b', 'c and so o", ['a', 'b', 'c and so o']],
  ["[{'name': 'a'}, {'name': 'b'", [{ name: 'a' }, { name: 'b' }]],
  ["[{'name': 'a', 'id': None, 'n': 1.5}]", [{ name: 'a', id: null, n: '1.5' }]],
  ['a, b', undefined],
  ['[1] A title', undefined],
  ['', undefined],
])('%s', (text, value) => {
  expect(literalIn(text)).toEqual(value);
});

it('takes no time, however deep or broken', () => {
  for (const unit of ["['", '[[', '["a",', "{'a':", '\\"', "'", '(', ')', ' ']) {
    expect(literalIn(`['a', ${unit.repeat(500_000 / unit.length)}`)).toBeInstanceOf(Array);
  }
});
