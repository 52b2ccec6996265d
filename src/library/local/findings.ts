/** Has a library on this machine examined, in a thread of its own: a whole database is read. */
import type { Finding } from '../library.ts';
import { Calls } from './calls.ts';
import type { Examination } from './examination.ts';

/** See `Examination.findings`. */
export async function findingsIn(folder: string): Promise<Finding[]> {
  const examination = await Calls.start<Examination, unknown>('examination', 'examination-worker.ts', { folder });
  try {
    return await examination.call('findings', []);
  } finally {
    await examination.close();
  }
}
