/** A gate before work: who is let in, who is sent away, and what becomes of those who leave while they wait. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Gate } from '../../src/http/admission.ts';

const gateOf = (maxWaitMs = 100) => new Gate({ name: 'questions', atOnce: 2, maxWaitMs });

describe('a gate', () => {
  it('lets so many in at once, and the others in their order', async () => {
    const gate = gateOf(10_000);
    let [running, most] = [0, 0];
    const order: number[] = [];
    const pass = (i: number) =>
      gate.pass(async () => {
        most = Math.max(most, ++running);
        order.push(i);
        await sleep(2);
        running--;
        return i;
      });
    const all = Array.from({ length: 4 }, (_, i) => i);
    expect(await Promise.all(all.map(pass))).toEqual(all);
    expect(most).toBe(2);
    expect(order).toEqual(all);
  });

  it('refuses at once who would wait too long, by what those before took, and nobody afterwards', async () => {
    const gate = gateOf(100);
    for (let i = 0; i < 30; i++) await gate.pass(() => sleep(1)); // It learns that they are quick.
    const outcomes = await Promise.allSettled(Array.from({ length: 2000 }, () => gate.pass(() => sleep(1))));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(1000);
    expect(refused.length).toBeLessThan(1998);
    expect(refused[0]).toMatchObject({ reason: { code: 'overloaded' } });
    expect(await gate.pass(() => Promise.resolve('afterwards'))).toBe('afterwards');
  });

  it('never begins the work of who has gone, whose place the next one has', async () => {
    const gate = gateOf(10_000);
    const gone = new AbortController();
    const began: string[] = [];
    const work = (name: string) => async () => {
      began.push(name);
      await sleep(10);
    };
    const first = [gate.pass(work('a')), gate.pass(work('b'))];
    const left = gate.pass(work('left'), gone.signal);
    const next = gate.pass(work('next'));
    gone.abort(new Error('hung up'));
    await expect(left).rejects.toThrow('hung up');
    await Promise.all([...first, next]);
    expect(began).toEqual(['a', 'b', 'next']);
    await expect(gate.pass(work('late'), AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });

  it('gives the place of work that failed to the next one', async () => {
    const gate = gateOf(10_000);
    const failing = Array.from({ length: 4 }, () => gate.pass(() => Promise.reject(new Error('a bug'))));
    for (const each of failing) await expect(each).rejects.toThrow('a bug');
    expect(await gate.pass(() => Promise.resolve(1))).toBe(1);
  });
});
