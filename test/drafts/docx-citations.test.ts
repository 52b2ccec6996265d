/** What programs cite in documents of Word: each leaves the cited works in a place of its own. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readDraft } from '../../src/drafts/read.ts';
import { temporaryFolder } from '../akin.ts';
import { docxOf } from './docx-fixture.ts';

const FENCES = { title: 'Fences that count sheep', DOI: '10.1000/SHEEP' };
const CSL = JSON.stringify({ citationItems: [{ itemData: FENCES }, { itemData: { type: 'webpage' } }, { id: 3 }] });
const RECORD =
  '<record><titles><title><style face="normal">Fences that </style><style>count sheep</style></title><secondary-title>Other</secondary-title></titles>' +
  '<electronic-resource-num>10.1000/sheep</electronic-resource-num></record>';
const ENDNOTE = `<EndNote><Cite><Author>Abel</Author>${RECORD}</Cite></EndNote>`;

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
const base64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64');
const sign = (type: string, inside = '') => `<w:r><w:fldChar w:fldCharType="${type}">${inside}</w:fldChar></w:r>`;
const said = (instruction: string) =>
  [instruction.slice(0, 30), instruction.slice(30)]
    .map((part) => `<w:r><w:instrText>${escaped(part)}</w:instrText></w:r>`)
    .join('');
const field = (instruction: string, data = '', within = '') =>
  sign('begin', data && `<w:fldData xml:space="preserve">${data}</w:fldData>`) +
  said(instruction) +
  within +
  sign('separate') +
  '<w:r><w:t>(Abel, 2020)</w:t></w:r>' +
  sign('end');
const control = (properties: string) =>
  `<w:sdt><w:sdtPr>${properties}</w:sdtPr><w:sdtContent><w:r><w:t>(Abel)</w:t></w:r></w:sdtContent></w:sdt>`;
const SOURCES =
  '<b:Sources xmlns:b="b"><b:Source><b:Tag>Abel20</b:Tag><b:Title>Fences that count sheep</b:Title><b:DOI>10.1000/sheep</b:DOI></b:Source>' +
  '<b:Source><b:Tag>Bak19</b:Tag><b:Title>Dogs that herd</b:Title></b:Source><b:Source><b:Tag>Cole</b:Tag><b:Title>Not cited</b:Title></b:Source></b:Sources>';
const property = (name: string, text: string) =>
  `<property name="${name}"><vt:lpwstr>${escaped(text)}</vt:lpwstr></property>`;
const PROPERTIES = (prefix: string) => {
  const whole = `ZOTERO_ITEM ${prefix}CSL_CITATION ${CSL}`;
  const pieces = [whole.slice(0, 40), whole.slice(40, 80), whole.slice(80)];
  // Not in their order, and the tenth is not behind the first.
  const numbered = pieces.map((piece, i) => property(`ZOTERO_BREF_x_${[1, 2, 10][i]}`, piece));
  return `<Properties xmlns:vt="v">${[numbered[2], numbered[0], numbered[1]].join('')}${property('Company', 'Sheep')}</Properties>`;
};

async function citedIn(body: string, parts: Record<string, string> = {}) {
  const folder = temporaryFolder(onTestFinished);
  const file = path.join(folder, 'draft.docx');
  const others = Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, Buffer.from(xml)]));
  writeFileSync(file, await docxOf(`<w:p><w:r><w:t>We count sheep. </w:t></w:r>${body}</w:p>`, others));
  return (await readDraft(file)).references;
}

it.each<[string, string, Record<string, string>?]>([
  ['Zotero', field(`ADDIN ZOTERO_ITEM CSL_CITATION ${CSL}`)],
  ['Mendeley Desktop', field(`ADDIN CSL_CITATION ${CSL}`)],
  [
    'a simple field',
    `<w:fldSimple w:instr="${escaped(`ADDIN ZOTERO_ITEM CSL_CITATION ${CSL}`)}"><w:r><w:t>x</w:t></w:r></w:fldSimple>`,
  ],
  ['Zotero in bookmarks', '', { 'docProps/custom.xml': PROPERTIES('') }],
  ['Mendeley Cite', control(`<w:tag w:val="MENDELEY_CITATION_v3_${base64(CSL)}"/>`)],
  ['EndNote', field(`ADDIN EN.CITE ${ENDNOTE}`)],
  [
    'EndNote, in the data of its field',
    field('ADDIN EN.CITE', base64(ENDNOTE), field('ADDIN EN.CITE.DATA', base64(ENDNOTE))),
  ],
  ['EndNote, in UTF-16', field('ADDIN EN.CITE.DATA', base64(ENDNOTE, 'utf16le'))],
  ['EndNote, cut off', field(`ADDIN EN.CITE <EndNote><Cite>${RECORD}</Cite><Cite><rec`)],
  [
    'Reference Manager',
    field(
      'ADDIN REFMGR.CITE <Refman><Cite><MDL><Title_Primary>Fences that count sheep</Title_Primary><DOI>10.1000/sheep</DOI></MDL></Cite></Refman>',
    ),
  ],
  [
    'Citavi',
    control(
      field(
        `ADDIN CitaviPlaceholder{${base64(JSON.stringify({ Entries: [{ Reference: { Title: FENCES.title, Doi: FENCES.DOI } }] }))}}`,
      ),
    ),
  ],
])('is known from what %s leaves', async (_, body, parts) => {
  expect(await citedIn(body, parts)).toEqual([
    { key: null, title: 'Fences that count sheep', text: 'Fences that count sheep', ids: { doi: '10.1000/sheep' } },
  ]);
});

it.each([
  [' CITATION Abel20 \\l 1033 ', ['Abel20']],
  ['CITATION Abel20 \\p 12 \\m Bak19 \\l 1031', ['Abel20', 'Bak19']],
  ['BIBLIOGRAPHY', []],
])('is known from the sources of Word itself: %s', async (instruction, keys) => {
  const body = control(`<w:citation/>`) + field(instruction.replaceAll('\\\\', '\\'));
  const references = await citedIn(body, { 'customXml/item1.xml': SOURCES, 'customXml/item2.xml': '<broken' });
  expect(references.map(({ key }) => key)).toEqual(keys);
});
