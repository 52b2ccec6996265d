/** What the page says over the results: whole sentences, and numbers that agree with their words. */
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { sampleCopy } from '../akin.ts';

const folder = sampleCopy(afterAll);
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  const session = new Session({ address: folder, configuration: configurationOf({}), threads: 1 });
  await session.ready();
  app = createApp({ session, log: pino({ level: 'silent' }) });
  return () => session.close();
});

/** What is read out, and the line under the results. */
async function said(query: string): Promise<{ over: string; under: string }> {
  const page = await (await app.request(`/?q=${encodeURIComponent(query)}`)).text();
  const textOf = (pattern: RegExp) =>
    (pattern.exec(page)?.[1] ?? '')
      .replace(/<[^>]*>/g, '')
      .replace(/\s+/g, ' ')
      .trim();
  return { over: textOf(/ id="said"[^>]*>(.*?)<\/p>/s), under: textOf(/<nav class="more"[^>]*>(.*?)<\/nav>/s) };
}

describe('what is said over the results', () => {
  it.each([
    ['a name of one paper', 'author:turing', '1 paper matches author:turing'],
    ['conditions', 'year:1950..1960', '10 papers match year:1950..1960, the newest first'],
    ['a question', 'learning from errors', 'Nearest to learning from errors'],
    [
      'slips of the finger',
      'attenton in netwrks of neurons',
      'Nearest to attenton in netwrks of neurons. No paper has “attenton”; “attent…” was looked for. ' +
        'No paper has “netwrks”; “network…” was looked for.',
    ],
    [
      'a DOI that no paper has',
      'https://doi.org/10.1145/999999.888888',
      'No paper in this library has doi:10.1145/999999.888888. Nothing in this library is relevant to that; these are the nearest.',
    ],
    [
      'a phrase that no paper has',
      'neural networks "no such phrase"',
      'Nearest to neural networks "no such phrase". No paper matches "no such phrase"; these are without that.',
    ],
  ])('is whole for %s', async (_, query, over) => {
    expect((await said(query)).over.replaceAll('&quot;', '"')).toBe(over);
  });

  it('counts what there is', async () => {
    expect((await said('learning from errors')).under).toBe('Page 1, 120 papersNext');
  });
});
