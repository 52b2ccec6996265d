import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXPORT_NAMES, exporterNamed } from '../../src/export/registry.ts';
import { ROOT } from '../../src/package.ts';
import { toPaper, type Paper } from '../../src/paper.ts';
import { openFile } from '../../src/sources/input.ts';
import { jsonl } from '../../src/sources/jsonl.ts';
import { detectSource, sourceNamed } from '../../src/sources/registry.ts';
import { readPath, records } from '../sources/read.ts';
import { itShared, sharedPath } from '../shared.ts';
import { nastyPaper, paper, papersIn, withoutExtra, written } from './papers.ts';

const SAMPLE = path.join(ROOT, 'scripts/sample-papers.jsonl');

/** Every format that is read back, by the source that does, and whether it carries `extra` whole. */
const FORMATS = [
  { format: 'bibtex', source: sourceNamed('bibtex'), whole: false },
  { format: 'ris', source: sourceNamed('ris'), whole: false },
  { format: 'csl', source: sourceNamed('csl-json'), whole: true },
  { format: 'jsonl', source: sourceNamed('jsonl'), whole: true },
  { format: 'csv', source: sourceNamed('csv'), whole: true },
];

it('is promised for every format that is not for people only', () => {
  expect(FORMATS.map(({ format }) => format).sort()).toEqual(EXPORT_NAMES.filter((name) => name !== 'markdown').sort());
});

// A table may hold whatever other formats begin with in a cell of its first rows: it is recognised as a rule only.
it.each(FORMATS.filter(({ format }) => format !== 'csv'))(
  '$format is recognised, whatever the papers',
  async (each) => {
    for (const nasty of fc.sample(nastyPaper, { seed: 4, numRuns: 300 })) {
      const text = await written(exporterNamed(each.format), [nasty]);
      expect(detectSource(text)?.name, text).toBe(each.source.name);
    }
  },
);

describe.each(FORMATS)('$format gives back', ({ format, source, whole }) => {
  const exporter = exporterNamed(format);
  const carried = (papers: Paper[]): unknown[] => (whole ? papers : papers.map(withoutExtra));

  it('any papers', async () => {
    const pieceLength = fc.integer({ min: 1, max: 500 });
    await fc.assert(
      fc.asyncProperty(fc.array(nastyPaper, { maxLength: 4 }), pieceLength, async (papers, length) => {
        const text = await written(exporter, papers);
        expect(carried(await papersIn(source, text, length))).toEqual(carried(papers));
      }),
      { seed: 4, numRuns: 1000, interruptAfterTimeLimit: 4000 },
    );
  });

  it('nothing for nothing', async () => {
    expect(await papersIn(source, await written(exporter, []))).toEqual([]);
  });

  it('the same text when it is written again', async () => {
    const papers = fc.sample(nastyPaper, { seed: 4, numRuns: 50 });
    const text = await written(exporter, papers);
    expect(await written(exporter, await papersIn(source, text))).toBe(text);
  });

  it('the sample library, recognised without being told the format', async () => {
    const papers = records(await readPath(jsonl, SAMPLE)).map(({ input }) => toPaper(input));
    expect(papers).toHaveLength(120);
    const text = await written(exporter, papers);
    expect(detectSource(text.slice(0, 64 * 1024))?.name).toBe(source.name);
    expect(carried(await papersIn(source, text))).toEqual(carried(papers));
  });

  it('a paper of which hardly anything is known, recognised as well', async () => {
    for (const bare of [toPaper({ title: 'T' }), toPaper({ abstract: 'A\nB' }), paper({ id: '17' })]) {
      const text = await written(exporter, [bare]);
      expect(detectSource(text)?.name).toBe(source.name);
      expect(carried(await papersIn(source, text))).toEqual(carried([bare]));
    }
  });

  itShared('what other programs exported', async () => {
    const folder = sharedPath('formats');
    let count = 0;
    for (const name of readdirSync(folder).filter((each) => !each.endsWith('.md'))) {
      const file = await openFile(`${folder}/${name}`);
      const papers: Paper[] = [];
      for await (const each of detectSource(file.head)!.read(file)) {
        try {
          if ('input' in each) papers.push(toPaper(each.input));
        } catch {
          // No paper: nothing to write.
        }
      }
      count += papers.length;
      expect(carried(await papersIn(source, await written(exporter, papers))), name).toEqual(carried(papers));
    }
    expect(count).toBeGreaterThan(1500);
  });
});
