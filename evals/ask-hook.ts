import { resolve } from 'node:path';
import { run } from '../src/core/run.ts';

/** Asks the built hook as the client does; whoever starts the server stands for the client. */
export async function askHook(
  question: { tool: string; input: Record<string, unknown>; cwd: string },
  env: Record<string, string>,
): Promise<{ denied: boolean; reason: string }> {
  const { tool, input, cwd } = question;
  const asked = {
    session_id: 'session-of-a-scenario',
    cwd,
    hook_event_name: 'PreToolUse',
    tool_name: tool,
    tool_input: input,
  };
  const done = await run(process.execPath, [resolve('dist/hook.cjs')], {
    cwd,
    env: { ...env, CLAUDE_PID: String(process.pid), CLAUDE_PROJECT_DIR: cwd },
    input: JSON.stringify(asked),
    timeoutMs: 20_000,
  });
  const reason =
    done.stdout === ''
      ? done.stderr
      : String(JSON.parse(done.stdout).hookSpecificOutput?.permissionDecisionReason);
  return { denied: done.stdout !== '' || done.code === 2, reason };
}
