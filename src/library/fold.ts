/** Names and titles as they are compared: what a keyboard, a language or a source may write otherwise is made one. */

/** Letters that are written without their strokes and ligatures where a keyboard lacks them, as Unicode does not know. */
const PLAIN_LETTERS: Record<string, string> = { ø: 'o', ł: 'l', đ: 'd', ı: 'i', ß: 'ss', æ: 'ae', œ: 'oe' };

/** Lower case, without accents. */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[øłđıßæœ]/g, (letter) => PLAIN_LETTERS[letter]!);
}
