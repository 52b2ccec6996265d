/** The page of a job: what is being taken in, how far that has come, and what could not be. */
import type { FC } from 'hono/jsx';
import type { Job, JobProgress } from '../session/job.ts';
import { count, excerpt } from '../text.ts';
import type { View } from './page.tsx';
import { papersIn } from './wording.ts';

const REJECTS_SHOWN = 50;

export const jobAddress = (home: string, id: string): string => `${home}take-in/${encodeURIComponent(id)}`;

const STATES: Record<JobProgress['state'], string> = {
  queued: 'Waits for its turn',
  running: 'Is being taken in',
  done: 'Taken in',
  failed: 'Failed',
  cancelled: 'Was cancelled',
};

/** How a job is, in a sentence that changes with what has been read. */
export function jobSentence({ state, counts, embedded }: JobProgress): string {
  const { added, changed, unchanged, duplicate, rejected } = counts;
  const parts = [
    `${papersIn(added)} added`,
    changed > 0 ? `${count(changed)} changed` : '',
    unchanged > 0 ? `${count(unchanged)} were there` : '',
    duplicate > 0 ? `${count(duplicate)} known from elsewhere` : '',
    rejected > 0 ? `${count(rejected)} could not be read` : '',
    embedded ? `${count(embedded.done)} of ${count(embedded.total)} embedded` : '',
  ];
  return `${STATES[state]}: ${parts.filter(Boolean).join(', ')}`;
}

/** @param job one of which nothing is told that its asker may not know. */
export function jobView(home: string, job: Job): View {
  const { id, state, waiting, error, notes, parts, ended, embedded } = job;
  const rejects = parts.flatMap((part) => part.rejects);
  const said = [
    STATES[state],
    waiting === null ? '' : `it waits: ${waiting}`,
    error === null ? '' : [error.detail, error.hint].filter(Boolean).join('; '),
  ];
  return {
    title: 'Taking in',
    said: said.filter(Boolean).join('. '),
    results: (
      <article class="job" data-events={ended === null ? `/v1${home}jobs/${id}/events` : undefined}>
        <h2>{parts.map(({ name }) => name).join(', ')}</h2>
        {embedded && ended === null && (
          <p>
            <progress value={embedded.done} max={Math.max(1, embedded.total)} aria-label="Papers embedded" />
          </p>
        )}
        <p>{jobSentence(job)}</p>
        <p class="why">
          {ended === null && <a href={jobAddress(home, id)}>Look again</a>}
          <a href={home}>To the library</a>
        </p>
        {notes.map((note) => (
          <p class="byline">{note}</p>
        ))}
        {rejects.length > 0 && (
          <section>
            <h3>Could not be read</h3>
            <ul>
              {rejects.slice(0, REJECTS_SHOWN).map((reject) => (
                <li>
                  <strong>{reject.file}</strong>
                  {reject.record > 0 && `, record ${count(reject.record)}`}: {reject.reason}
                  {reject.excerpt !== '' && <p class="byline">{excerpt(reject.excerpt, 200)}</p>}
                </li>
              ))}
            </ul>
          </section>
        )}
      </article>
    ),
  };
}

export const NoJob: FC<{ home: string }> = ({ home }) => <a href={home}>To the library</a>;
