/** A server that is killed (kill -9) while it does jobs, and started again: does each of them come to its end, with all that it had? */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, JobProgress } from '../src/session/job.ts';
import { serveAkin } from '../test/akin.ts';

/** What became of the jobs in the end. */
export interface Survived {
  kills: { during: string; papers: number; embedded: number }[];
  jobs: Job[];
  papers: number;
  embedded: number;
  /** What was lost on the way, in sentences. */
  lost: string[];
  /** What is left on the disk of jobs that are over, besides what is known of them. */
  left: string[];
}

interface Size {
  papers: number;
  embedded: number;
}

/**
 * Sends a job for each list of papers, and kills the server again and again while they are done: at moments spread over the work
 * that there is, and once while a file is being sent that nobody was told is there.
 * @param library a folder that has one.
 * @param lists papers no two of which are one.
 * @param random 0..1, how far on within its share of the work each kill is.
 */
export async function killedJobs(
  library: string,
  lists: object[][],
  kills: number,
  random: () => number,
): Promise<Survived> {
  let over: () => unknown = () => {};
  const serve = () => serveAkin(library, [], (cleanUp) => (over = cleanUp));
  let server = await serve();
  const survived: Survived = { kills: [], jobs: [], ...(await sizeOf(server.url)), lost: [], left: [] };
  const before = survived.papers + survived.embedded;
  const total = 2 * lists.flat().length;
  try {
    const ids: string[] = [];
    for (const [i, list] of lists.entries()) ids.push(await sent(server.url, `${i}.jsonl`, list));
    for (let kill = 0; kill < kills; kill++) {
      const goal = before + ((kill + random()) / kills) * total;
      let size = await sizeOf(server.url);
      while (size.papers + size.embedded < goal) {
        await sleep(5);
        size = await sizeOf(server.url);
      }
      const [running] = (await jobsOf(server.url)).filter(({ state }) => state === 'running');
      const half = kill === 0 ? sendHalf(server.url) : undefined;
      if (half) await sleep(200);
      server.child.kill('SIGKILL');
      await once(server.child, 'close');
      await half;
      server = await serve();
      const after = await sizeOf(server.url);
      if (after.papers < size.papers || after.embedded < size.embedded) {
        survived.lost.push(`kill ${kill + 1} lost what was stored: ${JSON.stringify({ size, after })}`);
      }
      const missing = ids.filter((id) => !readdirSync(path.join(library, 'jobs')).includes(id));
      if (missing.length > 0) survived.lost.push(`kill ${kill + 1} lost ${missing.length} jobs`);
      const during = running ? (running.embedded === null ? 'storing' : 'embedding') : 'nothing';
      survived.kills.push({ during, ...size });
    }
    while ((await jobsOf(server.url)).some(({ ended }) => ended === null)) await sleep(50);
    for (const id of ids) survived.jobs.push(await asked<Job>(`${server.url}/v1/jobs/${id}`));
    Object.assign(survived, await sizeOf(server.url));
    const folders = readdirSync(path.join(library, 'jobs')).filter((name) => !name.startsWith('lock'));
    survived.left = folders.flatMap((folder) =>
      readdirSync(path.join(library, 'jobs', folder))
        .filter((name) => name !== 'job.json')
        .map((name) => `${folder}/${name}`),
    );
    return survived;
  } finally {
    await over();
  }
}

async function sent(url: string, name: string, papers: object[]): Promise<string> {
  const form = new FormData();
  form.append('file', new Blob(papers.map((paper) => `${JSON.stringify(paper)}\n`)), name);
  const response = await fetch(`${url}/v1/jobs`, { method: 'POST', body: form });
  if (response.status !== 202) throw new Error(`a job was refused: ${response.status} ${await response.text()}`);
  return ((await response.json()) as Job).id;
}

/** Sends a file that never comes to its end. */
async function sendHalf(url: string): Promise<void> {
  const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="half.bib"\r\n\r\n@article{a, title={';
  const body = new ReadableStream<string>({ start: (controller) => controller.enqueue(head) });
  const headers = { 'Content-Type': 'multipart/form-data; boundary=x' };
  const request = { method: 'POST', body: body.pipeThrough(new TextEncoderStream()), headers, duplex: 'half' };
  await fetch(`${url}/v1/jobs`, request as RequestInit).catch(() => {});
}

async function asked<T>(address: string): Promise<T> {
  return (await fetch(address)).json() as Promise<T>;
}

const jobsOf = async (url: string): Promise<JobProgress[]> =>
  (await asked<{ jobs: JobProgress[] }>(`${url}/v1/jobs`)).jobs;

async function sizeOf(url: string): Promise<Size> {
  return (await asked<{ library: Size }>(`${url}/readyz`)).library;
}
