/**
 * Typesets documents of our own in publishers' layouts, and writes down what is right for each. TeX Live has to be there, with
 * its classes of publishers (Debian: texlive-publishers texlive-latex-extra texlive-science texlive-fonts-extra cm-super).
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CLASSES } from './classes.ts';
import { PAGES } from './pages.ts';
import { paperOf, type Paper } from './papers.ts';

/** Papers in each layout. */
const PAPERS = 3;

/** Writes the documents and their `truth.tsv` to a folder. Those that are there are kept; those that cannot be typeset
 * are named and left out. */
export function makePdfs(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const truths: string[] = [];
  for (const [i, layout] of [...CLASSES, ...PAGES].entries()) {
    for (let n = 0; n < PAPERS; n++) {
      const paper = paperOf(i * PAPERS + n);
      const name = `${layout.name.replace(/[^\w]+/g, '-')}-${paper.number}.pdf`;
      const file = path.join(folder, name);
      if (!existsSync(file) && !typeset(preparedOf(layout.source(paper), paper), file)) {
        console.log(`${name} could not be typeset`);
        continue;
      }
      const hasDoi = layout.showsDoi === true && paper.shown === 'doi';
      const { title, authors } = paper;
      truths.push(
        [
          name,
          layout.name,
          hasDoi ? paper.doi : '-',
          title.plain.join(' || '),
          authors.map(({ plain }) => plain[0]).join('; '),
        ].join('\t'),
      );
    }
  }
  writeFileSync(path.join(folder, 'truth.tsv'), `${truths.join('\n')}\n`);
  console.log(`${truths.length} documents in ${CLASSES.length + PAGES.length} layouts`);
}

/** The source with its metadata and arXiv's stamp. */
function preparedOf(source: string, paper: Paper): string {
  const hex = (text: string): string => `<FEFF${Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase()}>`;
  const glued = paper.title.plain[0]!.replace(/ (?=Fence|How|Shepherds|Flock|Grazing|Knowledge|Offices|Sheep)/, '');
  const names = paper.authors.map(({ plain }) => plain[0]!);
  const entries: Record<Paper['metadata'], [title?: string, author?: string]> = {
    none: [],
    right: [paper.title.plain[0]!, names.join(', ')],
    program: ['Microsoft Word - sheep_final_v3.docx', 'admin'],
    glued: [glued, names.join(' and ')],
    'first author': [paper.title.plain[0]!, names[0]!],
    template: ['Instructions for Authors of the Sheep Conference', 'Publications Office'],
  };
  const [title, author] = entries[paper.metadata];
  const info = title === undefined ? '' : `/Title ${hex(title)} /Author ${hex(author!)}`;
  const stamp =
    paper.stamp === null
      ? ''
      : `\\AddToHook{shipout/firstpage}{\\put(22pt,-520pt){\\rotatebox{90}{\\fontsize{18}{18}\\selectfont\\textcolor[gray]{.5}{${paper.stamp}}}}}`;
  return source.replace(
    '\\begin{document}',
    () =>
      `\\RequirePackage{graphicx}\\RequirePackage{xcolor}${stamp}${info === '' ? '' : `\\AtEndDocument{\\pdfinfo{${info}}}`}\n\\begin{document}`,
  );
}

function typeset(source: string, file: string): boolean {
  const work = mkdtempSync(path.join(tmpdir(), 'akin-tex-'));
  try {
    writeFileSync(path.join(work, 'paper.tex'), source);
    // The second time, marks and columns stand where they belong.
    for (let run = 0; run < 2; run++) {
      spawnSync('pdflatex', ['-interaction=nonstopmode', '-no-shell-escape', 'paper.tex'], {
        cwd: work,
        timeout: 60_000,
      });
    }
    const made = path.join(work, 'paper.pdf');
    if (existsSync(made)) copyFileSync(made, file);
    return existsSync(made);
  } finally {
    rmSync(work, { recursive: true });
  }
}
