/** `npm start`: whoever ends npm ends the server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { ROOT, sampleCopy } from '../akin.ts';

it.skipIf(process.platform === 'win32')('ends with SIGTERM', async () => {
  const parameters = ['start', '--silent', '--', '--json', '--port', '0', '--index', sampleCopy()];
  const npm = spawn('npm', parameters, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => {
    try {
      process.kill(-npm.pid!, 'SIGKILL');
    } catch {
      // They have ended, as they should.
    }
  });
  const [line] = (await once(npm.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  npm.kill('SIGTERM');
  await once(npm, 'exit');
  const isAlive = () =>
    fetch(`${url}/healthz`).then(
      () => true,
      () => false,
    );
  for (let tries = 0; tries < 100 && (await isAlive()); tries++) await sleep(100);
  expect(await isAlive()).toBe(false);
});
