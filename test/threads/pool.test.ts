/** Threads that die in the middle of work, jobs that wait, that are dropped: what becomes of them. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AkinError } from '../../src/errors.ts';
import { builtOf } from '../../src/package.ts';
import { Pool, type PoolOptions } from '../../src/threads/pool.ts';
import { temporaryFolder } from '../akin.ts';

type Job =
  | { do: 'say'; value: unknown }
  | { do: 'wait'; ms: number; value?: unknown }
  | { do: 'die'; until?: string }
  | { do: 'refuse' | 'fail' | 'hoard' };

const folder = temporaryFolder(afterAll);
const WORKER = path.join(folder, 'worker.mjs');
const DYING = path.join(folder, 'dying.mjs');
beforeAll(() => {
  const built = (source: string) => JSON.stringify(pathToFileURL(builtOf(source)).href);
  writeFileSync(
    WORKER,
    `import { existsSync, writeFileSync } from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    import { workerData } from 'node:worker_threads';
    import { AkinError } from ${built('src/errors.ts')};
    import { work } from ${built('src/threads/work.ts')};
    let beats = 0;
    await work(() => {
      if (workerData.unopenable) throw new AkinError('library-missing', 'there is nothing', { hint: 'make it' });
      return {
        ready: 'hello',
        background: { everyMs: 5, run() { if (++beats % 3 === 0) throw new Error('a beat failed'); } },
        async run(job) {
          if (job.do === 'say') return job.value;
          if (job.do === 'wait') { await setTimeout(job.ms); return job.value; }
          if (job.do === 'refuse') throw new AkinError('not-found', 'it is not there', { field: 'id' });
          if (job.do === 'hoard') for (const kept = []; ;) kept.push([kept.length]);
          if (job.do === 'fail') throw new RangeError('a bug');
          if (job.until === undefined || !existsSync(job.until)) {
            if (job.until !== undefined) writeFileSync(job.until, '');
            process.exit(1);
          }
          return 'survived';
        },
      };
    });`,
  );
  writeFileSync(DYING, 'process.exit(1);');
});

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function start(options: Partial<PoolOptions> = {}): Promise<Pool<Job, unknown, string>> {
  const pool = await Pool.start<Job, unknown, string>({
    ...{ name: 'the test thread', source: WORKER, data: {}, code: 'embedding-failed' },
    ...options,
  });
  open.push(pool);
  return pool;
}

/** Two jobs at a time, until there is a thread for each. */
async function bothStarted(pool: Pool<Job, unknown, string>): Promise<void> {
  const wait = () => pool.run({ do: 'wait', ms: 5 });
  await expect.poll(() => Promise.all([wait(), wait()]).then(() => pool.state.alive)).toBe(2);
}

const DIED = { code: 'embedding-failed', message: 'the test thread ended: exit code 1' };

describe('a job', () => {
  it('gives what it gives, and what the thread said when it was ready is known', async () => {
    const pool = await start({ threads: 2 });
    expect(pool.ready).toBe('hello');
    const values = Array.from({ length: 50 }, (_, value) => value);
    expect(await Promise.all(values.map((value) => pool.run({ do: 'say', value })))).toEqual(values);
    await bothStarted(pool);
    expect(pool.state).toMatchObject({ alive: 2, threads: 2, restarts: 0, waiting: 0 });
  });

  it('fails as it failed in the thread', async () => {
    const pool = await start();
    const refused = pool.run({ do: 'refuse' });
    await expect(refused).rejects.toBeInstanceOf(AkinError);
    await expect(refused).rejects.toMatchObject({ code: 'not-found', message: 'it is not there', field: 'id' });
    await expect(pool.run({ do: 'fail' })).rejects.toMatchObject({ message: 'a bug' });
    expect(await pool.run({ do: 'say', value: 1 })).toBe(1);
  });

  it('that is urgent overtakes the others that wait', async () => {
    const pool = await start();
    const done: unknown[] = [];
    const say = (value: string, urgent: boolean) =>
      pool.run({ do: 'wait', ms: 5, value }, { urgent }).then((said) => done.push(said));
    await Promise.all([...Array.from({ length: 20 }, (_, i) => say(`${i}`, false)), say('urgent', true)]);
    expect(done.indexOf('urgent')).toBeLessThanOrEqual(2);
    expect(done).toHaveLength(21);
  });

  it('that is urgent finds a thread free, where others were urgent just before', async () => {
    const pool = await start({ threads: 2 });
    await bothStarted(pool);
    await pool.run({ do: 'say', value: 'first' }, { urgent: true });
    const done: unknown[] = [];
    const long = Array.from({ length: 4 }, async () =>
      done.push(await pool.run({ do: 'wait', ms: 300, value: 'long' })),
    );
    await sleep(50);
    done.push(await pool.run({ do: 'say', value: 'urgent' }, { urgent: true }));
    await Promise.all(long);
    expect(done).toEqual(['urgent', 'long', 'long', 'long', 'long']);
  });

  it('that nobody wants any more is not begun, and keeps nobody waiting', async () => {
    const pool = await start();
    const gone = new AbortController();
    const first = pool.run({ do: 'wait', ms: 20 });
    const long = Array.from({ length: 100 }, () => pool.run({ do: 'wait', ms: 1000 }, { signal: gone.signal }));
    await sleep(5);
    gone.abort(new Error('hung up'));
    for (const each of long) await expect(each).rejects.toThrow('hung up');
    await first;
    const start_ = performance.now();
    await pool.run({ do: 'say', value: 1 });
    expect(performance.now() - start_).toBeLessThan(1500); // One of them may have been begun.
    await expect(pool.run({ do: 'say', value: 1 }, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow(
      'gone',
    );
  });
});

describe('a thread that dies', () => {
  it('of wanting more memory than a thread may have says so, and comes back', async () => {
    const troubles: string[] = [];
    const pool = await start({ heapMib: 24, onTrouble: ({ message }) => void troubles.push(message) });
    const message = 'the test thread ended: it wanted more than 24 MiB of memory';
    await expect(pool.run({ do: 'hoard' })).rejects.toMatchObject({ code: 'too-large', message });
    expect(troubles).toContain(message);
    expect(await pool.run({ do: 'say', value: 1 })).toBe(1);
    expect(pool.state).toMatchObject({ alive: 1, restarts: 1 });
  });

  it('comes back, and what it held is tried once more where that is safe', async () => {
    const pool = await start({ triesAgain: true, threads: 2 });
    const until = path.join(folder, 'tried once');
    const others = Array.from({ length: 40 }, (_, value) => pool.run({ do: 'say', value }));
    expect(await pool.run({ do: 'die', until })).toBe('survived');
    expect(await Promise.all(others)).toHaveLength(40);
    // A job at which every thread dies is not tried for ever.
    await expect(pool.run({ do: 'die' })).rejects.toMatchObject(DIED);
    expect(await pool.run({ do: 'say', value: 1 })).toBe(1);
    expect(pool.state.restarts).toBe(3);
  });

  it('fails what it held where it may be why it died, and no other job', async () => {
    const troubles: Error[] = [];
    const pool = await start({ ahead: 1, onTrouble: (trouble) => void troubles.push(trouble) });
    const dying = pool.run({ do: 'die' });
    const others = Array.from({ length: 10 }, (_, value) => pool.run({ do: 'say', value }));
    await expect(dying).rejects.toMatchObject(DIED);
    expect(await Promise.all(others)).toHaveLength(10);
    expect(troubles.filter(({ message }) => message === DIED.message)).toHaveLength(1);
  });

  it('again and again is left alone for a while, in which jobs fail at once', async () => {
    const pool = await start({ ahead: 1 });
    for (let i = 0; i < 5; i++) await expect(pool.run({ do: 'die' })).rejects.toMatchObject(DIED);
    await expect(pool.run({ do: 'die' })).rejects.toMatchObject(DIED);
    const asked = performance.now();
    await expect(pool.run({ do: 'say', value: 1 })).rejects.toMatchObject(DIED);
    expect(performance.now() - asked).toBeLessThan(500);
    await expect.poll(() => pool.run({ do: 'say', value: 1 }).catch(() => 0), { timeout: 15_000 }).toBe(1);
  });

  it('before it is ready is what its start throws', async () => {
    await expect(start({ source: DYING })).rejects.toMatchObject(DIED);
    await expect(start({ data: { unopenable: true }, threads: 2 })).rejects.toMatchObject({
      code: 'library-missing',
      hint: 'make it',
    });
  });
});

it('refuses who would wait too long, and take jobs again afterwards', async () => {
  const pool = await start({ maxWaiting: 20 });
  const asked = Array.from({ length: 30 }, () => pool.run({ do: 'wait', ms: 5 }));
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
  expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'overloaded' } });
  expect(await pool.run({ do: 'say', value: 1 })).toBe(1);
});

it('goes on when its work in the background fails, and says so', async () => {
  const troubles: string[] = [];
  const pool = await start({ onTrouble: ({ message }) => void troubles.push(message) });
  await expect.poll(() => troubles.length).toBeGreaterThan(2);
  expect(new Set(troubles)).toEqual(new Set(['a beat failed']));
  expect(pool.state).toMatchObject({ alive: 1, restarts: 0 });
});

it('rejects what waits when it is closed, and everything after', async () => {
  const pool = await start();
  const waiting = pool.run({ do: 'wait', ms: 30 });
  const closed = { code: 'embedding-failed', message: 'the test thread was closed' };
  await Promise.all([expect(waiting).rejects.toMatchObject(closed), pool.close()]);
  await expect(pool.run({ do: 'say', value: 1 })).rejects.toMatchObject(closed);
});
