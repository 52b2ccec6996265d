/** `akin doctor`: looks at everything a library needs and says what is wrong and how to mend it. Changes nothing. */
import { verifiedModelFolder } from '../embedding/models.ts';
import { AkinError } from '../errors.ts';
import { openForReading } from '../library/database.ts';
import { Graph } from '../library/graph.ts';
import { modelFolders } from './session.ts';

export interface Finding {
  check: string;
  ok: boolean;
  detail: string;
  hint?: string;
}

/** Runs every check; one that fails does not keep the others from running, as far as they can. */
export async function examine(folder: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  const check = async (name: string, run: () => string | Promise<string>): Promise<boolean> => {
    try {
      findings.push({ check: name, ok: true, detail: await run() });
      return true;
    } catch (error) {
      const hint = error instanceof AkinError ? error.hint : undefined;
      findings.push({ check: name, ok: false, detail: (error as Error).message, ...(hint ? { hint } : {}) });
      return false;
    }
  };
  const opens = await check('library opens', () => {
    const { db, model } = openForReading(folder);
    db.close();
    return `of ${model.name}`;
  });
  if (!opens) return findings;

  const { db, model } = openForReading(folder);
  try {
    await check('database is sound', () => {
      const result = db.pragma('integrity_check(5)', { simple: true }) as string;
      if (result !== 'ok') {
        throw new AkinError('library-damaged', result, {
          hint: 'restore the folder from a copy, or build it again with "akin add"',
        });
      }
      const orphans = (db.pragma('foreign_key_check') as unknown[]).length;
      if (orphans > 0) throw new AkinError('library-damaged', `${orphans} rows belong to no paper`);
      return 'SQLite finds no fault';
    });
    await check('vectors are whole', () => {
      const wrong = db
        .prepare('SELECT count(*) FROM vectors WHERE length(vector) != ?')
        .pluck()
        .get(model.dimensions * 4) as number;
      if (wrong > 0)
        throw new AkinError('library-damaged', `${wrong} vectors are not of ${model.dimensions} dimensions`);
      const { papers, embedded } = db
        .prepare('SELECT (SELECT count(*) FROM papers) AS papers, (SELECT count(*) FROM vectors) AS embedded')
        .get() as { papers: number; embedded: number };
      return `${embedded} of ${papers} papers have one`;
    });
    await check('graph fits the library', async () => {
      const graph = await Graph.open(folder);
      const { inGraph, deleted, inTail } = graph.status();
      graph.close();
      if (graph.rebuilding !== undefined && inTail > 0) {
        throw new AkinError('library-damaged', `its snapshot can't be used: ${graph.rebuilding}`, {
          hint: 'nothing is lost: "akin serve", "akin add" and "akin compact" rebuild it',
        });
      }
      return `${inGraph} vectors, ${inTail} newer ones searched exactly, ${deleted} deleted ones taking space`;
    });
    await check('model is in place', () => verifiedModelFolder(model, modelFolders()));
  } finally {
    db.close();
  }
  return findings;
}
