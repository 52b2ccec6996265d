/** Documents whose pages look as publishers' do whose classes are not to be had: set by hand, piece by piece. */
import { bodyOf, institutionsBelow, namesInRow, shownDoi, type Layout } from './classes.ts';
import type { Paper } from './papers.ts';

/** A document whose first page begins with `front`, in the columns and the margins of the publisher. */
function pageOf(
  paper: Paper,
  front: string,
  options: { columns?: 1 | 2; geometry?: string; fonts?: string } = {},
): string {
  const { columns = 2, geometry = 'margin=2cm', fonts = '\\usepackage{times}' } = options;
  const spread = columns === 2 ? `\\twocolumn[{${front}}]` : front;
  return `\\documentclass[10pt,a4paper]{article}
\\usepackage[utf8]{inputenc}\\usepackage[T1]{fontenc}\\usepackage{textcomp}\\usepackage[${geometry}]{geometry}\\usepackage{graphicx,xcolor}
${fonts}\\pagestyle{plain}\\setlength\\parindent{10pt}
\\begin{document}
${spread}
${bodyOf(paper)}
\\end{document}`;
}

const label = (paper: Paper, fallback = 'Research Article'): string => paper.label || fallback;
const abstractBlock = (paper: Paper, width = '\\textwidth'): string =>
  `\\begin{minipage}{${width}}\\textbf{Abstract}\\par ${paper.abstract}\\end{minipage}\\par\\bigskip `;
const blocks = (paper: Paper, perRow: number): string =>
  paper.authors
    .map(
      ({ tex, at }, i) =>
        `\\begin{minipage}[t]{${(0.98 / perRow).toFixed(3)}\\textwidth}\\centering \\textbf{${tex}}\\\\ ${paper.institutions[at - 1]!.replace(/, /g, '\\\\ ')}\\\\ \\texttt{name${i}@example.org}\\end{minipage}${i % perRow === perRow - 1 ? '\\par\\bigskip' : ''}`,
    )
    .join('%\n');
const plainNames = (paper: Paper, and = ' and '): string => {
  const names = paper.authors.map(({ tex }) => tex);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')}${and}${names.at(-1)}`;
};
const doiLine = (paper: Paper, prefix: string): string => (paper.shown === 'none' ? '' : `${prefix}${shownDoi(paper)}`);

/** A cover page before the paper as `pageOf` has it. */
const covered = (cover: string, source: string): string =>
  source.replace('\\begin{document}', () => `\\begin{document}\\onecolumn\\thispagestyle{empty}\n${cover}\\clearpage`);

export const PAGES: Layout[] = [
  {
    name: 'label in the title’s size',
    showsDoi: true,
    source: (paper) =>
      pageOf(
        paper,
        `{\\small Sheep Publishing Corporation\\\\ Journal of Fences\\\\ Volume 2021, Article ID 157939, 6 pages\\\\ ${doiLine(paper, 'doi:')}\\par}\\bigskip
{\\raggedright{\\sffamily\\itshape\\LARGE ${label(paper)}\\par}{\\bfseries\\LARGE ${paper.title.tex}\\par}\\bigskip{\\bfseries ${namesInRow(paper, ', and ')}\\par}\\medskip{\\small\\itshape ${institutionsBelow(paper)}\\par}}\\medskip
{\\small Correspondence should be addressed to ${paper.authors[0]!.tex}, one@example.org\\\\ Received 9 November 2020; Accepted 25 December 2020\\par}\\bigskip
{\\small ${paper.abstract}\\par}\\bigskip`,
      ),
  },
  {
    name: 'box beside the title',
    showsDoi: true,
    source: (paper) =>
      pageOf(
        paper,
        `{\\small ${label(paper, 'Debates')}}\\par\\medskip\\begin{minipage}[t]{0.68\\textwidth}\\vspace{0pt}\\raggedright{\\LARGE\\bfseries ${paper.title.tex}\\par}\\end{minipage}\\hfill
\\begin{minipage}[t]{0.28\\textwidth}\\vspace{0pt}\\raggedright\\scriptsize Journal of Sheep\\\\ 2021, Vol. 37(2) 209--226\\\\ \\textcopyright{} The Authors 2021\\\\ Article reuse guidelines:\\\\ example.org/permissions\\\\ ${doiLine(paper, 'DOI: ')}\\end{minipage}\\par\\bigskip
{\\bfseries ${plainNames(paper)}\\par}\\bigskip${abstractBlock(paper)}`,
      ),
  },
  {
    name: 'info beside the abstract',
    showsDoi: true,
    source: (paper) =>
      pageOf(
        paper,
        `{\\centering\\small Contents lists available at SheepDirect\\par{\\LARGE Journal of Sheep}\\par journal homepage: www.example.org/sheep\\par}\\bigskip
{\\raggedright{\\Large ${paper.title.tex}\\par}\\medskip{\\large ${namesInRow(paper, ', ')}\\par}\\medskip{\\footnotesize\\itshape ${institutionsBelow(paper)}\\par}}\\medskip\\hrule\\medskip
\\begin{minipage}[t]{0.28\\textwidth}\\small A R T I C L E\\quad I N F O\\par\\medskip\\footnotesize\\textit{Article history:}\\\\ Received 1 May 2021\\\\ Accepted 2 June 2021\\par\\medskip\\textit{Keywords:}\\\\ Sheep\\\\ Fences\\\\ Dogs\\end{minipage}\\hfill
\\begin{minipage}[t]{0.68\\textwidth}\\small A B S T R A C T\\par\\medskip\\footnotesize ${paper.abstract}\\end{minipage}\\par\\medskip\\hrule\\medskip{\\footnotesize ${doiLine(paper, 'https://doi.org/')}\\par}\\bigskip`,
      ),
  },
  {
    name: 'DOI at the foot of a column',
    showsDoi: true,
    source: (paper) =>
      pageOf(
        paper,
        `{\\centering{\\sffamily\\bfseries\\LARGE ${paper.title.tex}\\par}\\bigskip ${blocks(paper, 3)}\\par\\bigskip}`,
      ).replace(
        '\\section{Introduction}',
        () =>
          `\\section*{ABSTRACT}${paper.abstract}\\insert\\footins{\\footnotesize\\hsize\\columnwidth\\noindent Permission to make digital or hard copies of all or part of this work is granted without fee. SHEEP’21, June 1--3, Northtown. \\textcopyright{} 2021.\\\\ ${doiLine(paper, 'DOI: http://dx.doi.org/')}.\\par}\\section{Introduction}`,
      ),
  },
  {
    name: 'research in a journal of medicine',
    showsDoi: true,
    source: (paper) =>
      pageOf(
        paper,
        `{\\scriptsize Abel \\textit{et al. Sheep Biology} (2021) 22:5\\hfill\\textbf{Sheep Biology}\\\\ ${doiLine(paper, 'https://doi.org/')}\\par}\\bigskip
\\colorbox[gray]{.85}{\\makebox[0.97\\textwidth]{\\bfseries ${label(paper).toUpperCase()}\\hfill Open Access}}\\par\\bigskip
{\\raggedright{\\sffamily\\bfseries\\huge ${paper.title.tex}\\par}\\medskip{\\small ${namesInRow(paper)}\\par}}\\bigskip
\\fbox{\\begin{minipage}{0.97\\textwidth}\\textbf{Abstract}\\par\\textbf{Background:} ${paper.abstract}\\par\\textbf{Keywords:} Sheep, Fences\\end{minipage}}\\par\\bigskip`,
      ),
  },
  {
    name: 'side column of facts',
    showsDoi: true,
    source: (paper) =>
      pageOf(
        paper,
        `\\begin{minipage}[t]{0.22\\textwidth}\\vspace{0pt}\\footnotesize\\raggedright\\textbf{OPEN ACCESS}\\par\\medskip\\textbf{Citation:} Abel A, et al. (2021) Sheep. Sheep ONE 13(6). ${doiLine(paper, 'https://doi.org/')}\\par\\medskip\\textbf{Editor:} Robert Dog, University of Hills\\par\\medskip\\textbf{Received:} May 1, 2021\\par\\end{minipage}\\hfill
\\begin{minipage}[t]{0.72\\textwidth}\\vspace{0pt}{\\sffamily\\footnotesize ${label(paper).toUpperCase()}\\par}\\medskip\\raggedright{\\sffamily\\LARGE ${paper.title.tex}\\par}\\medskip{\\bfseries ${namesInRow(paper, ', ')}\\par}\\medskip{\\small ${institutionsBelow(paper)}\\par}\\bigskip{\\sffamily\\large Abstract\\par}\\medskip ${paper.abstract}\\end{minipage}\\par\\bigskip`,
        { columns: 1 },
      ),
  },
  {
    name: 'dates beside the authors',
    showsDoi: true,
    source: (paper) =>
      pageOf(
        paper,
        `{\\sffamily\\small Article\\hfill ${doiLine(paper, 'https://doi.org/')}\\par}\\medskip\\hrule\\medskip{\\raggedright\\sffamily\\bfseries\\huge ${paper.title.tex}\\par}\\bigskip
\\begin{minipage}[t]{0.3\\textwidth}\\vspace{0pt}\\sffamily\\footnotesize Received: 12 August 2020\\par\\bigskip Accepted: 26 May 2021\\par\\bigskip Check for updates\\end{minipage}\\hfill
\\begin{minipage}[t]{0.66\\textwidth}\\vspace{0pt}{\\sffamily\\bfseries\\raggedright ${namesInRow(paper, ' \\& ')}\\par}\\bigskip ${paper.abstract}\\end{minipage}\\par\\bigskip`,
      ),
  },
  {
    name: 'Word',
    source: (paper) =>
      pageOf(
        paper,
        `{\\centering{\\bfseries\\large ${paper.title.tex}\\par}\\bigskip ${namesInRow(paper)}\\par\\medskip{\\small ${institutionsBelow(paper)}\\par}}\\bigskip\\textbf{Abstract. }${paper.abstract}\\par\\bigskip`,
        { columns: 1, fonts: '\\usepackage[scaled]{helvet}\\renewcommand\\familydefault{\\sfdefault}' },
      ),
  },
  {
    name: 'proceedings of machine learning',
    source: (paper) =>
      pageOf(
        paper,
        `{\\centering\\hrule\\bigskip{\\LARGE\\bfseries ${paper.title.tex}\\par}\\bigskip\\hrule\\bigskip ${blocks(paper, paper.variant % 2 ? 3 : 2)}\\par\\bigskip{\\large\\bfseries Abstract\\par}\\medskip\\begin{minipage}{0.8\\textwidth}${paper.abstract}\\end{minipage}\\par}\\bigskip`,
        { columns: 1, geometry: 'margin=4cm' },
      ),
  },
  {
    name: 'proceedings of linguistics',
    source: (paper) =>
      pageOf(
        paper,
        `{\\centering{\\Large\\bfseries ${paper.title.tex}\\par}\\bigskip{\\large\\bfseries ${paper.variant % 2 ? paper.authors.map(({ tex, at }) => `${tex}$^{${at}}$`).join('\\quad ') : namesInRow(paper)}\\par}\\medskip ${institutionsBelow(paper)}\\\\ \\texttt{\\{abel,baker\\}@example.org}\\par}\\bigskip`,
      ).replace(
        '\\section{Introduction}',
        () =>
          `\\begin{center}\\large\\bfseries Abstract\\end{center}\\begin{quote}${paper.abstract}\\end{quote}\\section{Introduction}`,
      ),
  },
  {
    name: 'journal of psychology',
    showsDoi: true,
    source: (paper) =>
      pageOf(
        paper,
        `{\\small Sheep Bulletin\\hfill Copyright 2021 by the Sheep Association\\\\ 2021, Vol. 131, No. 2, 202--223\\hfill ${paper.shown === 'none' ? '' : `0033-2909/05/\\$12.00\\quad DOI: ${shownDoi(paper)}`}\\par}\\bigskip{\\centering{\\LARGE ${paper.title.tex}\\par}\\bigskip${blocks(paper, 2)}\\par\\bigskip\\begin{minipage}{0.8\\textwidth}\\small ${paper.abstract}\\end{minipage}\\par}\\bigskip`,
      ),
  },
  {
    name: 'HAL cover',
    source: (paper) =>
      covered(
        `{\\centering{\\Huge HAL}\\par\\bigskip{\\LARGE\\bfseries ${paper.title.tex}\\par}\\bigskip ${plainNames(paper, ', ')}\\par}\\bigskip\\textbf{To cite this version:}\\par ${plainNames(paper, ', ')}. ${paper.title.tex.replace(/\\\\/g, '')}. Journal of Sheep, 2021. hal-0312345\\par\\bigskip{\\Large HAL Id: hal-0312345\\par}\\texttt{https://hal.example.org/hal-0312345}\\par Submitted on 18 Oct 2021\\par\\bigskip\\textbf{HAL} is a multi-disciplinary open access archive for the deposit and dissemination of scientific research documents, whether they are published or not.`,
        pageOf(
          paper,
          `{\\centering{\\LARGE ${paper.title.tex}\\par}\\bigskip ${namesInRow(paper)}\\par\\medskip{\\small ${institutionsBelow(paper)}\\par}}\\bigskip${abstractBlock(paper)}`,
          { columns: 1 },
        ),
      ),
  },
  {
    name: 'cover of a network of researchers',
    showsDoi: true,
    source: (paper) =>
      covered(
        `{\\sffamily\\small See discussions, stats, and author profiles for this publication at: https://www.example.net/publication/3512345\\par\\bigskip{\\Large\\bfseries ${paper.title.tex}\\par}\\medskip Article \\textit{in} Journal of Sheep \\textperiodcentered{} May 2021\\par ${doiLine(paper, 'DOI: ')}\\par\\bigskip CITATIONS\\hspace{4cm}READS\\par 12\\hspace{5cm}345\\par\\bigskip\\textbf{${paper.authors.length} authors}, including:\\par ${paper.authors[0]!.tex}\\par Northern College\\par 14 PUBLICATIONS 99 CITATIONS\\par}`,
        pageOf(
          paper,
          `{\\centering{\\LARGE\\bfseries ${paper.title.tex}\\par}\\bigskip ${namesInRow(paper)}\\par\\medskip{\\small ${institutionsBelow(paper)}\\par}}\\bigskip${abstractBlock(paper)}`,
          { columns: 1 },
        ),
      ),
  },
  {
    name: 'paper that begins in a column beside another',
    showsDoi: true,
    source: (paper) =>
      pageOf(paper, `{\\bfseries\\large RESEARCH\\par}\\medskip`, {}).replace(
        '\\section{Introduction}',
        () =>
          `{\\sffamily\\scriptsize SHEEP SCIENCE\\par}\\medskip{\\sffamily\\bfseries\\Large\\raggedright ${paper.title.tex}\\par}\\medskip{\\bfseries\\raggedright ${namesInRow(paper, ', ')}\\par}\\medskip{\\bfseries ${paper.abstract}\\par}\\medskip{\\footnotesize ${institutionsBelow(paper)}\\\\ ${doiLine(paper, 'DOI: ')}\\par}`,
      ),
  },
];
