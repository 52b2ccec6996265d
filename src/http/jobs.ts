/** `/v1/jobs`: papers that are taken in while nobody waits for it, and how far that has come. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import { AkinError, ERROR_CODES, type ErrorCode } from '../errors.ts';
import { fromTexts } from '../search/parameters.ts';
import { jobOptionsSchema, jobProgressSchema, jobSchema, type Job, type JobProgress } from '../session/job.ts';
import type { Jobs, Sent } from '../session/jobs.ts';
import { besides, type SessionOf } from './addressed.ts';
import { inJson, LEFT_ALONE } from './answering.ts';
import { atMost, bodyOf, mediaType } from './body.ts';
import { paperShape } from './edits.ts';
import { ReceivedFile, receiveForm } from './form.ts';
import { LIMITS } from './limits.ts';
import { ANY_PROBLEM, asWritten, BODY_PROBLEM, inBody, json, problem, toldOf } from './problem.ts';
import { NOTHING } from './search.ts';

const PATH = '/v1/jobs';
const FORM = 'multipart/form-data';

const day = (description: string) => z.string().optional().meta({ description });
const days = {
  since: day('Only what is from this day (YYYY-MM-DD) on'),
  until: day('Only what is until this day'),
  date: day('For hf-papers: the day'),
};
const formSchema = z
  .strictObject({
    file: z
      .array(z.instanceof(ReceivedFile, { error: 'expected a file' }))
      .min(1)
      .max(LIMITS.jobFiles)
      .openapi({
        type: 'array',
        items: { type: 'string', format: 'binary' },
        minItems: 1,
        maxItems: LIMITS.jobFiles,
        description: 'Files, in any format that `akin add` reads; also compressed (gzip), or several in one (zip)',
      }),
    format: jobOptionsSchema.shape.format.meta({
      description: 'The format of every file, instead of telling it by its content',
    }),
    map: z
      .array(z.string())
      .max(LIMITS.jobMaps)
      .optional()
      .meta({ description: 'Which column of a table holds a field: `title=Titel`' }),
  })
  .openapi('FilesToTakeIn');
const paper = z.strictObject({
  id: z.string().optional().meta({ description: 'Its id; else it is made' }),
  ...paperShape,
});
const jsonSchema = z
  .strictObject({
    papers: z.array(paper.openapi('PaperToTakeIn')).min(1).max(LIMITS.jobPapers).optional().meta({
      description: 'Papers, as `PUT` takes them',
    }),
    names: z
      .array(z.string().min(1).max(LIMITS.jobNameCharacters))
      .min(1)
      .max(LIMITS.jobNames)
      .optional()
      .meta({ description: 'What online services are to be asked, as `akin add` is told it: `arxiv:2209.09004`' }),
    ...days,
  })
  .openapi('PapersToTakeIn', { anyOf: [{ required: ['papers'] }, { required: ['names'] }] });

const jobParams = z.object({ id: z.string().openapi({ description: 'The id of a job' }) });
const jobsSchema = z
  .object({ jobs: z.array(jobProgressSchema).meta({ description: 'The newest first' }) })
  .openapi('Jobs');

/** OpenAPI 3.1 has no way to say what one event is: this is one of them. */
const eventSchema = z
  .object({
    event: z.enum(['progress', 'end']),
    data: z.string().meta({ description: 'A `JobProgress`, as JSON' }),
    id: z.string(),
  })
  .openapi('JobEvent');

const QUEUE_PROBLEM = {
  ...ANY_PROBLEM,
  409: problem('Another server has the jobs of this library'),
  503: problem('The library or the machine is in no state to do it'),
};
const ONE = { ...QUEUE_PROBLEM, 404: problem('No such job') };
const postRoute = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Takes papers in, one job after the other: from files, as JSON, or from online services',
  request: {
    body: { required: true, content: { [FORM]: { schema: formSchema }, 'application/json': { schema: jsonSchema } } },
  },
  responses: {
    202: {
      ...json(jobSchema, 'The job, which is in the queue, and on the disk'),
      headers: z.object({ Location: z.string() }),
    },
    ...QUEUE_PROBLEM,
    ...BODY_PROBLEM,
    503: problem('Too many jobs wait, come back after `Retry-After` seconds; or no online service may be asked'),
  },
});
const listRoute = createRoute({
  method: 'get',
  path: PATH,
  summary: 'The jobs that wait, the one that is done now, and the last that are over',
  responses: { 200: json(jobsSchema, 'The jobs'), ...QUEUE_PROBLEM },
});
const jobRoute = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'How far a job has come, and what became of each of its parts',
  request: { params: jobParams },
  responses: { 200: json(jobSchema, 'The job'), ...ONE },
});
const eventsRoute = createRoute({
  method: 'get',
  path: `${PATH}/{id}/events`,
  summary: 'How far a job has come, again whenever that changes, as server-sent events',
  request: { params: jobParams },
  responses: {
    200: {
      description: 'Events named `progress`, each with the job in brief, the last one named `end`',
      content: { 'text/event-stream': { schema: eventSchema } },
    },
    ...ONE,
    503: problem('Too many listen'),
  },
});
const deleteRoute = createRoute({
  method: 'delete',
  path: `${PATH}/{id}`,
  summary: 'Cancels a job; what it has stored by then stays',
  request: { params: jobParams },
  responses: { 200: json(jobSchema, 'The job, for which nothing more is done'), ...ONE },
});

/** Adds the routes to the app. */
export function answerJobs(app: OpenAPIHono, sessionOf: SessionOf): void {
  for (const route of [postRoute, listRoute, jobRoute, eventsRoute, deleteRoute])
    app.openAPIRegistry.registerPath(route);
  app.post(PATH, atMost(LIMITS.jobsAtOnce, 'jobs'), async (c) => {
    fromTexts(NOTHING, c.req.queries());
    const isForm = mediaType(c, [FORM, 'application/json']) === FORM;
    const jobs = await sessionOf(c).jobs();
    const job = await asWritten(isForm ? (field) => field : inBody, () =>
      jobs.add((folder) => (isForm ? fromForm(c, folder) : fromJson(c, folder))),
    );
    c.header('Location', besides(c, `${PATH}/${job.id}`));
    return inJson(c, told(job), 202);
  });
  app.get(PATH, async (c) => {
    fromTexts(NOTHING, c.req.queries());
    return unkept(c, { jobs: (await sessionOf(c).jobs()).list().map(told) });
  });
  app.get(`${PATH}/:id`, async (c) => {
    fromTexts(NOTHING, c.req.queries());
    return unkept(c, told((await sessionOf(c).jobs()).get(c.req.param('id'))));
  });
  app.delete(`${PATH}/:id`, async (c) => {
    fromTexts(NOTHING, c.req.queries());
    return inJson(c, told(await (await sessionOf(c).jobs()).cancel(c.req.param('id'))));
  });
  let listeners = 0;
  app.get(`${PATH}/:id/events`, async (c) => {
    fromTexts(NOTHING, c.req.queries());
    const jobs = await sessionOf(c).jobs();
    const id = c.req.param('id');
    jobs.get(id); // There is none, as may be: that is no stream.
    if (listeners >= LIMITS.listeners) {
      throw new AkinError('overloaded', `${listeners} listen already`, {
        hint: `ask for ${besides(c, `${PATH}/${id}`)} now and then`,
      });
    }
    listeners++;
    const answer = streamSSE(c, (stream) => sendEvents(stream, jobs, id, c).finally(() => listeners--));
    answer.headers.set('Cache-Control', LEFT_ALONE);
    return answer;
  });
}

/** Nothing that is kept of it would be right. */
function unkept(c: Context, answer: object): Response {
  c.header('Cache-Control', 'no-store');
  return inJson(c, answer);
}

/** A job as it may be told of: an error's own words name places of this machine. */
export function told<T extends Job | JobProgress>(job: T): T {
  if (job.error === null) return job;
  const { code, detail, hint } = job.error;
  if (!(code in ERROR_CODES)) return { ...job, error: { code, detail: 'akin failed; the log of the server says why' } };
  const error = new AkinError(code as ErrorCode, detail, hint === undefined ? {} : { hint });
  const { message, hint: next } = toldOf(error);
  return { ...job, error: { code, detail: message, ...(next !== undefined && { hint: next }) } };
}

/** What a form brings, its files in a folder. */
export async function fromForm(c: Context, folder: string): Promise<Sent> {
  const repeated = ['file', 'map'];
  const names = Object.keys(formSchema.shape);
  const bounds = { names, repeated, bytes: LIMITS.jobBytes, parts: LIMITS.jobParts };
  const { file, ...options } = fromTexts(formSchema, await receiveForm(c, folder, bounds));
  const files = file.map(({ name, bytes }, i) => ({ kind: 'file' as const, name: name || `file ${i + 1}`, bytes }));
  return { files, names: [], options };
}

async function fromJson(c: Context, folder: string): Promise<Sent> {
  const bounds = { most: LIMITS.jobJsonBytes, signs: LIMITS.jobSigns };
  const { papers = [], names = [], ...options } = await bodyOf(c, jsonSchema, bounds);
  if (papers.length === 0) return { files: [], names, options };
  const lines = papers.map((each) => `${JSON.stringify(each)}\n`).join('');
  await writeFile(path.join(folder, '0'), lines, { flush: true });
  return { files: [{ kind: 'papers', name: 'papers', bytes: Buffer.byteLength(lines) }], names, options };
}

/** Sends how a job is, now and whenever that changes, until it is over or nobody listens. */
async function sendEvents(stream: SSEStreamingApi, jobs: Jobs, id: string, c: Context): Promise<void> {
  const gone = new AbortController();
  const leave = () => {
    gone.abort();
    stream.abort();
  };
  stream.onAbort(() => gone.abort());
  c.req.raw.signal.addEventListener('abort', leave);
  const alive = setInterval(() => void stream.write(': \n\n'), LIMITS.signOfLifeMs);
  try {
    const seen = Number(c.req.header('Last-Event-ID') ?? NaN);
    for await (const { version, progress } of jobs.moments(id, gone.signal, seen)) {
      const event = progress.ended === null ? 'progress' : 'end';
      const late = setTimeout(leave, LIMITS.eventStallMs);
      await stream.writeSSE({ event, id: String(version), data: JSON.stringify(told(progress)) });
      clearTimeout(late);
      if (event === 'progress') await pause(LIMITS.eventEveryMs, undefined, { signal: gone.signal }).catch(() => {});
    }
  } finally {
    clearInterval(alive);
  }
}
