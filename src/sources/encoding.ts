/**
 * In which encoding is a text? Told from where its first letters beyond ASCII are: by its byte order mark, by being valid UTF-8, by what only UTF-16 has,
 * and of the encodings of Chinese, Japanese and Korean by which one makes of the bytes what such texts are made of. Their
 * standards keep the common signs together: a text is nearly all of these in its own encoding, and of rare ones in another.
 */
import { AkinError } from '../errors.ts';

/** Signs of two bytes, as a part of all that a text has of them. */
interface Pairs {
  count: number;
  /** Those that stand beside another one: in Western texts a letter with an accent stands mostly alone. */
  together: number;
  /** Of them, by the first byte and whether the second is 0xA1 or more: common signs and kana of each standard. */
  hangul: number;
  gb: number;
  big5: number;
  eucKana: number;
  jis: number;
  jisKana: number;
}

/** The share of common signs that a text has in its own encoding. */
const MOST = 0.8;
/** The share of kana from which on a text is Japanese. */
const KANA = 0.1;
/** Characters of UTF-16 that are no text, as a share. */
const FEW = 0.02;

/** Those that are told by their looks, as people know them. */
const GUESSED = {
  ...{
    'utf-16le': 'UTF-16LE',
    'utf-16be': 'UTF-16BE',
    'windows-1252': 'Windows-1252',
    gb18030: 'GB18030',
    big5: 'Big5',
  },
  ...{ 'euc-kr': 'EUC-KR', shift_jis: 'Shift_JIS', 'euc-jp': 'EUC-JP' },
} as const;
type Guess = keyof typeof GUESSED;

/** In what a text is read. */
export interface Encoding {
  /** As `TextDecoder` calls it. */
  label: 'utf-8' | Guess;
  /** What people call it, where it was told by its looks alone: it may be another one. */
  guess?: string;
}

const guessed = (label: Guess): Encoding => ({ label, guess: GUESSED[label] });

/**
 * The encoding of a text: UTF-8 where it is valid or all but, UTF-16, GB18030, Big5, EUC-KR, Shift_JIS or EUC-JP where it looks
 * like it, and Windows-1252 (which holds Latin-1) for what is Western.
 * @param head its first bytes, or those from the first that is not ASCII on; at their end a sign may be cut.
 * @param name what errors call the text.
 * @throws AkinError `file-unreadable` for letters of which it can't be told what they are.
 */
export function encodingOf(head: Buffer, name: string): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return { label: 'utf-16le' };
  if (head[0] === 0xfe && head[1] === 0xff) return { label: 'utf-16be' };
  const wide = head.includes(0)
    ? (['utf-16le', 'utf-16be'] as const).find((each) => isWideText(head, each))
    : undefined;
  if (wide !== undefined) return guessed(wide);
  if (decodes(head, 'utf-8')) return { label: 'utf-8' };
  if (head.includes(0)) return { label: 'windows-1252' }; // No text, but something that a source may know by its first bytes.
  const pairs = pairsIn(head);
  const { count, together } = pairs;
  const isOfPairs = count >= 2 && together >= count / 2;
  const found = isOfPairs ? likelyOf(pairs).find((each) => decodes(head, each)) : undefined;
  if (found !== undefined) return guessed(found);
  if (isNearlyUtf8(head)) return { label: 'utf-8' };
  if (!isWestern(head)) {
    throw new AkinError('file-unreadable', `${name}: its encoding can't be told`, {
      hint: 'save it as UTF-8; akin reads UTF-8, UTF-16, Windows-1252, GB18030, Big5, EUC-KR, Shift_JIS and EUC-JP',
    });
  }
  return guessed('windows-1252');
}

/** The encodings in which most of the pairs are common signs, the likeliest first. */
function likelyOf({ count, hangul, gb, big5, eucKana, jis, jisKana }: Pairs): Guess[] {
  const share = (part: number): number => part / count;
  const found: Guess[] = [];
  if (share(jisKana) >= KANA && share(jis) >= MOST) found.push('shift_jis');
  if (share(eucKana) >= KANA && share(gb + eucKana) >= MOST) found.push('euc-jp');
  // All Hangul would be common Chinese signs, but hardly the reverse.
  if (share(hangul) >= MOST) found.push('euc-kr');
  if (share(gb) >= MOST && share(gb) >= share(big5)) found.push('gb18030');
  if (share(big5) >= MOST) found.push('big5');
  if (share(jis) >= MOST) found.push('shift_jis');
  return found;
}

/** Bytes from 0x80 on with the byte after each. Marks of punctuation are left out: every standard has them elsewhere. */
function pairsIn(bytes: Buffer): Pairs {
  const pairs: Pairs = { count: 0, together: 0, hangul: 0, gb: 0, big5: 0, eucKana: 0, jis: 0, jisKana: 0 };
  let end = -1;
  for (let at = 0; at < bytes.length - 1; at++) {
    const [first, second] = [bytes[at]!, bytes[at + 1]!];
    if (first < 0x80) continue;
    if (end === at) pairs.together += 1;
    end = at + 2;
    at++;
    const isHigh = second >= 0xa1;
    if (first >= 0xa1 && first <= 0xa3 && isHigh) continue;
    pairs.count++;
    if (first >= 0xb0 && first <= 0xc8 && isHigh) pairs.hangul++;
    if (first >= 0xb0 && first <= 0xd7 && isHigh) pairs.gb++;
    if (first >= 0xa4 && first <= 0xc6 && (isHigh || (second >= 0x40 && second <= 0x7e))) pairs.big5++;
    if ((first === 0xa4 || first === 0xa5) && isHigh) pairs.eucKana++;
    const isKana = (first === 0x82 && second >= 0x9f) || (first === 0x83 && second >= 0x40 && second <= 0x96);
    if (isKana) pairs.jisKana++;
    if (isKana || first === 0x81 || (first >= 0x88 && first <= 0x97 && second >= 0x40)) pairs.jis++;
  }
  return pairs;
}

/** Letters on end that no Western word has beyond ASCII, on average. */
const ON_END = 2.5;

function isWestern(bytes: Buffer): boolean {
  let [runs, letters, before] = [0, 0, -2];
  bytes.forEach((byte, at) => {
    if (byte < 0xc0) return; // Below are signs, of which a line may be drawn.
    letters++;
    if (before !== at - 1) runs++;
    before = at;
  });
  return letters < 8 || letters / runs < ON_END;
}

/** Whether more is sound than broken: hardly a letter of another encoding is one of UTF-8. */
function isNearlyUtf8(bytes: Buffer): boolean {
  const beyond = new TextDecoder('utf-8').decode(bytes, { stream: true }).match(/[^\0-\x7f]/gu) ?? [];
  const broken = beyond.filter((each) => each === '\ufffd').length;
  return beyond.length - broken >= broken && beyond.length > 0;
}

const decodes = (bytes: Buffer, encoding: string): boolean => decoded(bytes, encoding) !== undefined;

/** The text that bytes are; undefined where they are none in this encoding. */
function decoded(bytes: Buffer, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

/** Whether bytes among which are zeros are a text in UTF-16: of characters that there are, some of them of ASCII. */
function isWideText(bytes: Buffer, encoding: string): boolean {
  const text = decoded(bytes, encoding);
  if (text === undefined) return false;
  const strange = text.match(/[\p{Cn}\p{Co}]|(?!\s)\p{Cc}/gu)?.length ?? 0;
  const plain = text.match(/[\t\r\n ,;"\w]/g)?.length ?? 0;
  return plain >= 1 && strange <= text.length * FEW;
}
