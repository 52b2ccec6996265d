/**
 * Nothing leaves the machine, and nothing is written but the library: the commands as a person runs them, recorded. What
 * anybody else may have left in the temporary folder is not even looked at, compiled code of ours in the form of tsx least
 * of all: that folder is open to everybody.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { builtOf, ROOT, sampleCopy, temporaryFolder } from '../akin.ts';
import { paragraph, pdfOf } from '../sources/pdf-fixture.ts';
import { recorded, whyNot, type Recorded } from './recorded.ts';

const reason = process.env.CI ? undefined : whyNot();
if (reason !== undefined) {
  process.stderr.write(`NOT TESTED on this machine, that nothing leaves it: ${reason}\n`);
}

const AKIN = path.join(ROOT, 'src/cli/akin.js');
const SAMPLE = path.join(ROOT, 'scripts/sample-papers.jsonl');
const folder = temporaryFolder(afterAll);
const library = path.join(folder, 'library');
const another = path.join(folder, 'another library');
const TEXT = ['Attention layers replace recurrence in networks', 'that translate from one language to another.'];
const pdf = path.join(folder, 'draft.pdf');
writeFileSync(pdf, pdfOf([paragraph(TEXT, { x: 80, y: 700, size: 10 })]));
const word = path.join(folder, 'draft.docx');
writeFileSync(word, await wordDocument(TEXT.join(' ')));
const marker = path.join(folder, 'planted-code-ran');

/** The least that Word takes for a document. */
async function wordDocument(text: string): Promise<Buffer> {
  const OFFICE = 'http://schemas.openxmlformats.org';
  const zip = new ZipFile();
  for (const [name, content] of [
    ['[Content_Types].xml', `<Types xmlns="${OFFICE}/package/2006/content-types"/>`],
    [
      '_rels/.rels',
      `<Relationships xmlns="${OFFICE}/package/2006/relationships"><Relationship Id="r1" Type="${OFFICE}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
    ],
    [
      'word/document.xml',
      `<w:document xmlns:w="${OFFICE}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`,
    ],
  ] as const)
    zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return buffer(zip.outputStream);
}

/** A folder for HOME and temporary files; in the latter, code that anybody could have planted there. */
function strangersPlace(name: string): string {
  const place = path.join(folder, name);
  // Both users that the command may be taken for: whoever runs the tests, and who that is in the namespace.
  for (const user of new Set([process.geteuid!(), 0])) {
    const cache = path.join(place, 'tmp', `tsx-${user}`);
    mkdirSync(cache, { recursive: true });
    for (const source of [
      'src/cli/main.ts',
      'src/errors.ts',
      'src/library/local/graph-worker.ts',
      'scripts/build-index.ts',
    ]) {
      const key = createHash('sha1')
        .update(readFileSync(path.join(ROOT, source)))
        .digest('hex');
      const code = `import{writeFileSync}from"node:fs";writeFileSync(${JSON.stringify(marker)},"");`;
      writeFileSync(path.join(cache, `${Math.floor(Date.now() / 1e8)}-${key}`), JSON.stringify({ code, map: '' }));
    }
  }
  return place;
}

/** What leaves or stays outside of `kept`, where that is the only folder to be written to. */
function traces({ sockets, lookUps, written, opened }: Recorded, place: string, kept: string) {
  const temporary = path.join(place, 'tmp');
  return {
    sockets,
    lookUps,
    written: written.filter((file) => file !== '/dev/null' && file !== kept && !file.startsWith(`${kept}/`)),
    home: readdirSync(path.join(place, 'home')),
    ofTheTemporaryFolder: opened.filter((file) => file.startsWith(temporary)),
    plantedCodeRan: existsSync(marker),
  };
}
const NONE = { sockets: [], lookUps: [], written: [], home: [], ofTheTemporaryFolder: [], plantedCodeRan: false };

describe.skipIf(reason !== undefined)('nothing leaves', { timeout: 240_000 }, () => {
  const served = sampleCopy(afterAll);
  const watched = temporaryFolder(afterAll);
  let serving: Promise<Recorded>;
  beforeAll(() => {
    // It takes a minute: the other commands run beside it.
    const command = [AKIN, 'serve', '--index', served, '--port', '0', '--watch', watched, '--json'];
    const around = [process.execPath, builtOf('test/e2e/ask-for-a-minute.ts'), watched];
    serving = recorded(command, strangersPlace('serving'), around);
    serving.catch(() => {}); // It is awaited by its test.
  });

  it.each([
    ['add', library, [AKIN, 'add', SAMPLE], /^120 added/],
    ['search', library, [AKIN, 'search', 'saving energy in attention layers'], /1706\.03762/],
    ['related, of a PDF', library, [AKIN, 'related', pdf], /1706\.03762/],
    ['related, of a Word document', library, [AKIN, 'related', word], /1706\.03762/],
    ['a script', another, [builtOf('scripts/build-index.ts'), SAMPLE], /^120 added/],
  ])('from %s', async (name, index, command, said) => {
    const place = strangersPlace(name);
    const record = await recorded([...command, '--index', index], place);
    expect(record.stdout).toMatch(said);
    expect(record.opened).toContain(path.join(index, 'library.sqlite')); // The record is one.
    expect(traces(record, place, index)).toEqual(NONE);
  });

  it('from akin mcp, with an agent that calls each of its tools', async () => {
    const place = strangersPlace('agent');
    const asked = sampleCopy();
    const around = [process.execPath, builtOf('test/e2e/ask-as-agent.ts')];
    const record = await recorded([AKIN, 'mcp', '--index', asked], place, around);
    expect(record.stdout).toBe('5 answered\n');
    expect(record.opened).toContain(path.join(asked, 'library.sqlite'));
    expect(traces(record, place, asked)).toEqual(NONE);
  });

  it("from the server, in a minute in which it answers searches, half of them an agent's, and all else that it can", async () => {
    const record = await serving;
    expect(record.stdout).toBe('20 answered, and 19 of 19 others\n');
    const sockets = ['socket AF_INET', expect.stringMatching(/^bind 127\.0\.0\.1:\d+$/)];
    expect(traces(record, path.join(folder, 'serving'), served)).toEqual({ ...NONE, sockets });
  });
});
