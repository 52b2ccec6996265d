import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPaper, type Paper } from '../../src/paper.ts';
import { bibtex } from '../../src/sources/bibtex.ts';
import { latexToText } from '../../src/sources/latex.ts';
import { MAX_RECORD_CHARACTERS } from '../../src/sources/source.ts';
import { itShared, sharedPath } from '../shared.ts';
import { readPath, readText, recordsSeen as records, rejects } from './read.ts';

async function papersIn(text: string): Promise<Paper[]> {
  const found = await readText(bibtex, text);
  expect(rejects(found)).toEqual([]);
  return records(found).map(({ input }) => toPaper(input));
}

async function paperIn(text: string): Promise<Paper> {
  const papers = await papersIn(text);
  expect(papers).toHaveLength(1);
  return papers[0]!;
}

const titleOf = async (latex: string): Promise<string> => (await paperIn(`@misc{k, title = {${latex}}}`)).title;
const authorsOf = async (list: string): Promise<string[]> =>
  (await paperIn(`@misc{k, title = {T}, author = {${list}}}`)).authors;

describe('what people have in titles and names', () => {
  it.each([
    ['\\isotope[14]{C} dating', '¹⁴C dating'],
    ['\\isotope[235][92]{U} and \\nuclide[3]{H}', '²³⁵₉₂U and ³H'],
    ['\\chem{H_2O} and \\cee{CO2} by \\ion{Fe}{ii}', 'H2O and CO2 by Fe ii'],
    ['The {\\cal N}=4 and {\\mathcal N}=2, $\\cal N$, {\\Bbb R}', 'The N=4 and N=2, N, R'],
    ['{\\rm Ly}$\\alpha$ at {\\boldmath $z$}', 'Lyα at z'],
    ['Le \\og mot juste \\fg{} ici', 'Le « mot juste » ici'],
    ['Le \\og{}mot\\fg, \\og fin\\fg ici', 'Le « mot », « fin » ici'],
  ])('is the text that it prints: %s', async (latex, title) => {
    expect(await titleOf(latex)).toBe(title);
  });

  it.each([
    ['Ann Abel$^{2,*}$ and Bob Baker$^1$', ['Ann Abel', 'Bob Baker']],
    ['Ann Abel$^{\\dagger}$ and Bob Baker$^{\\ast,\\ddagger}$', ['Ann Abel', 'Bob Baker']],
    ['Ann Abel\\textsuperscript{a,b} and Bob M\\textsuperscript{c}Donald', ['Ann Abel', 'Bob McDonald']],
    ['Abel$^{1}$, Ann and Baker$^{a}$, Bob', ['Ann Abel', 'Bob Baker']],
    ['Ann Abel\\footnotemark[1] and Bob Baker*† and Cy Cole²,³', ['Ann Abel', 'Bob Baker', 'Cy Cole']],
    ['Ann Abel \\& Bob Baker', ['Ann Abel', 'Bob Baker']],
    ['Ann Abel, Cy Cole & Bob Baker', ['Ann Abel', 'Cy Cole', 'Bob Baker']],
    ['Abel, A., Baker, B., \\& Cole, C.', ['A. Abel', 'B. Baker', 'C. Cole']],
    ['Johnson \\& Johnson and {Procter \\& Gamble}', ['Johnson & Johnson', 'Procter & Gamble']],
    ['Ann Abel, et. al.', ['Ann Abel']],
    ['Ann Abel and et~al.', ['Ann Abel']],
    ['Ann Abel et al. and Bob Baker', ['Ann Abel', 'Bob Baker']],
  ])('are the people that it names: %s', async (list, authors) => {
    expect(await authorsOf(list)).toEqual(authors);
  });
});

describe('detection', () => {
  it.each([
    '@article{smith2020,\n  title = {A}}',
    '% exported today\n\nSome words.\n  @Book ( key ,',
    '@string{jan = "January"}',
    '@comment{jabref-meta: x}',
    '\ufeff@misc{a,',
    '@article{title = {no key}}',
  ])('recognises %j', (head) => expect(bibtex.detects(head)).toBe(true));

  it.each([
    'write to me@home{now,',
    '{"a": "@article{x,"}',
    'TY  - JOUR',
    '@font-face {\n src: url(x)\n}',
    '@smith, hello',
    '',
  ])('leaves %j to others', (head) => expect(bibtex.detects(head)).toBe(false));
});

describe('what an entry says', () => {
  it('maps the fields of BibTeX', async () => {
    const paper = await paperIn(`
      @InProceedings{smith:2020,
        author    = {Smith, Anna and Jos{\\'e} Garc{\\'i}a},
        title     = {On {Bees} and {{DNA}}},
        booktitle = {Proc. of Things},
        year      = 2020, volume = 3, pages = {1--9},
        doi       = {10.1234/ABC\\_d},
        keywords  = {bees, wasps; ants},
        url       = {\\url{https://example.org/~a\\_b?x=1\\%20}},
        abstract  = {First line
                     goes on.

                     Second paragraph.},
      }`);
    expect(paper).toMatchObject({
      title: 'On Bees and DNA',
      authors: ['Anna Smith', 'José García'],
      year: 2020,
      venue: 'Proc. of Things',
      abstract: 'First line goes on.\nSecond paragraph.',
      url: 'https://example.org/~a_b?x=1%20',
      categories: ['bees, wasps', 'ants'],
      ids: { doi: '10.1234/abc_d' },
      extra: { key: 'smith:2020', type: 'inproceedings', volume: '3', pages: '1–9' },
    });
  });

  it('maps the fields of BibLaTeX', async () => {
    const paper = await paperIn(`@online{k, title={Main}, subtitle={A Story}, date={2019-03-04}, year={1999},
      journaltitle={Journal of J}, eprint={2101.00001v2}, eprinttype={arXiv}, eprintclass={cs.CL}, type={Talk},
      editor={Doe, Jane and others}}`);
    expect(paper).toMatchObject({
      title: 'Main: A Story',
      year: 2019,
      venue: 'Journal of J',
      categories: ['cs.CL'],
      ids: { arxiv: '2101.00001' },
      extra: { date: '2019-03-04', year: '1999', type: 'online', subtype: 'Talk', editors: ['Jane Doe'] },
    });
  });

  it.each([
    ['eprint={1512.03385}, archivePrefix={arXiv}', { arxiv: '1512.03385' }],
    ['eprint={hep-th/9901001}', { arxiv: 'hep-th/9901001' }],
    ['eprint={123456}, eprinttype={pmid}', { pmid: '123456' }],
    ['eprint={123456}, eprinttype={jstor}', {}],
    ['journal={arXiv preprint arXiv:1512.03385}', { arxiv: '1512.03385' }],
    ['journal={CoRR}, volume={abs/1512.03385}', { arxiv: '1512.03385' }],
    // As Semantic Scholar, DBLP, ADS, INSPIRE, Zotero, JabRef, Mendeley, arXiv and people write it.
    ['journal={ArXiv}, volume={abs/1706.03762}', { arxiv: '1706.03762' }],
    ['journal={CoRR}, volume={cs.LO/0203001}', { arxiv: 'cs/0203001' }],
    ['journal={arXiv e-prints}, eid={arXiv:1706.03762}, pages={arXiv:1706.03762}', { arxiv: '1706.03762' }],
    ['journal={arXiv:1706.03762 [cs]}, note={arXiv: 1706.03762}', { arxiv: '1706.03762' }],
    ['number={arXiv:1706.03762}, publisher={arXiv}', { arxiv: '1706.03762' }],
    ['publisher={arXiv}, number={1706.03762v2}', { arxiv: '1706.03762' }],
    ['eprint={arXiv:1706.03762v7 [cs.CL]}, archive={arXiv}', { arxiv: '1706.03762' }],
    ['eprint={abs/1706.03762}, eprinttype={arxiv.org}', { arxiv: '1706.03762' }],
    ['eprint="hep-th/9901001", archivePrefix="arXiv"', { arxiv: 'hep-th/9901001' }],
    ['arxivId={1706.03762}', { arxiv: '1706.03762' }],
    ['howpublished={arXiv preprint, \\url{https://arxiv.org/abs/1706.03762}}', { arxiv: '1706.03762' }],
    [
      'howpublished={Preprint at \\href{https://arxiv.org/abs/1706.03762}{arXiv:1706.03762} (2017)}',
      { arxiv: '1706.03762' },
    ],
    ['note={Available as {arXiv}:1706.03762.}', { arxiv: '1706.03762' }],
    ['adsurl={https://ui.adsabs.harvard.edu/abs/2017arXiv170603762V}', { arxiv: '1706.03762' }],
    ['note={See also arXiv:1706.03762}', {}],
    ['note={1706.03762}, pages={1234.56789}', {}],
    ['note={arXiv:1706.03762, arXiv:1706.03763}', {}],
    ['note={PMID: 17}, bdsk-url-1={https://doi.org/10.1000/x}', { pmid: '17', doi: '10.1000/x' }],
    ['eprint={10.1000/x}, eprinttype={doi}', { doi: '10.1000/x' }],
    // As LaTeX, HTML and people write a DOI.
    ['doi={10.1000/a\\_b{\\_}c}', { doi: '10.1000/a_b_c' }],
    ['doi={\\href{https://doi.org/10.1000/a\\_b}{10.1000/a\\_b}}', { doi: '10.1000/a_b' }],
    ['doi={\\url{https://doi.org/10.1000/a%5Fb}}', { doi: '10.1000/a_b' }],
    ['doi={10.1002/a&lt;1:b&gt;2.0.CO;2-#}', { doi: '10.1002/a<1:b>2.0.co;2-#' }],
    ['url={https://dl.acm.org/doi/abs/10.1145/3.4?x=1\\&y=2}', { doi: '10.1145/3.4' }],
    ['pmid={17}, pmcid={PMC18}', { pmid: '17', pmcid: 'PMC18' }],
    ['url={https://doi.org/10.1000/x}', { doi: '10.1000/x' }],
  ])('reads the identifiers of %s', async (fields, ids) => {
    expect((await paperIn(`@misc{k, title={T}, ${fields}}`)).ids).toEqual(ids);
  });

  it.each([
    ['year={2016}', 2016],
    ['year={{2016}}', 2016],
    ['year={Sept./1994}', 1994],
    ['date={2016-05/2017-01}', 2016],
    ['date={soon}, year=2016', 2016],
    ['year={c. 1900}', 1900],
    ['year={1990a}', 1990],
    ['year={[1990]}', 1990],
    ['year={~1990}', 1990],
    ['year={1990/1991}', 1990],
    ['year={{\\noopsort{a}}1990}', 1990],
    ['year="forthcoming 1990"', 1990],
    ['year=may # " 1990"', 1990],
    ['date={1990~}', 1990],
    ['date={2017-05-03/2017-06}', 2017],
    ['year={in press}', null],
    ['year="n.d."', null],
    ['year={19xx}', null],
    ['year={0000}', null],
  ])('takes %s for the year %s', async (field, year) => {
    const paper = await paperIn(`@misc{k, title={T}, ${field}}`);
    expect(paper.year).toBe(year);
    if (year === null) expect(paper.extra).toHaveProperty(/^\w+/.exec(field)![0]);
  });

  it.each([
    ['https://example.org/a\\_b\\&c\\%20\\#d', 'https://example.org/a_b&c%20#d'],
    ['https://example.org/?a=1&amp;b=2', 'https://example.org/?a=1&b=2'],
    ['https://example.org/a-very/\n      long-one', 'https://example.org/a-very/long-one'],
    ['\\url{https://example.org/{\\~{}}a}', 'https://example.org/~a'],
    ['https://example.org/\\string~a\\-b\\allowbreak/c', 'https://example.org/~ab/c'],
  ])('reads the address %j', async (written, url) => {
    expect((await paperIn(`@misc{k, title={T}, url={${written}}}`)).url).toBe(url);
  });

  it.each([
    String.raw`\textless{}1::AID-Y\textgreater{}`,
    String.raw`{\textless}1::AID-Y{\textgreater}`,
    String.raw`\textless 1::AID-Y\textgreater `,
    '$<$1::AID-Y$>$',
    '{$<$}1::AID-Y{$>$}',
    '&lt;1::AID-Y&gt;',
  ])('has the signs of an old DOI as they are meant: %s', async (written) => {
    const { ids } = await paperIn(`@misc{k, title = {T}, doi = {10.1002/x${written}3.0.CO;2-O}}`);
    expect(ids.doi).toBe('10.1002/x<1::aid-y>3.0.co;2-o');
    const paper = await paperIn(`@misc{k, title = {T}, url = {https://doi.org/10.1002/x${written}3.0.CO;2-O}}`);
    expect(paper.ids.doi).toBe('10.1002/x<1::aid-y>3.0.co;2-o');
  });

  it('finds the address in how it was published', async () => {
    expect(
      (await paperIn('@misc{k, title={T}, howpublished={Available at \\url{https://example.org/a\\_b}}}')).url,
    ).toBe('https://example.org/a_b');
  });

  it.each([
    'Full Text PDF:C\\:\\\\Users\\\\me\\\\Zotero\\\\storage\\\\AB\\\\a_b.pdf:application/pdf;Snapshot:/x/y  z.html:text/html',
    ':a{\\_}b $\\backslash$ c.pdf:PDF',
    ':C$\\backslash$:/Users/me/Documents/Mendeley Desktop/a - b.pdf:pdf',
    'internal-pdf://0123456789/a&amp;b%20c.pdf',
    'C:\\dir\\',
  ])('keeps the files of a reference manager as they stand: %j', async (file) => {
    expect((await paperIn(`@misc{k, title={T}, file={${file}}, note={n}}`)).extra).toMatchObject({ file, note: 'n' });
  });

  it('keeps every other field, and fields given twice', async () => {
    const { extra } = await paperIn('@misc{k, title={T}, note={a}, note={b}, key={s}, funding_text 1={c}}');
    expect(extra).toEqual({ key: 'k', type: 'misc', sortkey: 's', note: ['a', 'b'], 'funding_text 1': 'c' });
  });

  it('names the folders that a person keeps it in, as Mendeley, JabRef and akin write them', async () => {
    const mendeley = await paperIn('@misc{k, title = {T}, mendeley-groups = {R{\\&}D,R{\\&}D/Bees}}');
    expect(mendeley.extra).toEqual({ key: 'k', type: 'misc', collections: ['R&D', 'R&D / Bees'] });
    const jabref = await paperIn('@misc{k, title = {T}, groups = {Bees, To read}}');
    expect(jabref.extra.collections).toEqual(['Bees', 'To read']);
    const own = await paperIn('@misc{k, title = {T}, collections = {Bees / Wild, no honey; To read}}');
    expect(own.extra.collections).toEqual(['Bees / Wild, no honey', 'To read']);
  });

  it('is data, even where it looks like a property of every object', async () => {
    const paper = await paperIn('@constructor{__proto__, title={T}, __proto__={a}, constructor={b}}');
    expect(paper).toMatchObject({ title: 'T', extra: { key: '__proto__', type: 'constructor', constructor: 'b' } });
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });
});

describe('names', () => {
  it.each([
    ['Ludwig van Beethoven', ['Ludwig van Beethoven']],
    ['van Beethoven, Ludwig', ['Ludwig van Beethoven']],
    ['King, Jr, Martin Luther', ['Martin Luther King Jr']],
    ['{The Group of Barnes and Noble}', ['The Group of Barnes and Noble']],
    ['{Anders and Co, Ltd} and Doe, J.', ['Anders and Co, Ltd', 'J. Doe']],
    ['family=Jong, given=R. J., prefix=de, useprefix=true and A B', ['R. J. de Jong', 'A B']],
    ['Doe, Jane\n    and\n  Roe, Richard', ['Jane Doe', 'Richard Roe']],
    ['{\\"U}nal, {\\c C}a{\\u g}lar', ['Çağlar Ünal']],
    ['Anderson, Sandy', ['Sandy Anderson']],
  ])('reads %j', async (list, names) => expect(await authorsOf(list)).toEqual(names));

  it('that are longer than any are left as they are', async () => {
    const { authors } = await paperIn(`@misc{a, title={A}, author={${'b, '.repeat(100_000)} and Ito, Ai}}`);
    expect(authors.map((name) => name.slice(0, 7))).toEqual(['b, b, b', 'Ai Ito']);
  });

  it('says when there are others', async () => {
    const { authors, extra } = await paperIn('@misc{k, title={T}, author={Doe, J. and others}}');
    expect(authors).toEqual(['J. Doe']);
    expect(extra.moreAuthors).toBe(true);
  });
});

describe('LaTeX', () => {
  it.each([
    ['{\\"o}\\"o\\"{o} \\\'{\\i}\\\'\\i{} \\c{c}\\c c \\v{s} \\H{o} \\~n \\^{\\j} \\k a', 'ööö íí çç š ő ñ ĵ ą'],
    ['\\ss{} \\O re {\\aa} \\L{}\\l{} \\AE{} \\i{}', 'ß Øre å Łł Æ ı'],
    ["a--b --- ``c'' d~e \\& \\% \\$ \\# \\_ \\{\\}", 'a–b — “c” d e & % $ # _ {}'],
    ['\\emph{very} \\textbf{bold {\\it and} all} \\textsc{X}', 'very bold and all X'],
    ['$O(n^2 \\log n)$ for $\\alpha \\in \\mathbb{R}^{d}$', 'O(n² log n) for α ∈ R^d'],
    ['H$_2$O, CO\\textsubscript{2}, 10$^{-3}$, $e^{-x/2}$, $x_{max}$', 'H2O, CO2, 10⁻³, e^(-x/2), x_max'],
    ['20$^\\circ$C and \\frac{1}{2} of $\\sqrt{x} \\leq \\hat{y}$', '20°C and 1/2 of √x ≤ ŷ'],
    ['from \\$5 to $7, or $8', 'from $5 to $7, or $8'],
    ['\\$\\textbackslash alpha\\$ escaped twice', 'α escaped twice'],
    ['\\href{https://example.org}{here}\\footnote{gone $x^{2}$} \\enquote{said}', 'here “said”'],
    ['we call it \\ours, and \\ours wins', 'we call it ours, and ours wins'],
    ['\\textless{}i\\textgreater{}Apis\\textless{}/i\\textgreater{} &amp; co', 'Apis & co'],
    ['p \\textless{} 0.05 and a<b', 'p < 0.05 and a<b'],
    ['\\textasciitilde{} \\~{} \\^{}', '~ ~ ^'],
    ['\\ce{H2O} on \\ch{MoS2}, \\ce{SO4^2-}, \\ce{Fe^{3+}}, \\ce{^{13}C}', 'H2O on MoS2, SO4²⁻, Fe³⁺, ¹³C'],
    ['\\ce{2H2 + O2 -> 2H2O}, \\ce{CuSO4 * 5H2O}, \\ce{A <=> B}', '2H2 + O2 → 2H2O, CuSO4 · 5H2O, A ⇌ B'],
    ['\\SI{5}{\\kelvin}, \\num{1e5}, \\SI{40}{\\percent}, \\ang{90}, \\SI{5}', '5 K, 1e5, 40%, 90°, 5'],
    ['\\SI[a=b]{9.8}{\\metre\\per\\second\\squared}, \\qty{2}{\\um}, \\qty{3}{\\GHz}', '9.8 m/s², 2 µm, 3 GHz'],
    ['\\SIrange{1}{5}{\\micro\\metre}, \\si{\\kilo\\gram\\per\\cubic\\metre}', '1–5 µm, kg/m³'],
    ['\\SI{5}{kg.m^{-2}}, \\si{\\newton\\metre}, \\SI units', '5 kg.m⁻², N m, SI units'],
    ['GaN{\\slash}AlN, Gel{\\cprime}fand, \\glqq Schafe\\grqq{} \\flqq x\\frqq', "GaN/AlN, Gel'fand, „Schafe“ «x»"],
    ['In\\textsubscript{x}Ga\\textsubscript{1-x}N, 5\\textsuperscript{th}', 'InxGa1-xN, 5th'],
    ['a \\texorpdfstring{$\\alpha$}{alpha} b', 'a alpha b'],
    ['\\textbeta-catenin, 3 \\upmu m, \\textsc{Ab}c\\mbox{d}', 'β-catenin, 3 μm, Abcd'],
    ['\\foo[x]{kept} \\foo{a}{b} \\foo{} \\foo', 'kept ab foo foo'],
    ['x\\kern-.1em y, {\\noopsort{1973c}}1981, \\printfirst{a}{b}', 'xy, 1981, a'],
    ["\\polhk{a}\\soft{t} \\foreignquote{german}{s} \\enquote*{t} $f'(x)$ $a^\\prime$", "ąť “s” “t” f'(x) a′"],
    ['$x', '$x'],
    ['a \\', 'a'],
  ])('reads %j as %j', async (latex, text) => {
    // The last backslash would escape the brace that closes the value for none but a careless reader.
    expect(await titleOf(latex)).toBe(text);
  });

  it('reads any commands in any order without losing its place', async () => {
    const token = fc.constantFrom(
      ...[
        '\\ce{',
        '\\SI{',
        '\\si{',
        '\\num{',
        '\\frac',
        '\\texorpdfstring{',
        '\\SIrange{',
        '\\foo{',
        '\\foo[x]{',
        '\\kelvin',
      ],
      ...[
        '\\per',
        '\\square',
        '\\enquote{',
        '\\textsuperscript',
        '}',
        '{',
        '$',
        '^',
        '_',
        "\\'",
        '\\kern1em',
        ' ',
        'x',
        '->',
        '\\',
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(token, { maxLength: 30 }), async (tokens) => {
        const closed = '}'.repeat(tokens.filter((each) => each.endsWith('{')).length + 1);
        expect(latexToText(`${tokens.join('')}${closed} end`)).toMatch(/end$/);
      }),
      { numRuns: 500 },
    );
  });

  it('needs no stack for braces, however deep', async () => {
    const deep = 200_000;
    expect(await titleOf(`a${'{'.repeat(deep)}b${'}'.repeat(deep)}c`)).toBe('abc');
    expect(await titleOf(`$${'^{x'.repeat(deep)}${'}'.repeat(deep)}$`)).toContain('x');
  });
});

describe('values', () => {
  it('are braced, quoted, bare or joined, with macros from anywhere before', async () => {
    const paper = await paperIn(`
      @string{ joi = "Journal of " # {Bees} }
      @STRING(part = {Part~})
      @article(k, title = "A {"}quoted{"} " # {word}, journal = JOI # ", " # part # 2, month = jan, year = "2020")`);
    expect(paper).toMatchObject({ title: 'A "quoted" word', venue: 'Journal of Bees, Part 2', year: 2020 });
    expect(paper.extra.month).toBe('jan');
  });

  it('may lack commas and keys, be empty, and have comments between them', async () => {
    const papers = await papersIn(`
      @misc{title = {no key}}
      @misc{k1 title = {no comma after the key}}
      @misc{k2, note = {}, year = , title = {A} author = {B, C}, % old = {x},
      }
      @misc{k3,,title={commas},,}
      @misc(k4, title = {a) b})`);
    expect(papers.map(({ title }) => title)).toEqual(['no key', 'no comma after the key', 'A', 'commas', 'a) b']);
    expect(papers.map(({ extra }) => extra.key)).toEqual([undefined, 'k1', 'k2', 'k3', 'k4']);
  });

  it('may hold escaped braces and quotation marks where that makes sense of an entry', async () => {
    const papers = await papersIn(`
@misc{a, title = {the set \\{1, 2}}
@misc{b, title = "M\\"uller", year = 2020}
@misc{c, title = {fine}}`);
    expect(papers.map(({ title }) => title)).toEqual(['the set {1, 2', 'Müller', 'fine']);
  });

  it('do not grow beyond bounds by doubling macros', async () => {
    const doubling = Array.from({ length: 60 }, (_, i) => `@string{m${i + 1} = m${i} # m${i}}`).join('\n');
    const found = await readText(bibtex, `@string{m0 = "ten chars."}\n${doubling}\n@misc{a, title = {still read}}`);
    expect(rejects(found)[0]!.reject.code).toBe('too-large');
    expect(records(found)).toHaveLength(1);
  });
});

describe('what stands between entries', () => {
  it('is comment: prose, @comment, @preamble, entries commented out', async () => {
    const papers = await papersIn(`Bibliography of a@b.org, 100% = {mine}
      % @misc{hidden1, title={x}}
      @comment{ @misc{hidden2, title={x}} }
      @comment{
@misc{hidden3, title={x}}
      }
      @Comment a whole line
      @preamble{ "\\newcommand{\\x}[1]{#1}" # {y} }
      @misc{a, title={A}} @misc{b, title={B}},@misc{c, title={C}}
      end`);
    expect(papers.map(({ title }) => title)).toEqual(['A', 'B', 'C']);
  });

  it.each(['\r', '\r\n', '\u2028', '\u0085'])('ends with its line, whatever ends that: %j', async (end) => {
    const lines = [
      '% Encoding: UTF-8',
      '',
      '@article{a,',
      '  title = {Goats}, % a comment',
      '  year = {2020}',
      '}',
      '',
    ];
    expect(await papersIn(lines.join(end))).toMatchObject([{ title: 'Goats', year: 2020 }]);
  });

  it('may be a comment that is never closed, which costs nothing but itself', async () => {
    const found = await readText(bibtex, '@comment{ :-{\n@misc{a, title={A}}\n@comment{\n@misc{b, title={B}}\n');
    expect(records(found).map(({ input }) => input.title)).toEqual(['A', 'B']);
    expect(rejects(found)).toHaveLength(2);
  });
});

it('a million separators or blank lines are nothing', async () => {
  const blank = '\n'.repeat(1_000_000);
  const [a, b] = await papersIn(
    `${blank}@misc{a, title={A}, keywords={${';'.repeat(1_000_000)}x}}${blank}@misc{b, title={B}, keywords={y,,z}}`,
  );
  expect([a!.categories, b!.categories]).toEqual([['x'], ['y', 'z']]);
});

describe('broken entries', () => {
  it.each([
    ['no closing brace', '@misc{bad, title = {x}', /not closed/],
    ['an open value', '@misc{bad, title = {x, year = 2020', /"title" is not closed/],
    ['an open quotation', '@misc{bad, title = "x, year = 2020}', /"title" is not closed/],
    ['no brace at all', '@misc bad, title = {x}', /expected "\{"/],
    ['a field without a name', '@misc{bad, {x}, year = 2020}', /expected a field.*\{x\}/],
    ['a bare value of two words', '@misc{bad, title = two words}', /expected a field.*words/],
    ['nothing but a beginning', '@misc{', /not closed/],
  ])('with %s cost only themselves', async (_, broken, reason) => {
    const text = `@misc{a, title={A}}\n\n${broken}\n@misc{b, title={B}}\n`;
    const found = await readText(bibtex, text);
    expect(records(found).map(({ input, record }) => [record, input.title])).toEqual([
      [1, 'A'],
      [3, 'B'],
    ]);
    expect(rejects(found)).toMatchObject([{ record: 2, offset: 21, reject: { code: 'syntax' } }]);
    expect(rejects(found)[0]!.reject.reason).toMatch(reason);
    expect(rejects(found)[0]!.raw).toContain(broken);
  });

  it('with a brace too many are told, once', async () => {
    const found = await readText(
      bibtex,
      '@misc{a, title={A}},\n  year = {2020},\n  note = {x}\n}\n@misc{b, title={B}}',
    );
    expect(records(found)).toHaveLength(2);
    expect(rejects(found)).toMatchObject([{ record: 2, reject: { code: 'syntax' } }]);
  });

  it('may end with the file', async () => {
    const found = await readText(bibtex, '@misc{a, title={A}}\n@misc{b, title={B');
    expect(found).toMatchObject([{ record: 1 }, { record: 2, offset: 20, reject: { code: 'syntax' } }]);
  });

  it('that are too large are told and passed over', async () => {
    const huge = 'many {words} and\n'.repeat(MAX_RECORD_CHARACTERS / 16);
    const found = await readText(bibtex, `@misc{a, title={${huge}}}\n@misc{b, title={B}}`, 1 << 16);
    expect(found).toMatchObject([{ reject: { code: 'too-large' } }, { record: 2, input: { title: 'B' } }]);
    expect(found[0]!.raw.length).toBeLessThan(1000);
  });
});

describe('inheritance', () => {
  it('takes what a part shares with the whole, whichever comes first', async () => {
    const whole = '@proceedings{P, title={Proc of P}, year=2001, editor={Ed, A}, doi={10.1/whole}, abstract={whole}}';
    const part = '@inproceedings{a, title={A}, crossref={p}}';
    for (const text of [`${whole}\n${part}`, `${part}\n${whole}`]) {
      const papers = await papersIn(text);
      expect(papers.find(({ title }) => title === 'A')).toMatchObject({
        venue: 'Proc of P',
        year: 2001,
        abstract: '',
        ids: {},
        extra: { crossref: 'p', editors: ['A Ed'] },
      });
    }
  });

  it('goes through several entries, prefers what is nearer, and hides xdata', async () => {
    const papers = await papersIn(`
      @inbook{a, title={A}, crossref={b}, xdata={x, y}, publisher={Own}}
      @xdata{x, xdata={y}, location={X}, publisher={Not}}
      @xdata{y, location={Y}, note={N}}
      @book{b, title={B}, year=1990, publisher={Neither}}`);
    expect(papers.map(({ title }) => title).sort()).toEqual(['A', 'B']);
    const extra = { publisher: 'Own', location: 'X', note: 'N' };
    expect(papers.find(({ title }) => title === 'A')).toMatchObject({ venue: 'B', year: 1990, extra });
  });

  it('takes from a whole that is named by another of its keys', async () => {
    const papers = await papersIn(
      '@inbook{a, title={A}, crossref={old}}\n@book{b, ids={older, Old}, title={B}, year=1990}\n@inbook{c, title={C}, crossref={older}}',
    );
    expect(papers.map(({ title, venue, year }) => [title, venue, year])).toEqual([
      ['A', 'B', 1990],
      ['B', null, 1990],
      ['C', 'B', 1990],
    ]);
    expect(papers[1]!.extra.ids).toBe('older, Old');
  });

  it('does not lose entries whose whole never comes, or is themselves', async () => {
    const papers = await papersIn(`@inbook{a, title={A}, crossref={b}} @book{b, title={B}, crossref={a}}
      @misc{c, title={C}, crossref={c}} @misc{d, title={D}, crossref={nowhere}} @misc{e, title={E}}`);
    expect(papers.map(({ title }) => title)).toEqual(['E', 'A', 'B', 'C', 'D']);
    expect(papers[4]!.extra.crossref).toBe('nowhere');
  });

  it('lets the oldest go when very many wait', async () => {
    const many = 20_000;
    const parts = Array.from({ length: many }, (_, i) => `@inbook{k${i}, title={T${i}}, crossref={last}}\n`);
    const papers = await papersIn(`${parts.join('')}@book{last, title={Last}}`);
    expect(papers).toHaveLength(many + 1);
    expect(papers[0]).toMatchObject({ title: 'T0', venue: null });
    expect(papers.at(-2)).toMatchObject({ title: `T${many - 1}`, venue: 'Last' });
  });
});

describe('any text', () => {
  const token = fc.constantFrom(
    ...[
      '@article{',
      '@string{',
      '@comment{',
      '@misc(',
      '@',
      '{',
      '}',
      '(',
      ')',
      '"',
      ',',
      '=',
      '#',
      '\\',
      '%',
      '$',
      ' ',
    ],
    ...[
      '\n',
      '\r\n',
      'title',
      'author',
      ' and ',
      'crossref',
      'k',
      'é',
      '😀',
      '^',
      '_',
      '<',
      '&',
      '2020',
      '\\alpha',
      "\\'",
    ],
  );
  const text = fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(''));

  it('is read to the end, each record at its place, whatever the pieces it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (source, pieceLength) => {
        const found = await readText(bibtex, source, pieceLength);
        expect(found).toEqual(await readText(bibtex, source));
        const bytes = Buffer.from(source);
        for (const { offset, raw } of found) {
          expect(bytes.subarray(offset).toString().replaceAll('\r\n', '\n').startsWith(raw.slice(0, 10))).toBe(true);
        }
        expect(found.map(({ record }) => record).sort((a, b) => a - b)).toEqual(found.map((_, i) => i + 1));
      }),
      { numRuns: 200 },
    );
  });

  it('that is an entry made by the rules is read back', async () => {
    const plain = fc.stringMatching(/^[a-z][a-z ]{0,20}[a-z]$/);
    await fc.assert(
      fc.asyncProperty(fc.array(plain, { minLength: 1, maxLength: 5 }), async (titles) => {
        const papers = await papersIn(titles.map((title, i) => `@misc{k${i},title={{${title}}}}`).join('\n'));
        expect(papers.map(({ title }) => title)).toEqual(titles.map((title) => title.replace(/ +/g, ' ')));
      }),
      { numRuns: 50 },
    );
  });
});

it.each(['@a{', '@a{k, ', '@a{k, title = {', '@a{k, author = {A, ', '@comment{', '@string{', '@a{k, title = "'])(
  'takes time in proportion to the text after %j',
  async (beginning) => {
    const begun = performance.now();
    for (const piece of [' ', '\n', '{', '"', 'a ', '@a{', '\\', '$', ' and ', '#', '=', '%']) {
      const text = `${beginning}${piece.repeat(60_000 / piece.length)}x y`;
      bibtex.detects(text);
      await readText(bibtex, `@a{k,\n${text}`);
    }
    expect(performance.now() - begun).toBeLessThan(5000); // Quadratic time takes minutes.
  },
);

describe('genuine exports', () => {
  itShared('of Scopus', async () => {
    const found = await readPath(bibtex, sharedPath('formats/scopus_export.bib'));
    expect(rejects(found)).toEqual([]);
    const papers = records(found).map(({ input }) => toPaper(input));
    expect(papers.map(({ ids }) => ids.doi)).toEqual([
      '10.1080/20964129.2020.1722034',
      '10.1080/20964129.2020.1749010',
      '10.1007/s11220-019-0265-8',
    ]);
    expect(papers.map(({ authors }) => authors.length)).toEqual([10, 4, 3]);
    expect(papers.every(({ abstract, categories }) => abstract.length > 1000 && categories.length > 3)).toBe(true);
  });

  itShared('of Zotero, Better BibLaTeX', async () => {
    const found = await readPath(bibtex, sharedPath('formats/zotero_betterbiblatex.bib'));
    expect(rejects(found)).toEqual([]);
    const papers = records(found).map(({ input }) => toPaper(input));
    const count = (has: (paper: Paper) => unknown): number => papers.filter(has).length;
    expect({
      papers: papers.length,
      abstracts: count(({ abstract }) => abstract),
      authors: count(({ authors }) => authors.length),
      years: count(({ year }) => year),
      dois: count(({ ids }) => ids.doi),
      arxiv: count(({ ids }) => ids.arxiv),
      pmids: count(({ ids }) => ids.pmid),
    }).toEqual({ papers: 150, abstracts: 120, authors: 149, years: 141, dois: 113, arxiv: 6, pmids: 17 });
    expect(papers.filter(({ title }) => /[{}\\$]/.test(title))).toEqual([]);
  });
});
