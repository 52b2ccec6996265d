/** Documents of Word, made for tests: the archive around a body. */
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

const OFFICE = 'http://schemas.openxmlformats.org';
const TYPES =
  `<Types xmlns="${OFFICE}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-` +
  'package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-' +
  'officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/' +
  'vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>';
const RELATIONSHIPS =
  `<Relationships xmlns="${OFFICE}/package/2006/relationships"><Relationship Id="r1" Type="${OFFICE}/officeDocument/2006/` +
  'relationships/officeDocument" Target="word/document.xml"/></Relationships>';
export const STYLES =
  `<w:styles xmlns:w="${OFFICE}/wordprocessingml/2006/main"><w:style w:type="paragraph" w:styleId="Title">` +
  '<w:name w:val="Title"/></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>' +
  '</w:styles>';

/**
 * The bytes of a document.
 * @param body what is in `w:body`.
 * @param others parts beside it, by their names in the archive.
 * @param styles the part that names the styles; none where it is null.
 */
export async function docxOf(
  body: string,
  others: Record<string, Buffer> = {},
  styles: string | null = STYLES,
): Promise<Buffer> {
  const zip = new ZipFile();
  const add = (name: string, content: string) =>
    zip.addBuffer(Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${content}`), name);
  add('[Content_Types].xml', TYPES);
  add('_rels/.rels', RELATIONSHIPS);
  if (styles !== null) add('word/styles.xml', styles);
  add(
    'word/document.xml',
    `<w:document xmlns:w="${OFFICE}/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
  );
  for (const [name, content] of Object.entries(others)) zip.addBuffer(content, name);
  zip.end();
  return buffer(zip.outputStream);
}
