/** Documents in the classes that publishers give their authors, as TeX Live has them. */
import type { Paper } from './papers.ts';

/** A layout: its name, and a paper's LaTeX source. */
export interface Layout {
  name: string;
  source: (paper: Paper) => string;
  /** Whether the page has a place for the DOI. */
  showsDoi?: boolean;
  /** Whether the page has a place for a label above the title. */
  hasLabel?: boolean;
}

const MARKS = ['\\ast', '\\dagger', '\\ddagger', '\\S'];
/** References, which have DOIs of their own. */
export const REFERENCES = [
  'Abel A. On gates. Journal of Fences 3, 14--15 (2009). https://doi.org/10.5555/other.2009.14',
  'Baker B. Dogs at night. Sheep Letters 12 (2014). doi:10.5555/other.2014.99',
  'Carter A. B. Hedges and their uses. Annals of Wool 7, 1--20 (2001). doi:10.5555/annals/7/1',
];
const bibliography = `\\begin{thebibliography}{9}${REFERENCES.map((text, i) => `\\bibitem{r${i}} ${text.replace(/_/g, '\\_')}`).join('\n')}\\end{thebibliography}`;

/** Whatever comes after the front matter. */
export const bodyOf = ({ body }: Paper): string =>
  `\\section{Introduction}\n${body}\n\\section{Results}\n${body.slice(0, 2500)}\n${bibliography}\n`;

/** The DOI as the page shows it, or a template's. */
export const shownDoi = ({ shown, doi }: Paper): string =>
  shown === 'doi' ? doi : shown === 'placeholder' ? '10.1145/nnnnnnn.nnnnnnn' : '';

const inOneLine = (text: string): string => text.replace(/\s*\\\\\s*/g, ' ');
const joined = (texts: string[], and = ' and '): string =>
  texts.length < 2
    ? texts.join('')
    : `${texts.slice(0, -1).join(', ')}${texts.length > 2 && !and.includes(',') ? ',' : ''}${and}${texts.at(-1)}`;

/** The names in a row, each with its institution's mark and, the first, a footnote's. */
export function namesInRow({ authors, variant }: Paper, and = ' and '): string {
  return joined(
    authors.map(({ tex, at }, i) => {
      const mark = variant % 3 === 0 ? String(at) : variant % 3 === 1 ? MARKS[at - 1]! : String.fromCharCode(96 + at);
      return `${tex}$^{${mark}${i === 0 ? ',*' : ''}}$`;
    }),
    and,
  );
}

export const institutionsBelow = ({ institutions, variant }: Paper): string =>
  institutions
    .map((text, i) => {
      const mark = variant % 3 === 0 ? String(i + 1) : variant % 3 === 1 ? MARKS[i]! : String.fromCharCode(97 + i);
      return `$^{${mark}}$${text}`;
    })
    .join('\\\\\n');

/** A document in a class: what the preamble has, what the front matter is. */
export function documentOf(options: string, name: string, paper: Paper, preamble: string, front: string): string {
  return `\\documentclass[${options}]{${name}}\\pdfoutput=1
\\usepackage[utf8]{inputenc}\\usepackage[T1]{fontenc}
${preamble}
\\begin{document}
${front}
${bodyOf(paper)}
\\end{document}`;
}

const acm =
  (format: string) =>
  (paper: Paper): string => {
    const { title, authors, institutions, abstract } = paper;
    const names = authors.map(
      ({ tex, at }, i) =>
        `\\author{${tex}}\\email{name${i}@example.org}\\orcid{0000-0002-1825-009${i % 10}}` +
        `\\affiliation{\\institution{${institutions[at - 1]}}\\city{Northtown}\\country{Nowhere}}`,
    );
    const doi = paper.shown === 'none' ? '\\settopmatter{printacmref=false}\\acmDOI{}' : `\\acmDOI{${shownDoi(paper)}}`;
    return documentOf(
      format,
      'acmart',
      paper,
      `\\acmYear{2021}\\acmConference[SHEEP '21]{Sheep Conference}{June 2021}{Northtown}${doi}`,
      `\\title{${title.tex}}\n${names.join('\n')}\n\\begin{abstract}${abstract}\\end{abstract}\\keywords{sheep, fences}\n\\maketitle`,
    );
  };

const elsevier =
  (options: string) =>
  (paper: Paper): string => {
    const { title, authors, institutions, abstract } = paper;
    const names = authors.map(({ tex, at }, i) => `\\author[a${at}]{${tex}${i === 0 ? '\\corref{c}' : ''}}`);
    return documentOf(
      options,
      'elsarticle',
      paper,
      '\\journal{Journal of Sheep}',
      `\\begin{frontmatter}\\title{${title.tex}}
${names.join('\n')}\\cortext[c]{Corresponding author}\\ead{one@example.org}
${institutions.map((text, i) => `\\address[a${i + 1}]{${text}}`).join('\n')}
\\begin{abstract}${abstract}\\end{abstract}\\begin{keyword}sheep \\sep fences\\end{keyword}\\end{frontmatter}`,
    );
  };

const revtex =
  (options: string) =>
  (paper: Paper): string =>
    documentOf(
      options,
      'revtex4-2',
      paper,
      '',
      `\\title{${paper.title.tex}}
${paper.authors.map(({ tex, at }, i) => `\\author{${tex}}${i === 0 ? '\\email{one@example.org}' : ''}\\affiliation{${paper.institutions[at - 1]}}`).join('\n')}
\\begin{abstract}${paper.abstract}\\end{abstract}\\maketitle`,
    );

const ams =
  (name: string) =>
  (paper: Paper): string =>
    documentOf(
      '',
      name,
      paper,
      '',
      `\\title{${paper.title.tex}}
${paper.authors.map(({ tex, at }, i) => `\\author{${tex}}\\address{${paper.institutions[at - 1]}}\\email{name${i}@example.org}`).join('\n')}
\\begin{abstract}${paper.abstract}\\end{abstract}\\maketitle`,
    );

const cas =
  (name: string) =>
  (paper: Paper): string =>
    documentOf(
      'a4paper,fleqn',
      name,
      paper,
      '\\usepackage[numbers]{natbib}',
      `\\shorttitle{Sheep}\\shortauthors{${paper.authors[0]!.tex.replace('.', '')} et al.}\\title[mode = title]{${paper.title.tex}}
${paper.authors.map(({ tex, at }, i) => `\\author[${at}]{${tex}}${i === 0 ? '\\cormark[1]' : ''}`).join('\n')}
${paper.institutions.map((text, i) => `\\affiliation[${i + 1}]{organization={${text}}}`).join('\n')}
\\cortext[1]{Corresponding author}
\\begin{abstract}
${paper.abstract}
\\end{abstract}
\\begin{keywords}
sheep \\sep fences
\\end{keywords}
\\maketitle`,
    );

const asme = (paper: Paper): string =>
  documentOf(
    '',
    'asmeconf',
    paper,
    '\\ConfName{Proceedings of the Sheep Congress}\\ConfAcronym{SHEEP2021}\\ConfDate{June 2021}\\ConfCity{Northtown}\\PaperNo{SHEEP-1}',
    `\\title{${paper.title.tex}}\\SetAuthors{${joined(
      paper.authors.map(({ tex, at }) => `${tex}\\affil{${at}}`),
      ', ',
    )}}
${paper.institutions.map((text, i) => `\\SetAffiliation{${i + 1}}{${text}}`).join('\n')}
\\maketitle\\keywords{sheep}\\begin{abstract}${paper.abstract}\\end{abstract}`,
  );

export const CLASSES: Layout[] = [
  { name: 'acmart sigconf', source: acm('sigconf'), showsDoi: true },
  { name: 'acmart acmsmall', source: acm('acmsmall'), showsDoi: true },
  { name: 'acmart sigplan', source: acm('sigplan'), showsDoi: true },
  { name: 'acmart manuscript', source: acm('manuscript'), showsDoi: true },
  { name: 'elsarticle preprint', source: elsevier('preprint,12pt') },
  { name: 'elsarticle 5p', source: elsevier('final,5p,times,twocolumn') },
  { name: 'elsarticle 3p', source: elsevier('final,3p,times') },
  { name: 'cas-dc', source: cas('cas-dc') },
  { name: 'cas-sc', source: cas('cas-sc') },
  { name: 'revtex aps', source: revtex('aps,prl,reprint') },
  { name: 'revtex aip', source: revtex('aip,jap,reprint') },
  { name: 'revtex preprint', source: revtex('aps,preprint') },
  { name: 'amsart', source: ams('amsart') },
  { name: 'amsproc', source: ams('amsproc') },
  { name: 'asmeconf', source: asme },
  {
    name: 'IEEEtran conference',
    source: (paper) =>
      documentOf(
        'conference',
        'IEEEtran',
        paper,
        '',
        `\\title{${paper.title.tex}}\\author{${paper.authors
          .map(
            ({ tex, at }, i) =>
              `\\IEEEauthorblockN{${tex}}\\IEEEauthorblockA{${paper.institutions[at - 1]!.replace(/, /g, '\\\\')}\\\\name${i}@example.org}`,
          )
          .join('\n\\and\n')}}\\maketitle\\begin{abstract}${paper.abstract}\\end{abstract}`,
      ),
  },
  {
    name: 'IEEEtran journal',
    showsDoi: true,
    source: (paper) =>
      documentOf(
        'journal',
        'IEEEtran',
        paper,
        `\\IEEEpubid{${paper.shown === 'none' ? '0000--0000 \\copyright{} 2021 IEEE' : `Digital Object Identifier ${shownDoi(paper)}`}}`,
        `\\title{${paper.title.tex}}\\author{${joined(paper.authors.map(({ tex }, i) => `${tex}${i % 3 === 1 ? '' : ',~\\IEEEmembership{Member,~IEEE}'}`))}%
\\thanks{The authors are with the ${paper.institutions.join(', and the ')}.}}
\\markboth{Journal of Sheep, Vol.~14, No.~8, August~2021}{Abel \\MakeLowercase{\\textit{et al.}}: Sheep}
\\maketitle\\begin{abstract}${paper.abstract}\\end{abstract}`,
      ),
  },
  {
    name: 'llncs',
    source: (paper) =>
      documentOf(
        'runningheads',
        'llncs',
        paper,
        '',
        `\\title{${paper.title.tex}}\\author{${paper.authors.map(({ tex, at }) => `${tex}\\inst{${at}}\\orcidID{0000-1111-2222-333${at}}`).join(' \\and ')}}
\\authorrunning{Abel et al.}\\institute{${paper.institutions.join(' \\and ')}}\\maketitle
\\begin{abstract}${paper.abstract}\\end{abstract}`,
      ),
  },
  {
    name: 'mnras',
    source: (paper) =>
      documentOf(
        'fleqn,usenatbib',
        'mnras',
        paper,
        '',
        `\\title[Sheep]{${paper.title.tex}}\\author[Abel et al.]{${joined(paper.authors.map(({ tex, at }) => `${tex}$^{${at}}$`))}
\\\\ ${paper.institutions.map((text, i) => `$^{${i + 1}}$${text}`).join('\\\\')}}
\\date{Accepted 2021 May 1. Received 2021 April 1}\\pubyear{2021}\\maketitle\\begin{abstract}${paper.abstract}\\end{abstract}`,
      ),
  },
  {
    name: 'aastex631',
    source: (paper) =>
      documentOf(
        'twocolumn',
        'aastex631',
        paper,
        '',
        `\\title{${inOneLine(paper.title.tex)}}
${paper.authors.map(({ tex, at }) => `\\author[0000-0002-1825-0097]{${tex}}\\affiliation{${paper.institutions[at - 1]}}`).join('\n')}
\\begin{abstract}${paper.abstract}\\end{abstract}`,
      ),
  },
  {
    name: 'achemso',
    source: (paper) =>
      documentOf(
        'journal=jacsat,manuscript=article',
        'achemso',
        paper,
        '',
        '\\maketitle\\begin{abstract}' + paper.abstract + '\\end{abstract}',
      ).replace(
        '\\begin{document}',
        () =>
          `${paper.authors.map(({ tex, at }, i) => `\\author{${tex}}\\affiliation{${paper.institutions[at - 1]}}${i === 0 ? '\\email{one@example.org}' : ''}`).join('\n')}
\\title{${inOneLine(paper.title.tex)}}\\begin{document}`,
      ),
  },
  {
    name: 'quantumarticle',
    source: (paper) =>
      documentOf(
        'a4paper,twocolumn,11pt',
        'quantumarticle',
        paper,
        '',
        `\\title{${paper.title.tex}}
${paper.authors.map(({ tex, at }) => `\\author{${tex}}\\affiliation{${paper.institutions[at - 1]}}\\orcid{0000-0002-1825-0097}`).join('\n')}
\\maketitle\\begin{abstract}${paper.abstract}\\end{abstract}`,
      ),
  },
  {
    name: 'spie',
    source: (paper) =>
      documentOf(
        '',
        'spie',
        paper,
        '',
        `\\title{${paper.title.tex}}\\author{${namesInRow(paper)}\\skiplinehalf ${institutionsBelow(paper)}}
\\maketitle\\begin{abstract}${paper.abstract}\\end{abstract}`,
      ),
  },
  {
    name: 'oup-authoring-template',
    showsDoi: true,
    source: (paper) =>
      documentOf(
        'unnumsec,webpdf,contemporary,large',
        'oup-authoring-template',
        paper,
        '',
        `\\journaltitle{Sheep Research}\\DOI{${shownDoi(paper)}}\\copyrightyear{2021}\\pubyear{2021}
\\access{Advance Access Publication Date: 1 May 2021}\\appnotes{Paper}\\firstpage{1}\\title[Sheep]{${inOneLine(paper.title.tex)}}
${paper.authors.map(({ tex, at }, i) => `\\author[${at}${i === 0 ? ',$\\ast$' : ''}]{${tex}}`).join('\n')}
\\authormark{Abel et al.}${paper.institutions.map((text, i) => `\\address[${i + 1}]{${text}}`).join('\n')}
\\corresp[$\\ast$]{Corresponding author. one@example.org}\\abstract{${paper.abstract}}\\keywords{sheep}\\maketitle`,
      ),
  },
  {
    name: 'jmlr',
    source: (paper) =>
      documentOf(
        'pmlr',
        'jmlr',
        paper,
        `\\jmlrvolume{14}\\jmlryear{2021}\\jmlrworkshop{Sheep Conference}\\title[Sheep]{${inOneLine(paper.title.tex)}}
\\author{${paper.authors.map(({ tex, at }, i) => `\\Name{${tex}} \\Email{name${i}@example.org}\\\\ \\addr ${paper.institutions[at - 1]}`).join(' \\AND ')}}`,
        `\\maketitle\\begin{abstract}${paper.abstract}\\end{abstract}`,
      ),
  },
];
