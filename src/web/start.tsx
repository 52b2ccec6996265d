/** What is shown before anything is asked: what the library holds, questions to begin with, and ways to bring something. */
import type { Child, FC } from 'hono/jsx';
import { plain, wordsIn } from '../fold.ts';
import { byline, type Paper } from '../paper.ts';
import type { JobProgress } from '../session/job.ts';
import type { Session } from '../session/session.ts';
import { zoteroIn } from '../session/ways-in.ts';
import { count, withoutTrailing } from '../text.ts';
import { jobAddress, jobSentence } from './job.tsx';
import type { View } from './page.tsx';
import { addressOfPaper, type State } from './state.ts';
import { papersIn } from './wording.ts';

/** Papers that came last which are shown, and from whose titles questions are made. */
const RECENT = 6;
const LOOKED_AT = 24;
const QUESTIONS = 4;
/** Words of a question. */
const [FEWEST, MOST] = [3, 9];

/** The page while nothing is asked. */
export async function startView(session: Session, { home, mayWrite }: State): Promise<View> {
  const [{ papers, embedded }, { papers: latest, written }, jobs] = await Promise.all([
    session.status(),
    session.news(LOOKED_AT),
    jobsUnderWay(session),
  ]);
  const said =
    papers === 0 ? (
      'This library is empty.'
    ) : (
      <>
        {papersIn(papers)} on this machine
        {written !== null && <>, last changed {dayOf(written)}</>}
        {embedded < papers && `, ${count(embedded)} of them embedded so far`}. Say in a few words what you are looking
        for, or paste a title, an abstract or a whole draft; <code>author:</code>, <code>year:2019..2022</code>,{' '}
        <code>"a phrase"</code> and <code>-word</code> narrow it down.{' '}
        <span class="keys">
          The key <kbd>/</kbd> brings you back to the box.
        </span>
      </>
    );
  return {
    said,
    results: (
      <div class="start">
        <UnderWay jobs={jobs} home={home} />
        {papers === 0 && mayWrite && <WaysIn home={home} />}
        <Questions titles={latest.map(({ title }) => title)} home={home} />
        {(papers > 0 || mayWrite) && <DropZone home={home} mayWrite={mayWrite} hasPapers={papers > 0} />}
        <Recent papers={latest.slice(0, RECENT)} home={home} />
      </div>
    ),
  };
}

const dayOf = (time: number): string => new Date(time).toLocaleDateString('en-GB', { dateStyle: 'long' });

/** Jobs that are not over. Where another server has those of the library there are none to tell of. */
async function jobsUnderWay(session: Session): Promise<JobProgress[]> {
  if (!session.hasJobs()) return [];
  const jobs = await session.jobs().catch(() => undefined);
  return (jobs?.list() ?? []).filter(({ ended }) => ended === null);
}

const UnderWay: FC<{ jobs: JobProgress[]; home: string }> = ({ jobs, home }) =>
  jobs.length === 0 ? (
    <></>
  ) : (
    <section>
      <h2>Being taken in</h2>
      <ul>
        {jobs.map((job) => (
          <li>
            <a href={jobAddress(home, job.id)}>{jobSentence(job)}</a>
          </li>
        ))}
      </ul>
    </section>
  );

/**
 * Questions that the library has an answer to: what some titles say, without what stands before or behind a colon.
 * @param titles those of different parts of the list are taken.
 */
export function questionsFrom(titles: string[]): string[] {
  const questions: string[] = [];
  const step = Math.max(1, Math.floor(titles.length / QUESTIONS));
  for (let start = 0; start < titles.length && questions.length < QUESTIONS; start += step) {
    const found = titles
      .slice(start, start + step)
      .map(questionIn)
      .find((each) => each !== undefined && !questions.includes(each));
    if (found !== undefined) questions.push(found);
  }
  return questions;
}

/** The part of a title with most words, in small letters; undefined where none is a question in words. */
function questionIn(title: string): string | undefined {
  const parts = title.slice(0, 300).split(/[:?!.;–—] ?/);
  const wordsOf = (part: string) => wordsIn(plain(part)).length;
  const longest = parts.reduce((best, part) => (wordsOf(part) > wordsOf(best) ? part : best), '');
  const isInWords = !/[^\p{L}\p{N} ,'’-]/u.test(longest) && wordsOf(longest) >= FEWEST && wordsOf(longest) <= MOST;
  if (!isInWords) return undefined;
  const small = longest.replace(/\p{Lu}\p{Ll}+/gu, (word) => word.toLowerCase());
  return withoutTrailing(small.slice(small.search(/[\p{L}\p{N}]/u)), " ,'’-");
}

const Questions: FC<{ titles: string[]; home: string }> = ({ titles, home }) => {
  const questions = questionsFrom(titles);
  if (questions.length === 0) return <></>;
  return (
    <section>
      <h2>For instance</h2>
      <ul>
        {questions.map((question) => (
          <li>
            <a href={`${home}?q=${encodeURIComponent(question)}`}>{question}</a>
          </li>
        ))}
      </ul>
    </section>
  );
};

const DropZone: FC<{ home: string; mayWrite: boolean; hasPapers: boolean }> = ({ home, mayWrite, hasPapers }) => {
  const what = [hasPapers ? 'a draft' : '', mayWrite ? 'a bibliography, PDFs, exports of other programs' : ''];
  const takeIn = <button formaction={`${home}take-in`}>Take into the library</button>;
  return (
    <section>
      <h2>Bring something</h2>
      <form
        class="draft-form"
        method="post"
        enctype="multipart/form-data"
        action={`${home}${hasPapers ? 'draft' : 'take-in'}`}
      >
        <label class="drop">
          Choose or drop {what.filter(Boolean).join(', or ')}
          <input type="file" name="file" multiple required />
        </label>
        <div class="fields">
          {hasPapers && <button>Find what a draft could cite</button>}
          {mayWrite && takeIn}
        </div>
      </form>
    </section>
  );
};

/** What this machine has that an empty library can begin with. */
const WaysIn: FC<{ home: string }> = ({ home }) => (
  <section>
    <h2>Begin</h2>
    <p>Drop files below, or take in what is on this machine already:</p>
    <div class="fields">
      {zoteroIn() !== undefined && <Way address={`${home}take-in/zotero`}>Zotero’s library</Way>}
      <Way address={`${home}take-in/sample`}>A sample of 120 papers</Way>
    </div>
  </section>
);

const Way: FC<{ address: string; children?: Child }> = ({ address, children }) => (
  <form method="post" action={address}>
    <button>{children}</button>
  </form>
);

const Recent: FC<{ papers: Paper[]; home: string }> = ({ papers, home }) =>
  papers.length === 0 ? (
    <></>
  ) : (
    <section>
      <h2>Came last</h2>
      <ul>
        {papers.map((paper) => (
          <li>
            <a href={addressOfPaper(home, paper.id)}>{paper.title || paper.id}</a>{' '}
            <span class="byline">{byline(paper)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
