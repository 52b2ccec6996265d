/** arXiv over the network: categories through OAI-PMH, single papers through the API. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { toPaper } from '../../../src/paper.ts';
import { joinPapers, readOnline } from '../../../src/sources/online/registry.ts';
import { oaiPmh } from '../../../src/sources/oai-pmh.ts';
import { itShared, sharedPath } from '../../shared.ts';
import { readPath, recordsSeen as records, rejects } from '../read.ts';
import { brokenOff, clientOf, readAll, serve, status, type Reply, type Request } from './service.ts';

const OAI = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-03-01T00:00:00Z</responseDate>
${body}
</OAI-PMH>
`;
const record = (id: string, title = `On ${id}`) => `<record><header><identifier>oai:arXiv.org:${id}</identifier>
<datestamp>2026-03-01</datestamp><setSpec>cs:cs:CL</setSpec></header><metadata>
<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>${id}</id><created>2026-02-27</created><authors><author>
<keyname>Ekman</keyname><forenames>Ada</forenames></author></authors><title>${title}</title>
<categories>cs.CL cs.LG</categories><abstract>We show &amp; tell.</abstract></arXiv></metadata></record>`;
const deleted = (id: string) => `<record><header status="deleted"><identifier>oai:arXiv.org:${id}</identifier>
<datestamp>2026-03-01</datestamp></header></record>`;
const error = (code: string, says = '') => OAI(`<error code="${code}">${says}</error>`);
const listOf = (found: string[], token = '') =>
  OAI(
    `<ListRecords>${found.join('\n')}<resumptionToken expires="2026-03-02T00:00:00Z">${token}</resumptionToken></ListRecords>`,
  );

/** A token as arXiv makes them: a query string, escaped. */
const TOKEN = 'verb%3DListRecords%26metadataPrefix%3DarXiv%26set%3Dcs%3Acs%3ACL%26skip%3D';

/** A repository of pages; the token of page n ends in n. A `disturb` comes before the page it is for. */
function repository(
  pages: string[][],
  disturb: (page: number, request: Request) => Reply | undefined = () => undefined,
) {
  return serve((request) => {
    const token = request.parameters.resumptionToken;
    const page = token === undefined ? 0 : Number(token.slice(TOKEN.length));
    const more = page + 1 < pages.length ? `${TOKEN}${page + 1}` : '';
    const whole = listOf(pages[page]!, more);
    return disturb(page, request) ?? whole;
  });
}

const PAGES = [
  [record('2602.00001'), record('2602.00002')],
  [record('2602.00003'), deleted('2602.00004')],
  [record('2602.00005')],
];
const arxivIds = (found: Parameters<typeof records>[0]) => records(found).map(({ input }) => input.arxiv);

describe('a category', () => {
  it('is read page by page, with what its dates select', async () => {
    const service = await repository(PAGES);
    const { url, requests } = service;
    const dates = { since: '2026-01-01', until: '2026-02-28' };
    const { found, error } = await readAll('arxiv:cs.CL', { client: clientOf(url), ...dates });
    expect(error).toBeUndefined();
    expect(arxivIds(found)).toEqual(['2602.00001', '2602.00002', '2602.00003', '2602.00005']);
    expect(found.map(({ record }) => record)).toEqual([1, 2, 3, 4, 5]);
    expect(rejects(found)).toMatchObject([{ record: 4, reject: { code: 'record-invalid', reason: 'deleted by the repository' } }]); // prettier-ignore
    expect(requests.map(({ parameters }) => parameters)).toEqual([
      { verb: 'ListRecords', metadataPrefix: 'arXiv', set: 'cs:cs:CL', from: '2026-01-01', until: '2026-02-28' },
      { verb: 'ListRecords', resumptionToken: `${TOKEN}1` },
      { verb: 'ListRecords', resumptionToken: `${TOKEN}2` },
    ]);
    expect(service.mostAtOnce).toBe(1);
    expect(toPaper(records(found)[0]!.input)).toMatchObject({
      id: 'arxiv:2602.00001',
      authors: ['Ada Ekman'],
      abstract: 'We show & tell.',
      year: 2026,
    });
  });

  it.each([
    ['cs.CL', 'cs:cs:CL'],
    ['cs', 'cs:cs'],
    ['q-bio.QM', 'q-bio:q-bio:QM'],
    ['hep-th', 'physics:hep-th'],
    ['math-ph', 'physics:math-ph'],
    ['cond-mat.mtrl-sci', 'physics:cond-mat:mtrl-sci'],
    ['physics.flu-dyn', 'physics:physics:flu-dyn'],
  ])('%s is the set %s', async (category, set) => {
    const { url, requests } = await repository([[]]);
    await readAll(`arxiv:${category}`, { client: clientOf(url) });
    expect(requests[0]!.parameters).toEqual({ verb: 'ListRecords', metadataPrefix: 'arXiv', set });
  });

  it('reports a cursor only when all records of its page have been taken, and null at the end', async () => {
    const { url } = await repository(PAGES);
    const { cursors } = await readAll('arxiv:cs.CL', { client: clientOf(url) });
    expect(cursors).toEqual([
      [`${TOKEN}1`, 2],
      [`${TOKEN}2`, 4],
      [null, 5],
    ]);
  });

  it('waits for what is done with a cursor before it fetches the next page', async () => {
    const { url, requests } = await repository(PAGES);
    const asked: number[] = [];
    const onCursor = async () => {
      await sleep(30);
      asked.push(requests.length);
    };
    await readAll('arxiv:cs.CL', { client: clientOf(url), onCursor });
    expect(asked).toEqual([1, 2, 3]);
  });

  it('goes on from its cursor after a connection that broke off midway', async () => {
    let isBroken = true;
    const { url } = await repository(PAGES, (page) =>
      page === 1 && isBroken ? brokenOff(listOf(PAGES[1]!)) : undefined,
    );
    const first = await readAll('arxiv:cs.CL', { client: clientOf(url) });
    expect(first.error).toMatchObject({ code: 'file-unreadable' });
    expect(first.error!.message).toMatch(/^arXiv could not be reached or broke off/);
    expect(arxivIds(first.found)).toEqual(['2602.00001', '2602.00002']);
    isBroken = false;
    const cursor = first.cursors.at(-1)![0]!;
    const second = await readAll('arxiv:cs.CL', { client: clientOf(url), cursor });
    expect(second.error).toBeUndefined();
    expect(arxivIds(second.found)).toEqual(['2602.00003', '2602.00005']);
    expect(second.cursors.at(-1)![0]).toBeNull();
  });

  it('yields no record twice when a page needs several tries', async () => {
    const troubles = [
      status(503, { 'retry-after': '0' }),
      brokenOff(listOf(PAGES[1]!)),
      listOf(PAGES[1]!).slice(0, 600),
    ];
    const { url } = await repository(PAGES, (page) => (page === 1 ? troubles.shift() : undefined));
    const client = clientOf(url);
    const { found } = await readAll('arxiv:cs.CL', { client });
    expect(arxivIds(found)).toEqual(['2602.00001', '2602.00002', '2602.00003', '2602.00005']);
    expect(client.waits.length).toBe(3);
  });

  it('begins again when the token of an earlier run has expired', async () => {
    const { url } = await repository(PAGES, (_, { parameters }) =>
      parameters.resumptionToken === 'old' ? error('badResumptionToken') : undefined,
    );
    const { found, error: failure } = await readAll('arxiv:cs.CL', { client: clientOf(url), cursor: 'old' });
    expect(failure).toBeUndefined();
    expect(arxivIds(found).length).toBe(4);
  });

  it('does not take a token that is refused in the middle for the end', async () => {
    const { url } = await repository(PAGES, (page) => (page === 1 ? error('badResumptionToken') : undefined));
    const { error: failure, cursors } = await readAll('arxiv:cs.CL', { client: clientOf(url) });
    expect(failure).toMatchObject({ code: 'file-unreadable' });
    expect(cursors).toEqual([[`${TOKEN}1`, 2]]);
  });

  it('with nothing new is no error', async () => {
    const { url } = await serve(() => error('noRecordsMatch', 'No matches'));
    const {
      found,
      cursors,
      error: failure,
    } = await readAll('arxiv:cs.CL', { client: clientOf(url), since: '2026-03-01' });
    expect({ found, cursors, failure }).toEqual({ found: [], cursors: [[null, 0]], failure: undefined });
  });

  it('that arXiv does not know is a reject with what arXiv says', async () => {
    for (const reply of [
      error('badArgument', 'Set does not exist'),
      status(400, {}, error('badArgument', 'Set does not exist')),
    ]) {
      const { url } = await serve(() => reply);
      const { found } = await readAll('arxiv:cs.XX', { client: clientOf(url) });
      expect(rejects(found).map(({ reject }) => reject.reason)).toEqual([
        expect.stringContaining('Set does not exist'),
      ]);
    }
    const { url } = await serve(() => status(404, {}, '<h1>Not here</h1>'));
    const { found } = await readAll('arxiv:cs.XX', { client: clientOf(url) });
    expect(rejects(found).map(({ reject }) => reject.reason)).toEqual(['arXiv answered 404: Not here']);
  });

  it('loses one record to a broken record', async () => {
    const broken = record('2602.00009').replace('</title>', '');
    const { url } = await repository([[record('2602.00008'), broken, record('2602.00010')], [record('2602.00011')]]);
    const { found } = await readAll('arxiv:cs.CL', { client: clientOf(url) });
    expect(arxivIds(found)).toEqual(['2602.00008', '2602.00010', '2602.00011']);
    expect(rejects(found)).toMatchObject([{ record: 2, reject: { code: 'syntax' } }]);
  });

  it('is given up when the answers lead round in circles', async () => {
    const { url, requests } = await serve(() => listOf([record('2602.00001')], 'again'));
    const { error: failure } = await readAll('arxiv:cs.CL', { client: clientOf(url) });
    expect(failure).toMatchObject({ code: 'file-unreadable' });
    expect(requests.length).toBe(2);
  });

  it('ends promptly and quietly at the signal, and reports no cursor it has not reached', async () => {
    const { url } = await repository(PAGES, (page) => (page === 1 ? () => {} : undefined));
    const stop = new AbortController();
    const reading = readAll('arxiv:cs.CL', { client: clientOf(url), signal: stop.signal });
    await sleep(150);
    const stopped = performance.now();
    stop.abort();
    const { found, cursors, error: failure } = await reading;
    expect(performance.now() - stopped).toBeLessThan(500);
    expect(failure).toBeUndefined();
    expect(found.length).toBe(2);
    expect(cursors).toEqual([[`${TOKEN}1`, 2]]);
  });

  it('may be left at any record', async () => {
    const { url, requests } = await repository(PAGES);
    const cursors: (string | null)[] = [];
    const options = { client: clientOf(url), onCursor: (cursor: string | null) => void cursors.push(cursor) };
    let taken = 0;
    for await (const _ of readOnline('arxiv:cs.CL', options)) if (++taken === 2) break;
    expect(cursors).toEqual([]);
    expect(requests.length).toBe(1);
  });

  itShared('of genuine records arrives as the file of them does', async () => {
    const file = sharedPath('formats/arxiv_oai_listrecords_100.xml');
    const all = readFileSync(file, 'utf8').match(/<record>[^]*?<\/record>/g)!;
    const { url, requests } = await repository([all.slice(0, 40), all.slice(40, 80), all.slice(80)]);
    const { found, cursors } = await readAll('arxiv:cs', { client: clientOf(url) });
    expect(requests.length).toBe(3);
    expect(cursors.map(([, taken]) => taken)).toEqual([40, 80, 100]);
    const inFile = records(await readPath(oaiPmh, file)).map(({ input }) => input);
    expect(records(found).map(({ input }) => input)).toEqual(inFile);
  });
});

const feed = (entries: string[]) => `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title>
${entries.join('\n')}</feed>`;
const entry = (id: string) => `<entry><id>http://arxiv.org/abs/${/v\d+$/.test(id) ? id : `${id}v3`}</id>
<title>On ${id}</title><published>2022-09-09T00:00:00Z</published><summary>It is so.</summary>
<author><name>Ada Ekman</name></author></entry>`;

/** The API, which knows every paper but those of the year 2099. */
const api = () =>
  serve(({ parameters }) => {
    const ids = parameters.id_list!.split(',');
    if (ids.some((id) => id.startsWith('2213'))) return status(400, {}, feed(['<entry><id>http://arxiv.org/api/errors#id</id><title>Error</title><summary>incorrect id format for 2213</summary></entry>'])); // prettier-ignore
    return feed(ids.filter((id) => !id.startsWith('99')).reverse().map(entry)); // prettier-ignore
  });

describe('single papers', () => {
  it('are asked for together, in any notation, and with their version if one is named', async () => {
    const { url, requests } = await api();
    const query = 'arxiv:2209.09004,arXiv:hep-th/9901001v2, https://arxiv.org/pdf/2209.09005v1.pdf';
    const { found, cursors } = await readAll(query, { client: clientOf(url) });
    expect(requests.map(({ parameters }) => parameters)).toEqual([
      { id_list: '2209.09004,hep-th/9901001v2,2209.09005v1', max_results: '3' },
    ]);
    const ids = records(found).map(({ input }) => toPaper(input).id);
    expect(ids.sort()).toEqual(['arxiv:2209.09004', 'arxiv:2209.09005', 'arxiv:hep-th/9901001']);
    expect(rejects(found)).toEqual([]);
    expect(cursors).toEqual([[null, 3]]);
  });

  it('go in batches of a hundred, each with its cursor', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `2209.${String(i).padStart(5, '0')}`);
    const { url, requests } = await api();
    const client = clientOf(url);
    const { found, cursors } = await readAll(`arxiv:${ids.join(',')}`, { client });
    expect(records(found).length).toBe(250);
    expect(cursors).toEqual([
      ['100', 100],
      ['200', 200],
      [null, 250],
    ]);
    expect(requests.length).toBe(3);
    const rest = await readAll(`arxiv:${ids.join(',')}`, { client, cursor: '200' });
    expect(rest.found.length).toBe(50);
  });

  it('that arXiv does not know, or that are none, are rejects', async () => {
    const { url } = await api();
    const { found } = await readAll('arxiv:9901.00001,2209.09004,nonsense here', { client: clientOf(url) });
    expect(records(found).length).toBe(1);
    expect(rejects(found).map(({ raw, reject }) => [raw, reject.code, reject.reason])).toEqual([
      ['nonsense here', 'record-invalid', 'nonsense here is neither an arXiv id nor a category'],
      ['9901.00001', 'record-invalid', 'arXiv knows no 9901.00001'],
    ]);
  });

  it('lose nothing to one that spoils the batch', async () => {
    const { url } = await api();
    const { found } = await readAll('arxiv:2209.00001,2209.00002,2213.00001,2209.00003,2209.00004', {
      client: clientOf(url),
    });
    expect(records(found).length).toBe(4);
    expect(rejects(found).map(({ raw, reject }) => [raw, reject.reason])).toEqual([
      ['2213.00001', expect.stringMatching(/^arXiv answered 400: .*incorrect id format/)],
    ]);
  });

  it('in several queries become one query', () => {
    const queries = [
      'doi:10.1/x',
      'arxiv:2209.09004v2',
      'arxiv:cs.CL',
      'https://arxiv.org/abs/2209.09005',
      'hf-papers',
    ];
    expect(joinPapers(queries)).toEqual(['doi:10.1/x', 'arxiv:2209.09004v2,2209.09005', 'arxiv:cs.CL', 'hf-papers']);
    expect(joinPapers(['doi:10.1/x'])).toEqual(['doi:10.1/x']);
    expect(joinPapers([])).toEqual([]);
  });

  itShared('of a genuine answer are read, and what the answer lacks is said', async () => {
    const text = readFileSync(sharedPath('formats/arxiv_atom_2026_5.xml'), 'utf8');
    const ids = [...text.matchAll(/abs\/([\d.]+)v\d+<\/id>/g)].map(([, id]) => id!);
    expect(ids.length).toBe(5);
    const { url } = await serve(() => text);
    const { found } = await readAll(`arxiv:${[...ids, '0704.0001'].join(',')}`, { client: clientOf(url) });
    expect(records(found).map(({ input }) => toPaper(input).ids.arxiv)).toEqual(ids);
    expect(rejects(found).map(({ raw }) => raw)).toEqual(['0704.0001']);
  });

  itShared('of an empty genuine answer are all rejects', async () => {
    const text = readFileSync(sharedPath('formats/arxiv_atom_empty.xml'), 'utf8');
    const { url } = await serve(() => text);
    const { found, error: failure } = await readAll('arxiv:0704.0001', { client: clientOf(url) });
    expect(failure).toBeUndefined();
    expect(rejects(found).length).toBe(1);
  });
});

it('is asked one question at a time over both of its interfaces', async () => {
  const service = await serve(
    ({ path }) => (path === '/arxiv-oai' ? listOf(PAGES[0]!) : feed([entry('2209.09004')])),
    50,
  );
  const client = clientOf(service.url);
  await Promise.all(['arxiv:cs.CL', 'arxiv:2209.09004'].map((query) => readAll(query, { client })));
  expect(service.requests.map(({ path }) => path)).toEqual(['/arxiv-oai', '/arxiv-api']);
  expect(service.mostAtOnce).toBe(1);
});
