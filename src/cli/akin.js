#!/usr/bin/env node
// The command. What runs is JavaScript built of the sources; where these are, in a checkout, it is brought up to date first.
import { existsSync } from 'node:fs';
import process from 'node:process';
import { URL } from 'node:url';

const builder = new URL('../../scripts/build.js', import.meta.url);
try {
  if (existsSync(builder)) await (await import(builder.href)).build();
  await import('../../.build/src/cli/main.js');
} catch (error) {
  // Of all that may fail before what says failures is loaded, this one is the machine's and no bug.
  if (!/\b(?:EMFILE|ENFILE)\b/.test(`${error.code} ${error.message}`)) throw error;
  process.stderr.write(`akin: ${error.path ?? 'the program'}: too many files are open
      raise the limit (ulimit -n 4096), or end programs that hold many files open, and do it again\n`);
  process.exitCode = 9;
}
