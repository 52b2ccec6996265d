/**
 * Real papers and genuine export files live beside the checkout, in `../shared`, because they belong to others. A test
 * that reads them is left out where that folder does not exist, and fails there when CI is set: CI has it.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { it } from 'vitest';
import { ROOT } from '../src/package.ts';

const SHARED = path.join(ROOT, '../shared');

export const sharedPath = (file: string): string => path.join(SHARED, file);

/** `it`, for a test that reads `../shared`. */
export const itShared = existsSync(SHARED) || process.env.CI === 'true' ? it : it.skip;
