/** A paper as a PDF: one record, of what its first pages and its metadata clearly say. */
import path from 'node:path';
import { AkinError } from '../errors.ts';
import { Quarantine } from '../quarantine/quarantine.ts';
import { frontMatter } from './pdf-front.ts';
import type { PdfJob, PdfText } from './pdf-pages.ts';
import type { Found, Source } from './source.ts';

/** Title and abstract stand on the first pages, behind a repository's cover page at most. */
const FIRST_PAGES = 3;

/** Memory is for the file, of which a damaged one takes three times its size, and for what is unpacked of it. */
const quarantine = new Quarantine<PdfJob, PdfText>({
  module: 'src/sources/pdf-pages.ts',
  what: 'opening the file',
  ...{ seconds: 10, megabytes: 144, waiting: 8 },
});

export const pdf: Source = {
  name: 'pdf',
  title: 'PDF',

  detects: (head) => head.startsWith('%PDF-'),

  async *read(file): AsyncGenerator<Found> {
    const raw = path.basename(file.name);
    const place = { record: 1, offset: 0, raw };
    if (file.path === null) {
      const reason = 'a PDF cannot be read from standard input or an archive: give its path';
      yield { ...place, reject: { code: 'file-unreadable', reason } };
      return;
    }
    try {
      const { pages, metadata, pageCount } = await quarantine.ask({ file: file.path, maxPages: FIRST_PAGES });
      const { missing, extra, ...input } = frontMatter(pages, metadata);
      if (input.title || input.abstract)
        yield { ...place, input: { ...input, extra: { ...extra, file: raw, pages: pageCount } } };
      else yield { ...place, reject: { code: 'record-invalid', reason: `no title was found, and ${missing}` } };
    } catch (error) {
      if (!(error instanceof AkinError) || error.code === 'overloaded') throw error;
      const code = error.code === 'too-large' ? 'too-large' : 'record-invalid';
      yield { ...place, reject: { code, reason: error.inOne } };
    }
  },
};
