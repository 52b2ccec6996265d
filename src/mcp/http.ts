/** The agents' door over HTTP: each request is answered by a server of its own, and nothing is kept between two of them. */
import { createMcpHandler } from '@modelcontextprotocol/server';
import { agentDoor, type AgentDoor } from './server.ts';

/**
 * What answers requests whose bodies have been read and checked already, and who sends them.
 * @returns a response also for what is no message of the protocol.
 */
export function agentsOverHttp(door: AgentDoor): (request: Request, body: unknown) => Promise<Response> {
  // No stream is left open for news: there are none.
  const handler = createMcpHandler(agentDoor(door), { maxSubscriptions: 0 });
  return (request, parsedBody) => handler.fetch(request, { parsedBody });
}
