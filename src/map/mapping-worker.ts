/** The thread that lays maps out. */
import { work } from '../threads/work.ts';
import { layOut, type Neighbourhoods } from './layout.ts';
import { onMap, type Places } from './place.ts';
import { principalAxes } from './principal.ts';
import { regionsOf } from './regions.ts';

/** What the thread is told, one of these: where to begin, how to go on, and what to call what came of it. */
export type MappingJob =
  | { sample: Float32Array[] }
  | {
      neighbourhoods: Neighbourhoods;
      start: Float32Array;
      /** Shared: how many thousandths are done; and 1 where it is to end. */
      progress: Int32Array;
    }
  | { places: Places; titles: string };

await work<MappingJob>(() => ({
  run(job) {
    if ('sample' in job) return principalAxes(job.sample);
    if ('titles' in job) return regionsOf(job.places, job.titles.split('\n'));
    const { neighbourhoods, start, progress } = job;
    const layout = layOut(neighbourhoods, start, (share) => {
      Atomics.store(progress, 0, Math.round(share * 1000));
      return Atomics.load(progress, 1) === 0;
    });
    return layout && onMap(layout);
  },
}));
