/** Sends one of the worst requests again and again, in a process of its own, so that whoever measures is not kept busy by it. */
import { REQUESTS } from './requests.ts';

export interface Sent {
  answer: string;
  seconds: number;
}

const [name = '', server = ''] = process.argv.slice(2);
const send = REQUESTS[name]!;
for (;;) {
  const start = performance.now();
  const answer = await send(new URL(server));
  process.send!({ answer, seconds: (performance.now() - start) / 1000 } satisfies Sent);
}
