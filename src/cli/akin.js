#!/usr/bin/env node
// The command: the sources are TypeScript and run as they are, so the loader comes first.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
