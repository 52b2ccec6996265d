/** Ten questions that an agent asks of the sample library are answered, in the calls and with the tokens that are promised. */
import { expect, inject, it } from 'vitest';
import { textIn, transcript } from '../../scripts/bench/agent/transcript.ts';
import { agentOverStdio } from './agent.ts';

it('answers ten questions, each in at most two calls, and tells of ten papers in fewer than 900 tokens', async () => {
  const agent = await agentOverStdio(inject('sampleLibrary'));
  const told = await transcript(agent);
  await agent.close();
  expect(told).toHaveLength(10);
  expect(told.filter(({ answer }) => answer === undefined).map(({ asked }) => asked)).toEqual([]);
  const calls = told.flatMap((each) => each.calls);
  expect(Math.max(...told.map((each) => each.calls.length))).toBe(2);
  const tens = calls.filter(({ result }) => textIn(result).startsWith('10 of '));
  expect(tens.length).toBeGreaterThanOrEqual(2);
  for (const { tokens } of tens) expect(Math.max(tokens.content, tokens.structured)).toBeLessThan(900);
});
