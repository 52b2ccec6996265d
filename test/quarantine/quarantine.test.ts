/** Quarantine with real processes: what comes out, and what is done to whoever takes too much. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { builtOf } from '../../src/package.ts';
import { Quarantine } from '../../src/quarantine/quarantine.ts';
import type { Job } from './jobs.ts';

const open = (seconds = 30, waiting = 2) =>
  new Quarantine<Job, unknown>({ module: 'test/quarantine/jobs.ts', what: 'it', seconds, megabytes: 100, waiting });

describe('a job in quarantine', () => {
  it('is answered, by a process that is kept for the next one', async () => {
    const quarantine = open();
    const first = await quarantine.ask('who');
    expect(first).not.toBe(process.pid);
    expect(await quarantine.ask('large')).toEqual({
      bytes: new Uint8Array(100_000),
      text: 'ü'.repeat(1_000_000),
      nothing: undefined,
    });
    expect(await quarantine.ask('who')).toBe(first);
  });

  it('that is refused or fails says so here', async () => {
    const quarantine = open();
    await expect(quarantine.ask('refused')).rejects.toMatchObject({
      ...{ name: 'AkinError', code: 'file-unreadable', message: 'no draft', hint: 'give one', field: 'file' },
    });
    await expect(quarantine.ask('wrong')).rejects.toThrow(/TypeError: a bug/);
    expect(await quarantine.ask(1)).toBe(1);
  });

  it.each(['heap', 'map', 'buffers'] as const)(
    'that takes more memory than it may (%s) is ended, and nobody else is',
    async (job) => {
      const quarantine = open();
      await quarantine.ask(1);
      await expect(quarantine.ask(job)).rejects.toMatchObject({
        ...{ code: 'too-large', message: 'it takes more than 100 MB of memory' },
      });
      expect(await quarantine.ask(1)).toBe(1);
    },
    60_000,
  );

  it('that makes the process crash is refused', async () => {
    const quarantine = open();
    await expect(quarantine.ask('gone')).rejects.toMatchObject({
      ...{ code: 'file-unreadable', message: 'it makes its reader crash (3)' },
    });
    expect(await quarantine.ask(1)).toBe(1);
  });

  it('waits no longer for a process to start than for an answer', async () => {
    const module = 'test/quarantine/never.ts';
    const quarantine = new Quarantine({ module, what: 'it', seconds: 2, megabytes: 100, waiting: 2 });
    await expect(quarantine.ask(1)).rejects.toMatchObject({ code: 'overloaded' });
    await expect(quarantine.ask(1)).rejects.toMatchObject({ code: 'overloaded' }); // The next one is started anew.
  });

  it('is not judged by the memory of others', async () => {
    const quarantine = open();
    const answer = quarantine.ask(300);
    const ours = Array.from({ length: 300 }, () => new Uint8Array(1_000_000).fill(1));
    expect(await answer).toBe(300);
    expect(ours).toHaveLength(300);
  });

  it('that takes too long is ended', async () => {
    const quarantine = open(1);
    await expect(quarantine.ask('endless')).rejects.toMatchObject({
      ...{ code: 'too-large', message: 'it takes longer than 1 seconds' },
    });
    expect(await quarantine.ask(1)).toBe(1);
  });

  it.runIf(existsSync('/proc/self'))(
    'is not blamed for a process that was stopped, and the next one has another',
    async () => {
      const quarantine = open(10);
      const stopped = (await quarantine.ask('who')) as number;
      process.kill(stopped, 'SIGSTOP');
      await expect(quarantine.ask('who')).rejects.toMatchObject({
        ...{
          code: 'overloaded',
          message: expect.stringMatching(/^it got nowhere in 10 seconds: something has stopped/),
        },
      });
      const next = await quarantine.ask('who');
      expect(next).not.toBe(stopped);
      await expect.poll(() => existsSync(`/proc/${stopped}`), { timeout: 10_000 }).toBe(false);
    },
  );

  it('waits for its turn, unless too many do', async () => {
    const quarantine = open();
    const done: number[] = [];
    const jobs = [50, 1, 2].map(async (job) => done.push((await quarantine.ask(job)) as number));
    await expect(quarantine.ask(3)).rejects.toMatchObject({ code: 'overloaded' });
    await Promise.all(jobs);
    expect(done).toEqual([50, 1, 2]);
    expect(await quarantine.ask(3)).toBe(3);
  });

  it('that nobody wants any more is ended, or leaves the queue', async () => {
    const quarantine = open();
    const [running, waiting] = [new AbortController(), new AbortController()];
    const jobs = [quarantine.ask('endless', running.signal), quarantine.ask(1, waiting.signal), quarantine.ask(2)];
    const outcomes = Promise.allSettled(jobs);
    waiting.abort(new Error('not this one'));
    await sleep(500);
    running.abort(new Error('nor that one'));
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: { message: 'nor that one' } },
      { status: 'rejected', reason: { message: 'not this one' } },
      { status: 'fulfilled', value: 2 },
    ]);
    await expect(quarantine.ask(1, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.runIf(existsSync('/proc/self'))('does not outlive whoever asked', async () => {
    const parent = spawn(process.execPath, [builtOf('test/quarantine/parent.ts')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    await sleep(300); // It is busy without an end by now.
    parent.kill('SIGKILL');
    await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 10_000 }).toBe(false);
  });
});
