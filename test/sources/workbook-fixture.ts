/** Excel workbooks written by hand, as small as they can be, and what makes one hard to read. */
import { crc32, deflateRawSync } from 'node:zlib';

const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

export interface WorkbookOptions {
  /** Texts that cells share, as the inside of `<sst>`. */
  shared?: string;
  /** Formats of cells, by their built-in numbers: a cell of the style 1 has the second one. */
  formats?: number[];
}

/** A workbook of sheets, each of them rows of cells or the inside of its `<sheetData>`. */
export function workbookOf(
  sheets: Record<string, readonly (readonly (string | number)[])[] | string>,
  { shared = '', formats = [0] }: WorkbookOptions = {},
): Buffer {
  const names = Object.keys(sheets);
  const relation = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${target}"/>`;
  const relations = (inside: string) => `<Relationships xmlns="${PACKAGE}/relationships">${inside}</Relationships>`;
  const tabs = names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="s${i}"/>`);
  const parts: Record<string, string> = {
    '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`,
    '_rels/.rels': relations(relation('r', 'officeDocument', 'xl/workbook.xml')),
    'xl/workbook.xml': `<workbook ${MAIN} xmlns:r="${OFFICE}"><sheets>${tabs.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(
      names.map((_, i) => relation(`s${i}`, 'worksheet', `worksheets/sheet${i}.xml`)).join('') +
        relation('t', 'sharedStrings', 'sharedStrings.xml') +
        relation('u', 'styles', 'styles.xml'),
    ),
    'xl/sharedStrings.xml': `<sst ${MAIN}>${shared}</sst>`,
    'xl/styles.xml': `<styleSheet ${MAIN}><cellXfs>${formats.map((id) => `<xf numFmtId="${id}"/>`).join('')}</cellXfs></styleSheet>`,
  };
  for (const [i, rows] of Object.values(sheets).entries()) {
    const inside = typeof rows === 'string' ? rows : rows.map(rowOf).join('');
    parts[`xl/worksheets/sheet${i}.xml`] = `<worksheet ${MAIN}><sheetData>${inside}</sheetData></worksheet>`;
  }
  return zipOf(parts);
}

const rowOf = (cells: readonly (string | number)[]): string => `<row>${cells.map(cellOf).join('')}</row>`;

const cellOf = (value: string | number): string =>
  typeof value === 'number'
    ? `<c><v>${value}</v></c>`
    : `<c t="inlineStr"><is><t>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</t></is></c>`;

/** A zip archive of texts. */
export function zipOf(parts: Record<string, string>): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(parts)) {
    const bytes = Buffer.from(text);
    const packed = deflateRawSync(bytes);
    // What both headers of an entry say: version, flags, method, time, checksum, sizes, length of the name.
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const [begin, end] = [Buffer.from('PK\u0003\u0004'), Buffer.alloc(14)];
    end.writeUInt32LE(offset, 10);
    const body = Buffer.concat([begin, fields, Buffer.from(name), packed]);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000'), fields, end, Buffer.from(name));
    bodies.push(body);
    offset += body.length;
  }
  const entries = Buffer.concat(directory);
  const last = Buffer.alloc(22);
  last.write('PK\u0005\u0006');
  for (const at of [8, 10]) last.writeUInt16LE(bodies.length, at);
  last.writeUInt32LE(entries.length, 12);
  last.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, entries, last]);
}
