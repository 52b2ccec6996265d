/** The thread of one examination: reading a whole database takes long. */
import { workerData } from 'node:worker_threads';
import { work } from '../../threads/work.ts';
import { called, type Call } from './calls.ts';
import { Examination } from './examination.ts';

const { folder } = workerData as { folder: string };
const examination = new Examination(folder);
await work<Call<Examination>>(() => ({ run: (call) => called(examination, call) }), folder);
