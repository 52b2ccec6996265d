/**
 * npm run bench -- agent [--folder DIR] [--full]: an agent asks ten questions of a library over `akin mcp`, the sample unless
 * another is named: each question with its calls, the tokens that these and their answers took, and what answers it. --full
 * prints the answers as well.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { ROOT } from '../../src/package.ts';
import { configurationOf } from '../../src/session/configuration.ts';
import { addSample } from '../../src/session/sample.ts';
import { Session } from '../../src/session/session.ts';
import { textIn, tokensOfTools, transcript } from './agent/transcript.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { folder: { type: 'string' }, full: { type: 'boolean', default: false } },
});
const made = values.folder === undefined ? await mkdtemp(path.join(tmpdir(), 'akin-agent-')) : undefined;
const folder = values.folder ?? path.join(made!, 'library');
try {
  if (made !== undefined) {
    const session = new Session({ address: folder, configuration: configurationOf({}) });
    await addSample(session, {});
    await session.close();
  }
  const client = new Client({ name: 'bench', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  const args = [path.join(ROOT, 'src/cli/akin.js'), 'mcp', '--index', folder];
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  const tools = [...(await tokensOfTools(client))];
  console.log(`tools: ${tools.map(([name, tokens]) => `${name} ${tokens}`).join(', ')}`);
  console.log(`together ${tools.reduce((sum, [, tokens]) => sum + tokens, 0)} tokens\n`);
  console.log('| question | call | sent | content | JSON | answered by |\n|---|---|---|---|---|---|');
  for (const { asked, calls, answer } of await transcript(client)) {
    for (const [i, { call, result, tokens }] of calls.entries()) {
      const isLast = i === calls.length - 1;
      const said = `\`${call.name}\` ${JSON.stringify(call.arguments).slice(0, 90)}`;
      const cells = [i === 0 ? asked : '', said, tokens.sent, tokens.content, tokens.structured];
      console.log(`| ${[...cells, isLast ? (answer ?? 'NOT ANSWERED') : ''].join(' | ')} |`);
      if (values.full) console.log(`\n${textIn(result)}\n`);
    }
  }
  await client.close();
} finally {
  if (made !== undefined) await rm(made, { recursive: true, force: true });
}
