/** The reader thread: answers from SQLite, and reads ahead while nobody asks. */
import { setImmediate } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { work } from '../../threads/work.ts';
import { called, type Call } from './calls.ts';
import { Reader } from './reader.ts';
import { OfFile } from './replaced-file.ts';

/** When reading ahead begins: a program that asks one question has had its answer by then. */
const FIRST_READ_MS = 3000;
/** How long nobody has asked when it goes on: an answer takes several calls, none of which is to wait for it. */
const QUIET_MS = 50;
/** How often to look whether there is something to read ahead. */
const READ_MS = 1000;

const { folder } = workerData as { folder: string };
const reader = new OfFile(folder, (identity) => new Reader(folder, identity));
const started = performance.now();
let lastCall = started;

await work<Call<Reader>>(
  async () => ({
    ready: (await reader.current()).model.name,
    run: async (call) => {
      lastCall = performance.now();
      return called(await reader.current(), call);
    },
    background: {
      everyMs: READ_MS,
      async run() {
        if (performance.now() - started < FIRST_READ_MS) return;
        while (performance.now() - lastCall > QUIET_MS && !(await reader.current()).readAhead()) await setImmediate();
      },
    },
    close: () => reader.close(),
  }),
  folder,
);
