/** The thread of one examination: reading a whole database takes long. */
import { workerData } from 'node:worker_threads';
import { work } from '../../threads/work.ts';
import { called, type Call } from './calls.ts';
import { Examination } from './examination.ts';

const examination = new Examination((workerData as { folder: string }).folder);
await work<Call<Examination>>(() => ({ run: (call) => called(examination, call) }));
