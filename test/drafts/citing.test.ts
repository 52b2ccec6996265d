/** What a draft cites, however it says so: commands and packages of LaTeX, keys and their aliases, references in YAML. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Draft } from '../../src/drafts/draft.ts';
import { readLatex } from '../../src/drafts/latex.ts';
import { readMarkdown } from '../../src/drafts/markdown.ts';
import { readDraft } from '../../src/drafts/read.ts';
import { temporaryFolder } from '../akin.ts';

const keysOf = ({ paragraphs, citedAnywhere }: Draft) => [
  ...paragraphs.flatMap(({ citations }) => citations.map(({ key }) => key)),
  ...citedAnywhere,
];
const textOf = ({ paragraphs }: Draft) => paragraphs.map(({ text }) => text).join(' ');

/** Writes files into a folder and reads the first, with the bibliography, if one is given. */
async function read(files: Record<string, string>, bibliography?: string): Promise<Draft> {
  const folder = temporaryFolder(onTestFinished);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return readDraft(path.join(folder, Object.keys(files)[0]!), bibliography && path.join(folder, bibliography));
}

const cited = ({ references }: Draft) => references.map(({ key }) => key).sort();

describe('a citation in LaTeX', () => {
  it.each([
    // BibLaTeX
    ...['\\parencites(see)(and more)[1]{a}[2]{b}', '\\cites(see)()[][1]{a}{b}', '\\Textcite{a} and \\textcite*{b}'],
    ...['\\footcite[3]{a}\\footfullcite{b}', '\\supercite{a,b}', '\\autocite*[see][4]{a,b}', '\\Autocites{a}{b}'],
    ...[
      '\\citeauthor*{a} \\citetitle*{b}',
      '\\volcite{2}[34]{a} \\pvolcite[see]{1}{b}',
      '\\volcites{1}[2]{a}[x]{2}{b}',
    ],
    ...['\\citefield{a}[x]{title} \\citelist{b}{location}', '\\smartcites{a}\n{b}', '\\footcitetexts{a}[7]{b}'],
    ...['\\notecite{a}\\fullcite{b}', '\\posscite{a}\\gentextcite{b}', '\\parentext{so \\cite{a}} \\entrydata{b}'],
    '\\nocite{a, b}',
    // natbib, apacite, chicago, harvard, jurabib, cite, REVTeX, amsrefs, bibentry, multibib
    ...[
      '\\citetext{see \\citealp{a}; \\citealp*{b}}',
      '\\citep[see \\citealt{a}][]{b}',
      '\\Citealt{a} \\citetalias{b}',
    ],
    ...['\\cite<e.g.,>[p.~11]{a} \\citeA{b}', '\\shortcite{a} \\shortciteNP<see>{b}', '\\citeN{a} \\citeANP{b}'],
    ...[
      '\\citeasnoun{a} \\citeaffixed{b}{e.g.}',
      '\\cite[Abel][5]{a} \\footcitetitle{b}',
      '\\citen{a} \\citeonline{b}',
    ],
    ...[
      '\\onlinecite{a,*b}',
      '\\cite{a, *[{see }]b}',
      '\\citenum{a}, \\citeyearpar{b}',
      '\\cite{a}*{p. 3} \\ycites{b}',
    ],
    ...['\\citelist{\\cite{a}*{3} \\cite{b}}', '\\bibentry{a}. \\bibentry{b}.', '\\citelatin{a} \\nocitelatin{b}'],
    // abntex2, acro
    ...['\\apud[p. 1]{a}{b}', '\\apudonline{a}[2]{b}', '\\DeclareAcronym{x}{short = X, cite = [see][1]{a, b}}'],
    '\\DeclareAcronym{x}{short=X,cite=a,long={x \\emph{y}}}\\DeclareAcronym{y}{\n  short = Y, % cite = z\n  cite = b\n}',
    // Over lines, with comments between.
    ...['\\cites[see][1]{a}%\n  [2]{b}', '\\cite%\n[1]% note\n {a,%\nb}', '\\cites{a}\n  % more\n% yet\n {b}'],
    '\\cite% one\n% two\n{a} \\citep[see] % note\n [1]\n{b}',
    // csquotes
    ...[
      '\\textcquote[see][12]{a}[.]{prose} \\blockcquote{b}{prose}',
      '\\foreigntextcquote{german}[1]{a}{prose}\\cite{b}',
    ],
    '\\begin{displaycquote}[1]{a} prose \\end{displaycquote} \\cite{b}',
    // A draft's own
    ...['\\let\\mine=\\citep \\mine[1]{a} \\let\\other\\mine \\other{b}', '\\NewCommandCopy\\mine\\citet \\mine{a,b}'],
    ...[
      '\\newcommand*{\\mine}[2][see]{\\citealp[#1]{#2}}\\mine[p. 1]{a} \\mine{b}',
      '\\newcommand\\mine{\\cite}\\mine{a,b}',
    ],
    ...[
      '\\def\\mine[#1]#2{\\cite[#1]{#2}}\\mine[1]{a,b}',
      '\\newcommand{\\refcite}[2]{#1 \\cite{#2}}\\refcite{prose}{a,b}',
    ],
    ...['\\NewDocumentCommand\\mine{s o m}{\\IfBooleanTF{#1}{\\citet}{\\citep}{#3}}\\mine*[x]{a} \\mine{b}'],
    ...['\\NewDocumentCommand{\\mine}{O{x} d() m}{\\parencite[#1]{#3}}\\mine[1](y){a} \\mine{b}'],
    ...[
      '\\newcommandx{\\mine}[2][1=x]{\\cite[#1]{#2}}\\mine[1]{a}\\mine{b}',
      '\\newrobustcmd*\\mine[1]{\\cite{#1}}\\mine{a,b}',
    ],
    ...['\\DeclareCiteCommand{\\mine}[\\mkbibparens]{}{}{\\multicitedelim}{}\\mine[1]{a}\\cite{b}'],
    ...['\\renewcommand{\\cite}[1]{\\citep{#1}} \\cite{a} \\cite{b}', '\\newcommand{\\abel}{a}\\cite{\\abel,b}'],
  ])('is understood: %s', (source) => {
    const draft = readLatex(`\\section{S}Prose ${source} ends.`);
    expect(keysOf(draft).sort()).toEqual(['a', 'b']);
    expect(textOf(draft)).not.toMatch(/[[\]<>()]\S|\b[ab12]\b|German/);
  });

  it.each([
    '\\citestyle{authoryear} \\setcitestyle{square}',
    '\\newcites{latin}{Sources}',
    '\\AtEveryCite{\\renewcommand{\\x}{y}}',
    '\\DeclareCiteCommand{\\mine}{\\usebibmacro{prenote}}{\\usebibmacro{cite}}{\\multicitedelim}{\\usebibmacro{postnote}}',
    '\\NewDocumentCommand{\\kc}{o m}{\\parencite[#1]{#2}}',
    '\\newcommand{\\excited}[1]{\\emph{#1}}\\excited{sheep}',
    '\\citereset \\defcitealias{x}{Paper I}',
  ])('is none: %s', (source) => {
    expect(keysOf(readLatex(`\\section{S}Prose ${source} ends.`))).toEqual([]);
  });

  it('leaves no prose where all that is said is a note', () => {
    const draft = readLatex('Prose \\citetext{see \\citealp{a}, and Abel, 2020; compare \\citealp[p. 1]{b}} goes on.');
    expect(keysOf(draft)).toEqual(['a', 'b']);
    expect(textOf(draft)).toBe('Prose goes on.');
    expect(keysOf(readLatex('Prose \\citetext{personal communication} goes on.'))).toEqual([]);
  });

  it('ends with the paragraph', () => {
    expect(textOf(readLatex('Prose \\cites{a}\n\n[1] is {braced}.'))).toBe('Prose [1] is braced.');
    expect(textOf(readLatex('Prose \\cites{a}% x\n \n[1] is {braced}.'))).toBe('Prose [1] is braced.');
  });

  it('may be listed below a heading, or by amsrefs', () => {
    const list =
      '\\section*{Literaturverzeichnis}\n\\begin{itemize}\\item Abel, A. Fences that count sheep.\n\\item Baker.\\end{itemize}';
    expect(readLatex(`\\section{S}Prose.\n\n${list}`).references.map(({ text }) => text)).toEqual([
      'Abel, A. Fences that count sheep.',
      'Baker.',
    ]);
    const bib =
      '\\begin{biblist}\\bib{abel}{article}{author={Abel, A.}, title={Fences that {Count} Sheep}, date={2020}}\\end{biblist}';
    expect(readLatex(`\\section{S}Prose \\cite{abel}.${bib}`).references).toMatchObject([
      { key: 'abel', title: 'Fences that Count Sheep' },
    ]);
  });

  it('names its bibliographies', () => {
    const source =
      '\\addbibresource[glob]{a.bib}\\nobibliography{b}\\bibliographylatin{c,d}\\addglobalbib{e.bib}\\putbib[f]';
    expect(readLatex(source).bibliographies).toEqual(['a.bib', 'b.bib', 'c.bib', 'd.bib', 'e.bib', 'f.bib']);
  });
});

describe('a citation in LaTeX within Markdown', () => {
  it.each([
    '\\cite{a} and \\autocite[3]{b}',
    '\\cites{a}{b}',
    '\\citep[see *also*][p. 3]{a,b}',
    '\\citet*{a}, \\citep[so \\citealp{b}]{a}',
    'so [see \\cite{a}; @b]',
    '\\textcite{a}\n@b',
  ])('is understood: %s', (source) => {
    const draft = readMarkdown(`Sheep ${source} sleep.`);
    expect([...new Set(keysOf(draft))].sort()).toEqual(['a', 'b']);
    expect(textOf(draft)).toMatch(/^Sheep\b.*\bsleep\.$/);
    expect(textOf(draft)).not.toMatch(/[\\{}[\]]/);
  });

  it.each(['`\\cite{a}` sleeps', '\\cite is a command', '\\emph{a} is none', '```\n\\cite{a}\n```'])(
    'is none: %s',
    (source) => {
      expect(keysOf(readMarkdown(`Sheep.\n\n${source}`))).toEqual([]);
    },
  );
});

describe('what a draft cites of a bibliography', () => {
  const BIB =
    '@article{abel, ids={oldabel, older}, title={Fences that count sheep}}\n@article{baker, title={Dogs that herd sheep}}\n' +
    '@xdata{herd, journal={Journal of Sheep}}\n@inproceedings{cole, crossref={proc}, xdata={herd}, title={Drones}}\n' +
    '@proceedings{proc, title={Proceedings on Sheep}}';

  it.each<[string, string, string[], RegExp | null]>([
    ['no key of it', '\\cite{zebra}', [], /zebra \(1\)/],
    ['some keys of it, and an unknown one', '\\cite{baker,zebra}', ['baker'], /: zebra \(1\)/],
    ['an alias', '\\autocite{oldabel} \\cite{older}', ['abel'], null],
    ['what takes fields from others', '\\cite{cole}', ['cole'], null],
    ['all of it', '\\cite{cole} \\nocite{*}', ['abel', 'baker', 'cole', 'proc'], null],
  ])('is told where it cites %s', async (_, source, keys, note) => {
    const draft = await read({ 'd.tex': `\\section{S}Prose ${source}.`, 'refs.bib': BIB }, 'refs.bib');
    expect(cited(draft)).toEqual(keys);
    if (note) expect(draft.notes.join()).toMatch(note);
    else expect(draft.notes).toEqual([]);
  });

  it('is nothing where it names a bibliography and has no citations, and all of one that is given', async () => {
    const files = { 'd.md': '---\nbibliography: refs.bib\n---\nProse.', 'refs.bib': BIB };
    expect(cited(await read(files))).toEqual([]);
    expect(cited(await read(files, 'refs.bib'))).toEqual(['abel', 'baker', 'cole', 'proc']);
  });

  it('is all of it, too, where its keys are the numbers of its own list', async () => {
    const draft = await read(
      { 'd.txt': 'Sheep sleep [1].\n\nReferences\n\n[1] E. East. Bells.\n[2] F. Fox. Barns.', 'refs.bib': BIB },
      'refs.bib',
    );
    expect(cited(draft)).toEqual(['1', '2', 'abel', 'baker', 'cole', 'proc'].sort());
  });

  it('goes by the keys that Better BibTeX leaves in Extra', async () => {
    const json = JSON.stringify([
      {
        id: 'http://zotero.org/1',
        type: 'article-journal',
        title: 'Fences that count sheep',
        note: 'tex.ids: y\nCitation Key: abel2020',
      },
      { id: 'baker', type: 'article-journal', title: 'Dogs that herd sheep' },
    ]);
    const draft = await read({ 'd.md': 'Prose [@abel2020].', 'refs.json': json }, 'refs.json');
    expect(draft.references).toMatchObject([{ title: 'Fences that count sheep' }]);
    expect(draft.notes).toEqual([]);
  });

  it.each([
    [
      'Pandoc',
      'references:\n- id: abel\n  title: Fences that count sheep\n  DOI: 10.1000/Sheep\n- id: baker\n  title: Dogs\n',
    ],
    [
      'a bare list',
      '- id: abel\n  title: Fences that count sheep\n  DOI: 10.1000/Sheep\n  issued: 2016\n- id: baker\n  title: Dogs\n',
    ],
    [
      'Hayagriva',
      'abel:\n  type: Article\n  title:\n    value: Fences that count sheep\n    short: Fences\n  serial-number:\n    doi: 10.1000/sheep\nbaker:\n  type: Book\n  title: Dogs\n',
    ],
  ])('may be in YAML: %s', async (_, yaml) => {
    for (const text of [yaml, `# A comment\n\n${yaml}`, `---\n${yaml}`]) {
      const draft = await read({ 'd.md': 'Prose [@abel].', 'refs.yaml': text }, 'refs.yaml');
      expect(draft.references).toMatchObject([
        { key: 'abel', title: 'Fences that count sheep', ids: { doi: '10.1000/sheep' } },
      ]);
    }
  });
});

describe('a citation in Markdown', () => {
  const REFERENCES =
    'references:\n- id: abel\n  title: Fences that count sheep\n  DOI: 10.1000/sheep\n- id: baker\n  title: Dogs\n';

  it.each([
    ['in the front matter', `---\ntitle: T\n${REFERENCES}---\n\nProse [@abel].`],
    ['at the end', `Prose [@abel].\n\n---\n${REFERENCES}...\n`],
  ])('may lead to references %s', async (_, source) => {
    const draft = await read({ 'd.md': source });
    expect(draft.references).toMatchObject([{ key: 'abel', ids: { doi: '10.1000/sheep' } }, { key: 'baker' }]);
    expect(draft.notes).toEqual([]);
    expect(textOf(draft)).toBe('Prose.');
  });

  it('is no cross-reference, unless a reference is called so', async () => {
    const source =
      'See @fig-plot, @tbl-res, @eq-loss, @sec-intro, @lst-code, @thm-one, @Fig-plot, [-@fig-plot], [@fig-a; @fig-b], @fig:plot, @my-part, ' +
      '\\@ref(fig:plot), {numref}`fig-x` and @def-2010.\n\n# Part {#my-part}\n\n::: {#fig-plot .wide layout-ncol=2}\n![A plot](p.png){#fig-x}\n:::\n\n: A table {#tbl-res}\n\n{{< include more.qmd >}}';
    const draft = await read(
      { 'd.qmd': source, 'refs.bib': '@book{def-2010, title={Definitions of Sheep}}' },
      'refs.bib',
    );
    expect(draft.notes).toEqual([]);
    expect(keysOf(draft)).toEqual(['def-2010']);
    expect(textOf(draft)).not.toMatch(/:::|[{}]|ref\(|include|fig|tbl-/);
  });

  it('may be a role of MyST', () => {
    const draft = readMarkdown('Prose {cite:p}`abel,baker` and {cite:t}`{see}cole{p. 3}`, not {code}`@x`.');
    expect(keysOf(draft)).toEqual(['abel', 'baker', 'cole']);
  });

  it.each(['**References**', '__Literatur__', 'Bibliography'])(
    'may lead to a list below a line of its own: %s',
    (heading) => {
      const draft = readMarkdown(`Prose.\n\n${heading}\n\n- Abel, A. Fences.\n- Baker. Dogs.\n`);
      expect(draft.references.map(({ text }) => text)).toEqual(['Abel, A. Fences.', 'Baker. Dogs.']);
    },
  );

  it('may be everything', async () => {
    const draft = await read({
      'd.md': '---\nnocite: "@*"\nbibliography: {main: refs.bib}\n---\nProse.',
      'refs.bib': '@book{a, title={Sheep}}',
    });
    expect(cited(draft)).toEqual(['a']);
  });
});
