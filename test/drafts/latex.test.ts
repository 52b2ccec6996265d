/** Drafts in LaTeX: what is prose in them, under which heading, and what is cited where. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Draft } from '../../src/drafts/draft.ts';
import { readBiblatexBbl } from '../../src/drafts/biblatex-bbl.ts';
import { inputNames, readLatex } from '../../src/drafts/latex.ts';

const DRAFT = String.raw`
\documentclass[11pt]{article}
\usepackage[utf8]{inputenc} % \title{not this}
\newcommand{\ours}{\textsc{FenceNet}\xspace}
\newcommand{\pair}[2][left]{the #1 #2}
\newcommand\see[1]{see \citep{#1}}
\def\plainly#1{plainly #1}
\DeclareMathOperator{\herd}{herd}
\title{Counting Sheep\thanks{Funded by nobody.}\\ at \emph{Night}}
\author{Ann Abel \and Bob Baker}
\begin{document}
\maketitle
\begin{abstract}
We count sheep~\cite{abel2001}. \ours{} needs no dog.
\end{abstract}

\section{Introduction}\label{sec:intro}
Sheep sleep \citep[e.g.,][p.~3]{baker1999, cole-2003} and \ours counts them, % a comment \cite{nobody}
as in Figure~\ref{fig:sheep}. See \pair{fence}, \pair[right]{gate}; \plainly{said}.

\begin{equation}
  E = mc^2 \label{eq:one}
\end{equation}
where $E$ is energy in Gr\"atz\footnote{A village \see{village}.}.
\[ \int_0^1 hidden \]
$$ hidden $$
\begin{figure}[t]
  \includegraphics[width=\textwidth]{hidden.png}
  \caption{A sheep\label{fig:sheep} after \citet*{painter}.}
\end{figure}
\begin{tabular}{ll} hidden & \cite{intable} \\ \end{tabular}

\subsection*{Fences \& gates}
\textcite{dole} built \textbf{tall} fences; others did not \autocites[see][]{x1}[12]{x2}.
\begin{lstlisting}
hidden \cite{nobody} \section{hidden}
\end{lstlisting}
\verb|hidden \cite{nobody}|
\begin{itemize}[leftmargin=*]
  \item first thing
  \item second thing, 50\% of \url{http://example.org/a%20b} it
\end{itemize}
\iffalse hidden \cite{nobody} \ifx\a\b \else hidden \fi hidden \fi
\paragraph{Dogs.} They bark~\parencite{dog}.

\section*{Acknowledgements}
We thank the dog.
\nocite{silent}
\bibliography{refs,more.bib}
\end{document}
Nothing after the end. \cite{nobody}
`;

const cites = ({ paragraphs }: Draft) => paragraphs.map(({ citations }) => citations.map(({ key }) => key));
const texts = ({ paragraphs }: Draft) => paragraphs.map(({ text }) => text);

describe('a draft in LaTeX', () => {
  const draft = readLatex(DRAFT);

  it('has its title and abstract', () => {
    expect(draft.title).toBe('Counting Sheep at Night');
    expect(draft.abstract).toBe('We count sheep. FenceNet needs no dog.');
  });

  it('has its prose under its headings, and nothing that is none', () => {
    expect(draft.paragraphs.map(({ heading, text }) => [heading, text])).toEqual([
      [
        'Introduction',
        'Sheep sleep and FenceNet counts them, as in Figure . See the left fence, the right gate; plainly said.',
      ],
      ['Introduction', 'where E is energy in Grätz.'],
      ['Introduction', 'A village see.'],
      ['Introduction', 'A sheep after.'],
      ['Introduction › Fences & gates', 'built tall fences; others did not.'],
      ['Introduction › Fences & gates', 'first thing'],
      ['Introduction › Fences & gates', 'second thing, 50% of it'],
      ['Introduction › Fences & gates', 'Dogs. They bark.'],
      ['Acknowledgements', 'We thank the dog.'],
    ]);
    expect(JSON.stringify(draft)).not.toMatch(/hidden|nobody|Nothing after|[\ue000\ue001]/);
  });

  it('knows what is cited where', () => {
    expect(cites(draft)).toEqual([
      ['baker1999', 'cole-2003'],
      [],
      ['village'],
      ['painter'],
      ['dole', 'x1', 'x2'],
      [],
      [],
      ['dog'],
      [],
    ]);
    expect(draft.paragraphs[0]!.citations.map(({ at }) => draft.paragraphs[0]!.text.slice(0, at))).toEqual([
      'Sheep sleep',
      'Sheep sleep',
    ]);
    expect(draft.citedAnywhere.sort()).toEqual(['abel2001', 'intable', 'silent']);
    expect(draft.bibliographies).toEqual(['refs.bib', 'more.bib']);
  });

  it('says where each paragraph begins', () => {
    for (const { offset, text } of [draft.paragraphs[0]!, draft.paragraphs[5]!, draft.paragraphs[8]!]) {
      expect(DRAFT.slice(offset).trimStart().slice(0, 5)).toBe(text.slice(0, 5));
    }
  });
});

describe('a draft in several files', () => {
  it('is read as one, with the preambles of subfiles left out', () => {
    const inputs = new Map([
      ['intro.tex', 'In the first file \\cite{one}.\n\n\\input{deep/er}\n'],
      ['deep/er.tex', 'In a deeper one.'],
      ['sub.tex', '\\documentclass[main]{subfiles}\\title{No}\\begin{document}In a subfile.\\end{document} hidden'],
    ]);
    const main =
      '\\section{A}\\input{intro}\n\n\\subfile{sub}\n\nLast. \\include{gone} \\input ../up\n% \\input{commented}';
    const draft = readLatex(main, inputs);
    expect(texts(draft)).toEqual(['In the first file.', 'In a deeper one.', 'In a subfile.', 'Last.']);
    expect(draft.notes).toHaveLength(2);
    expect(draft.notes[0]).toContain('gone.tex');
    expect(inputNames(main)).toEqual(['intro.tex', 'sub.tex', 'gone.tex', '../up.tex']);
    expect(inputNames('\\import{parts/}{one} \\subimport*{two}{three.tex} \\includegraphics{x}')).toEqual([
      'parts/one.tex',
      'two/three.tex',
    ]);
  });

  it('comes to an end though it inputs itself', () => {
    const inputs = new Map([['a.tex', `Again. \\input{a} \\input{a} ${'x '.repeat(1000)}`]]);
    expect(texts(readLatex('\\input{a}', inputs))[0]).toMatch(/^Again\./);
  });
});

describe('a list of references in the draft', () => {
  it('is read from thebibliography', () => {
    const { references } = readLatex(String.raw`Text \cite{a}.
      \begin{thebibliography}{99}
      \bibitem[Abel(2001)]{a} A.~Abel. \newblock \emph{Sheep and Their Fences}.

      \newblock 2001. \url{https://doi.org/10.1000/SHEEP.1}
      \bibitem{b} B. Baker. Dogs. arXiv:2101.00001v2.
      \end{thebibliography}`);
    expect(references).toMatchObject([
      { key: 'a', text: 'A. Abel. Sheep and Their Fences. 2001.' },
      { key: 'b', ids: { arxiv: '2101.00001' } },
    ]);
  });

  it('is read from what Biber wrote', () => {
    const bbl = String.raw`\entry{abel}{article}{}
      \name{author}{1}{}{{{hash=1}{family={Abel}}}}
      \field{title}{Sheep and {\"U}ber-Fences}
      \verb{doi}
      \verb 10.1000/sheep
      \endverb
    \endentry`;
    expect(readBiblatexBbl(bbl)).toEqual([
      {
        key: 'abel',
        title: 'Sheep and Über-Fences',
        text: 'Sheep and Über-Fences doi:10.1000/sheep',
        ids: { doi: '10.1000/sheep' },
      },
    ]);
  });
});

describe('broken or malicious LaTeX', () => {
  it('loses no more than the part that is broken', () => {
    const draft = readLatex(String.raw`\section{One}
      Text one. \begin{equation} never closed

      \section{Two}
      Text two \cite{a, \textbf{open.

      \section{Three}
      $$ open formula

      Text three. \unknown[x]{kept} }}}`);
    expect(texts(draft)).toEqual(['Text one.', expect.stringContaining('Text two'), 'Text three. kept']);
    expect(draft.paragraphs.map(({ heading }) => heading)).toEqual(['One', 'Two', 'Three']);
  });

  it.each([
    ['macros that call themselves', '\\def\\a{\\a\\a}\\a'],
    [
      'macros that double',
      `${Array.from('abcdefghijklmnopqrstuvwxyz', (c, i, all = 'abcdefghijklmnopqrstuvwxyz') => `\\def\\x${c}{\\x${all[i + 1] ?? 'end'}\\x${all[i + 1] ?? 'end'}}`).join('')}\\def\\xend{lots of text}\\xa`,
    ],
    ['macros whose parameter doubles', '\\newcommand{\\d}[1]{#1#1}' + '\\d{'.repeat(60) + 'x' + '}'.repeat(60)],
    ['deep groups', '\\footnote{\\section{\\textbf{'.repeat(20_000)],
    ['deep environments', '\\begin{itemize}'.repeat(50_000)],
    ['open arguments', '\\caption{'.repeat(50_000)],
    ['open options', '\\\\['.repeat(200_000)],
    ['open branches', '\\iffalse '.repeat(50_000)],
    ['verbatim that never ends', '\\begin{verbatim}'.repeat(50_000)],
    ['backslashes', '\\'.repeat(500_001)],
    ['dollars', '$ $$'.repeat(200_000)],
    ['percent signs', '%\n'.repeat(300_000)],
    ['citations', '\\cites'.repeat(10_000) + '[]{a}'.repeat(50_000)],
  ])(
    'is read in bounded time and size: %s',
    (_, source) => {
      const draft = readLatex(source);
      expect(JSON.stringify(draft).length).toBeLessThan(20_000_000);
    },
    30_000,
  );

  it('never fails, and never lets a mark through', () => {
    const words = fc.constantFrom(
      ...(
        '\\begin{document} \\end{document} \\begin{abstract} \\end{abstract} \\begin{table} \\end{table} \\cite{a} \\citep[x][y]{b,c} \\section{ ' +
        '\\newcommand{\\m}[1]{ \\m{ \\m \\def\\n#1{ #1 { } [ ] $ $$ \\[ \\] \\( % \\\\ \\footnote{ \\caption{ \\bibitem{z} \\iffalse \\fi \\verb| | ~ -- word ' +
        '\\begin{thebibliography}{9} \\end{thebibliography} \\input{self} \\title{ \\let\\a\\b \\textbf{ ^ _ & # \\" \\^e \ue000 0\ue001'
      ).split(' '),
      '\n',
      '\n\n',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(words, { maxLength: 60 }).map((all) => all.join(' ')),
          fc.string(),
        ),
        (source) => {
          const draft = readLatex(source, new Map([['self.tex', source]]));
          const all = [draft.title, draft.abstract, ...texts(draft), ...draft.references.map(({ text }) => text)];
          for (const text of all) expect(text).not.toMatch(/[\ue000\ue001]/);
          for (const { text, citations, offset } of draft.paragraphs) {
            expect(offset).toBeGreaterThanOrEqual(0);
            expect(text).toBe(text.replace(/\s+/g, ' '));
            for (const { at } of citations) expect(at).toBeLessThanOrEqual(text.length);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

it('is read in a time that grows with its length, however many words of `\\verb` have no end', () => {
  const secondsFor = (n: number): number => {
    const before = process.cpuUsage();
    readLatex('\\verb|'.repeat(n));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  const few = secondsFor(100_000);
  expect(secondsFor(500_000)).toBeLessThan(Math.max(1.5, 12 * few)); // Five times as long.
}, 60_000);

it('has no more keys of one citation than a draft may cite', () => {
  const [paragraph] = readLatex(`Sheep \\cite{${'a,'.repeat(100_000)}}.`).paragraphs;
  expect(paragraph!.citations).toHaveLength(20_000);
});
