/** Text for formats whose sources take `<i>` and `&amp;` in a text for markup. */
import { plainText } from '../sources/markup.ts';

const REFERENCES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A line as it stands, unless something in it would be taken for markup: then with all that could be escaped. */
export function markupSafe(line: string): string {
  if (!/[&<>]/.test(line) || plainText(line) === line) return line;
  return line.replace(/[&<>]/g, (sign) => REFERENCES[sign]!);
}
