/** What every conversation pays for: the tools' definitions are short, and say what the code takes. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { refused } from '../../src/mcp/refused.ts';
import { schemaOf } from '../../src/mcp/tool.ts';
import { tokensIn } from '../../src/mcp/tokens.ts';
import { toolsFor } from '../../src/mcp/tools.ts';
import { AkinError, ERROR_CODES, type ErrorCode } from '../../src/errors.ts';
import { ROOT, VERSION } from '../../src/package.ts';
import { textOf } from './agent.ts';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

describe.each([true, false])('the tools, at this machine: %s', (isLocal) => {
  const tools = toolsFor(isLocal);

  it('are five, and take fewer than 1,500 tokens with names, descriptions and schemas', () => {
    expect(tools.length).toBeLessThanOrEqual(5);
    const listed = tools.map(({ name, description, input, output }) => ({
      ...{ name, description },
      ...{ inputSchema: schemaOf(input, 'input'), outputSchema: schemaOf(output, 'output') },
    }));
    expect(countTokens(JSON.stringify(listed))).toBeLessThan(1500);
  });

  it('take what their schemas say', () => {
    for (const { name, input } of tools) {
      const { properties, type } = schemaOf(input, 'input') as { properties: object; type: string };
      expect(type).toBe('object');
      expect(Object.keys(properties), name).toEqual(Object.keys(input.shape));
    }
  });
});

describe('tokens', () => {
  const papers = read('scripts/sample-papers.jsonl').trim().split('\n');
  it.each([
    ['abstracts', papers.map((line) => (JSON.parse(line) as { abstract: string }).abstract).join('\n')],
    ['names', papers.map((line) => (JSON.parse(line) as { authors: string[] }).authors.join(', ')).join('\n')],
    ['JSON', papers.join('\n')],
    ['an address', 'https://proceedings.example/paper/2017/hash/3f5ee243547dee91fbd053c1c4a845aa-Abstract.html'],
    ['German', 'Aufmerksamkeitsmechanismen ersetzen Rekurrenz in Übersetzungsnetzwerken.'],
    ['Chinese', '基于注意力机制的神经网络机器翻译模型研究'],
    ['Russian', 'Механизмы внимания заменяют рекуррентные сети в машинном переводе'],
    ['formulas', 'O(n^2) \\frac{a}{b} ∑_{i=1}^{n} x_i ≤ α·β'],
    ['nothing', ''],
  ])('of %s are never estimated too low, nor more than four times too high', (_, text) => {
    const real = countTokens(text);
    expect(tokensIn(text)).toBeGreaterThanOrEqual(real);
    expect(tokensIn(text)).toBeLessThanOrEqual(4 * real);
  });
});

describe('a refusal', () => {
  const [search] = toolsFor(true);
  const told = (error: AkinError) => ({ message: error.message, hint: error.hint });

  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s says what it is and who can do something about it', (code) => {
    const { isError, ...result } = refused(new AkinError(code, 'it is so', { hint: 'do that' }), search!, told);
    expect(isError).toBe(true);
    const text = textOf(result);
    expect(text).toMatch(new RegExp(`^${code}: it is so\nWhat to do: `));
    const isForAgent = [400, 404, 410, 413, 422].includes(ERROR_CODES[code].status) || code === 'overloaded';
    expect(text.includes('Tell the person')).toBe(!isForAgent);
  });

  it('is short, whatever was sent', () => {
    const error = new AkinError('invalid-argument', 'x'.repeat(100_000), {
      hint: 'y'.repeat(100_000),
      field: 'z'.repeat(9999),
    });
    expect(textOf(refused(error, search!, told)).length).toBeLessThan(1500);
  });
});

describe('the chapter and the registry', () => {
  const chapter = read('src/mcp/README.md');

  it('name every tool and every argument', () => {
    for (const { name, input } of toolsFor(true)) {
      const row = new RegExp(`^\\| \`${name}\` \\| (.*) \\|$`, 'm').exec(chapter)?.[1] ?? '';
      for (const argument of Object.keys(input.shape)) expect(row, name).toContain(`\`${argument}\``);
    }
  });

  it('say the version of this package', () => {
    const listed = JSON.parse(read('src/mcp/server.json')) as { version: string; packages: { version: string }[] };
    expect([listed.version, ...listed.packages.map(({ version }) => version)]).toEqual([VERSION, VERSION]);
  });
});
