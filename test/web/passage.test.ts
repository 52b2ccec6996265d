/** Why a paper is there, as the page shows it: which passage, which words marked. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marked, passage, stemsOf } from '../../src/web/passage.ts';

const marks = (text: string, query: string) =>
  marked(text, stemsOf(query))
    .filter((piece) => piece.marked)
    .map((piece) => piece.text);

describe('marks', () => {
  it('mark the words of the question in any of their forms', () => {
    expect(marks('Computers compute what is computable; a machine counts.', 'computing machines')).toEqual([
      'Computers',
      'compute',
      'computable',
      'machine',
    ]);
    expect(marks('Cafés in the CITY', 'cafe cities')).toEqual(['Cafés', 'CITY']);
    expect(marks('It saves time, mapping genes: use a map of one gene.', 'save using maps gene')).toEqual([
      'saves',
      'mapping',
      'genes',
      'use',
      'map',
      'gene',
    ]);
  });

  it('mark a piece of what has no spaces, whole', () => {
    expect(marks('基于注意力机制的机器翻译', '机器翻译 注意')).toEqual(['注意', '机器翻译']);
    expect(marks('딥러닝을 이용한 음성인식', '음성 인식')).toEqual(['음성', '인식']);
  });

  it('leave words alone that only begin alike, and words that tell nothing', () => {
    expect(marks('A number of planets with planes', 'the plans of a numb planner')).toEqual([]);
  });

  it('cost no time on what is no word', () => {
    const began = performance.now();
    expect(marks(`${'a'.repeat(100_000)} ${'銀河'.repeat(50_000)}`, 'rye')).toEqual([]);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('keep the text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, query) => {
        expect(
          marked(text, stemsOf(query))
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});

describe('a passage', () => {
  const abstract =
    'Bread is old. Ovens are older than wheat. Rye came last, and with it came sourdough. Nobody knows why.';

  it('begins where it is told to, and says what it leaves out', () => {
    const start = abstract.indexOf('Rye');
    expect(passage(abstract, start, 60)).toBe('…\u00a0Rye came last, and with it came sourdough. Nobody knows why.');
    expect(passage(abstract, abstract.indexOf('Ovens'), 30)).toBe('…\u00a0Ovens are older than wheat.\u00a0…');
    expect(passage(abstract, 0, 30)).toBe('Bread is old. Ovens are older\u00a0…');
  });

  it('is all of a short text, on one line', () => {
    expect(passage('Bread is\n old.', 9, 30)).toBe('Bread is old.');
    expect(passage('', 0, 30)).toBe('');
  });

  it('is short also where the script has no spaces', () => {
    expect(passage('銀'.repeat(1000), 0, 30)).toBe(`${'銀'.repeat(30)}\u00a0…`);
  });

  it('is never much longer than asked for, and holds nothing that is not in the text', () => {
    const words = fc.array(fc.constantFrom('rye', 'oven.', 'bread', 'galaxy', 'sourdough,', 'why?'), { maxLength: 80 });
    fc.assert(
      fc.property(words, fc.nat(), fc.integer({ min: 20, max: 200 }), (parts, at, length) => {
        const text = parts.join(' ');
        const shown = passage(text, text === '' ? 0 : at % text.length, length);
        expect(shown.length).toBeLessThanOrEqual(length + 4);
        expect(text).toContain(shown.replace(/^…\u00a0|\u00a0…$/g, ''));
      }),
    );
  });
});
