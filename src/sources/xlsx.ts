/**
 * Papers in Excel workbooks: every sheet that is a table of papers is read (`table.ts`), from the row on that heads it. A sheet
 * that is none is told, not passed over in silence.
 */
import { ZIP } from '../archive.ts';
import { AkinError } from '../errors.ts';
import { Quarantine } from '../quarantine/quarantine.ts';
import { missingFrom, whyUnknown } from './table-advice.ts';
import { headerAmong, likeliestHeader, papersIn, RAW_CHARACTERS } from './table.ts';
import type { Row, Table } from './table.ts';
import { TOO_LARGE, type Found, type RejectCode, type Source } from './source.ts';
import type { Page, Sheet, SheetRow, WorkbookJob } from './workbook.ts';

/** Memory is for the texts that cells share, which are unpacked whole, and for the file. */
const quarantine = new Quarantine<WorkbookJob, Sheet[] | Page>({
  module: 'src/sources/workbook.ts',
  what: 'reading the workbook',
  ...{ seconds: 30, megabytes: 600, waiting: 8 },
});

/** How files of old Office programs begin, as two encodings have them. */
const OLD = ['\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1', '\ucfd0\ue011\ub1a1\ue11a'];
/** Excel's own limit. */
const MAX_COLUMNS = 16_384;

const isOld = (head: string): boolean => OLD.some((magic) => head.startsWith(magic));

/** A source for workbooks, in which the columns that `names` gives (`{ title: 'Titel' }`) are known as well. */
export function xlsxWith(names: Record<string, string>): Source {
  return {
    name: 'xlsx',
    title: 'Excel workbook (.xlsx)',

    detects: (head) => head.startsWith(ZIP) || isOld(head),

    async *read(file): AsyncGenerator<Found> {
      if (isOld(file.head)) yield whole('format-unknown', OLD_FORMAT);
      else if (file.path === null) yield whole('file-unreadable', NOT_ON_DISK);
      else {
        try {
          yield* papersOf(file.path, names);
        } catch (error) {
          if (!(error instanceof AkinError) || error.code === 'overloaded') throw error;
          yield whole(error.code === 'too-large' ? 'too-large' : 'file-unreadable', error.inOne);
        }
      }
    },
  };
}

export const xlsx = xlsxWith({});

const OLD_FORMAT =
  'a file of an old Office program (.xls), or one that is protected by a password: save it as .xlsx or CSV, without a password';
const NOT_ON_DISK = 'a workbook cannot be read from standard input, nor any archive inside of another: give its path';

const whole = (code: RejectCode, reason: string): Found => ({
  record: 0,
  offset: 0,
  raw: '',
  reject: { code, reason },
});

/** A sheet that is a table, and where it begins. */
interface SheetOfPapers extends Sheet {
  table: Table;
  /** Which of its first rows heads it. */
  header: number;
}

async function* papersOf(file: string, names: Record<string, string>): AsyncGenerator<Found> {
  const tables: SheetOfPapers[] = [];
  const others: string[] = [];
  for (const sheet of (await quarantine.ask({ file })) as Sheet[]) {
    const { rows, problem } = sheet.first;
    const cells = rows.map((row) => row.cells ?? []);
    const found = headerAmong(cells, names);
    if (found && missingFrom(found.table.header, names) === undefined) {
      const table = { ...found.table, width: MAX_COLUMNS };
      tables.push({ ...sheet, table, header: found.at });
    } else if (rows.length > 0) {
      const { at, header } = found ? { at: found.at, header: found.table.header } : likeliestHeader(cells);
      others.push(`the sheet "${sheet.name}": ${whyUnknown(header, cells.slice(at + 1), names).reason}`);
    } else if (problem !== undefined) others.push(`the sheet "${sheet.name}": ${problem}`);
  }
  if (tables.length === 0) {
    for (const reason of others) yield whole('format-unknown', reason);
    if (others.length === 0) yield whole('format-unknown', 'the workbook is empty');
    return;
  }
  let record = 0;
  let remarks = others.map((reason) => `not read: ${reason}`);
  for (const each of tables) {
    for await (const found of papersIn(rowsBelow(file, each), each.table, record + 1)) {
      ({ record } = found);
      if ('input' in found) {
        if (tables.length > 1) found.input.extra = { ...(found.input.extra as object), sheet: each.name };
        if (remarks.length > 0) found.remarks = [...remarks, ...(found.remarks ?? [])];
        remarks = [];
      }
      yield found;
    }
  }
}

/** The rows below a sheet's header; where it is damaged, one that says so comes last. */
async function* rowsBelow(file: string, { name, number, first, header }: SheetOfPapers): AsyncGenerator<Row> {
  let page = { ...first, rows: first.rows.slice(header + 1) };
  let given = first.rows.length;
  for (;;) {
    for (const row of page.rows) yield asRow(row, name);
    if (page.isLast) break;
    page = (await quarantine.ask({ file, sheet: number, after: given })) as Page;
    given += page.rows.length;
  }
  if (page.problem === undefined) return;
  const reason = `the sheet can't be read any further: ${page.problem}`;
  yield { fields: { code: 'file-unreadable', reason }, offset: 0, raw: name };
}

const asRow = ({ number, cells }: SheetRow, sheet: string): Row => ({
  fields: cells ?? TOO_LARGE,
  offset: 0,
  raw: `${sheet}, row ${number}: ${(cells ?? []).slice(0, RAW_CHARACTERS).join(' | ').slice(0, RAW_CHARACTERS)}`,
});
