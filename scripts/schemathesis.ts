/**
 * npm run schemathesis -- [OPTION OF "schemathesis run"…]: does the HTTP door do what /openapi.json says?
 *
 * Builds the sample library, serves it on loopback together with a small cross-encoder, and lets Schemathesis (a program in
 * Python: `pip install schemathesis`, version 4; SCHEMATHESIS names another one than that of the PATH) send thousands of
 * requests that the document allows, and thousands that it does not. All of its checks are on. What a document can't say of
 * a value is in schemathesis/hooks.py, with the reason.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { createApp } from '../src/http/app.ts';
import { listen } from '../src/http/server.ts';
import { ROOT } from '../src/package.ts';
import { configurationOf } from '../src/session/configuration.ts';
import { Session } from '../src/session/session.ts';
import { akin } from '../test/akin.ts';
import { installTiny } from '../test/embedding/tiny-cross-encoder.ts';

const PROGRAM = process.env.SCHEMATHESIS ?? 'schemathesis';
const HOOKS = path.join(ROOT, 'scripts/schemathesis/hooks.py');
const DEFAULTS = '--checks all --max-examples 1500 --continue-on-failure --request-timeout 60 --warnings off'.split(
  ' ',
);

const folder = mkdtempSync(path.join(tmpdir(), 'akin-schemathesis-'));
try {
  const { code, stderr } = await akin(['add', 'scripts/sample-papers.jsonl', '--index', folder]);
  if (code !== 0) throw new Error(stderr);
  const configuration = configurationOf({ AKIN_MODELS: folder });
  const crossEncoder = await installTiny(folder);
  const session = new Session({ address: folder, configuration, threads: 2, offline: true, crossEncoder });
  const app = createApp({ session, log: pino({ level: 'warn' }, pino.destination(2)) });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  process.exitCode = await run(`${server.url}/openapi.json`);
  await server.close();
  await session.close();
} finally {
  rmSync(folder, { recursive: true });
}

async function run(document: string): Promise<number> {
  const child = spawn(PROGRAM, ['run', document, ...DEFAULTS, ...process.argv.slice(2)], {
    cwd: folder, // It keeps what it found there.
    stdio: 'inherit',
    env: { ...process.env, SCHEMATHESIS_HOOKS: HOOKS },
  });
  child.on('error', (error) => console.error(`${PROGRAM} can't be run (${error.message}): pip install schemathesis`));
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}
