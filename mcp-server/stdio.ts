import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { systemClock } from '../src/core/clock.ts';
import { stderrLog } from '../src/core/log.ts';
import { buildServer } from './build-server.ts';

/**
 * Serves MCP on stdin and stdout until the client goes away. A client that is killed closes our stdin and sends
 * nothing else, so the end of stdin ends the process; runs in the ledger then end with their owner.
 */
export async function serveStdio(): Promise<void> {
  const log = stderrLog();
  const { server, dispose } = buildServer(async (clientLabel) => {
    const { openContext } = await import('../src/context.ts');
    return openContext({
      cwd: process.cwd(),
      env: process.env,
      clock: systemClock,
      log,
      session: { kind: 'server', clientLabel },
    });
  });
  let leaving = false;
  const leave = (code: number) => {
    if (leaving) return;
    leaving = true;
    // Work under way may hang on a silent server; nobody is left to wait for it.
    setTimeout(() => process.exit(code), LEAVE_WITHIN_MS).unref();
    dispose()
      .catch(() => {})
      .finally(() => process.exit(code));
  };
  process.stdin.on('end', () => leave(0));
  process.stdin.on('close', () => leave(0));
  process.stdout.on('error', () => leave(0));
  process.on('SIGINT', () => leave(0));
  process.on('SIGTERM', () => leave(0));
  await server.connect(new StdioServerTransport());
}

const LEAVE_WITHIN_MS = 500;
