/** `POST /v1/related`, asked without a socket: drafts as text and as files, and what is refused. */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import type { RelatedAnswer } from '../../src/search/answer.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { Session } from '../../src/session/session.ts';
import { sampleCopy } from '../akin.ts';
import { paragraph, pdfOf } from '../sources/pdf-fixture.ts';

const TURING = 'doi:10.1112/plms/s2-42.1.230';
const TEXT = 'A machine with a finite table and an endless tape can compute whatever any procedure computes.';
const BIB =
  '@article{turing, title={On Computable Numbers, with an Application to the Entscheidungsproblem}, year=1937}';

let session: Session;
let app: ReturnType<typeof createApp>;
const folder = sampleCopy(afterAll);
beforeAll(async () => {
  session = new Session({ address: folder, configuration: configurationOf({}), threads: 1 });
  await session.ready();
  app = createApp({ session, log: pino({ level: 'silent' }) });
  return () => session.close();
});

const postJson = (body: unknown) =>
  app.request('/v1/related', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

function postForm(parts: Record<string, string | File>) {
  const body = new FormData();
  for (const [name, value] of Object.entries(parts)) body.append(name, value);
  return app.request('/v1/related', { method: 'POST', body });
}

async function idsIn(answer: Response): Promise<string[]> {
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, 'application/json']);
  const { passages } = (await answer.json()) as RelatedAnswer;
  return passages.flatMap(({ suggestions }) => suggestions.map(({ id }) => id));
}

describe('a draft in JSON', () => {
  it.each([
    ['text', TEXT],
    ['markdown', `# Title\n\n## Section\n\n${TEXT}`],
    ['latex', `\\section{Section}\n${TEXT}`],
  ])('is taken as %s', async (kind, draft) => {
    expect(await idsIn(await postJson({ [kind]: draft }))).toContain(TURING);
    const ids = await idsIn(await postJson({ [kind]: draft, bib: BIB, limit: 5, year: '..2000' }));
    expect(ids).toHaveLength(5);
    expect(ids).not.toContain(TURING);
  });

  it('is answered with passages, reasons and what is cited', async () => {
    const answer = (await (await postJson({ text: TEXT, bib: BIB, limit: 2 })).json()) as RelatedAnswer;
    expect(answer).toMatchObject({
      passages: [{ heading: '', text: TEXT, offset: 0, suggestions: [{ reason: { start: expect.any(Number) } }, {}] }],
      cited: [{ key: 'turing', id: TURING }],
      notes: [],
      library: { papers: 120, embedded: 120 },
    });
  });

  it('inputs no file', async () => {
    const answer = (await (await postJson({ latex: `${TEXT} \\input{/etc/passwd}` })).json()) as RelatedAnswer;
    expect(answer.notes.join()).toMatch(/not read/);
    expect(JSON.stringify(answer)).not.toMatch(/root:/);
  });
});

describe('a draft in a form', () => {
  it('is taken as a file of any kind, with its bibliography', async () => {
    const pdf = pdfOf([
      paragraph([TEXT.slice(0, 55), TEXT.slice(55).trim(), 'It is so.'], { x: 80, y: 700, size: 10 }),
    ]);
    for (const file of [
      new File([TEXT], 'draft.txt'),
      new File([`\\section{A}${TEXT}`], '../../draft.tex'),
      new File([new Uint8Array(pdf)], 'draft'),
    ]) {
      expect(await idsIn(await postForm({ file, limit: '30' }))).toContain(TURING);
      const ids = await idsIn(await postForm({ file, bib: new File([BIB], 'refs.bib'), limit: '30' }));
      expect(ids).toHaveLength(30);
      expect(ids).not.toContain(TURING);
    }
  });

  it('that is damaged is told by its own name', async () => {
    const answer = await postForm({ file: new File(['%PDF-1.5\n1 0 obj'], 'thesis.pdf') });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      {
        code: 'file-unreadable',
        field: 'file',
        detail: expect.stringMatching(/^thesis\.pdf: it seems to be a PDF that is cut or damaged/) as string,
        hint: expect.stringMatching(/^save or export it again/) as string,
      },
    ]);
  });

  it('leaves nothing behind', async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('akin-draft-'));
    const before = new Set(left());
    await postForm({ file: new File([TEXT], 'draft.txt') });
    await postForm({ file: new File(['%PDF-broken'], 'draft.pdf') });
    expect(left().filter((name) => !before.has(name))).toEqual([]);
  });
});

describe('refusals', () => {
  it.each([
    [{}, 'invalid-argument', '/text'],
    [{ text: '' }, 'invalid-argument', '/text'],
    [{ markdown: '' }, 'invalid-argument', '/markdown'],
    [{ text: TEXT, latex: TEXT }, 'invalid-argument', '/latex'],
    [{ text: 7 }, 'invalid-argument', '/text'],
    [{ text: TEXT, limit: 0 }, 'invalid-argument', '/limit'],
    [{ text: TEXT, limit: 101 }, 'invalid-argument', '/limit'],
    [{ text: TEXT, year: 'soon' }, 'invalid-argument', '/year'],
    [{ text: TEXT, bib: 'hello' }, 'format-unknown', '/bib'],
    [{ text: TEXT, colour: 'red' }, 'invalid-argument', '/colour'],
  ])('answer %j with 400, %s, field %s', async (body, code, field) => {
    const answer = await postJson(body);
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 400, code, field });
  });

  it('answer forms and bodies that are none with 400', async () => {
    for (const answer of [
      await postForm({ file: 'no file' }),
      await postForm({ limit: '3' }),
      await postForm({ file: new File([TEXT], 'draft.txt'), limit: 'many' }),
      await postForm({ file: new File(['%PDF-broken'], 'draft.pdf') }),
      await postForm({ file: new File([TEXT], 'draft.txt'), bib: new File(['hello'], 'refs.bib') }),
      await postJson('{"text": '),
      await postJson('[]'),
      await postJson({ text: TEXT, limit: '3' }),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
      expect(JSON.stringify(await answer.json())).not.toContain('akin-draft-');
    }
  });

  it('answer what is larger than any draft with 413', async () => {
    const answer = await postJson({ text: 'x'.repeat(33 * 1024 * 1024) });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'too-large' });
  });

  it('answer what is neither JSON nor a form with 415', async () => {
    for (const body of [TEXT, new TextEncoder().encode(TEXT), new URLSearchParams({ text: TEXT }), undefined]) {
      const answer = await app.request('/v1/related', { method: 'POST', body });
      expect(answer.status).toBe(415);
      expect(await answer.json()).toMatchObject({
        code: 'unsupported-media-type',
        detail: expect.stringMatching(/expected .*application\/json or multipart\/form-data, found \S/) as string,
      });
    }
  });

  it('answer another method with 405 and the one there is', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await app.request('/v1/related', { method });
      expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'POST']);
    }
  });

  it('are documented with the rest in /openapi.json', async () => {
    const { paths, components } = (await (await app.request('/openapi.json')).json()) as {
      paths: Record<string, { post?: { requestBody: { content: object }; responses: object } }>;
      components: { schemas: Record<string, object> };
    };
    const { requestBody, responses } = paths['/v1/related']!.post!;
    expect(Object.keys(requestBody.content)).toEqual(['application/json', 'multipart/form-data']);
    expect(Object.keys(responses)).toEqual('200 400 401 403 408 413 415 429 431 500 503 507'.split(' '));
    expect(Object.keys(components.schemas)).toEqual(
      expect.arrayContaining(['RelatedAnswer', 'Suggestion', 'DraftAsText']),
    );
    expect(components.schemas.DraftAsText).toMatchObject({
      oneOf: [{ required: ['text'] }, { required: ['markdown'] }, { required: ['latex'] }],
    });
  });
});
