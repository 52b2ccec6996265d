/** Drafts of every kind as real files: what is told of each, and what is refused. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ZipFile } from 'yazl';
import { buffer } from 'node:stream/consumers';
import type { Draft } from '../../src/drafts/draft.ts';
import { readLatex } from '../../src/drafts/latex.ts';
import { readMarkdown } from '../../src/drafts/markdown.ts';
import { readDraft } from '../../src/drafts/read.ts';
import { readText } from '../../src/drafts/text.ts';
import { temporaryFolder } from '../akin.ts';
import { docxOf, STYLES } from './docx-fixture.ts';
import { paragraph, pdfOf, scannedPdf, type Drawing } from '../sources/pdf-fixture.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder(onTestFinished);
});

/** Writes a file and returns where it is. */
function file(name: string, content: string | Buffer): string {
  const full = path.join(folder, name);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

const shape = ({ title, abstract, paragraphs }: Draft) => ({
  title,
  abstract,
  paragraphs: paragraphs.map(({ heading, text, citations }) => [heading, text, citations.map(({ key }) => key)]),
});
const keysOf = ({ references }: Draft) => references.map(({ key }) => key);

describe('a draft in Markdown', () => {
  const MARKDOWN = `---
title: "Counting sheep"
author: Ann Abel
abstract: |
  We count sheep.
  It is easy.
bibliography: [refs.bib, 'more.bib']
---

# Introduction {#intro}

Sheep **sleep** [see @abel2001, p. 3; also @{odd/key!}]. @baker1999 says so, *unlike* -@cole:2003.
Write to ann@example.org; see [the farm](https://example.org/a) and \`code @hidden\`.

\`\`\`
hidden @hidden
\`\`\`

| hidden | table |
|--------|-------|
| hidden | @hidden |

$$
hidden
$$

<!-- hidden @hidden
hidden -->

Methods
-------

- first item
- second item [@dole]

> A quotation.[^1]

![A sheep](hidden.png)

# References

- Abel, A. (2001). Sheep. doi:10.1000/sheep
`;

  it('has title and abstract from the front matter, its prose, and its citations', () => {
    const draft = readMarkdown(MARKDOWN);
    expect(shape(draft)).toEqual({
      title: 'Counting sheep',
      abstract: 'We count sheep. It is easy.',
      paragraphs: [
        [
          'Introduction',
          'Sheep sleep. says so, unlike. Write to ; see the farm and code hidden.',
          ['abel2001', 'odd/key!', 'baker1999', 'cole:2003'],
        ],
        ['Introduction › Methods', 'first item', []],
        ['Introduction › Methods', 'second item', ['dole']],
        ['Introduction › Methods', 'A quotation.', []],
        ['Introduction › Methods', 'A sheep', []],
      ],
    });
    expect(draft.bibliographies).toEqual(['refs.bib', 'more.bib']);
    expect(draft.references).toMatchObject([{ key: null, ids: { doi: '10.1000/sheep' } }]);
    for (const { offset, text } of draft.paragraphs) {
      expect(
        MARKDOWN.slice(offset)
          .replace(/^[^\w]+/, '')
          .slice(0, 5),
      ).toBe(text.slice(0, 5));
    }
  });

  it('has a first heading for its title, and a section for its abstract, where there is no front matter', () => {
    expect(shape(readMarkdown('# A *fine* title\n\n## Abstract\n\nShort [@a].\n\n## Next\n\nText.'))).toEqual({
      title: 'A fine title',
      abstract: 'Short.',
      paragraphs: [['Next', 'Text.', []]],
    });
  });

  it('never fails', () => {
    const words = fc.constantFrom(
      ...'--- # ## [@a] [@a; @b] @c ``` $$ <!-- --> | |--| > - 1. [ ] ( ) ![x](y) ** _ \\ word title: ===='.split(' '),
      '\n',
      '\n\n',
    );
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 80 }).map((all) => all.join(' ')),
        (text) => {
          for (const read of [readMarkdown, readText]) expect(JSON.stringify(read(text))).not.toMatch(/[\ue000\ue001]/);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a draft in plain text', () => {
  const TEXT = `Counting sheep at night

Abstract
We count sheep [1].

1 Introduction

Sheep sleep [1, 3-4]. Fences do not [12]. The interval is
[0,1].

METHODS

We look at them.

References

[1] A. Abel. Sheep and their
    fen-
    ces. https://doi.org/10.1000/sheep.
[3] B. Baker. Dogs.
[4] C. Cole. Cars.
`;

  it('has headings, paragraphs, and citations by number', () => {
    const draft = readText(TEXT);
    expect(shape(draft)).toEqual({
      title: 'Counting sheep at night',
      abstract: 'We count sheep.',
      paragraphs: [
        ['1 Introduction', 'Sheep sleep. Fences do not [12]. The interval is [0,1].', ['1', '3', '4']],
        ['METHODS', 'We look at them.', []],
      ],
    });
    expect(draft.citedAnywhere).toEqual(['1']);
    expect(draft.references).toMatchObject([
      {
        key: '1',
        text: 'A. Abel. Sheep and their fences. https://doi.org/10.1000/sheep.',
        ids: { doi: '10.1000/sheep' },
      },
      { key: '3', text: 'B. Baker. Dogs.' },
      { key: '4' },
    ]);
    expect(TEXT.slice(draft.paragraphs[0]!.offset)).toMatch(/^Sheep sleep/);
  });

  it('is all prose when it is one paragraph', () => {
    expect(shape(readText('Nothing but a need of papers about sheep.\nIt has two lines.'))).toEqual({
      title: '',
      abstract: '',
      paragraphs: [['', 'Nothing but a need of papers about sheep. It has two lines.', []]],
    });
  });

  it('is told by its content whatever its name, in any encoding, packed or not', async () => {
    expect((await readDraft(file('draft', '\\section{Grüße}\nText \\cite{a}.'))).paragraphs).toMatchObject([
      { heading: 'Grüße', citations: [{ key: 'a' }] },
    ]);
    expect((await readDraft(file('draft2', '# Title\n\n## One\n\nText [@a].'))).title).toBe('Title');
    expect(shape(await readDraft(file('latin.txt', Buffer.from('Ein Schaf schläft.', 'latin1')))).paragraphs).toEqual([
      ['', 'Ein Schaf schläft.', []],
    ]);
    expect((await readDraft(file('d.tex.gz', gzipSync('\\section{A}Packed.')))).paragraphs).toMatchObject([
      { heading: 'A', text: 'Packed.' },
    ]);
  });
});

describe('a draft as PDF', () => {
  const line = (i: number, more = '') =>
    `Line ${i} says something about the sheep of this farm, and more of it${more}.`;
  const FRONT: Drawing[] = [
    { text: 'Counting sheep with interpretable fences', x: 120, y: 700, size: 17, font: 'F2' },
    { text: 'Abstract', x: 285, y: 620, size: 11, font: 'F2' },
    ...paragraph(
      [
        'We count the sheep of a small invented farm, and compare what the fence',
        'says with what the dog says. On three meadows the fence is right more often',
        'than the dog is, and it needs no food at all.',
      ],
      { x: 110, y: 600, size: 10 },
    ),
    { text: '1 Introduction', x: 80, y: 540, size: 12, font: 'F2' },
    ...paragraph([line(1), line(2, ' [2]'), 'The first paragraph ends with a hy-', 'phenated word.'], {
      x: 80,
      y: 520,
      size: 10,
    }),
    { text: 'A second paragraph is indented [1, 2].', x: 95, y: 472, size: 10 },
    ...paragraph([line(3)], { x: 80, y: 460, size: 10 }),
    ...paragraph(['Figure 1: A caption in small type.'], { x: 80, y: 400, size: 7 }),
  ];
  const BACK: Drawing[] = [
    ...paragraph([line(4)], { x: 80, y: 700, size: 10 }),
    { text: 'References', x: 80, y: 660, size: 12, font: 'F2' },
    ...paragraph(['[1] A. Abel. Sheep and their fences and their', 'dogs. 2001. doi:10.1000/sheep'], {
      x: 80,
      y: 640,
      size: 9,
    }),
    ...paragraph(['[2] B. Baker. Dogs. 2002.'], { x: 80, y: 610, size: 9 }),
  ];

  it('has title, abstract, paragraphs under headings, and numbered citations', async () => {
    const draft = await readDraft(file('draft.pdf', pdfOf([FRONT, BACK])));
    expect(draft.title).toBe('Counting sheep with interpretable fences');
    expect(draft.abstract).toMatch(/^We count the sheep .* no food at all\.$/);
    expect(shape(draft).paragraphs).toEqual([
      ['1 Introduction', `${line(1)} ${line(2)} The first paragraph ends with a hyphenated word.`, ['2']],
      ['1 Introduction', `A second paragraph is indented. ${line(3)} ${line(4)}`, ['1', '2']],
    ]);
    expect(draft.references).toMatchObject([
      {
        key: '1',
        text: 'A. Abel. Sheep and their fences and their dogs. 2001. doi:10.1000/sheep',
        ids: { doi: '10.1000/sheep' },
      },
      { key: '2' },
    ]);
  });

  it.each([
    ['has no text', () => scannedPdf(), 'file-unreadable'],
    ['is encrypted', () => pdfOf([FRONT], { encrypted: true }), 'file-unreadable'],
    ['is cut off', () => pdfOf([FRONT]).subarray(0, 300), 'file-unreadable'],
  ])('is refused when it %s', async (_, bytes, code) => {
    const draft = file('draft.pdf', bytes());
    await expect(readDraft(draft)).rejects.toMatchObject({ code });
    await expect(readDraft(draft)).rejects.toThrow(draft);
  });
});

describe('a draft of Word', () => {
  const p = (text: string, style = '') =>
    `<w:p>${style && `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
  const zotero = (items: object[]) =>
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> ADDIN ZOTERO_ITEM CSL_CITATION ' +
    JSON.stringify({ citationItems: items }).replace(/"/g, '&quot;') +
    '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>(Abel, 2001)</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>';
  const BODY = [
    p('Counting sheep', 'Title'),
    p('Abstract', 'Heading1'),
    p('We count sheep.'),
    p('Introduction', 'Heading1'),
    p('Sheep &amp; dogs sleep [1].'),
    '<w:tbl><w:tr><w:tc><w:p><w:r><w:t>hidden</w:t></w:r></w:p></w:tc></w:tr></w:tbl>',
    '<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Bold heading</w:t></w:r></w:p>',
    p('More of it.'),
  ];
  const LIST = [
    p('References', 'Heading1'),
    p('[1] A. Abel. Sheep and their fences. doi:10.1000/sheep'),
    p('[2] B. Baker. Dogs.'),
  ];

  const docx = (body: string[], others: Record<string, Buffer> = {}): Promise<Buffer> => docxOf(body.join(''), others);

  it('has its title, headings by style or in bold, paragraphs, and what it lists', async () => {
    const draft = await readDraft(file('draft.docx', await docx([...BODY, ...LIST])));
    expect(shape(draft)).toEqual({
      title: 'Counting sheep',
      abstract: 'We count sheep.',
      paragraphs: [
        ['Introduction', 'Sheep & dogs sleep.', ['1']],
        ['Bold heading', 'More of it.', []],
      ],
    });
    expect(draft.references).toMatchObject([{ key: '1', ids: { doi: '10.1000/sheep' } }, { key: '2' }]);
  });

  it.each([
    ['no styles', null],
    ['a style of another name', STYLES.replace('w:styleId="Title"', 'w:styleId="Titel"')],
  ])('has its title where the document has %s', async (_, styles) => {
    const titled = BODY.map((each) => (styles === null ? each : each.replace('w:val="Title"', 'w:val="Titel"')));
    const draft = await readDraft(file('draft.docx', await docxOf(titled.join(''), {}, styles)));
    expect(draft.title).toBe('Counting sheep');
    expect(draft.paragraphs[0]).toMatchObject({ heading: 'Introduction' });
  });

  it('has the works that Zotero cites in it', async () => {
    const items = [
      { itemData: { title: 'Sheep and Their Fences', DOI: '10.1000/SHEEP' } },
      { itemData: { title: 'Dogs' } },
    ];
    const draft = await readDraft(
      file('draft.docx', await docx([...BODY, zotero(items), zotero(items), zotero([{ broken: 1 }])])),
    );
    expect(draft.references).toEqual([
      { key: null, title: 'Sheep and Their Fences', text: 'Sheep and Their Fences', ids: { doi: '10.1000/sheep' } },
      { key: null, title: 'Dogs', text: 'Dogs', ids: {} },
    ]);
  });

  it('is refused when it is some other archive, damaged, or a bomb', async () => {
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from('hello'), 'hello.txt');
    zip.end();
    const whole = await docx(BODY);
    const bomb = await docx(BODY, { 'word/footnotes.xml': Buffer.alloc(70_000_000, ' ') });
    for (const [bytes, code] of [
      [await buffer(zip.outputStream), 'file-unreadable'],
      [whole.subarray(0, whole.length - 40), 'file-unreadable'],
      [await docx(['<w:p>unclosed']), 'file-unreadable'],
      [bomb, 'file-unreadable'],
      [lying(bomb), 'file-unreadable'],
    ] as const) {
      await expect(readDraft(file('draft.docx', bytes))).rejects.toMatchObject({ code });
    }
  });

  /** An archive that says of a file of 70 MB that it has 1,000 bytes. */
  function lying(archive: Buffer): Buffer {
    const copy = Buffer.from(archive);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(70_000_000);
    const small = Buffer.alloc(4);
    small.writeUInt32LE(1000);
    for (let at = copy.indexOf(size); at !== -1; at = copy.indexOf(size, at + 1)) small.copy(copy, at);
    return copy;
  }
});

describe('what a draft cites', () => {
  const BIB =
    '@article{abel, title={Sheep and Their Fences}, doi={10.1000/sheep}}\n@book{other, title={Dogs}}\n@broken{';
  const TEX = '\\section{A}Text \\cite{abel, unknown}. \\bibliography{refs}';

  it('is what of the bibliography has its keys', async () => {
    const draft = await readDraft(file('d.tex', TEX), file('given.bib', BIB));
    expect(draft.references).toMatchObject([
      { key: 'abel', title: 'Sheep and Their Fences', ids: { doi: '10.1000/sheep' } },
    ]);
    expect(draft.notes.join()).toMatch(/unknown/);
  });

  it('is said to be missing where records of the bibliography could not be read', async () => {
    const unread = /^given\.bib: records that could not be read: 1 \(/m;
    const draft = await readDraft(file('d.tex', TEX), file('given.bib', BIB));
    expect(draft.notes.map((note) => path.basename(note)).join('\n')).toMatch(unread);
    file('refs.bib', '@article{abel, title={Sheep}}');
    expect((await readDraft(file('d.tex', TEX))).notes.join()).not.toMatch(/could not be read/);
  });

  it('is noted where one citation has more keys than are read', () => {
    const keys = Array.from({ length: 20_001 }, (_, i) => `k${i}`).join();
    for (const text of [`Sheep \\cite{${keys}} sleep. And \\cite{${keys}}.`, `Sheep.\\nocite{${keys}}`])
      expect(readLatex(text).notes).toEqual(['only the first 20000 keys of one citation were read']);
    expect(readLatex('Sheep \\cite{a,b} sleep.').notes).toEqual([]);
  });

  it('is the whole bibliography where the draft has no keys of it', async () => {
    expect(keysOf(await readDraft(file('d.txt', 'Just a few words of text.'), file('given.bib', BIB)))).toEqual([
      'abel',
      'other',
    ]);
    const ris = 'TY  - JOUR\nID  - 1\nTI  - Sheep and Their Fences\nDO  - 10.1000/sheep\nER  - \n';
    const draft = await readDraft(file('d.txt', 'Just a few words of text.'), file('given.ris', ris));
    expect(draft.references).toMatchObject([{ title: 'Sheep and Their Fences', ids: { doi: '10.1000/sheep' } }]);
  });

  it('is read from the bibliography that the draft names, when none is given', async () => {
    file('refs.bib', BIB);
    expect(keysOf(await readDraft(file('d.tex', TEX)))).toEqual(['abel']);
    expect(keysOf(await readDraft(file('d.md', '---\nbibliography: refs.bib\n---\nText [@abel].')))).toEqual(['abel']);
  });

  it('is read from the .bbl that LaTeX left, which has only what is cited', async () => {
    file('d.bbl', '\\begin{thebibliography}{1}\\bibitem{abel} A. Abel. Sheep and Their Fences.\\end{thebibliography}');
    const draft = await readDraft(file('d.tex', '\\section{A}Text \\cite{abel}.'));
    expect(draft.references).toMatchObject([{ key: 'abel', text: 'A. Abel. Sheep and Their Fences.' }]);
  });

  it('is refused when nobody knows the format', async () => {
    await expect(readDraft(file('d.txt', 'Text.'), file('refs.bib', 'hello'))).rejects.toMatchObject({
      code: 'format-unknown',
    });
    await expect(readDraft(file('d.txt', 'Text.'), path.join(folder, 'gone.bib'))).rejects.toMatchObject({
      code: 'file-unreadable',
    });
    await expect(readDraft(path.join(folder, 'gone.tex'))).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});

describe('a draft in several files', () => {
  it('is read from its own folder and below, and from nowhere else', async () => {
    file('secret.tex', 'A secret \\cite{secret}.');
    file('secret.bib', '@book{s, title={The Secret of the Sheep}}');
    file('paper/parts/one.tex', 'Part one. \\input{parts/two}');
    file('paper/parts/two.tex', 'Part two.');
    symlinkSync(path.join(folder, 'secret.tex'), path.join(folder, 'paper/link.tex'));
    const outside = path.join(folder, 'secret');
    const draft = await readDraft(
      file(
        'paper/main.tex',
        `\\section{A}\\input{parts/one}\\input{../secret}\\input{${outside}}\\include{link}\\input{gone}\\bibliography{../secret}`,
      ),
    );
    const text = JSON.stringify(draft.paragraphs);
    expect(text).toMatch(/Part one\..*Part two\./);
    expect(JSON.stringify(draft.paragraphs) + JSON.stringify(draft.references)).not.toMatch(/secret/i);
    expect(draft.notes.filter((note) => note.includes('outside'))).toHaveLength(4);
    expect(draft.notes.filter((note) => note.includes('gone.tex'))).toHaveLength(1);
    expect(draft.notes).toHaveLength(5);
  });
});

it('refuses a draft longer than any', async () => {
  const long = gzipSync('Many words of it. '.repeat(500_000));
  await expect(readDraft(file('long.txt', long))).rejects.toMatchObject({ code: 'too-large' });
});
