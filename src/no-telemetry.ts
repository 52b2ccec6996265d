/**
 * ONNX Runtime reports to its maker what it runs, where and how long, unless this variable stands in the environment of the
 * process when its native library is loaded. It offers no other switch.
 *
 * The first import of whatever loads the runtime (embedding/runtime.ts) and of whatever starts a thread that might
 * (thread.ts): the library does not see what a thread sets, for that has only a copy of the environment.
 */
import { isMainThread } from 'node:worker_threads';

const SWITCH = 'ORT_DISABLE_TELEMETRY';
if (isMainThread) process.env[SWITCH] = '1';
else if (process.env[SWITCH] !== '1')
  throw new Error(`a thread that src/thread.ts did not start: ${SWITCH} is not set`);
