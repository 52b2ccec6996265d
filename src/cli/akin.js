#!/usr/bin/env node
// The command. What runs is JavaScript built of the sources; where these are, in a checkout, it is brought up to date first.
import { existsSync } from 'node:fs';
import { URL } from 'node:url';

const builder = new URL('../../scripts/build.js', import.meta.url);
if (existsSync(builder)) await (await import(builder.href)).build();
await import('../../.build/src/cli/main.js');
