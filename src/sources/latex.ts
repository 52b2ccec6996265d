/**
 * LaTeX inside a bibliography's fields, as plain text: accents composed, commands and math turned into the characters they
 * print, braces dropped.
 *
 * Nothing here can fail, however broken the text: one pass over its tokens, no recursion, no looking ahead. An unknown
 * command becomes its name, since an author's macro (`\ours`) is a word of the sentence.
 */

/** `name character name character …` as a table. */
function table(pairs: string): Map<string, string> {
  const words = pairs.trim().split(/\s+/);
  return new Map(words.flatMap((name, i) => (i % 2 === 0 ? [[name, words[i + 1]!] as const] : [])));
}

/** Combining marks. The one-letter commands among them (`\c c`) take the next letter even after a space. */
const ACCENTS = new Map([
  ...Object.entries({ '`': '\u0300', "'": '\u0301', '^': '\u0302', '~': '\u0303', '=': '\u0304', '.': '\u0307' }),
  ...Object.entries({ '"': '\u0308', u: '\u0306', r: '\u030a', H: '\u030b', v: '\u030c', c: '\u0327', k: '\u0328' }),
  ...Object.entries({ d: '\u0323', b: '\u0331', t: '\u0361', textcommabelow: '\u0326', grave: '\u0300' }),
  ...Object.entries({ acute: '\u0301', hat: '\u0302', widehat: '\u0302', tilde: '\u0303', widetilde: '\u0303' }),
  ...Object.entries({ bar: '\u0304', breve: '\u0306', dot: '\u0307', ddot: '\u0308', mathring: '\u030a' }),
  ...Object.entries({ check: '\u030c', vec: '\u20d7' }),
]);
/** What an accent over nothing prints: `\~{}` is how many write a tilde. */
const BARE_ACCENTS = table(`\u0300 \` \u0301 ' \u0302 ^ \u0303 ~ \u0304 ¯ \u0308 "`);

/** Commands of text; TeX swallows the space after them, which only separates them from the next letter. */
const TEXT = table(`
  ss ß SS ẞ ae æ AE Æ oe œ OE Œ o ø O Ø aa å AA Å l ł L Ł dh ð DH Ð th þ TH Þ dj đ DJ Đ ng ŋ NG Ŋ ij ĳ IJ Ĳ i ı j ȷ
  textquotesingle ' textasciigrave \` textquotedbl " textdollar $ textless < textgreater > textbackslash \\ textasciicircum ^
  textunderscore _ textbraceleft { textbraceright } lbrace { rbrace } textbar | textasciitilde ~ textexclamdown ¡
  textquestiondown ¿ textcent ¢ textsterling £ pounds £ textyen ¥ texteuro € euro € textsection § S § P ¶ textparagraph ¶
  textcopyright © copyright © textregistered ® texttrademark ™ textordfeminine ª textordmasculine º guillemotleft «
  guillemotright » guillemetleft « guillemetright » guilsinglleft ‹ guilsinglright › textlnot ¬ textdegree ° degree °
  textcelsius ℃ textpm ± textmu µ textmicro µ textperiodcentered · texttimes × textdiv ÷ textonehalf ½ textonequarter ¼
  textthreequarters ¾ textonesuperior ¹ texttwosuperior ² textthreesuperior ³ textendash – textemdash — textendashx –
  textquoteleft ‘ textquoteright ’ textquotedblleft “ textquotedblright ” quotesinglbase ‚ quotedblbase „ lq ‘ rq ’
  textdagger † textdaggerdbl ‡ dag † ddag ‡ textbullet • textellipsis … ldots … dots … textperthousand ‰ textnumero №
  textohm Ω textminus − textasteriskcentered ∗ textrightarrow → textleftarrow ← textsurd √ textestimated ℮
  LaTeX LaTeX TeX TeX BibTeX BibTeX LaTeXe LaTeX2ε
`);

/** Commands of math; a space written after them is kept, as between the signs of a formula. */
const MATH = table(`
  alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν
  xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω
  Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω ell ℓ hbar ℏ Re ℜ Im ℑ aleph ℵ
  times × div ÷ pm ± mp ∓ cdot · cdots ⋯ vdots ⋮ ddots ⋱ ast ∗ star ⋆ circ ∘ bullet • oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙
  le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ne ≠ neq ≠ ll ≪ gg ≫ lesssim ≲ gtrsim ≳ lt < gt > sim ~ simeq ≃ approx ≈
  cong ≅ equiv ≡ propto ∝ prec ≺ succ ≻ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ cap ∩ cup ∪ setminus ∖
  emptyset ∅ varnothing ∅ forall ∀ exists ∃ neg ¬ lnot ¬ land ∧ wedge ∧ lor ∨ vee ∨ infty ∞ partial ∂ nabla ∇ sum ∑ prod ∏
  int ∫ oint ∮ sqrt √ surd √ prime ′ dagger † ddagger ‡ perp ⊥ bot ⊥ top ⊤ parallel ∥ mid | vert | Vert ‖ angle ∠ to →
  rightarrow → longrightarrow → leftarrow ← gets ← leftrightarrow ↔ uparrow ↑ downarrow ↓ Rightarrow ⇒ implies ⇒
  Leftarrow ⇐ Leftrightarrow ⇔ iff ⇔ mapsto ↦ rightleftharpoons ⇌ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉
  triangle △ square □ diamond ⋄ odot ⊙ sun ☉ earth ♁ checkmark ✓ backslash \\
`);

/** Commands that only set type or space; what they apply to stays. */
const DRESS = new Set(
  (
    'emph textit textbf textrm textsf texttt textsc textsl textup textmd textnormal text mbox hbox fbox it itshape bf ' +
    'bfseries rm rmfamily sf sffamily tt ttfamily sc scshape sl slshape em up upshape normalfont strong underline uline ' +
    'mkbibemph mkbibitalic mkbibbold mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak mathscr boldsymbol bm ' +
    'mathop mathbin mathrel mathord mathnormal operatorname displaystyle textstyle scriptstyle limits nolimits ' +
    'left right big Big bigg Bigg bigl bigr Bigl Bigr tiny small footnotesize scriptsize normalsize large Large LARGE huge ' +
    'url path nolinkurl protect relax noindent centering overline underbrace overbrace phantomsection uppercase lowercase ' +
    'MakeUppercase MakeLowercase MakeTextUppercase nocase bibinfo natexlab selectfont allowbreak nobreak linebreak item ' +
    'textquotestraightbase xspace hfill smallskip medskip bigskip tfrac'
  ).split(' '),
);
/** Commands whose (first) argument says nothing a reader sees. */
const HIDDEN = new Set(
  (
    'begin end label ref cite citep citet vspace vphantom phantom hphantom color textcolor href footnote thanks noopsort ' +
    'SortNoop bibfield bibnamefont bibfnamefont selectlanguage foreignlanguage fontsize'
  ).split(' '),
);
/** Commands that are a space, or less. */
const SPACES = new Map([
  ...[...' ,;:>\n\r\t'].map((sign) => [sign, ' '] as const),
  ...[...'!-/@*+'].map((sign) => [sign, ''] as const),
  ...['quad', 'qquad', 'enspace', 'enskip', 'thinspace', 'space', 'newline', '\\'].map((name) => [name, ' '] as const),
  ['par', '\n'] as const,
]);

const SUPERSCRIPTS = table(`
  0 ⁰ 1 ¹ 2 ² 3 ³ 4 ⁴ 5 ⁵ 6 ⁶ 7 ⁷ 8 ⁸ 9 ⁹ + ⁺ - ⁻ − ⁻ = ⁼ ( ⁽ ) ⁾ n ⁿ i ⁱ ∘ ° ° ° ′ ′ * * ∗ * † † ' ′
`);
/** Longer scripts are left as they stand. */
const MAX_SCRIPT = 64;

/** What happens to the text of a group (or the next character) after some commands. */
type Treatment = 'superscript' | 'raised text' | 'subscript' | 'numerator' | 'quoted' | 'math' | 'space' | 'hidden';
const TREATED = new Map<string, Treatment>([
  ['textsuperscript', 'raised text'],
  ['textsubscript', 'subscript'],
  ['frac', 'numerator'],
  ['dfrac', 'numerator'],
  ['enquote', 'quoted'],
  ['mkbibquote', 'quoted'],
  ['ensuremath', 'math'],
  ['hspace', 'space'],
  ...Array.from(HIDDEN, (name) => [name, 'hidden'] as const),
]);

interface Group {
  treatment: Treatment;
  /** Braces open within it, its own included. */
  depth: number;
  /** What was written before it began. */
  pieces: number;
  length: number;
}

const TOKEN =
  /\\(?:([a-zA-Z]+)(?:\*(?=\{))?([ \t\n]*)|([^a-zA-Z])|$)|([{}])|(\${1,2})|([\^_~])|(---?|``|''|[-`'])|[^\\{}$^_~\-`']+/g;

/** Whether a command of this name means something to `latexToText`, which takes all others for words. */
export const printsText = (command: string): boolean =>
  [ACCENTS, TEXT, MATH, SPACES, TREATED, DRESS].some((known) => known.has(command));

/** Whether there is anything to do: most fields are plain. */
const LATEX = /[\\{}$~]|--|``|''/;

/** The plain text of a field written in LaTeX. @param tilde what a tilde is read as, which in LaTeX is a space. */
export function latexToText(source: string, { tilde } = { tilde: ' ' }): string {
  if (!LATEX.test(source)) return source;
  const text = decode(source, tilde);
  // Reference managers escape what they take for plain text. Where that was LaTeX (arXiv's abstracts are), its backslashes
  // come out of the first reading, and its commands out of a second.
  return source.includes('\\textbackslash') && /\\[a-zA-Z]/.test(text) ? decode(text, tilde) : text;
}

function decode(source: string, tilde: string): string {
  const delimiters = mathDelimiters(source);
  const pieces: string[] = [];
  let length = 0; // Of the pieces together.
  let depth = 0;
  let math = false;
  let accent = '';
  let next: Treatment | undefined; // For the group or character that comes next.
  const groups: Group[] = [];
  let hidden = false;

  const push = (text: string): void => {
    if (text === '' || hidden) return;
    pieces.push(text);
    length += text.length;
  };
  const begin = (treatment: Treatment): Group => {
    const group = { treatment, depth, pieces: pieces.length, length };
    if (treatment === 'quoted') push('“');
    if (treatment === 'math') math = true;
    if (treatment === 'hidden' || treatment === 'space') hidden = true;
    return group;
  };
  const finish = (group: Group): void => {
    hidden = false; // Within a hidden group none begins.
    if (group.treatment === 'quoted') push('”');
    if (group.treatment === 'math') math = false;
    if (group.treatment === 'space') push(' ');
    if (group.treatment === 'numerator') push('/');
    if (/script|raised/.test(group.treatment) && length - group.length <= MAX_SCRIPT) {
      const text = pieces.splice(group.pieces).join('');
      length = group.length;
      push(group.treatment === 'subscript' ? subscript(text) : superscript(text, group.treatment === 'raised text'));
    }
  };
  /** Text as it is to be read, after whatever accent or treatment waits for its first character. */
  const emit = (given: string): void => {
    let text = accent === '' && next === undefined ? given : given.trimStart();
    if (text === '') return;
    if (accent !== '') {
      text = accented(text, accent);
      accent = '';
    }
    if (next !== undefined) {
      const treatment = next === 'hidden' || next === 'space' ? undefined : next; // Only groups are hidden.
      next = undefined;
      if (treatment !== undefined) {
        const [first] = /^.\p{M}*/su.exec(text)!;
        const group = begin(treatment);
        push(first);
        finish(group);
        text = text.slice(first.length);
      }
    }
    push(text);
  };

  for (const match of source.matchAll(TOKEN)) {
    const [token, command, space = '', sign, brace, dollar, mark, punctuation] = match;
    if (brace === '{') {
      depth++;
      if (next !== undefined && !hidden) groups.push(begin(next));
      next = undefined;
    } else if (brace === '}') {
      if (accent !== '') push(BARE_ACCENTS.get(accent) ?? '');
      accent = '';
      next = undefined;
      if (groups.at(-1)?.depth === depth) finish(groups.pop()!);
      if (depth > 0) depth--;
    } else if (dollar !== undefined) {
      if (delimiters.has(match.index)) math = !math;
      else emit(dollar);
    } else if (mark === '~') {
      emit(tilde);
    } else if (mark !== undefined) {
      if (math) next = mark === '^' ? 'superscript' : 'subscript';
      else emit(mark);
    } else if (punctuation !== undefined) {
      emit(math ? punctuation : (LIGATURES.get(punctuation) ?? punctuation));
    } else if (sign !== undefined) {
      if (ACCENTS.has(sign)) accent = ACCENTS.get(sign)!;
      else if (sign === '(' || sign === '[') math = true;
      else if (sign === ')' || sign === ']') math = false;
      else emit(SPACES.get(sign) ?? sign);
    } else if (command !== undefined) {
      const text = TEXT.get(command) ?? SPACES.get(command);
      if (ACCENTS.has(command) && !(math && command.length === 1)) accent = ACCENTS.get(command)!;
      else if (text !== undefined) emit(text);
      else if (TREATED.has(command)) next = TREATED.get(command)!;
      else if (!DRESS.has(command)) emit((MATH.get(command) ?? command) + (space === '' ? '' : ' '));
    } else if (token !== '\\') {
      emit(token);
    }
  }
  return pieces.join('');
}

const LIGATURES = new Map([
  ['--', '–'],
  ['---', '—'],
  ['``', '“'],
  ["''", '”'],
]);

/** The text with an accent over its first letter; a dotless i or j was written only to be accented. */
function accented(text: string, mark: string): string {
  const [first = ''] = text;
  if (!/\p{L}/u.test(first)) return (BARE_ACCENTS.get(mark) ?? '') + text;
  const letter = first === 'ı' ? 'i' : first === 'ȷ' ? 'j' : first;
  return (letter + mark).normalize('NFC') + text.slice(first.length);
}

/** Digits stay plain, as in "CO2": so people write and search for it. */
const subscript = (text: string): string => (/^\d*$/.test(text) ? text : `_${text}`);

function superscript(text: string, isText: boolean): string {
  const raised = [...text].map((character) => SUPERSCRIPTS.get(character));
  if (!raised.includes(undefined)) return raised.join('');
  return isText ? text : text.length === 1 ? `^${text}` : `^(${text})`;
}

/**
 * Where in a text dollar signs begin or end math. As in Pandoc, a lone `$`, and the two of "from $5 to $7", are money: math
 * has no blank at its inner edges unless something in it can only be math, and no digit follows it.
 */
function mathDelimiters(source: string): Set<number> {
  const delimiters = new Set<number>();
  let open: { index: number; end: number } | undefined;
  for (const { 0: dollars, index } of source.matchAll(/\\[\s\S]|\${1,2}/g)) {
    if (dollars[0] !== '$') continue;
    const end = index + dollars.length;
    if (open) {
      const inside = source.slice(open.end, index);
      const tight = /^\S/.test(inside) && !/\s/.test(inside.at(-1)!) && !/\d/.test(source[end] ?? '');
      if (tight || (/[\\^_]/.test(inside) && !/\n\s*\n/.test(inside))) {
        delimiters.add(open.index).add(index);
        open = undefined;
        continue;
      }
    }
    open = { index, end };
  }
  return delimiters;
}
