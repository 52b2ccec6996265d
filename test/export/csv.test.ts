import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csv } from '../../src/export/csv.ts';
import { nastyPaper, paper, written } from './papers.ts';

it('is a table with a header', async () => {
  const text = await written(csv, [
    paper({
      ...{
        id: '17',
        title: 'Say "no", twice',
        authors: ['Anna Cruz', 'A; B\\C'],
        year: 2020,
        pmid: 5,
        abstract: 'a\nb',
      },
      extra: { volume: '3' },
    }),
  ]);
  expect(text).toBe(
    'akin_id,title,abstract,authors,year,venue,url,categories,doi,arxiv,pmid,pmcid,acl,openalex,s2,isbn,akin_names,akin_extra\r\n' +
      '17,"Say ""no"", twice","a\nb",Anna Cruz; A\\; B\\\\C,2020,,,,,,5,,,,,,,"{""volume"":""3""}"\r\n',
  );
});

it('leaves formulas as they are', async () => {
  expect(await written(csv, [paper({ title: '=SUM(A1)' })])).toContain('x,=SUM(A1),');
});

it('is read by others as well: every row has as many fields as the header, with the id and year in them', async () => {
  const papers = fc.sample(nastyPaper, { seed: 2, numRuns: 200 });
  const rows: string[][] = parse(await written(csv, papers), { record_delimiter: '\r\n' });
  expect(rows).toHaveLength(201);
  expect(rows.slice(1).map(([id]) => id)).toEqual(papers.map(({ id }) => id));
  expect(rows.slice(1).map((row) => row[4])).toEqual(papers.map(({ year }) => String(year ?? '')));
});
