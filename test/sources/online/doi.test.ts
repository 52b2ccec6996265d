/** DOIs over the network: Crossref, and DataCite for those that Crossref does not know. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { toPaper } from '../../../src/paper.ts';
import { itShared, sharedPath } from '../../shared.ts';
import { recordsSeen as records, rejects } from '../read.ts';
import { clientOf, readAll, serve, status, type Reply } from './service.ts';

const crossrefWork = JSON.stringify({
  status: 'ok',
  'message-type': 'work',
  message: {
    DOI: '10.1234/JOURNAL.7',
    title: ['On seven'],
    abstract: '<jats:p>It is so.</jats:p>',
    author: [{ given: 'Ada', family: 'Ekman' }],
    issued: { 'date-parts': [[2019, 3]] },
    'container-title': ['Journal of Numbers'],
  },
});
const dataciteWork = JSON.stringify({
  type: 'article',
  id: 'https://doi.org/10.5281/zenodo.8',
  DOI: '10.5281/ZENODO.8',
  title: 'On eight',
  abstract: 'It may be.',
  author: [{ given: 'Bo', family: 'Ito' }],
  issued: { 'date-parts': [[2021]] },
  publisher: 'Zenodo',
});

/** Both agencies, of which each knows one DOI. */
const agencies = (crossref: Reply = crossrefWork, datacite: Reply = dataciteWork) =>
  serve(({ path }) => {
    if (path.startsWith('/crossref') && path.includes('journal')) return crossref;
    if (path.startsWith('/datacite') && path.includes('zenodo')) return datacite;
    return status(404, {}, 'Resource not found.');
  });

it('asks Crossref first', async () => {
  const { url, requests } = await agencies();
  for (const query of ['doi:10.1234/Journal.7', 'https://doi.org/10.1234/journal.7', '10.1234/journal.7']) {
    const { found, cursors } = await readAll(query, { client: clientOf(url) });
    expect(toPaper(records(found)[0]!.input)).toMatchObject({
      id: 'doi:10.1234/journal.7',
      title: 'On seven',
      abstract: 'It is so.',
      authors: ['Ada Ekman'],
      year: 2019,
      venue: 'Journal of Numbers',
    });
    expect(cursors).toEqual([[null, 1]]);
  }
  expect(requests.map(({ path }) => path)).toEqual(Array(3).fill('/crossref/works/10.1234/journal.7'));
});

it('asks DataCite for what Crossref does not know', async () => {
  const { url, requests } = await agencies();
  const { found } = await readAll('doi:10.5281/zenodo.8', { client: clientOf(url) });
  expect(toPaper(records(found)[0]!.input)).toMatchObject({
    id: 'doi:10.5281/zenodo.8',
    title: 'On eight',
    abstract: 'It may be.',
    authors: ['Bo Ito'],
    year: 2021,
  });
  expect(requests.map(({ path }) => path)).toEqual([
    '/crossref/works/10.5281/zenodo.8',
    '/datacite/dois/application/vnd.citationstyles.csl+json/10.5281/zenodo.8',
  ]);
});

it('rejects what neither knows, and what is no DOI without asking', async () => {
  const { url, requests } = await agencies();
  const client = clientOf(url);
  const reasons = [];
  for (const query of ['doi:10.9999/nothing', 'doi:nonsense']) {
    const { found, error } = await readAll(query, { client });
    expect(error).toBeUndefined();
    reasons.push(...rejects(found).map(({ reject }) => [reject.code, reject.reason]));
  }
  expect(reasons).toEqual([
    ['record-invalid', 'neither Crossref nor DataCite knows 10.9999/nothing'],
    ['record-invalid', 'doi:nonsense is no DOI: expected doi:10.…/…'],
  ]);
  expect(requests.length).toBe(2);
});

it('escapes what a DOI may hold', async () => {
  const { url, requests } = await agencies();
  await readAll('doi:10.1002/(SICI)1096<1::AID-A?B#1>3.0.CO;2-N', { client: clientOf(url) });
  expect(requests[0]!.path).toBe('/crossref/works/10.1002/(sici)1096%3C1%3A%3Aaid-a%3Fb%231%3E3.0.co%3B2-n');
});

it('does not take an outage of Crossref for ignorance', async () => {
  const { url, requests } = await agencies(status(500));
  const { found, error } = await readAll('doi:10.1234/journal.7', { client: clientOf(url) });
  expect(found).toEqual([]);
  expect(error!.message).toBe('Crossref answered 500 Internal Server Error');
  expect(requests.some(({ path }) => path.startsWith('/datacite'))).toBe(false);
});

it('says what a service answers to what it does not want', async () => {
  const { url } = await agencies(status(400, {}, 'malformed'), status(410, {}, '{"errors": [{"title": "gone"}]}'));
  const client = clientOf(url);
  const outcomes = await Promise.all(
    ['doi:10.1234/journal.7', 'doi:10.5281/zenodo.8'].map((q) => readAll(q, { client })),
  );
  expect(outcomes.flatMap(({ found }) => rejects(found)).map(({ reject }) => reject.reason)).toEqual([
    'Crossref answered 400: malformed',
    'DataCite answered 410: {"errors": [{"title": "gone"}]}',
  ]);
});

itShared('reads a genuine answer', async () => {
  const text = readFileSync(sharedPath('formats/crossref_single_1.json'), 'utf8');
  const doi = (JSON.parse(text) as { message: { DOI: string } }).message.DOI;
  const { url } = await serve(() => text);
  const { found } = await readAll(`doi:${doi}`, { client: clientOf(url) });
  expect(records(found).map(({ input }) => toPaper(input).id)).toEqual([`doi:${doi.toLowerCase()}`]);
});
