/** What the tests have done in quarantine: to answer, to fail, and to take what nobody gave. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AkinError } from '../../src/errors.ts';

export type Job = 'who' | 'large' | 'wrong' | 'refused' | 'endless' | 'heap' | 'map' | 'buffers' | 'gone' | number;

export async function answer(job: Job): Promise<unknown> {
  if (typeof job === 'number') return sleep(job, job);
  if (job === 'who') return process.pid;
  if (job === 'large') return { bytes: new Uint8Array(100_000), text: 'ü'.repeat(1_000_000), nothing: undefined };
  if (job === 'wrong') throw new TypeError('a bug');
  if (job === 'refused') throw new AkinError('file-unreadable', 'no draft', { hint: 'give one', field: 'file' });
  if (job === 'gone') process.exit(3);
  const taken: unknown[] = [];
  const map = new Map<number, number>();
  for (let i = 0; ; i++) {
    if (job === 'heap') taken.push({ i, text: `text ${i}` });
    // One that grows is allocated anew, whole.
    if (job === 'map') map.set(i, i);
    if (job === 'buffers') taken.push(new Uint8Array(1_000_000).fill(1));
  }
}
