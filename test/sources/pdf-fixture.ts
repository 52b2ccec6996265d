/**
 * PDFs written by hand, as small as they can be: text drawn at places of one's choice, metadata, and what makes a PDF hard to
 * read. Fonts are those every reader knows.
 */
import { deflateSync } from 'node:zlib';

export interface Drawing {
  text: string;
  x: number;
  /** From the bottom, as PDF counts. */
  y: number;
  size: number;
  font?: keyof typeof FONTS;
  /** Runs up the page. */
  upwards?: boolean;
}

export interface PdfOptions {
  /** The information dictionary. */
  info?: Record<string, string>;
  /** The inside of XMP's description. */
  xmp?: string;
  /** Encrypted with a password that nobody knows. */
  encrypted?: boolean;
  /** Turned by this many degrees, and its content turned back. */
  rotated?: 90;
}

/** `T1` has TeX's ligatures, as \001, \002 and \003. */
const FONTS = { F1: 'Times-Roman', F2: 'Times-Bold', F3: 'Helvetica', T1: 'Times-Roman' };
const WIDTH = 612;
const HEIGHT = 792;

/** A document with these drawings on its pages. */
export function pdfOf(pages: Drawing[][], options: PdfOptions = {}): Buffer {
  const objects: string[] = [];
  const add = (body: string): string => `${objects.push(body)} 0 R`;
  const fonts = Object.entries(FONTS).map(([name, base]) => {
    const encoding =
      name === 'T1'
        ? '<< /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [1 /fi /fl /ff] >>'
        : '/WinAnsiEncoding';
    return `/${name} ${add(`<< /Type /Font /Subtype /Type1 /BaseFont /${base} /Encoding ${encoding} >>`)}`;
  });
  const kids = pages.map((drawings) => {
    const content = deflateSync(Buffer.from(drawings.map((each) => drawn(each, options)).join('\n'), 'latin1'));
    const stream = add(streamOf(content, '/Filter /FlateDecode'));
    const box = options.rotated ? `[0 0 ${HEIGHT} ${WIDTH}] /Rotate 90` : `[0 0 ${WIDTH} ${HEIGHT}]`;
    return { stream, box };
  });
  const parent = `${objects.length + kids.length + 1} 0 R`;
  const pageRefs = kids.map(({ stream, box }) =>
    add(
      `<< /Type /Page /Parent ${parent} /MediaBox ${box} /Contents ${stream} ` +
        `/Resources << /Font << ${fonts.join(' ')} >> >> >>`,
    ),
  );
  const root = add(`<< /Type /Pages /Kids [${pageRefs.join(' ')}] /Count ${pages.length} >>`);
  const metadata =
    options.xmp === undefined
      ? ''
      : `/Metadata ${add(streamOf(Buffer.from(xmpOf(options.xmp)), '/Type /Metadata /Subtype /XML'))}`;
  const catalog = add(`<< /Type /Catalog /Pages ${root} ${metadata} >>`);
  const trailer = [`/Root ${catalog}`];
  if (options.info) {
    const entries = Object.entries(options.info).map(([key, value]) => `/${key} ${hexOf(value)}`);
    trailer.push(`/Info ${add(`<< ${entries.join(' ')} >>`)}`);
  }
  if (options.encrypted) {
    const key = `<${'5a'.repeat(32)}>`;
    trailer.push(`/Encrypt ${add(`<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O ${key} /U ${key} >>`)}`);
    trailer.push(`/ID [<${'01'.repeat(16)}> <${'01'.repeat(16)}>]`);
  }
  return assembled(objects, trailer.join(' '));
}

/** A document whose page is a picture. */
export function scannedPdf(info: Record<string, string> = {}): Buffer {
  const content = `q ${WIDTH} 0 0 ${HEIGHT} 0 0 cm /I Do Q`;
  const image = '/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8';
  const entries = Object.entries(info).map(([key, value]) => `/${key} ${hexOf(value)}`);
  return assembled(
    [
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>`,
      streamOf(Buffer.from(content), ''),
      streamOf(Buffer.from([127]), image),
      `<< ${entries.join(' ')} >>`,
    ],
    '/Root 1 0 R /Info 6 0 R',
  );
}

/** A document whose page's content is `bytes` zeros, packed a thousand to one. */
export function bombPdf(bytes: number): Buffer {
  const content = deflateSync(Buffer.alloc(bytes, ' '));
  return assembled(
    [
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents 4 0 R /Resources << >> >>`,
      streamOf(content, '/Filter /FlateDecode'),
    ],
    '/Root 1 0 R',
  );
}

/** Lines of text below each other. */
export function paragraph(lines: string[], at: Omit<Drawing, 'text'>): Drawing[] {
  return lines.map((text, i) => ({ ...at, text, y: at.y - i * at.size * 1.2 }));
}

function drawn({ text, x, y, size, font = 'F1', upwards }: Drawing, { rotated }: PdfOptions): string {
  const string = text.replace(/[()\\]/g, '\\$&');
  // Turned pages: what stands at (x, y) upright is drawn at (HEIGHT - y, x), turned to the left.
  if (rotated) return `BT /${font} ${size} Tf 0 1 -1 0 ${HEIGHT - y} ${x} Tm (${string}) Tj ET`;
  const matrix = upwards ? `0 1 -1 0 ${x} ${y}` : `1 0 0 1 ${x} ${y}`;
  return `BT /${font} ${size} Tf ${matrix} Tm (${string}) Tj ET`;
}

function hexOf(text: string): string {
  return `<feff${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`;
}

function xmpOf(description: string): string {
  return `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
      xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
    ${description}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>`;
}

function streamOf(bytes: Buffer, entries: string): string {
  return `<< ${entries} /Length ${bytes.length} >>\nstream\n${bytes.toString('latin1')}\nendstream`;
}

function assembled(objects: string[], trailer: string): Buffer {
  let file = '%PDF-1.5\n%\u00e2\u00e3\u00cf\u00d3\n';
  const offsets = objects.map((body, i) => {
    const offset = file.length;
    file += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`;
  const end = `trailer << /Size ${objects.length + 1} ${trailer} >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + table + end, 'latin1');
}
