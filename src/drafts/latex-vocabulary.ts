/** Which commands and environments of LaTeX and its packages hold no prose, and which of their arguments are none. */

/** Levels of headings; what stands under a heading is called by it and the one above. */
export const HEADINGS = new Map([
  ...['part', 'chapter', 'section', 'subsection', 'subsubsection'].map((name, level) => [name, level] as const),
]);
export const RUN_IN_HEADINGS = new Set(['paragraph', 'subparagraph']);

/** Environments of which nothing but citations is read: formulas, tables, drawings, code. */
export const NO_PROSE = new Set(
  (
    'equation align alignat flalign gather multline eqnarray displaymath math dmath split subequations IEEEeqnarray ' +
    'tabular tabularx tabulary longtable tabu array tblr supertabular table figure wrapfigure wraptable subfigure ' +
    'sidewaystable sidewaysfigure SCfigure tikzpicture pgfpicture picture axis tikzcd forest algorithm algorithmic ' +
    'algorithm2e CCSXML keywords IEEEkeywords keyword AMS MSCcodes acks ack acknowledgments acknowledgements teaserfigure'
  ).split(' '),
);
/** Environments in which nothing is a command. */
export const VERBATIM = new Set(
  'verbatim Verbatim BVerbatim LVerbatim lstlisting minted comment filecontents alltt semiverbatim'.split(' '),
);

/** Arguments of commands that are no text: `o` one in brackets, if there is one; `m` one in braces. Others are text. */
export const ARGUMENTS = new Map(
  Object.entries({
    m:
      'label ref eqref autoref cref Cref crefrange pageref nameref vref subref vspace hspace pagestyle thispagestyle ' +
      'pagenumbering bibliographystyle graphicspath hypersetup affiliation email address orcid institute date thanks ' +
      'keywords kwd ccsdesc index glossary color textcolor colorbox rowcolor cellcolor hypertarget hyperlink usetikzlibrary ' +
      'newlength newcounter setcitestyle citestyle url path nolinkurl href fontsize selectlanguage foreignlanguage ' +
      'acmConference acmYear acmISBN acmDOI copyrightyear received pacs subjclass markboth lstset captionsetup marginpar ' +
      'refstepcounter stepcounter printbibliography input@path theoremstyle numberwithin allowdisplaybreaks',
    om:
      'includegraphics usepackage RequirePackage documentclass LoadClass author affil todo lstinputlisting includepdf ' +
      'tableofcontents inputminted footnotemark bibliographyunit title@ shorttitle shortauthors linenumbers',
    mm: 'setlength addtolength setcounter addtocounter setstretch defcitealias DeclareGraphicsExtensions resizebox markboth newif@ rule',
    omm: 'newtheorem definecolor DeclareFieldFormat parbox raisebox',
    mmm: 'multirow',
  }).flatMap(([signature, names]) => names.split(' ').map((name) => [name, signature] as const)),
);
/** Of environments. */
export const ENVIRONMENT_ARGUMENTS = new Map([
  ...'minipage multicols adjustbox thebibliography spacing'.split(' ').map((name) => [name, 'om'] as const),
  ...'wrapfigure wraptable'.split(' ').map((name) => [name, 'omm'] as const),
]);
