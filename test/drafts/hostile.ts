/**
 * Drafts made to do harm, and bibliographies: what is slow to read for whoever looks back (patterns.ts), as long as a draft may
 * be; whole ones that are damaged; and what does harm to any source. Made anew on every call, the same every time.
 */
import { anywhere, damaged, hostileFiles, hostilePdfs, type HostileFile } from '../sources/hostile.ts';
import { pdfOf, type Drawing } from '../sources/pdf-fixture.ts';
import { docxOf } from './docx-fixture.ts';
import { patterns, textOf, type Door } from './patterns.ts';

interface DraftKind {
  /** What its files' names end in. */
  ending: string;
  /** The doors whose patterns are a text of this kind. */
  doors: Door[];
  /** A sound one to be damaged, as text, or what Word has for a body; empty where others damage one. */
  sound: string;
}

const PROSE = 'We count sheep by day and by night, and find that fences matter [1].';
const KINDS: Record<string, DraftKind> = {
  'draft-markdown': {
    ...{ ending: '.md', doors: ['markdown'] },
    sound:
      '---\ntitle: "Sheep"\nabstract: |\n  We count.\nbibliography: [refs.bib]\n---\n\n# Introduction {#a}\n\n' +
      `${PROSE} See [@abel; -@cole, p. 3].\n\n| a | b |\n|---|---|\n| c | d |\n\n> Quoted.[^1]\n\n[^1]: A *note*.\n\n` +
      '# References\n\n- Abel, A. Sheep. doi:10.1000/sheep\n',
  },
  'draft-latex': {
    ...{ ending: '.tex', doors: ['latex', 'inputs'] },
    sound:
      '\\documentclass{article}\\title{Sheep}\\newcommand{\\s}[1]{sheep #1}\\begin{document}\\maketitle\n' +
      `\\begin{abstract}We count.\\end{abstract}\n\\section{One}\n${PROSE} \\s{x}, $x^2$ \\cite[p.~3]{abel,cole}.\n` +
      '\\input{a}\\begin{table}\\caption{T}\\end{table}\n\\begin{thebibliography}{9}\\bibitem{abel} Abel. Sheep. ' +
      'doi:10.1000/sheep\\end{thebibliography}\\end{document}\n',
  },
  'draft-typst': {
    ...{ ending: '.typ', doors: ['typst'] },
    sound: `#set text(size: 11pt)\n#let a(x) = [sheep #x]\n= One <one>\n${PROSE} @abel #cite(<cole>) $x^2$ #a[b]\n// A comment\n#bibliography("refs.bib")\n`,
  },
  'draft-org': {
    ...{ ending: '.org', doors: ['org'] },
    sound: `#+TITLE: Sheep\n#+BIBLIOGRAPHY: refs.bib\n\n* One\n${PROSE} [cite:@abel;@cole p. 3]\n#+BEGIN_SRC sh\nls\n#+END_SRC\n| a | b |\n`,
  },
  'draft-rst': {
    ...{ ending: '.rst', doors: ['rst'] },
    sound: `Sheep\n=====\n\nOne\n---\n\n${PROSE} [Abel2001]_ :cite:\`cole\`\n\n.. code:: sh\n\n   ls\n\n.. [Abel2001] Abel. Sheep.\n`,
  },
  'draft-text': {
    ...{ ending: '.txt', doors: ['text'] },
    sound: `Sheep at night\n\nAbstract\nWe count sheep.\n\n1 Introduction\n\n${PROSE}\n\nReferences\n\n[1] A. Abel. Sheep. 2001.\n`,
  },
  'draft-docx': {
    ...{ ending: '.docx', doors: ['docx'] },
    sound:
      '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>One</w:t></w:r></w:p>' +
      `<w:p><w:r><w:t>${PROSE}</w:t></w:r></w:p>`,
  },
  'draft-pdf': { ending: '.pdf', doors: [], sound: '' },
  'draft-bibliography': {
    ...{ ending: '.bib', doors: ['bibliography'] },
    sound: '', // BibTeX's own are among those of sources.
  },
};

/** Kinds of drafts that there are hostile files for; a bibliography goes with one. */
export const HOSTILE_DRAFTS = Object.keys(KINDS);

/** What the names of a kind's files end in; a source's, which tells its format from what it holds, in nothing. */
export const endingOf = (name: string): string => KINDS[name]?.ending ?? '';

/**
 * The hostile files of a kind.
 * @param size half the characters of each, about: a draft may have twice as many as a record.
 * @param seed what random bytes and changes are made from: a whole number from 1 on.
 */
export async function* hostileDrafts(kind: string, size: number, seed = 7): AsyncGenerator<HostileFile> {
  const { doors, sound } = KINDS[kind]!;
  yield* kind === 'draft-bibliography' ? hostileFiles('bibtex', size, seed) : anywhere(size, seed);
  for (const pattern of patterns(doors)) {
    const text = textOf(pattern, size * 2);
    yield { name: `${pattern.door}: ${pattern.name}`, pieces: [kind === 'draft-docx' ? await docxOf(text) : text] };
  }
  if (kind === 'draft-pdf') {
    yield* hostilePdfs(size, seed);
    yield* hostilePages(size);
  } else if (kind === 'draft-docx') yield* damaged(await docxOf(sound), await docxOf(sound.repeat(50)), seed);
  else if (sound !== '') yield* damaged(Buffer.from(sound), Buffer.from(sound.repeat(5)), seed);
}

/** Documents of many pages, of which a paper's source reads the first few and a draft's reader all. */
function* hostilePages(size: number): Generator<HostileFile> {
  const pages = Math.max(2, Math.min(600, Math.floor(size / 7000)));
  const each = Math.min(700, Math.ceil(size / 100));
  const filled: Record<string, (page: number, i: number) => Drawing> = {
    words: (_, i) => ({ text: 'word', x: 80 + (i % 8) * 60, y: 740 - Math.floor(i / 8) * 8, size: 8 }),
    'words anywhere': (page, i) => ({ text: 'word', x: (i * 37 + page) % 600, y: (i * 53) % 790, size: 1 + (i % 20) }),
    'words in one place': () => ({ text: 'word', x: 80, y: 400, size: 8 }),
    headings: (_, i) => ({ text: `${(i % 9) + 1} Heading`, x: 80, y: 740 - i, size: i % 2 === 0 ? 12 : 8 }),
    'divided words': (_, i) => ({ text: `fen${i}-`, x: 80, y: 740 - i, size: 8 }),
    references: (page, i) => ({ text: page + i === 0 ? 'References' : `[${i}] A. B.`, x: 80, y: 740 - i, size: 8 }),
    'identifiers of references': (page, i) => ({
      ...{ text: page + i === 0 ? 'References' : 'doi:10.1000/a....', x: 80, y: 740 - i, size: 8 },
    }),
    'brackets of citations': (_, i) => ({ text: '[1,[1,'.repeat(20), x: 80, y: 740 - i, size: 8 }),
  };
  for (const [name, drawing] of Object.entries(filled)) {
    const drawings = (page: number) => Array.from({ length: each }, (_, i) => drawing(page, i));
    yield { name: `pages of ${name}`, pieces: [pdfOf(Array.from({ length: pages }, (_, page) => drawings(page)))] };
  }
}
