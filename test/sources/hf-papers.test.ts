import { describe, expect, it } from 'vitest';
import { toPaper } from '../../src/paper.ts';
import { hfPapers } from '../../src/sources/hf-papers.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { itShared, sharedPath } from '../shared.ts';
import { MAX_RECORD_CHARACTERS } from '../../src/sources/source.ts';
import { readPath, readText, records, rejects } from './read.ts';

const FURNITURE = 'new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n';
const abstract = (of: string) => `${of} is what this paragraph is about. `.repeat(10).trim();
const page = (...paragraphs: string[]) => FURNITURE + paragraphs.join('\n\n');

itShared('reads all 78 papers of the page, whole and without a reject', async () => {
  const found = await readPath(hfPapers, sharedPath('papers/hf-papers-page.txt'));
  expect(rejects(found)).toEqual([]);
  const papers = records(found).map(({ input }) => toPaper(input));
  expect(papers.length).toBe(78);
  expect(papers[0]!.title).toBe('EcoFormer: Energy-Saving Attention with Linear Complexity');
  expect(papers.at(-1)!.title).toBe(
    'Pre-RMSNorm and Pre-CRMSNorm Transformers: Equivalent and Efficient Pre-LN Transformers',
  );
  expect(new Set(papers.map(({ id }) => id)).size).toBe(78);
  for (const paper of papers) expect(paper.abstract.length).toBeGreaterThanOrEqual(200);
});

itShared('is recognised in the page itself', async () => {
  const { openFile } = await import('../../src/sources/input.ts');
  const { head } = await openFile(sharedPath('papers/hf-papers-page.txt'));
  expect(detectSource(head)).toBe(hfPapers);
});

describe('a page made up', () => {
  it('leaves out what stands before the first paper', async () => {
    const text = page('Mar 11', 'First', abstract('One'), 'Second', abstract('Two'));
    expect(hfPapers.detects(text)).toBe(true);
    expect(await readText(hfPapers, text, 13)).toEqual([
      { record: 1, offset: text.indexOf('First'), raw: 'First', input: { title: 'First', abstract: abstract('One') } },
      {
        record: 2,
        offset: text.indexOf('Second'),
        raw: 'Second',
        input: { title: 'Second', abstract: abstract('Two') },
      },
    ]);
  });

  it('reports an abstract that has no title', async () => {
    const text = page('First', abstract('Öne'), abstract('Two'), 'Third', abstract('Three'));
    const found = await readText(hfPapers, text);
    expect(records(found).map(({ record, input }) => [record, input.title])).toEqual([
      [1, 'First'],
      [3, 'Third'],
    ]);
    expect(rejects(found)).toEqual([
      {
        record: 2,
        offset: Buffer.byteLength(text.slice(0, text.indexOf(abstract('Two')))),
        raw: abstract('Two'),
        reject: { code: 'syntax', reason: 'an abstract without a title line before it' },
      },
    ]);
  });

  it('reports a title that has no abstract, in the middle and at the end', async () => {
    const found = await readText(
      hfPapers,
      page('First', abstract('One'), 'Second', 'Third', abstract('Three'), 'Fourth'),
    );
    expect(records(found).map(({ input }) => input.title)).toEqual(['First', 'Third']);
    expect(rejects(found).map(({ record, raw, reject }) => [record, raw, reject.code])).toEqual([
      [2, 'Second', 'syntax'],
      [4, 'Fourth', 'syntax'],
    ]);
    for (const { reject } of rejects(found)) expect(reject.reason).toContain('without an abstract');
  });

  it('reports title and abstract when the abstract is too short to be told from a title', async () => {
    const found = await readText(
      hfPapers,
      page('First', abstract('One'), 'Second', 'All too short.', 'Third', abstract('Three')),
    );
    expect(records(found).map(({ input }) => input.title)).toEqual(['First', 'Third']);
    expect(rejects(found).map(({ raw }) => raw)).toEqual(['Second', 'All too short.']);
  });

  it('joins the lines of a paragraph, with either kind of line end', async () => {
    const text = page('A title\non two lines', abstract('One')).replaceAll('\n', '\r\n');
    expect(records(await readText(hfPapers, text))).toMatchObject([
      { offset: text.indexOf('A title'), input: { title: 'A title\non two lines', abstract: abstract('One') } },
    ]);
  });

  it('is not taken for any text with long paragraphs', () => {
    expect(hfPapers.detects(`First\n\n${abstract('One')}`)).toBe(false);
    expect(hfPapers.detects(FURNITURE)).toBe(false);
  });
});

it('rejects a paragraph without an end, and goes on behind it', async () => {
  const endless = 'many words\n'.repeat(MAX_RECORD_CHARACTERS / 10);
  const found = await readText(hfPapers, page('One', abstract('One'), endless, 'Two', abstract('Two')), 65_536);
  expect(found.map((each) => ('reject' in each ? each.reject.code : each.input.title))).toEqual([
    'One',
    'too-large',
    'Two',
  ]);
});
