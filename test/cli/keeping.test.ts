/** What a person keeps of papers, with the command: star, read state, note. */
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { akin, sampleCopy, temporaryFolder } from '../akin.ts';

const library = sampleCopy(afterAll);
const TURING = 'doi:10.1112/plms/s2-42.1.230';
const ATTENTION = 'arxiv:1706.03762';

/** What a command prints, which is to succeed. */
async function printed(parameters: string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await akin([...parameters, '--index', library], { input });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

it('marks papers with a star, says how far they were read, and finds them by that', async () => {
  expect(await printed(['star', TURING, ATTENTION])).toBe('2 starred\n');
  expect(await printed(['star', '--off', ATTENTION])).toBe('1 without a star\n');
  expect(await printed(['read', TURING, '--as', 'reading'])).toBe('1 reading\n');
  expect(await printed(['search', 'is:starred'])).toMatch(
    /^ 1\. On Computable Numbers.*\n.*\n {4}starred, reading {2}doi:/,
  );
  expect(await printed(['show', TURING])).toContain('\nstarred, reading\n');
  const { code, stderr } = await akin(['star', ATTENTION, 'nobody', '--index', library]);
  expect([code, stderr]).toEqual([5, expect.stringMatching(/^akin: no paper has the id "nobody"/)]);
  expect(JSON.parse(await printed(['search', 'is:starred', '--json']))).toMatchObject({ total: { value: 1 } });
});

it('keeps a note, which a backup has as well', async () => {
  expect(await printed(['note', TURING])).toBe('\n');
  expect(await printed(['note', TURING, '-'], 'For the *second* chapter.\n')).toBe('1 noted\n');
  expect(await printed(['note', TURING])).toBe('For the *second* chapter.\n');
  expect(await printed(['search', 'note:"second chapters"'])).toContain('On Computable Numbers');
  const exported = await printed(['export']);
  expect(exported).toContain('annote = {For the *second* chapter.}');
  expect(exported.match(/annote = /g)).toHaveLength(1);
  const folder = temporaryFolder();
  await printed(['backup', path.join(folder, 'papers.akin')]);
  const index = path.join(folder, 'restored');
  expect((await akin(['restore', path.join(folder, 'papers.akin'), '--index', index])).code).toBe(0);
  expect((await akin(['note', TURING, '--index', index])).stdout).toBe('For the *second* chapter.\n');
  expect(await printed(['note', TURING, ''])).toBe('1 without a note\n');
  expect(await printed(['search', 'has:note'])).toBe('no paper matches\n');
  expect((await akin(['note', TURING, 'x'.repeat(20_001), '--index', library])).code).toBe(2);
});
