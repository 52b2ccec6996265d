/** The agents' door over standard input and output: whoever starts the program is the one who asks. */
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import type { Session } from '../session/session.ts';
import { asItIs } from './refused.ts';
import { agentDoor } from './server.ts';

/** Bytes of a message: a draft of eight million characters, some of them escaped, is larger than any. */
const MESSAGE_BYTES = 16 * 1024 * 1024;

/**
 * Answers until the other side ends, or the signal is given. Nothing but the protocol goes to standard output.
 * @param onTrouble hears of what is no fault of the agent's.
 */
export async function answerOverStdio(
  session: Session,
  onTrouble: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const make = agentDoor({ session, pass: (_cost, work) => work(), isLocal: true, told: asItIs, onTrouble });
  await new Promise<void>((resolve) => {
    class Transport extends StdioServerTransport {
      override async close(): Promise<void> {
        await super.close();
        resolve();
      }
    }
    const transport = new Transport(process.stdin, process.stdout, { maxBufferSize: MESSAGE_BYTES });
    const handle = serveStdio(make, { transport, onerror: onTrouble, maxSubscriptions: 0 });
    signal.addEventListener('abort', () => void handle.close(), { once: true });
  });
}
