/** How a job is done: its parts are read and stored one after the other, and then everything is embedded that waits for it. */
import type { PoliteClient } from '../sources/online/polite.ts';
import { sourceNamed } from '../sources/registry.ts';
import { Intake, type IntakeEvent, type StoreOptions } from './intake.ts';
import type { JobFolder, KeptJob } from './job-folder.ts';
import { countUp, noteEvent, type JobPart } from './job.ts';
import type { IntakeWriter } from './new-library.ts';
import { modelFor, openForTakingIn, takeIn, type Target } from './take-in.ts';

/** What a job is done with. */
export interface Means {
  target: Target;
  folder: JobFolder;
  client: PoliteClient;
  /** What is under way is stored, and then it ends. */
  signal: AbortSignal;
  /** Told whenever the job has come further. */
  onChange: () => void;
  /** Says who is to be told of what happens elsewhere for its sake: that a service is waited for. */
  listen: (onEvent: (event: IntakeEvent) => void) => void;
}

/**
 * Does a job, from the first of its parts that is not done. Waits while another process writes to the library.
 * @throws AkinError as `openForTakingIn`, and what reading, storing and embedding throw; the signal's reason if it waited then.
 */
export async function takeInJob(kept: KeptJob, means: Means): Promise<void> {
  const { target, signal, onChange, listen } = means;
  let part: JobPart | undefined;
  const onEvent = (event: IntakeEvent) => {
    noteEvent(kept.job, part, event);
    onChange();
  };
  listen(onEvent);
  const { format, map } = kept.options;
  const options = { format, map, signal, onEvent };
  const model = await modelFor(target, options);
  const writer = await openForTakingIn('a job of akin serve', target, options, model, true);
  try {
    await takeIn(writer, target, options, async (store) => {
      for (const [i, each] of kept.job.parts.entries()) {
        if (signal.aborted) break;
        part = each;
        if (each.state !== 'done') await takePart(kept, i, writer, store, means);
      }
      part = undefined;
      return kept.job.counts;
    });
  } finally {
    listen(() => {});
    await writer.close();
  }
}

async function takePart(kept: KeptJob, i: number, writer: IntakeWriter, store: StoreOptions, means: Means) {
  const { job, options, places, names } = kept;
  const { folder, client, onChange } = means;
  const part = job.parts[i]!;
  part.state = 'running';
  const source = part.kind === 'papers' ? sourceNamed('jsonl') : store.source;
  const { since, until, date } = options;
  const intake = new Intake(writer, { ...store, source, online: { client, since, until, date } });
  // Names come last, and places before them.
  const firstName = job.parts.length - names.length;
  if (part.kind === 'name') await intake.query(names[i - firstName]!);
  else if (part.kind === 'place') await intake.file(places[i - (firstName - places.length)]!);
  else await intake.sent(part.name, folder.sent(job, i));
  part.counts = await intake.end();
  if (!store.signal?.aborted) part.state = 'done';
  countUp(job);
  onChange();
  if (part.state === 'done') await folder.save(kept);
}
