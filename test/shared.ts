/**
 * Real papers and genuine export files live beside the checkout, in `../shared`, because they belong to others. A test
 * that reads them is left out where that folder does not exist, and fails there when CI is set: CI has it.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { it } from 'vitest';

const SHARED = fileURLToPath(new URL('../../shared', import.meta.url));

export const sharedPath = (file: string): string => path.join(SHARED, file);

/** `it`, for a test that reads `../shared`. */
export const itShared = existsSync(SHARED) || process.env.CI === 'true' ? it : it.skip;
