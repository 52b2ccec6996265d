/** OpenAlex over the network: filters and single works. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toPaper } from '../../../src/paper.ts';
import { itShared, sharedPath } from '../../shared.ts';
import { recordsSeen as records, rejects } from '../read.ts';
import { clientOf, readAll, serve, status, type Reply } from './service.ts';

const work = (id: string) => ({
  id: `https://openalex.org/${id}`,
  display_name: `On ${id}`,
  title: `On ${id}`,
  publication_year: 2026,
  authorships: [{ author: { display_name: 'Ada Ekman' } }],
  abstract_inverted_index: { 'It': [0], 'is': [1], 'so.': [2] }, // prettier-ignore
});
const list = (works: unknown[], next_cursor: string | null) =>
  JSON.stringify({ meta: { count: 5, per_page: 2, next_cursor }, results: works, group_by: [] });

/** Three pages; the cursor after page n is `page n=`. */
const pages = (disturb: (cursor: string) => Reply | undefined = () => undefined) =>
  serve(({ parameters }) => {
    const bodies: Record<string, string> = {
      '*': list([work('W1'), work('W2')], 'page 1='),
      'page 1=': list([work('W3'), work('W4')], 'page 2='),
      'page 2=': list([work('W5')], null),
    };
    return disturb(parameters.cursor!) ?? bodies[parameters.cursor!] ?? status(400, {}, '{"error": "Invalid query parameters error.", "message": "Cursor value is invalid."}'); // prettier-ignore
  });

const ids = (found: Parameters<typeof records>[0]) => records(found).map(({ input }) => toPaper(input).id);

describe('a filter', () => {
  it('is read page by page, with the dates as part of it', async () => {
    const { url, requests } = await pages();
    const dates = { since: '2026-01-01', until: '2026-02-01' };
    const { found, cursors } = await readAll('openalex:author.id:A123,type:article', {
      client: clientOf(url),
      ...dates,
    });
    expect(ids(found)).toEqual(['W1', 'W2', 'W3', 'W4', 'W5'].map((id) => `openalex:${id}`));
    expect(toPaper(records(found)[0]!.input)).toMatchObject({
      abstract: 'It is so.',
      authors: ['Ada Ekman'],
      year: 2026,
    });
    expect(requests.map(({ path, parameters }) => [path, parameters.cursor])).toEqual([
      ['/openalex/works', '*'],
      ['/openalex/works', 'page 1='],
      ['/openalex/works', 'page 2='],
    ]);
    const filter = 'author.id:A123,type:article,from_publication_date:2026-01-01,to_publication_date:2026-02-01';
    expect(requests[0]!.parameters).toEqual({ filter, per_page: '100', cursor: '*' });
    expect(cursors).toEqual([
      ['page 1=', 2],
      ['page 2=', 4],
      [null, 5],
    ]);
  });

  it('goes on from a cursor after an outage', async () => {
    let isDown = true;
    const { url } = await pages((cursor) => (cursor === 'page 2=' && isDown ? status(500) : undefined));
    const client = clientOf(url);
    const first = await readAll('openalex:author.id:A123', { client });
    expect(first.error).toMatchObject({ code: 'file-unreadable' });
    expect(first.cursors.at(-1)).toEqual(['page 2=', 4]);
    isDown = false;
    const second = await readAll('openalex:author.id:A123', { client, cursor: 'page 2=' });
    expect([...ids(first.found), ...ids(second.found)]).toEqual(['W1', 'W2', 'W3', 'W4', 'W5'].map((id) => `openalex:${id}`)); // prettier-ignore
  });

  it('that selects nothing is no error', async () => {
    const { url } = await serve(() => list([], null));
    expect(await readAll('openalex:type:none', { client: clientOf(url) })).toEqual({
      found: [],
      cursors: [[null, 0]],
      error: undefined,
    });
  });

  it('that OpenAlex refuses is a reject with what OpenAlex says', async () => {
    const { url } = await pages();
    const { found, cursors } = await readAll('openalex:author.id:A123', { client: clientOf(url), cursor: 'stale' });
    expect(rejects(found).map(({ reject }) => reject)).toEqual([
      {
        code: 'record-invalid',
        reason: 'OpenAlex answered 400: Invalid query parameters error.: Cursor value is invalid.',
      },
    ]);
    expect(cursors).toEqual([[null, 1]]); // The next run begins at the beginning.
  });

  it('needs another try when the answer is no list', async () => {
    const troubles = ['<html>', '{"meta": {}}', 'null', list([work('W1')], 'x').slice(0, -40)];
    const { url } = await pages(() => troubles.shift());
    const client = clientOf(url);
    const { found } = await readAll('openalex:author.id:A123', { client });
    expect(ids(found).length).toBe(5);
    expect(client.waits.length).toBe(4);
  });

  it('is asked for with the key that there is, which no error tells', async () => {
    const { url, requests } = await pages(() => status(401, {}, '{"message": "a key is needed"}'));
    const { error } = await readAll('openalex:author.id:A123', {
      client: clientOf(url, { keys: { openalex: 'k-1' } }),
    });
    expect(requests.map(({ parameters }) => parameters.api_key)).toEqual(['k-1']);
    expect(error!.message).toBe('OpenAlex answered 401 Unauthorized: a key is needed');
    expect(error!.hint).toContain('AKIN_OPENALEX_KEY');
    expect(`${error!.message} ${error!.hint}`).not.toContain('k-1');
  });
});

describe('a single work', () => {
  it('is asked for by its id, in any notation', async () => {
    const { url, requests } = await serve(() => JSON.stringify(work('W17')));
    for (const query of ['openalex:W17', 'openalex:w17', 'https://openalex.org/W17']) {
      const { found, cursors } = await readAll(query, { client: clientOf(url) });
      expect(ids(found)).toEqual(['openalex:W17']);
      expect(cursors).toEqual([[null, 1]]);
    }
    expect(requests.map(({ path }) => path)).toEqual(Array(3).fill('/openalex/works/W17'));
  });

  it('that OpenAlex does not know is a reject', async () => {
    const { url } = await serve(() => status(404, {}, '<!doctype html><p>not found'));
    const { found } = await readAll('openalex:W17', { client: clientOf(url) });
    expect(rejects(found).map(({ reject }) => reject)).toEqual([
      { code: 'record-invalid', reason: 'OpenAlex knows no W17' },
    ]);
  });

  itShared('of a genuine answer is read, alone and in a list', async () => {
    const text = readFileSync(sharedPath('formats/openalex_work_1.json'), 'utf8');
    const { url } = await serve(({ path }) => (path.endsWith('/works') ? list([JSON.parse(text)], null) : text));
    const client = clientOf(url);
    const alone = await readAll('openalex:W2741809807', { client });
    const inList = await readAll('openalex:doi:10.7717/peerj.4375', { client });
    expect(ids(alone.found)).toEqual(['doi:10.7717/peerj.4375']);
    expect(records(inList.found).map(({ input }) => input)).toEqual(records(alone.found).map(({ input }) => input));
  });
});
