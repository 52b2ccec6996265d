/** Several libraries in one process: what they have together, and for how long. */
import { expect, it } from 'vitest';
import { configurationOf } from '../../src/session/configuration.ts';
import { Models } from '../../src/session/models.ts';
import { Session } from '../../src/session/session.ts';
import { sampleCopy } from '../akin.ts';

const configuration = configurationOf({});

it('two libraries of one model embed with the same threads, as long as one of them is open', async () => {
  const models = new Models({ modelFolders: [], threads: 1 });
  const [one, other] = [1, 2].map(() => new Session({ address: sampleCopy(), configuration, models }));
  const hits = async (session: Session) => (await session.ask({ query: 'machines that learn' })).hits.length;
  await Promise.all([hits(one!), hits(other!)]);
  expect([one!.embedding?.alive, other!.embedding]).toEqual([1, one!.embedding]);
  const before = one!.embedding!.meanMs;
  await other!.embed(['something else'], 'document');
  expect(one!.embedding!.meanMs).not.toBe(before); // It is told of the other's text.
  await one!.close();
  expect(await hits(other!)).toBeGreaterThan(0);
  await other!.close();
  const again = new Session({ address: sampleCopy(), configuration, models });
  expect(await hits(again)).toBeGreaterThan(0);
  await again.close();
});
