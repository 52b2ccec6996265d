/** `/mcp`: the agents' door (src/mcp), one message a request. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { AkinError } from '../errors.ts';
import { agentsOverHttp } from '../mcp/http.ts';
import type { Pass } from '../mcp/tool.ts';
import { asks } from './access.ts';
import type { Libraries, SessionOf } from './addressed.ts';
import type { Gates } from './admission.ts';
import { atMost, mediaType, readJson } from './body.ts';
import type { Journal } from './journal.ts';
import { LIMITS } from './limits.ts';
import { toldOf } from './problem.ts';
import { gateOf } from './search.ts';

/** Adds the route to the app. What it takes and answers is described by the protocol, and not by /openapi.json. */
export function answerAgents(
  app: OpenAPIHono,
  libraries: Libraries,
  sessionOf: SessionOf,
  gates: Gates,
  journal: Journal,
): void {
  const pass: Pass = (cost, work, signal) => {
    const isLong = cost === 'draft' || gateOf(gates, cost, {}) === gates.thorough;
    return (isLong ? gates.thorough : gates.agents).pass(work, signal);
  };
  const doors = new Map(
    [...libraries].map(([library, session]) => {
      const onTrouble = (error: unknown): void => journal.faultAt('/mcp', error, { library });
      return [session, agentsOverHttp({ session, pass, isLocal: false, told: toldOf, onTrouble })];
    }),
  );
  app.post('/mcp', asks, atMost(LIMITS.agentMessagesAtOnce, 'messages of agents'), async (c) => {
    const answer = doors.get(sessionOf(c))!;
    mediaType(c, ['application/json']);
    const body = await readJson(c, LIMITS.agentBytes);
    // Versions of the protocol before these had lists: a request would be a hundred.
    if (Array.isArray(body)) throw new AkinError('invalid-argument', 'expected one message, found a list of them');
    return answer(c.req.raw, body);
  });
}
