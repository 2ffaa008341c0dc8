import { resolve } from 'node:path';
import { run } from '../../src/core/run.ts';

export const HOOK = resolve('dist/hook.cjs');

export interface Asked {
  /** `allow` is silence. */
  decision: 'allow' | 'deny';
  reason: string;
  stdout: string;
  stderr: string;
  code: number | null;
}

/** Asks the built hook as the client does: a process, JSON on stdin, its answer on stdout. */
export async function askHook(
  question: { tool: string; input: Record<string, unknown>; cwd: string; agent?: string; session?: string },
  options: { clientPid: number; env: NodeJS.ProcessEnv; raw?: string; node?: string },
): Promise<Asked> {
  const { tool, input, cwd, agent, session = 'session-1' } = question;
  const asked = {
    session_id: session,
    cwd,
    hook_event_name: 'PreToolUse',
    tool_name: tool,
    tool_input: input,
    tool_use_id: 'toolu_1',
    ...(agent ? { agent_id: agent, agent_type: 'pitcrew:fixer' } : {}),
  };
  const done = await run(options.node ?? process.execPath, [HOOK], {
    cwd,
    env: { ...options.env, CLAUDE_PID: String(options.clientPid), CLAUDE_PROJECT_DIR: cwd },
    input: options.raw ?? JSON.stringify(asked),
    timeoutMs: 20_000,
  });
  const said = done.stdout === '' ? undefined : JSON.parse(done.stdout).hookSpecificOutput;
  const denied = said?.permissionDecision === 'deny' || done.code === 2;
  return {
    decision: denied ? 'deny' : 'allow',
    reason: said?.permissionDecisionReason ?? done.stderr,
    stdout: done.stdout,
    stderr: done.stderr,
    code: done.code,
  };
}
