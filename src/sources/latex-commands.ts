/**
 * What do LaTeX's commands print? Tables of accents, signs and spaces, of commands that only set type, and of how the
 * arguments of the others are read.
 */

/** `name character name character …` as a table. */
function table(pairs: string): Map<string, string> {
  const words = pairs.trim().split(/\s+/);
  return new Map(words.flatMap((name, i) => (i % 2 === 0 ? [[name, words[i + 1]!] as const] : [])));
}

/** Combining marks. The one-letter commands among them (`\c c`) take the next letter even after a space. */
export const ACCENTS = new Map([
  ...Object.entries({ '`': '\u0300', "'": '\u0301', '^': '\u0302', '~': '\u0303', '=': '\u0304', '.': '\u0307' }),
  ...Object.entries({ '"': '\u0308', u: '\u0306', r: '\u030a', H: '\u030b', v: '\u030c', c: '\u0327', k: '\u0328' }),
  ...Object.entries({ d: '\u0323', b: '\u0331', t: '\u0361', textcommabelow: '\u0326', grave: '\u0300' }),
  ...Object.entries({ acute: '\u0301', hat: '\u0302', widehat: '\u0302', tilde: '\u0303', widetilde: '\u0303' }),
  ...Object.entries({ bar: '\u0304', breve: '\u0306', dot: '\u0307', ddot: '\u0308', mathring: '\u030a' }),
  ...Object.entries({ check: '\u030c', vec: '\u20d7' }),
  // As the preamble of MathSciNet's entries defines them.
  ...Object.entries({ polhk: '\u0328', soft: '\u030c', ocirc: '\u030a', udot: '\u0323', lfhook: '\u0326' }),
]);
/** What an accent over nothing prints: `\~{}` is how many write a tilde. */
export const BARE_ACCENTS = table(`\u0300 \` \u0301 ' \u0302 ^ \u0303 ~ \u0304 ¯ \u0308 "`);

/** Commands of text; TeX swallows the space after them, which only separates them from the next letter. */
export const TEXT = table(`
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
  textasciiacute ´ textacutedbl ˝ textasciibreve ˘ textasciicaron ˇ textasciidieresis ¨ textasciimacron ¯ texttildelow ~
  textbardbl ‖ textbrokenbar ¦ textbaht ฿ textcolonmonetary ₡ textcurrency ¤ textdong ₫ textflorin ƒ textlira ₤ textnaira ₦
  textpeso ₱ textwon ₩ textpertenthousand ‱ textservicemark ℠ textcircledP ℗ textrecipe ℞ textreferencemark ※
  textinterrobang ‽ textpilcrow ¶ textopenbullet ◦ textbigcircle ○ textlangle ⟨ textrangle ⟩ textlbrackdbl ⟦ textrbrackdbl ⟧
  textfractionsolidus ⁄ textmho ℧ textborn ⋆ textdied † textmusicalnote ♪ textdownarrow ↓ textuparrow ↑ textblank ␢
  textthreequartersemdash — texttwelveudash – textprime ′ textvisiblespace ␣ textquotestraightdblbase „ textschwa ə
  glqq „ grqq “ glq ‚ grq ‘ flqq « frqq » flq ‹ frq › ldq “ rdq ” slash / fshyp / hyp - hyph - cprime ' cdprime "
  textcprime ' dbar đ Dbar Đ
  LaTeX LaTeX TeX TeX BibTeX BibTeX LaTeXe LaTeX2ε
`);

/** Commands of math; a space written after them is kept, as between the signs of a formula. */
export const MATH = table(`
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

/** French quotation marks, which stand apart from what they quote; a space written after them is kept. */
const APART = new Map([
  ['og', '« '],
  ['fg', ' »'],
]);

/** Commands of a nuclide, whose numbers are options: `\isotope[14][6]{C}`. */
export const NUCLIDES = new Set(['isotope', 'nuclide']);

/** Commands that only set type or space; what they apply to stays. */
export const DRESS = new Set(
  (
    'emph textit textbf textrm textsf texttt textsc textsl textup textmd textnormal text mbox hbox fbox it itshape bf ' +
    'bfseries rm cal mit frak Bbb boldmath unboldmath oldstylenums rmfamily sf sffamily tt ttfamily sc scshape sl slshape em up upshape normalfont strong underline uline ' +
    'mkbibemph mkbibitalic mkbibbold mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak mathscr boldsymbol bm ' +
    'mathop mathbin mathrel mathord mathnormal operatorname displaystyle textstyle scriptstyle limits nolimits ' +
    'left right big Big bigg Bigg bigl bigr Bigl Bigr tiny small footnotesize scriptsize normalsize large Large LARGE huge ' +
    'url path nolinkurl protect relax noindent centering overline underbrace overbrace phantomsection uppercase lowercase ' +
    'MakeUppercase MakeLowercase MakeTextUppercase nocase natexlab selectfont allowbreak nobreak linebreak item ' +
    'textquotestraightbase textsubscript bibnamefont bibfnamefont nobreakdash xspace hfill smallskip medskip bigskip tfrac'
  ).split(' '),
);

/** How what is in braces after a command is read. */
export type Treatment =
  | 'plain' // As any text.
  | 'hidden' // Nobody sees it.
  | 'space' // A space, however wide.
  | 'math'
  | 'superscript'
  | 'subscript'
  | 'raised text'
  | 'numerator' // A slash follows.
  | 'quoted'
  | 'word' // A space follows.
  | 'formula' // Of chemistry, as mhchem and chemmacros have it.
  | 'angle' // A sign of degrees follows.
  | 'range' // A dash follows.
  | 'quantity' // A number; the unit follows.
  | 'unit'; // As siunitx has it: `\kilo\metre\per\second`.

/** How the arguments of commands are read, one after the other; whatever follows them is plain. */
export const ARGUMENTS = new Map<string, readonly Treatment[]>(
  (
    [
      ['textsuperscript', 'raised text'],
      ['frac dfrac tfrac nicefrac sfrac', 'numerator'],
      ['enquote mkbibquote textquote blockquote', 'quoted'],
      ['foreignquote hyphenquote foreigntextquote', 'hidden', 'quoted'],
      ['ensuremath', 'math'],
      ['ion', 'word'],
      ['hspace', 'space'],
      ['ce cee cf ch chem chemform chemfig', 'formula'],
      ['SI qty', 'quantity', 'unit'],
      ['SIrange qtyrange', 'range', 'quantity', 'unit'],
      ['SIlist qtylist', 'quantity', 'unit'],
      ['numrange', 'range'],
      ['si unit', 'unit'],
      ['num numlist', 'plain'],
      ['ang', 'angle'],
      ['tothe', 'superscript'],
      ['printfirst', 'plain', 'hidden'],
      ['resizebox rule setlength', 'hidden', 'hidden'],
      [
        // `\texorpdfstring{$\alpha$}{alpha}`: the second is for where there is no TeX.
        'texorpdfstring href hyperlink hypertarget bibinfo textcolor colorbox foreignlanguage textlang raisebox scalebox ' +
          'rotatebox overset underset stackrel switchargs',
        'hidden',
      ],
      [
        'begin end label ref eqref autoref cref Cref cite citep citet citealp citeauthor citeyear index marginpar vspace ' +
          'vphantom phantom hphantom color footnote thanks noopsort sortnoop SortNoop NOOP bibfield selectlanguage ' +
          'fontsize fontfamily fontencoding fontseries fontshape footnotemark',
        'hidden',
      ],
    ] as [names: string, ...Treatment[]][]
  ).flatMap(([names, ...treatments]) => names.split(' ').map((name) => [name, treatments] as const)),
);

/** Commands that a length follows: `\kern-.1em`. */
export const LENGTHS = new Set('kern mkern hskip vskip mskip raise lower'.split(' '));

/** Commands that are a space, or less. */
export const SPACES = new Map([
  ...[...' ,;:>\n\r\t'].map((sign) => [sign, ' '] as const),
  ...[...'!-/@*+'].map((sign) => [sign, ''] as const),
  ...['quad', 'qquad', 'enspace', 'enskip', 'thinspace', 'space', 'newline', '\\'].map((name) => [name, ' '] as const),
  ['par', '\n'] as const,
]);

/** Of siunitx; a unit that is not among them goes by its name (`\GHz`), in which a u may stand for µ (`\um`). */
export const PREFIXES = table(`
  quecto q ronto r yocto y zepto z atto a femto f pico p nano n micro µ milli m centi c deci d deca da deka da hecto h kilo k
  mega M giga G tera T peta P exa E zetta Z yotta Y ronna R quetta Q kibi Ki mebi Mi gibi Gi tebi Ti pebi Pi
`);
export const UNITS = table(`
  ampere A candela cd kelvin K kilogram kg metre m meter m mole mol second s gram g becquerel Bq celsius °C degreeCelsius °C
  coulomb C farad F gray Gy hertz Hz henry H joule J lumen lm katal kat lux lx newton N ohm Ω pascal Pa radian rad siemens S
  sievert Sv steradian sr tesla T volt V watt W weber Wb day d hectare ha hour h litre L liter L minute min tonne t
  astronomicalunit au atomicmassunit u bel B dalton Da decibel dB electronvolt eV neper Np angstrom Å bar bar barn b knot kn
  mmHg mmHg nauticalmile M degree ° arcminute ′ arcsecond ″ percent % bit bit byte B clight c elementarycharge e molar M
`);
/** What follows a unit, or is put behind the next one. */
export const POWERS = table('squared ² cubed ³ square ² cubic ³');

export const SUPERSCRIPTS = table(`
  0 ⁰ 1 ¹ 2 ² 3 ³ 4 ⁴ 5 ⁵ 6 ⁶ 7 ⁷ 8 ⁸ 9 ⁹ + ⁺ - ⁻ − ⁻ = ⁼ ( ⁽ ) ⁾ n ⁿ i ⁱ ∘ ° ° ° ′ ′ * * ∗ * † † ' ′
`);
/**
 * The sign that a command prints, if it is one of text or math, and whether a space written after it is kept; also under the names of textgreek and upgreek (`\textbeta`,
 * `\upmu`).
 */
export function signOf(command: string): { sign: string; keepsSpace: boolean } | undefined {
  const text = TEXT.get(command);
  if (text !== undefined) return { sign: text, keepsSpace: false };
  const sign = MATH.get(command) ?? APART.get(command);
  if (sign !== undefined) return { sign, keepsSpace: true };
  const greek = /^(?:text|up)([a-zA-Z]{2,})$/.exec(command)?.[1];
  const upright = greek === undefined ? undefined : MATH.get(greek);
  return upright === undefined ? undefined : { sign: upright, keepsSpace: false };
}

/** Whether a command of this name means something to `latexToText`. */
export const printsText = (command: string): boolean =>
  [ACCENTS, SPACES, ARGUMENTS, DRESS, LENGTHS, NUCLIDES].some((known) => known.has(command)) ||
  signOf(command) !== undefined;
