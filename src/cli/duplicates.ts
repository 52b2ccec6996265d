/** What `akin duplicates` prints. */
import type { Duplicates } from '../session/duplicates.ts';
import { count } from '../text.ts';
import { versionText } from './text.ts';

export function duplicatesText({ total, works }: Duplicates): string {
  const lines = [total === 1 ? '1 work has several versions' : `${count(total)} works have several versions`];
  for (const { versions, ...leading } of works) {
    lines.push('', versionText(leading));
    for (const { cosine, titleSimilarity, ...version } of versions) {
      const near = `cosine ${cosine?.toFixed(2) ?? 'unknown'}, title ${titleSimilarity.toFixed(2)}`;
      lines.push(`  = ${versionText(version)} · ${near}`);
    }
  }
  if (works.length < total) lines.push('', `and ${count(total - works.length)} more: --limit N shows them`);
  return lines.join('\n');
}

/** What became of a person's word. */
export function judgedText({ split, joined }: { split: string[]; joined: string[] }): string {
  const lines = [
    split.length > 0 ? `another work each: ${split.join(', ')}` : '',
    joined.length > 0 ? `one work: ${joined.join(', ')}` : '',
  ];
  return lines.filter(Boolean).join('\n') || 'nothing to split: each stands alone';
}
