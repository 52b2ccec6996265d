import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readQrels, readQueries } from '../../src/evaluation/collection.ts';
import { MAX_QUERY } from '../../src/search/question.ts';
import { temporaryFolder } from '../akin.ts';
import { itShared, sharedPath } from '../shared.ts';

function file(content: string | Buffer): string {
  const name = path.join(temporaryFolder(), 'file');
  writeFileSync(name, content);
  return name;
}

describe('queries', () => {
  it('are read from BEIR, with other fields passed over, gzipped too', async () => {
    const beir =
      '{"_id": "q1", "text": " why is the sky blue ", "metadata": {"url": ""}}\n\n{"_id": 2, "text": "two"}\r\n';
    const expected = [
      { id: 'q1', text: 'why is the sky blue' },
      { id: '2', text: 'two' },
    ];
    expect(await readQueries(file(beir))).toEqual(expected);
    expect(await readQueries(file(gzipSync(beir)))).toEqual(expected);
  });

  it('may be papers of the collection', async () => {
    expect(
      await readQueries(file('{"id": "a", "text": "x"}\n{"id": "b", "paper_id": "p7", "aspect": "cites"}')),
    ).toEqual([
      { id: 'a', text: 'x' },
      { id: 'b', paper: 'p7' },
    ]);
  });

  it('are read from TREC topics of which no element is closed, the title first', async () => {
    const topics = `
<top>
<num> Number: 301
<title> Topic: wing flutter &amp;
   heat

<desc> Description:
Which wings flutter?
<narr> Narrative: any.
</top>
<top>
<num> Number: 302
<title>
<desc> Description: Does a wing
flutter?
</top>`;
    expect(await readQueries(file(topics))).toEqual([
      { id: '301', text: 'wing flutter & heat' },
      { id: '302', text: 'Does a wing flutter?' },
    ]);
  });

  it('are read from TREC topics in XML', async () => {
    const topics = `<?xml version="1.0"?>
<topics task="made up">
  <topic number="1"><query>wing flutter</query><question>Which wings flutter?</question></topic>
  <topic number="2"><title>heat &lt; cold</title></topic>
</topics>`;
    expect(await readQueries(file(topics))).toEqual([
      { id: '1', text: 'wing flutter' },
      { id: '2', text: 'heat < cold' },
    ]);
  });

  it('are read from lines of id, tab, text', async () => {
    expect(await readQueries(file('7\twing flutter\n8\theat\n'))).toEqual([
      { id: '7', text: 'wing flutter' },
      { id: '8', text: 'heat' },
    ]);
  });

  it.each([
    ['{"_id": "1", "text": "a"}\n{"_id": "2", "text": ', 'line 2: not JSON'],
    ['{"_id": "1", "text": "a"}\n\n{"_id": "2"}', 'line 3: expected {"_id", "text"}'],
    ['{"_id": "1", "text": "  "}', 'line 1: expected {"_id", "text"}'],
    [`{"_id": "1", "text": "${'a'.repeat(MAX_QUERY + 1)}"}`, `of 1 to ${MAX_QUERY} characters`],
    ['{"_id": "1", "text": "a"}\n{"_id": "1", "text": "b"}', 'line 2: the query id "1" comes a second time'],
    ['1\ta\nno tab', 'line 2: expected JSON Lines, TREC topics, or lines of id, tab, text; found "no tab"'],
    ['<top>\n<num> Number: 1\n<title> a\n</top>\n<top>\n<title> b\n</top>', 'line 5: id: expected an id, found none'],
    ['<top><num> 1 <narr> c </top>', 'line 1: text: expected the text of the query, found none'],
    ['', 'holds no query'],
    ['<html></html>', 'holds no query'],
  ])('are refused with file and line: %#', async (content, message) => {
    const name = file(content);
    await expect(readQueries(name)).rejects.toMatchObject({
      code: 'invalid-argument',
      field: 'queries',
      message: expect.stringContaining(name),
    });
    await expect(readQueries(name)).rejects.toThrow(message);
  });

  it('are not looked for where there is no file', async () => {
    await expect(readQueries('nowhere.jsonl')).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});

describe('judgements', () => {
  const expected = new Map([
    ['1', new Map([['d 1', 2]])],
    ['2', new Map([['d1', -1]])],
  ]);

  it.each([
    ['BEIR', 'query-id\tcorpus-id\tscore\n1\td 1\t2\n2\td1\t-1\n'],
    ['BEIR without its header', '1\td 1\t2\r\n2\td1\t-1'],
    ['TREC with tabs', '1\t0\td 1\t2\n2\t0\td1\t-1\n'],
  ])('are read from %s', async (_, content) => {
    expect(await readQrels(file(content))).toEqual(expected);
    expect(await readQrels(file(gzipSync(content)))).toEqual(expected);
  });

  it('are read from TREC, whatever white space is between', async () => {
    expect(await readQrels(file('1 0  d1 +2\n1  0 d2 \t0\n\n1 Q0 d1 2\n'))).toEqual(
      new Map([
        [
          '1',
          new Map([
            ['d1', 2],
            ['d2', 0],
          ]),
        ],
      ]),
    );
  });

  it.each([
    ['1 0 d1 1\n1 0 d2', 'line 2: grade: expected a whole number; found "d2"'],
    [
      '1 d2',
      'line 1: expected query, document, grade (BEIR) or query, iteration, document, grade (TREC), found "1 d2"',
    ],
    ['1 0 d1 1 5', 'line 1: expected query, document, grade'],
    ['1\td1\t0.5', 'line 1: grade: expected a whole number; found "0.5"'],
    ['1\t\t1', 'line 1: document: expected an id'],
    ['1 0 d1 1\n1 0 d1 2', 'line 2: document "d1" has the grade 1 for query "1" already, here 2'],
    ['query-id\tcorpus-id\tscore\n', 'holds no judgement'],
  ])('are refused with file and line: %#', async (content, message) => {
    await expect(readQrels(file(content))).rejects.toMatchObject({ code: 'invalid-argument', field: 'qrels' });
    await expect(readQrels(file(content))).rejects.toThrow(message);
  });

  itShared('of every collection beside the checkout are read whole', async () => {
    const counts: Record<string, number> = {
      cisi: 3114,
      cranfield: 1837,
      doris_mae_dev: 3129,
      npl: 2083,
      specter_sample: 400,
    };
    for (const [set, count] of Object.entries(counts)) {
      const qrels = await readQrels(sharedPath(`eval/${set}/qrels.tsv`));
      expect([set, [...qrels.values()].reduce((sum, judged) => sum + judged.size, 0)]).toEqual([set, count]);
      const queries = new Set((await readQueries(sharedPath(`eval/${set}/queries.jsonl`))).map(({ id }) => id));
      expect([...qrels.keys()].filter((id) => !queries.has(id))).toEqual([]);
    }
  });
});
