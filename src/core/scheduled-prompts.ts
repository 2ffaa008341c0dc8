import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The client itself reads no more of it. */
const LARGEST_FILE = 1024 * 1024;

/**
 * The prompts that Claude Code will type by itself in the project `folder`, whoever scheduled them: they reach the hook
 * as if a person had typed them, and an agent of an earlier session may have written them. Trimmed; none where the file
 * cannot be read as the client's (`{ "tasks": [{ "prompt": … }] }`, of Claude Code 2.1.330), for then it types nothing.
 */
export function scheduledPrompts(folder: string): ReadonlySet<string> {
  const file = join(folder, '.claude', 'scheduled_tasks.json');
  try {
    if (statSync(file).size > LARGEST_FILE) return new Set();
    const { tasks }: { tasks?: unknown } = JSON.parse(readFileSync(file, 'utf8'));
    return new Set((Array.isArray(tasks) ? tasks : []).flatMap(promptOf));
  } catch {
    return new Set();
  }
}

const promptOf = (task: unknown): string[] =>
  typeof task === 'object' && task !== null && 'prompt' in task && typeof task.prompt === 'string'
    ? [task.prompt.trim()]
    : [];
