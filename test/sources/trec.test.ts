import { expect, it } from 'vitest';
import { detectSource } from '../../src/sources/registry.ts';
import { trec } from '../../src/sources/trec.ts';
import { readText, records, rejects } from './read.ts';

const DOCUMENTS = `<DOC>
<DOCNO> FT-1 </DOCNO>
<HEADLINE>Wings &amp; flutter</HEADLINE>
<DATE>1991</DATE>
<TEXT>
<P>At high speed</P> wings flutter.
</TEXT>
</DOC>
<DOC>
<DOCNO>2</DOCNO><TEXT>No title here.</TEXT>
</DOC>
`;

it('reads documents, whatever a collection calls title and text, in upper or lower case', async () => {
  const inputs = async (text: string) => records(await readText(trec, text, 9)).map(({ input }) => input);
  expect(await inputs(DOCUMENTS)).toEqual([
    { id: 'FT-1', title: 'Wings & flutter', abstract: 'At high speed wings flutter.', extra: { DATE: '1991' } },
    { id: '2', title: '', abstract: 'No title here.', extra: {} },
  ]);
  const lower =
    '<root>\n<doc>\n<docno>3</docno>\n<title>heat</title>\n<author>a.</author>\n<text>flow</text>\n</doc>\n</root>';
  expect(await inputs(lower)).toEqual([{ id: '3', title: 'heat', abstract: 'flow', extra: { author: 'a.' } }]);
  expect([DOCUMENTS, lower].map((text) => detectSource(text)?.name)).toEqual(['trec', 'trec']);
});

it('rejects a document that leaves its elements open, and reads the next', async () => {
  const found = await readText(trec, `<DOC><DOCNO>0</DOCNO><TEXT><P>open<P>ended</TEXT></DOC>\n${DOCUMENTS}`);
  expect(rejects(found)).toMatchObject([{ record: 1, reject: { code: 'syntax' } }]);
  expect(records(found).map(({ input }) => input.id)).toEqual(['FT-1', '2']);
});
