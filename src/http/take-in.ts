/**
 * `/take-in`: papers that people bring. What comes as a form becomes a job, as with `POST /v1/jobs`, and has a page that says how
 * far it is. All of it needs who may write; without keys that is whoever uses this machine.
 */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Session } from '../session/session.ts';
import { sentBy, WAYS_IN } from '../session/ways-in.ts';
import { jobAddress, jobView, NoJob } from '../web/job.tsx';
import type { AnswerPage } from '../web/page.tsx';
import { atMost } from './body.ts';
import { fromForm, told } from './jobs.ts';
import { LIMITS } from './limits.ts';

const PATH = '/take-in';

/** Adds the routes to the app. @param page answers with a page. */
export function answerTakingIn(app: OpenAPIHono, page: AnswerPage): void {
  const receiving = atMost(LIMITS.jobsAtOnce, 'jobs');
  type Receive = Parameters<Awaited<ReturnType<Session['jobs']>>['add']>[0];
  const begun = (c: Context, receive: Receive) =>
    page(
      c,
      async (session, { home }) => {
        const jobs = await session.jobs();
        const { id } = await jobs.add(receive);
        return c.redirect(jobAddress(home, id), 303);
      },
      NoJob,
    );
  app.post(PATH, receiving, (c) => begun(c, (folder) => fromForm(c, folder)));
  for (const way of WAYS_IN) app.post(`${PATH}/${way}`, (c) => begun(c, (folder) => sentBy(way, folder)));
  app.get(`${PATH}/:id`, (c) => {
    c.header('Cache-Control', 'no-store');
    return page(
      c,
      async (session, { home }) => jobView(home, told((await session.jobs()).get(c.req.param('id')))),
      NoJob,
    );
  });
}
