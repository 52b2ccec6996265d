/** A process that has something done in quarantine, says where, and is killed amid it. */
import { Quarantine } from '../../src/quarantine/quarantine.ts';
import type { Job } from './jobs.ts';

const limits = { module: 'test/quarantine/jobs.ts', what: 'it', seconds: 60, megabytes: 100, waiting: 1 };
const quarantine = new Quarantine<Job, number>(limits);
console.log(await quarantine.ask('who'));
await quarantine.ask('endless');
