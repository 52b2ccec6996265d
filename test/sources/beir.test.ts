import { expect, it } from 'vitest';
import { beir } from '../../src/sources/beir.ts';
import { detectSource } from '../../src/sources/registry.ts';
import { readText, records, rejects } from './read.ts';

const CORPUS =
  '{"_id": "MED-10", "title": "Salt and thirst", "text": "We gave salt.", "metadata": {"url": "http://x.example/1"}}\n' +
  '{"_id": 11, "title": "", "text": "Only a text."}\n';

it('reads documents: the text is the abstract, whatever else there is stays', async () => {
  expect(records(await readText(beir, CORPUS, 7)).map(({ input }) => input)).toEqual([
    { id: 'MED-10', title: 'Salt and thirst', abstract: 'We gave salt.', metadata: { url: 'http://x.example/1' } },
    { id: '11', title: undefined, abstract: 'Only a text.' },
  ]);
});

it('is told from other JSON Lines by its names', () => {
  expect(detectSource(CORPUS)?.name).toBe('beir');
  expect(detectSource(CORPUS.slice(0, 75))?.name).toBe('beir');
  for (const other of ['{"id": "1", "title": "A", "abstract": "B"}', '{"_id": "1", "title": "A", "abstract": "B"}']) {
    expect(detectSource(other)?.name).toBe('jsonl');
  }
});

it('loses one record to a broken line', async () => {
  const found = await readText(beir, `${CORPUS}{"_id": "12", "title": \n${CORPUS}`);
  expect(records(found)).toHaveLength(4);
  expect(rejects(found)).toMatchObject([{ record: 3, reject: { code: 'syntax' } }]);
});
