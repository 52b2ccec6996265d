/** Which source reads a file, and what is said of one that holds nothing, or several formats. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { LibraryWriter } from '../../src/library/library.ts';
import { storeFiles } from '../../src/session/intake.ts';
import { detectSource } from '../../src/sources/registry.ts';

const noLibrary = {
  store: ({ parts }) => Promise.resolve(parts.map(({ papers }) => papers.map(() => 'added'))),
} as Pick<LibraryWriter, 'store'> as LibraryWriter;

/** What `akin add` makes of a file: papers, and the code of each reject with its reason. */
async function addedFrom(text: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-test-'));
  try {
    const file = path.join(folder, 'file');
    writeFileSync(file, text);
    const rejects: string[] = [];
    const { added } = await storeFiles(noLibrary, [file], {
      onEvent: (event) => event.event === 'rejected' && rejects.push(`${event.reject.code}: ${event.reject.reason}`),
    });
    return { added, rejects };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it.each([
  '[]',
  ' [ ]\n',
  '{"items": []}',
  '{"total": 0, "offset": 0, "data": []}',
  '{"meta": {"count": 0}, "results": []}',
  '{"status": "ok", "message-type": "work-list", "message": {"total-results": 0, "items": []}}',
  '{"version":"6.9","hitCount":0,"resultList":{"result":[]}}',
  '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Nothing</title></feed>',
  '<feed xmlns="http://www.w3.org/2005/Atom"/>',
  '<xml><records></records></xml>',
  '<PubmedArticleSet></PubmedArticleSet>',
  '<PubmedBookArticleSet/>',
  '<modsCollection xmlns="http://www.loc.gov/mods/v3"/>',
  'references: []\n',
  '@comment{jabref-meta: databaseType:bibtex;}\n@string{a = "b"}\n',
])('%s is an answer of nothing, and told as one', async (text) => {
  expect(await addedFrom(text)).toEqual({
    added: 0,
    rejects: [expect.stringMatching(/^no-records: .*no record in it$/)],
  });
});

it.each(['[1]', '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Blog</title></entry></feed>', 'x'])(
  '%s is in no format',
  (text) => expect(detectSource(text)).toBeUndefined(),
);

const RIS = 'TY  - JOUR\nTI  - Counting sheep\nAB  - We count.\nER  - \n';
const BIB = '@article{a,\n  title = {Counting cows},\n  year = {2020}\n}\n';

it('a file of RIS and then BibTeX is RIS, and tells of the rest, however short', async () => {
  const told = { added: 1, rejects: [expect.stringMatching(/^syntax: 4 lines of BibTeX among records/)] };
  expect(await addedFrom(RIS + '\n' + BIB)).toEqual(told);
  // The last record has no end.
  expect(await addedFrom(RIS.replace('ER  - \n', '') + BIB)).toEqual(told);
  expect(await addedFrom(RIS + BIB + RIS)).toEqual({ ...told, added: 2 });
});

it('a file of BibTeX and then RIS is BibTeX, and tells of the rest', async () => {
  expect(await addedFrom(BIB + '\n' + RIS + RIS)).toEqual({
    added: 1,
    rejects: [expect.stringMatching(/^syntax: records of another format among entries/)],
  });
});

it('what stands before an entry and is in no format is passed over', () => {
  expect(detectSource(`% A bibliography\nof mine\n${BIB}`)?.name).toBe('bibtex');
});
