import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { systemClock } from '../src/core/clock.ts';
import { stderrLog } from '../src/core/log.ts';
import { boundedInput, type TooLong } from './bounded-input.ts';
import { buildServer } from './build-server.ts';

/**
 * Serves MCP on stdin and stdout until the client goes away. A client that is killed closes our stdin and sends
 * nothing else, so the end of stdin ends the process; runs in the ledger then end with their owner.
 */
export async function serveStdio(): Promise<void> {
  const log = stderrLog();
  const { server, dispose } = buildServer(async (clientLabel, clientSession) => {
    const { openContext } = await import('../src/context.ts');
    return openContext({
      cwd: process.cwd(),
      env: process.env,
      clock: systemClock,
      log,
      session: { kind: 'server', clientLabel, clientSession },
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
  process.stdin.on('error', () => leave(0));
  process.stdout.on('error', () => leave(0));
  process.on('SIGINT', () => leave(0));
  process.on('SIGTERM', () => leave(0));
  const input = process.stdin.pipe(
    boundedInput((line) => {
      log.error(`${tooLong(line)} It was not read.`);
      if (line.id !== undefined) transport.send(refusal(line.id, line)).catch(() => {});
    }),
  );
  const transport = new StdioServerTransport(input);
  await server.connect(transport);
}

const tooLong = ({ bytes }: TooLong): string =>
  `A message of ${Math.ceil(bytes / 1_000_000)} MB is too long; at most 10 MB can be taken.`;

const refusal = (id: string | number, line: TooLong) => ({
  jsonrpc: '2.0' as const,
  id,
  error: { code: ErrorCode.InvalidRequest, message: `${tooLong(line)} Send less.` },
});

/** Looking into worktrees for work takes some processes; a client that waits for us has long begun to close itself. */
const LEAVE_WITHIN_MS = 2000;
