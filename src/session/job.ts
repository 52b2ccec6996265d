/** What a job is: papers that somebody sent or named, to be taken in when their turn has come, and how far that has come. */
import path from 'node:path';
import { z } from 'zod';
import { FORMAT_NAMES } from '../sources/registry.ts';
import { excerpt } from '../text.ts';
import type { SyncSummary } from './follow.ts';
import type { IntakeEvent, Reject, StoredCounts } from './intake.ts';

export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** Rejects that a job tells of, and remarks; of the others there are counts. */
const REJECTS_KEPT = 100;
const NOTES_KEPT = 20;
/** Characters of a reason or a remark. */
const SENTENCE = 300;
/** Characters of what a file is called. */
const NAME = 200;

const counts = z
  .object({
    added: z.int(),
    changed: z.int(),
    unchanged: z.int(),
    duplicate: z.int().meta({ description: 'Records of papers that were there from elsewhere' }),
    rejected: z.int(),
    garbled: z.int().meta({ description: 'Of the papers: seem to have been read in a wrong encoding once' }),
  })
  .meta({ id: 'JobCounts', description: 'What became of the records' });
const rejectSchema = z
  .object({
    record: z.int().meta({ description: '1 for the first; 0 where all of the file was rejected' }),
    file: z.string().meta({ description: 'The part, or the file in it where it is an archive' }),
    code: z.string(),
    reason: z.string(),
    excerpt: z.string(),
  })
  .meta({ id: 'JobReject' });
const partSchema = z
  .object({
    name: z.string().meta({ description: 'What the file was called that was sent, or what a service was asked' }),
    kind: z.enum(['file', 'papers', 'place', 'name', 'followed']),
    bytes: z.int(),
    state: z.enum(['waiting', 'running', 'done']),
    counts,
    rejects: z.array(rejectSchema).meta({ description: 'The first of them' }),
  })
  .meta({ id: 'JobPart' });

const time = z.iso.datetime();
const briefShape = {
  id: z.string(),
  state: z.enum(JOB_STATES),
  created: time,
  started: time.nullable(),
  ended: time.nullable(),
  restarts: z.int().meta({ description: 'How often it went on after the server had been ended' }),
  waiting: z.string().nullable().meta({ description: 'Why nothing goes on, while it is so' }),
  files: z.object({ done: z.int(), total: z.int() }).meta({ description: 'Its parts' }),
  counts,
  embedded: z
    .object({ done: z.int(), total: z.int() })
    .nullable()
    .meta({ description: 'Papers embedded so far, of all that waited for their vector; null before that has begun' }),
  error: z
    .object({ code: z.string(), detail: z.string(), hint: z.string().optional() })
    .nullable()
    .meta({ description: 'Why it failed' }),
};
/** A job in a list, and while one waits for it. */
export const jobProgressSchema = z.object(briefShape).meta({ id: 'JobProgress' });
/** A job with all there is to say of it. */
export const jobSchema = z
  .object({
    ...briefShape,
    rejectsByCode: z.record(z.string(), z.int()),
    notes: z.array(z.string()).meta({ description: 'Remarks on files, the first of them' }),
    parts: z.array(partSchema).meta({ description: 'What was sent or named, in its order' }),
  })
  .meta({ id: 'Job' });

export type JobProgress = z.infer<typeof jobProgressSchema>;
export type Job = z.infer<typeof jobSchema>;
export type JobPart = z.infer<typeof partSchema>;

/** How files are read, and services asked. */
export const jobOptionsSchema = z.object({
  format: z.enum(FORMAT_NAMES).optional(),
  map: z.array(z.string()).optional(),
  since: z.string().optional(),
  until: z.string().optional(),
  date: z.string().optional(),
});
export type JobOptions = z.infer<typeof jobOptionsSchema>;

const NO_COUNTS: StoredCounts = { added: 0, changed: 0, unchanged: 0, duplicate: 0, rejected: 0, garbled: 0 };

/** A part of which nothing has been read. */
export function newPart(kind: JobPart['kind'], name: string, bytes = 0): JobPart {
  return { name: excerpt(name, NAME), kind, bytes, state: 'waiting', counts: { ...NO_COUNTS }, rejects: [] };
}

/** A job that has not begun. */
export function newJob(id: string, parts: JobPart[]): Job {
  return {
    ...{ id, state: 'queued', created: new Date().toISOString(), started: null, ended: null, restarts: 0 },
    ...{ waiting: null, files: { done: 0, total: parts.length }, counts: { ...NO_COUNTS }, embedded: null },
    ...{ error: null, rejectsByCode: {}, notes: [], parts },
  };
}

export const isOver = ({ state }: Pick<Job, 'state'>): boolean =>
  state === 'done' || state === 'failed' || state === 'cancelled';

/** A job in brief. */
export function progressOf({ rejectsByCode: _, notes: __, parts: ___, ...brief }: Job): JobProgress {
  return brief;
}

/** Brings a job up to what just happened to it. @param part the one that is being read; undefined after the last. */
export function noteEvent(job: Job, part: JobPart | undefined, event: IntakeEvent): void {
  job.waiting = null;
  if (event.event === 'waiting') {
    // Who holds the library is told by process and place, which concern nobody elsewhere.
    job.waiting = event.seconds === undefined ? 'another process writes to the library' : said(event.reason);
  } else if (event.event === 'read' && part && !event.isAll) {
    part.counts = { ...event.counts };
    countUp(job);
  } else if (event.event === 'rejected') {
    if (part) part.counts.rejected++;
    countUp(job);
    noteReject(job, part, event.reject);
  } else if (event.event === 'embedded') job.embedded = { done: event.done, total: event.total };
  else if (event.event === 'notice' && job.notes.length < NOTES_KEPT) job.notes.push(said(event.text));
}

function noteReject(job: Job, part: JobPart | undefined, reject: Reject): void {
  const { file, record, code, reason, excerpt: raw } = part?.kind === 'place' ? placeless(reject) : reject;
  job.rejectsByCode[code] = (job.rejectsByCode[code] ?? 0) + 1;
  const kept = job.parts.reduce((sum, { rejects }) => sum + rejects.length, 0);
  if (part && kept < REJECTS_KEPT) {
    part.rejects.push({ file: excerpt(file, NAME), record, code, reason: said(reason), excerpt: raw });
  }
}

/** With a file called by the end of its path: where it is concerns nobody elsewhere. */
function placeless(reject: Reject): Reject {
  const reason = reject.reason.replaceAll(path.dirname(reject.file) + path.sep, '');
  return { ...reject, file: path.basename(reject.file), reason };
}

/** What became of files that were followed. */
export function noteFollowed(job: Job, summary: SyncSummary): void {
  const [part] = job.parts as [JobPart];
  const { added, changed, unchanged, duplicate, rejected, garbled, embedded, pending } = summary;
  part.counts = { added, changed, unchanged, duplicate, rejected, garbled };
  part.state = 'done';
  for (const reject of summary.rejects) noteReject(job, part, placeless(reject));
  job.rejectsByCode = { ...summary.rejectsByCode };
  job.embedded = { done: embedded, total: embedded + pending };
  for (const { file } of summary.kept.slice(0, NOTES_KEPT)) {
    job.notes.push(said(`${path.basename(file)}: left as it was; the log of the server says why`));
  }
  countUp(job);
}

/** Counts what its parts have together. */
export function countUp(job: Job): void {
  const fields = Object.keys(NO_COUNTS) as (keyof StoredCounts)[];
  for (const field of fields) job.counts[field] = job.parts.reduce((sum, part) => sum + part.counts[field], 0);
  job.files = { done: job.parts.filter(({ state }) => state === 'done').length, total: job.parts.length };
}

const said = (sentence: string): string => excerpt(sentence, SENTENCE);
