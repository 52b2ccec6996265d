/**
 * Markup inside a text field: abstracts come as HTML or JATS fragments, well formed or not, and texts of every format hold
 * character references. Nothing here can fail: what is no tag and no reference is text.
 */
import { onOneLine, withSingleBlanks } from '../paper.ts';

/** HTML 4's names and a few of ISO's, except accented letters, which `accented` composes. */
const NAMES = `
  amp & lt < gt > quot " apos ' nbsp \u00a0 iexcl ¡ cent ¢ pound £ curren ¤ yen ¥ brvbar ¦ sect § uml ¨ copy © ordf ª laquo «
  not ¬ shy \u00ad reg ® macr ¯ deg ° plusmn ± sup2 ² sup3 ³ acute ´ micro µ para ¶ middot · cedil ¸ sup1 ¹ ordm º raquo »
  frac14 ¼ frac12 ½ frac34 ¾ iquest ¿ times × divide ÷ AElig Æ aelig æ OElig Œ oelig œ ETH Ð eth ð THORN Þ thorn þ szlig ß
  Oslash Ø oslash ø Dstrok Đ dstrok đ Lstrok Ł lstrok ł inodot ı imath ı fnof ƒ circ ˆ tilde ˜ caron ˇ breve ˘
  Alpha Α Beta Β Gamma Γ Delta Δ Epsilon Ε Zeta Ζ Eta Η Theta Θ Iota Ι Kappa Κ Lambda Λ Mu Μ Nu Ν Xi Ξ Omicron Ο Pi Π Rho Ρ
  Sigma Σ Tau Τ Upsilon Υ Phi Φ Chi Χ Psi Ψ Omega Ω alpha α beta β gamma γ delta δ epsilon ε epsi ε zeta ζ eta η theta θ
  iota ι kappa κ lambda λ mu μ nu ν xi ξ omicron ο pi π rho ρ sigmaf ς sigma σ tau τ upsilon υ upsi υ phi φ chi χ psi ψ
  omega ω thetasym ϑ upsih ϒ piv ϖ ensp \u2002 emsp \u2003 thinsp \u2009 hairsp \u200a zwnj \u200c zwj \u200d lrm \u200e
  rlm \u200f hyphen ‐ dash ‐ ndash – mdash — lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ dagger † Dagger ‡ bull •
  hellip … permil ‰ prime ′ Prime ″ lsaquo ‹ rsaquo › oline ‾ frasl ⁄ euro € image ℑ weierp ℘ real ℜ trade ™ alefsym ℵ
  larr ← uarr ↑ rarr → darr ↓ harr ↔ crarr ↵ lArr ⇐ uArr ⇑ rArr ⇒ dArr ⇓ hArr ⇔ forall ∀ part ∂ exist ∃ empty ∅ nabla ∇
  isin ∈ notin ∉ ni ∋ prod ∏ sum ∑ minus − lowast ∗ radic √ prop ∝ infin ∞ ang ∠ and ∧ or ∨ cap ∩ cup ∪ int ∫ there4 ∴
  sim ∼ cong ≅ asymp ≈ ne ≠ equiv ≡ le ≤ ge ≥ sub ⊂ sup ⊃ nsub ⊄ sube ⊆ supe ⊇ oplus ⊕ odot ⊙ otimes ⊗ perp ⊥ sdot ⋅
  lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ lang ⟨ rang ⟩ loz ◊ spades ♠ clubs ♣ hearts ♥ diams ♦
  excl ! num # dollar $ percnt % lpar ( rpar ) ast * plus + comma , period . sol / colon : semi ; equals = quest ? commat @
  lsqb [ bsol \\ rsqb ] lowbar _ lcub { verbar | rcub }
`;
const NAMED = new Map(
  NAMES.split(/[ \n]+/)
    .slice(1, -1)
    .flatMap((word, i, all) => (i % 2 === 0 ? [[word, all[i + 1]!] as const] : [])),
);

const ACCENTS: Record<string, string> = {
  grave: '\u0300',
  acute: '\u0301',
  circ: '\u0302',
  tilde: '\u0303',
  macr: '\u0304',
  breve: '\u0306',
  dot: '\u0307',
  uml: '\u0308',
  ring: '\u030a',
  dblac: '\u030b',
  caron: '\u030c',
  cedil: '\u0327',
  ogon: '\u0328',
};

/** `&eacute;` is e and an acute accent. */
function accented(name: string): string | undefined {
  const composed = (name[0]! + (ACCENTS[name.slice(1)] ?? '')).normalize('NFC');
  return composed.length === 1 && composed !== name[0] ? composed : undefined;
}

/** What windows-1252 has in place of the C1 control characters: nobody who writes `&#150;` means U+0096. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * The character a reference stands for, given what is between `&` and `;`: a name (`eacute`) or a number (`#233`, `#xE9`).
 * @returns undefined where it names no character a text can have.
 */
export function characterNamed(reference: string): string | undefined {
  if (!reference.startsWith('#')) return NAMED.get(reference) ?? accented(reference);
  const code = /^#x/i.test(reference) ? parseInt(reference.slice(2), 16) : parseInt(reference.slice(1), 10);
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252[code - 0x80];
  const isText = code === 9 || code === 10 || code === 13 || (code >= 0x20 && code <= 0x10ffff);
  return isText && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : undefined;
}

/** A character reference, its inside captured. */
export const REFERENCE = /&(#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,30});/g;

/** Tags between which a text begins a new line, by local name; HTML's and JATS's. */
const BLOCKS = new Set(
  (
    'p br hr div section article header footer h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table tr blockquote pre ' +
    'abstract trans-abstract sec title label list list-item def-item disp-formula disp-quote'
  ).split(' '),
);
/** Elements whose content is not for reading, or says again, in TeX, what stands beside it in MathML. */
const HIDDEN = new Set(['script', 'style', 'annotation', 'annotation-xml']);

// An attribute is what has an equals sign, so that "for p <q and r> s" stays. No quantifier can pass the next angle
// bracket: linear on any text.
const TAG =
  /<(\/?)(?:[\w.-]+:)?([a-z][\w.-]*)(?:\s[^<>=]*=[^<>]*|\s*\/?)>|<!--|-->|<!\[CDATA\[|\]\]>|<[!?][a-z][^<>]*>/gi;

/**
 * The text of an HTML or JATS fragment: tags and comments removed, character references resolved once, white space
 * collapsed; a paragraph, list item, heading or line break begins a new line.
 */
export function plainText(html: string): string {
  let shown = '';
  let hidden = ''; // Text since an element or comment that hides it began; shown after all if that never ends.
  let hiddenBy: string | undefined;
  let alternatives = 0;
  let end = 0;
  const text = (piece: string): void => {
    if (hiddenBy === undefined) shown += piece;
    else hidden += piece;
  };
  const hide = (by: string): void => {
    hiddenBy ??= by;
  };
  const reveal = (by: string): void => {
    if (hiddenBy !== by) return;
    hiddenBy = undefined;
    hidden = '';
  };
  for (const match of html.matchAll(TAG)) {
    text(onOneLine(html.slice(end, match.index)));
    end = match.index + match[0].length;
    if (match[0] === '<!--') hide('comment');
    else if (match[0] === '-->') reveal('comment');
    const name = match[2]?.toLowerCase();
    if (name === undefined) continue;
    const closes = match[1] === '/';
    if (name === 'alternatives') alternatives += closes ? -1 : 1;
    if (HIDDEN.has(name) || (name === 'tex-math' && alternatives > 0)) (closes ? reveal : hide)(name);
    else if (BLOCKS.has(name)) text('\n');
  }
  text(onOneLine(html.slice(end)));
  const read = (shown + hidden).replace(REFERENCE, (whole, reference: string) => characterNamed(reference) ?? whole);
  return withSingleBlanks(read)
    .replace(/ \n[ \n]*|\n[ \n]+/g, '\n')
    .trim();
}
