import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AkinError } from '../../src/errors.ts';
import { EXPORT_NAMES, exporterNamed } from '../../src/export/registry.ts';
import { markdown } from '../../src/export/markdown.ts';
import { nastyPaper, paper, written } from './papers.ts';

it('is a reading list with links', async () => {
  const papers = [
    paper({
      ...{
        title: 'A_b [of] *things*',
        authors: ['Anna Cruz', 'Plato'],
        year: 2020,
        venue: 'J',
        url: 'https://a.org/(x) y',
      },
      ...{ doi: '10.1000/a<b>', abstract: 'First.\n# Second.' },
    }),
    paper({ title: '', abstract: '1. Only' }),
  ];
  expect(await written(markdown, papers)).toBe(`# Papers

- **[A\\_b \\[of\\] \\*things\\*](<https://a.org/(x)%20y>)**${'  '}
  Anna Cruz, Plato · *J* 2020 · [doi:10.1000/a\\<b\\>](<https://doi.org/10.1000/a%3Cb%3E>)

  First.

  \\# Second.

- **(no title)**

  1\\. Only
`);
});

it('links a paper without an address to the first place that knows it', async () => {
  expect(await written(markdown, [paper({ arxiv: '2101.00001' })])).toContain(
    '[A title](<https://arxiv.org/abs/2101.00001>)',
  );
});

it('has one item a paper, whatever is in it, and links to nothing but pages', async () => {
  for (const nasty of fc.sample(nastyPaper, { seed: 3, numRuns: 300 })) {
    const text = await written(markdown, [nasty]);
    expect(text.match(/^\s*(?:[-*+] |#|\d+[.)] )/gm)).toHaveLength(2); // The heading, the item.
    for (const [, address] of text.matchAll(/\]\((.*?)[)\n]/g)) expect(address).toMatch(/^<https?:/i);
  }
});

it('is one of the formats there are, any other is refused by name', () => {
  expect(EXPORT_NAMES).toEqual(['bibtex', 'ris', 'csl', 'jsonl', 'csv', 'markdown']);
  expect(() => exporterNamed('word')).toThrow(AkinError);
  expect(() => exporterNamed('word')).toThrow('unknown export format "word"');
});
