/** Agents as they are: the protocol's own client, over each transport and each version of the protocol. */
import {
  Client,
  StreamableHTTPClientTransport,
  type CallToolResult,
  type ClientOptions,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { PROGRAM, ROOT, serveAkin } from '../akin.ts';

export const NEW = '2026-07-28';
export const OLD = '2025-11-25';

const options = (version: string): ClientOptions =>
  version === NEW ? { versionNegotiation: { mode: { pin: NEW } } } : { supportedProtocolVersions: [version] };

/** An agent that starts `akin mcp` itself. Closed by whoever made it. */
export async function agentOverStdio(folder: string, version = NEW): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, options(version));
  const args = [PROGRAM, 'mcp', '--index', folder];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd: ROOT, stderr: 'ignore' }));
  return client;
}

/** An agent that asks a server. */
export async function agentOverHttp(url: string, version = NEW): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, options(version));
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  return client;
}

/** All four: each transport with each version. */
export const WAYS = ['stdio', 'http'].flatMap((way) => [NEW, OLD].map((version) => [way, version] as const));

/** An agent of one of the four ways, on a library. @param whenOver hears what is to be done then. */
export async function agentBy(
  way: string,
  version: string,
  folder: string,
  whenOver: (cleanUp: () => void | Promise<void>) => void,
): Promise<Client> {
  const client =
    way === 'stdio'
      ? await agentOverStdio(folder, version)
      : await agentOverHttp((await serveAkin(folder, [], whenOver)).url, version);
  whenOver(() => client.close());
  return client;
}

/** The text of an answer. */
export const textOf = ({ content }: CallToolResult): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('');

/** What tools say as JSON, as far as tests look at it. */
export interface Said {
  papers: {
    id: string;
    title: string;
    year?: number;
    authors?: string;
    closeness?: string;
    abstract?: string;
    bibtex?: string;
  }[];
  total: number;
  next?: string;
  notes?: string;
  missing?: string[];
  truncated: boolean;
  truncation_reason?: string;
  next_call?: string;
}
export const saidIn = (result: CallToolResult): Said => result.structuredContent as Said;
