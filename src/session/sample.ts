/** The bundled sample: a library to begin with, where there is none. */
import path from 'node:path';
import { AkinError } from '../errors.ts';
import { ROOT } from '../package.ts';
import type { Session } from './session.ts';
import type { AddSummary, IntakeOptions } from './take-in.ts';

export const SAMPLE = path.join(ROOT, 'scripts/sample-papers.jsonl');

/** What there is to do about the sample library; undefined where it is complete, or where the library is another one. */
export async function missingOfSample(session: Session): Promise<string | undefined> {
  try {
    const library = await session.library();
    const { papers } = await library.state();
    if (papers === 0) return 'the library is empty: building the sample library';
    const sample = (await library.files()).find((file) => file.path === SAMPLE);
    return sample !== undefined && sample.waiting > 0 ? 'completing the sample library' : undefined;
  } catch (error) {
    if (!(error instanceof AkinError && error.code === 'library-missing')) throw error;
    return 'no library yet: building the bundled sample library';
  }
}

/** Stores and embeds the sample. @throws AkinError as `Session.add`. */
export function addSample(session: Session, options: IntakeOptions): Promise<AddSummary> {
  return session.add([SAMPLE], options);
}
