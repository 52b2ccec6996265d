/**
 * What do the sheets of an Excel workbook (.xlsx) say, row by row? Read by hucre, in quarantine, because a small file can hold
 * gigabytes: what is unpacked of it, and how long that takes, is the package's concern only up to the limits of the process.
 *
 * Rows are asked for a page at a time, so that whoever asks never holds more than one.
 */
import { readFile, stat } from 'node:fs/promises';
import { readXlsx, streamXlsxRows, type CellValue } from 'hucre/xlsx';
import { AkinError } from '../errors.ts';
import { MAX_RECORD_CHARACTERS } from './source.ts';
import { MAX_ROWS_BEFORE_HEADER } from './table.ts';

const MAX_FILE_BYTES = 100 * 1024 * 1024;
/** More than a person keeps in a workbook; what stands in the others is not read. */
const MAX_SHEETS = 100;
/** Characters of all cells on a page, about; and of the rows that are shown of a sheet when the workbook is opened. */
const MAX_PAGE_CHARACTERS = 8 * 1024 * 1024;
const MAX_FIRST_CHARACTERS = 256 * 1024;
/** Rows on a page: what is empty has to be sent as well. */
const MAX_PAGE_ROWS = 20_000;
/**
 * Cells may share texts, which a workbook keeps once, so that few bytes make many rows. A sheet of more characters than this
 * is read up to there: sixty thousand papers with their abstracts have fewer.
 */
const MAX_SHEET_CHARACTERS = 192 * 1024 * 1024;

/** What is asked for: the sheets, with the first rows of each, or the rows of a sheet after so many of them. */
export type WorkbookJob = { file: string; sheet?: undefined } | { file: string; sheet: number; after: number };

/** A row as its sheet has it. */
export interface SheetRow {
  /** 1 for the first row of the sheet. */
  number: number;
  /** Undefined for a row that is longer than any paper's. */
  cells: string[] | undefined;
}

/** Rows that follow each other; those that have no cell are left out. */
export interface Page {
  rows: SheetRow[];
  /** Whether none follows. */
  isLast: boolean;
  /** Why the rows after these can't be read. */
  problem?: string;
}

export interface Sheet {
  name: string;
  /** 0 for the first one. */
  number: number;
  first: Page;
}

export function answer(job: { file: string; sheet?: undefined }): Promise<Sheet[]>;
export function answer(job: { file: string; sheet: number; after: number }): Promise<Page>;
/** Answers what is asked of a workbook. @throws AkinError `too-large`, `file-unreadable`, `format-unknown`. */
export async function answer(job: WorkbookJob): Promise<Sheet[] | Page> {
  if (job.sheet === undefined) {
    reading = undefined; // The file may be another than the last one of its name.
    return sheetsOf(job.file);
  }
  const isSame = reading?.file === job.file && reading.sheet === job.sheet && reading.given === job.after;
  if (!isSame) {
    reading = { ...job, given: 0, rows: rowsOf(await bytesOf(job.file), job.sheet) };
    // Begun anew, in another process than the pages before.
    while (reading.given < job.after) {
      const { rows, isLast } = await pageOf(reading.rows, Math.min(MAX_PAGE_ROWS, job.after - reading.given));
      reading.given += rows.length;
      if (isLast) break;
    }
  }
  const { rows } = reading!;
  const page = await pageOf(rows, MAX_PAGE_ROWS);
  reading!.given += page.rows.length;
  if (page.isLast) reading = undefined;
  return page;
}

/** The sheet that was asked for last, and how many of its rows were given. */
let reading: { file: string; sheet: number; given: number; rows: AsyncGenerator<SheetRow> } | undefined;

async function bytesOf(file: string): Promise<Uint8Array> {
  if ((await stat(file)).size > MAX_FILE_BYTES) {
    throw new AkinError('too-large', 'the workbook is larger than 100 MiB: save its sheets as CSV');
  }
  return readFile(file);
}

async function sheetsOf(file: string): Promise<Sheet[]> {
  const bytes = await bytesOf(file);
  const names: string[] = [];
  try {
    await readXlsx(bytes, {
      sheets({ name }) {
        names.push(name);
        return false;
      },
    });
  } catch (error) {
    const reason = `the workbook is damaged, or none that Excel can open (${reasonOf(error)})`;
    throw new AkinError('file-unreadable', reason, { hint: 'save it again, as .xlsx or CSV' });
  }
  const sheets: Sheet[] = [];
  for (const [i, name] of names.slice(0, MAX_SHEETS).entries()) {
    const rows = rowsOf(bytes, i);
    const first = await pageOf(rows, MAX_ROWS_BEFORE_HEADER + 1, MAX_FIRST_CHARACTERS);
    await rows.return(undefined);
    // A sheet that is nothing but a chart has no rows at all.
    const isChart = first.rows.length === 0 && first.problem?.startsWith('Invalid XLSX: missing worksheet') === true;
    if (!isChart) sheets.push({ name, number: i, first });
  }
  return sheets;
}

/** The next rows, as many as there may be on a page. */
async function pageOf(
  rows: AsyncGenerator<SheetRow>,
  most: number,
  mostCharacters = MAX_PAGE_CHARACTERS,
): Promise<Page> {
  const page: SheetRow[] = [];
  let characters = 0;
  try {
    while (page.length < most && characters < mostCharacters) {
      const next = await rows.next();
      if (next.done) return { rows: page, isLast: true };
      page.push(next.value);
      characters += charactersIn(next.value.cells ?? []);
    }
    return { rows: page, isLast: false };
  } catch (error) {
    return { rows: page, isLast: true, problem: reasonOf(error) };
  }
}

async function* rowsOf(bytes: Uint8Array, sheet: number): AsyncGenerator<SheetRow> {
  let characters = 0;
  for await (const { index, values } of streamXlsxRows(bytes, { sheet })) {
    const cells = values.map(textOf);
    while (cells.at(-1) === '') cells.pop();
    if (cells.length === 0) continue;
    const length = charactersIn(cells);
    characters += length + cells.length;
    if (characters > MAX_SHEET_CHARACTERS) throw new Error('it has too many characters: save it as CSV');
    yield { number: index + 1, cells: length > MAX_RECORD_CHARACTERS ? undefined : cells };
  }
}

const charactersIn = (cells: readonly string[]): number => cells.reduce((sum, cell) => sum + cell.length, 0);

const reasonOf = (error: unknown): string => (error as Error).message.replace(/\.$/, '');

/** What a cell says. */
function textOf(value: CellValue): string {
  if (value instanceof Date) return dayOf(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  const text = String(value ?? '').trim();
  return ERRORS.has(text) ? '' : text;
}

const ERRORS = new Set(['#N/A', '#REF!', '#VALUE!', '#NAME?', '#DIV/0!', '#NULL!', '#NUM!']);

const DAY_MS = 86_400_000;

/** A date. A year that was made a date of by mistake, so that 2016 is a day of 1905, stays a year. */
function dayOf(date: Date): string {
  if (Number.isNaN(date.getTime())) return '';
  const days = (date.getTime() - Date.UTC(1899, 11, 30)) / DAY_MS;
  const isYear = Number.isInteger(days) && days >= 1500 && days < 2100;
  return isYear ? String(days) : date.toISOString().slice(0, 10);
}
