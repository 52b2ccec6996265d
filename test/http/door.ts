/** The HTTP door of a sample library, asked without a socket. */
import { pino } from 'pino';
import { expect, type beforeAll } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';

export interface OpenDoor {
  session: Session;
  app: ReturnType<typeof createApp>;
}

/** Opens the door of a library, once for all tests of a file. */
export function doorOf(folder: string, before: typeof beforeAll): OpenDoor {
  const door = {} as OpenDoor;
  before(async () => {
    door.session = new Session({ address: folder, configuration: configurationOf({}), threads: 1 });
    await door.session.ready();
    door.app = createApp({ session: door.session, log: pino({ level: 'silent' }) });
    return () => door.session.close();
  });
  return door;
}

/** What a request is answered, which is to be of that status. */
export async function answer<T = Record<string, unknown>>(
  { app }: OpenDoor,
  address: string,
  { status = 200, method, body, headers = {} }: { status?: number; body?: unknown } & Omit<RequestInit, 'body'> = {},
): Promise<T> {
  const sent = await app.request(address, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...(headers as object) },
  });
  const text = await sent.text();
  expect([sent.status, text.slice(0, 500)]).toEqual([status, expect.anything()]);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
