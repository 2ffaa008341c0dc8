/** What the client tells a hook on stdin, as far as it is read here. */
export interface HookInput {
  event: string;
  session: string;
  cwd: string;
  tool: string;
  /** Set inside a subagent. */
  agent: string;
  /** Bash. */
  command: string;
  /** Edit, Write and their like: absolute or relative to `cwd`. */
  file: string;
}

/** Parses the hook's stdin. Throws where it is no JSON object: a guard that cannot read the question does not say yes. */
export function parseInput(text: string): HookInput {
  const input = fieldsOf(JSON.parse(text));
  const tool = fieldsOf(input.tool_input ?? {});
  return {
    event: stringOf(input.hook_event_name),
    session: stringOf(input.session_id),
    cwd: stringOf(input.cwd) || process.cwd(),
    tool: stringOf(input.tool_name),
    agent: stringOf(input.agent_id),
    command: stringOf(tool.command),
    file: stringOf(tool.file_path) || stringOf(tool.notebook_path),
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('The client sent the hook something else than an object.');
  }
  return { ...value };
}

const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');
