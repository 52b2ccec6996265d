/** `/take-in` and the start page, asked without a socket: what people bring, and what is offered to whom. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { createApp } from '../../src/http/app.ts';
import { openWriter } from '../../src/library/open.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { questionsFrom } from '../../src/web/start.tsx';
import { sampleCopy, temporaryFolder } from '../akin.ts';
import { MODEL } from '../library/made.ts';
import { doorOf } from './door.ts';

const door = doorOf(sampleCopy(afterAll), beforeAll);
const BIB = '@article{a, title={Bread <b>under</b> load}, author={Abel, Ada}, year=2001}\n@article{b}';

async function pageOf(app: ReturnType<typeof createApp>, address: string, init?: RequestInit): Promise<string> {
  return (await app.request(address, init)).text();
}

/** What a job's page says when it is over. */
async function over(app: ReturnType<typeof createApp>, address: string): Promise<string> {
  for (;;) {
    const page = await pageOf(app, address);
    if (!page.includes('data-events')) return page;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('the start page', () => {
  it('says what there is, asks questions that have an answer, and shows what came last', async () => {
    const page = await pageOf(door.app, '/');
    expect(page).toMatch(/120 papers on this machine, last changed \d+ \w+ \d{4}/);
    const questions = [...page.matchAll(/<a href="\/\?q=([^"]+)">/g)].map(([, question]) => question!);
    expect(questions).toHaveLength(4);
    for (const question of questions) expect(await pageOf(door.app, `/?q=${question}`)).toContain('<ol start="1">');
    const { papers } = await door.session.news(6);
    for (const { title } of papers) expect(page).toContain(title.replaceAll('&', '&amp;').replaceAll("'", '&#39;'));
    expect(page).toContain('formaction="/take-in"');
    expect(page).not.toContain('/take-in/sample');
  });

  it('makes questions of what titles say in words', () => {
    expect(questionsFrom(['Deep Residual Learning for Image Recognition'])).toEqual([
      'deep residual learning for image recognition',
    ]);
    expect(questionsFrom(['BERT: Pre-training of Deep Bidirectional Transformers'])).toEqual([
      'pre-training of deep bidirectional transformers',
    ]);
    expect(questionsFrom(['Adam', '$q$-ary trees of many kinds', 'A <b>bold</b> title of words', ''])).toEqual([]);
    expect(questionsFrom(['机器可以计算', 'Long "quoted words in a title" here'])).toEqual([]);
  });
});

describe('what is brought', () => {
  const wrong = new FormData();
  wrong.append('picture', 'x');

  it('is taken in as a job, whose page says what became of it', async () => {
    const body = new FormData();
    body.append('file', new File([BIB], 'refs.bib'));
    const sent = await door.app.request('/take-in', { method: 'POST', body });
    expect(sent.status).toBe(303);
    const address = sent.headers.get('Location')!;
    expect(address).toMatch(/^\/take-in\/1-/);
    const page = await over(door.app, address);
    expect(page).toContain('Taken in: 1 paper added, 1 could not be read, 1 of 1 embedded');
    expect(page).toContain('refs.bib');
    expect(page).not.toContain('<b>under');
    expect(await pageOf(door.app, '/')).toContain('121 papers');
    expect(await pageOf(door.app, '/')).toContain('Abel');
  });

  it.each([
    ['/take-in', { method: 'POST', body: wrong }, 400, 'The fields are file, format, map'],
    ['/take-in/9-12345678', {}, 404, 'There is no job'],
  ])('to %s in a wrong way is refused in words', async (address, init, status, said) => {
    const answer = await door.app.request(address, init);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(said);
  });
});

describe('an empty library', () => {
  const address = temporaryFolder(afterAll);
  let session: Session;
  beforeAll(async () => {
    const writer = await openWriter(address, { model: MODEL, mustBeThatModel: true, purpose: 'a test' });
    await writer.close();
    session = new Session({ address, configuration: configurationOf({}), threads: 1 });
    return () => session.close();
  });

  it('offers nothing to whoever may only read, and takes nothing from them', async () => {
    const reader = session.keys.add('reader', 'read');
    const app = createApp({ session, log: pino({ level: 'silent' }), keys: session.keys });
    const headers = { Authorization: `Bearer ${reader}` };
    const page = await pageOf(app, '/', { headers });
    expect(page).toContain('This library is empty.');
    expect(page).not.toContain('take-in');
    expect((await app.request('/take-in/sample', { method: 'POST', headers })).status).toBe(403);
    const draft = new FormData();
    draft.append('text', 'Machines compute what procedures compute, whoever asks them to do so.');
    expect((await app.request('/draft', { method: 'POST', headers, body: draft })).status).toBe(303);
  });

  it('begins with the sample, by one button', async () => {
    const app = createApp({ session, log: pino({ level: 'silent' }) });
    const page = await pageOf(app, '/');
    expect(page).toContain('This library is empty.');
    expect(page).toContain('action="/take-in/sample"');
    expect(page).not.toContain('Find what a draft could cite');
    const sent = await app.request('/take-in/sample', { method: 'POST' });
    expect(sent.status).toBe(303);
    expect(await pageOf(app, '/')).toContain('Being taken in');
    await (await session.jobs()).cancel(sent.headers.get('Location')!.split('/').at(-1)!);
    expect((await session.status()).papers).toBeLessThanOrEqual(120);
  });
});
