/** The writer thread: does what it is told, one thing after the other. */
import { workerData } from 'node:worker_threads';
import { work } from '../../threads/work.ts';
import { called, type Call } from './calls.ts';
import { Store, type WriterOptions } from './store.ts';

const { folder, options } = workerData as { folder: string; options: WriterOptions };

await work<Call<Store>>(() => {
  const store = new Store(folder, options);
  return { ready: store.model.name, run: (call) => called(store, call), close: () => store.close() };
}, folder);
