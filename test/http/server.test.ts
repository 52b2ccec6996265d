/** The socket under the HTTP door: taken ports, long addresses, and an end that cuts nobody off. */
import { EventEmitter, once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Hono } from 'hono';
import { expect, it, onTestFinished } from 'vitest';
import { AkinError } from '../../src/errors.ts';
import { listen } from '../../src/http/server.ts';

it('says so when the port is taken', async () => {
  const { url } = await start(new Hono());
  const port = Number(new URL(url).port);
  const error = await listen(new Hono(), { host: '127.0.0.1', port }).catch((caught: unknown) => caught as AkinError);
  expect(error).toMatchObject({ code: 'address-in-use', exitCode: 8, field: 'port' });
  expect((error as AkinError).message).toContain(String(port));
});

it('says so when the address is none of this machine', async () => {
  const error = await listen(new Hono(), { host: '192.0.2.1', port: 0 }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: 'invalid-argument',
    exitCode: 2,
    message: expect.stringContaining('192.0.2.1') as string,
  });
});

it('takes a query of ten thousand characters in any script', async () => {
  const { url } = await start(new Hono().get('/', (c) => c.text(String(c.req.query('q')?.length))));
  const query = '銀河'.repeat(5000);
  expect(await (await fetch(`${url}/?q=${encodeURIComponent(query)}`)).text()).toBe('10000');
});

it('finishes a request under way before it ends, and takes no new one', async () => {
  const { app, entered, leave } = slowApp();
  const server = await start(app);
  const answer = ask(server.url);
  await entered;
  const began = performance.now();
  const closed = server.close();
  await expect(ask(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  leave();
  expect(await text(await answer)).toBe('answered');
  await closed;
  expect(performance.now() - began).toBeLessThan(2000); // A kept-alive connection would hold it for five seconds.
});

it('does not wait for clients that have said nothing', async () => {
  const server = await start(new Hono().get('/', (c) => c.text('answered')));
  const silent = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(silent, 'connect');
  const ended = once(silent, 'close');
  expect(await text(await ask(server.url))).toBe('answered'); // By now the connection before has been taken as well.
  const began = performance.now();
  await server.close(20_000);
  expect(performance.now() - began).toBeLessThan(10_000);
  await ended;
});

it('does not wait for clients that keep an idle connection', async () => {
  const server = await start(new Hono().get('/', (c) => c.text('answered')));
  for (let i = 0; i < 3; i++) expect(await text(await ask(server.url))).toBe('answered');
  const began = performance.now();
  await server.close();
  expect(performance.now() - began).toBeLessThan(2000);
});

it('cuts off a request that takes longer than the deadline', async () => {
  const { app, entered } = slowApp();
  const server = await start(app);
  const answer = ask(server.url);
  answer.catch(() => {}); // Awaited below; until then a failure must not count as unhandled.
  await entered;
  await server.close(100);
  await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
});

async function start(app: Hono) {
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close(0));
  return server;
}

/** An app that answers when it is told to. */
function slowApp() {
  const steps = new EventEmitter();
  const entered = once(steps, 'entered');
  const app = new Hono().get('/', async (c) => {
    steps.emit('entered');
    await once(steps, 'leave');
    return c.text('answered');
  });
  return { app, entered, leave: () => steps.emit('leave') };
}

/** Asks over a connection that is kept open afterwards. */
async function ask(url: string): Promise<IncomingMessage> {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const [answer] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  return answer;
}
