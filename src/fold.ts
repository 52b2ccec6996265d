/** Names and titles as they are compared: what a keyboard, a language or a source may write otherwise is made one. */

/** Letters that are written without their strokes and ligatures where a keyboard lacks them, as Unicode does not know. */
const PLAIN_LETTERS: Record<string, string> = {
  ...{ ø: 'o', ł: 'l', đ: 'd', ð: 'd', ı: 'i', ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th' },
};

/** A text in lower case with such letters written out. */
export const withPlainLetters = (text: string): string =>
  text.replace(/[øłđðıßæœþ]/g, (letter) => PLAIN_LETTERS[letter]!);

/** Lower case, without accents. */
export const plain = (text: string): string =>
  withPlainLetters(text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase());

/** The words of a plain text, in their order: what stands between spaces and punctuation. */
export function wordsIn(plainText: string): string[] {
  return plainText.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** A plain text's letters and digits, nothing else: the same for titles that differ in spaces and punctuation only. */
export function lettersIn(plainText: string): string {
  return plainText.replace(/[^\p{L}\p{N}]/gu, '');
}
