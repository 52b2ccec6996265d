/** `akin mcp` as a process: nothing but the protocol on its standard output, and an end when the other side ends. */
import { type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { startAkin, temporaryFolder } from '../akin.ts';
import { agentOverStdio, textOf } from './agent.ts';

const INITIALIZE = {
  ...{ id: 1, method: 'initialize' },
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

interface Spoken {
  child: ChildProcess;
  /** What it wrote to standard output so far. */
  lines: () => string[];
  send: (message: object) => void;
}

/** Starts it and opens the conversation. */
async function spoken(folder: string): Promise<Spoken> {
  const child = startAkin(['mcp', '--index', folder], { AKIN_LOG: 'debug' });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr!.resume();
  const send = (message: object) => void child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  send(INITIALIZE);
  await once(child.stdout!, 'data');
  send({ method: 'notifications/initialized' });
  return { child, send, lines: () => stdout.trimEnd().split('\n') };
}

const search = (id: number, query: unknown) => ({
  ...{ id, method: 'tools/call' },
  params: { name: 'search_papers', arguments: { query } },
});

describe('akin mcp', () => {
  it('writes nothing but the protocol, whatever is sent', async () => {
    const { child, send, lines } = await spoken(inject('sampleLibrary'));
    child.stdin!.write('no JSON\n{"jsonrpc": "1.0"}\n[]\n\n');
    send(search(2, 'attention'));
    send(search(3, 17));
    send({ id: 4, method: 'tools/call', params: { name: 'no_such_tool', arguments: {} } });
    send({ id: 5, method: 'no/such/method' });
    await expect.poll(() => lines().length, { timeout: 30_000 }).toBe(5);
    const messages = lines().map(
      (line) => JSON.parse(line) as { id: number; result?: { isError?: boolean }; error?: object },
    );
    const byId = new Map(messages.map((message) => [message.id, message]));
    expect([...byId.keys()].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(byId.get(2)!.result!.isError).toBeFalsy();
    expect(byId.get(3)!.result!.isError).toBe(true);
    expect(byId.get(5)!.error).toBeDefined();
  });

  it.each<[string, (child: ChildProcess) => void]>([
    ['its input ends', (child) => child.stdin!.end()],
    ['it is told to (SIGTERM)', (child) => child.kill('SIGTERM')],
  ])('ends when %s, idle or in the middle of a call', async (_, end) => {
    for (const isBusy of [false, true]) {
      const { child, send, lines } = await spoken(inject('sampleLibrary'));
      send(search(2, 'attention'));
      await expect.poll(() => lines().length, { timeout: 30_000 }).toBe(2);
      if (isBusy) {
        const text = 'Attention layers replace recurrence in networks that translate texts of all kinds.\n\n'.repeat(
          2000,
        );
        send({ id: 3, method: 'tools/call', params: { name: 'related_work', arguments: { text } } });
      }
      const start = performance.now();
      end(child);
      const [code] = (await once(child, 'close')) as [number | null];
      expect(code).toBe(0);
      expect(performance.now() - start).toBeLessThan(10_000);
    }
  });

  it('says that there is no library, and answers as soon as there is one', async () => {
    const folder = path.join(temporaryFolder(afterAll), 'library');
    const agent = await agentOverStdio(folder);
    onTestFinished(() => agent.close());
    const asked = { name: 'search_papers', arguments: { query: 'attention' } };
    const refused = await agent.callTool(asked);
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toMatch(
      /^library-missing: there is no library in .*\nWhat to do: .*akin add.*\nTell the person/,
    );
    mkdirSync(path.dirname(folder), { recursive: true });
    cpSync(inject('sampleLibrary'), folder, { recursive: true });
    expect((await agent.callTool(asked)).isError).toBeFalsy();
    rmSync(folder, { recursive: true });
  });
});
