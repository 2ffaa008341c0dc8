import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ErrorCode, type GetPromptResult, McpError, type Prompt } from '@modelcontextprotocol/sdk/types.js';
import { packageRoot } from '../src/core/package-root.ts';

/** For clients that know no skills: the same method, from the same file. */
export const prompts: readonly Prompt[] = [
  {
    name: 'sentry',
    title: 'Sentry triage and fixes',
    description: 'List the worst unresolved Sentry issues, let the person choose, fix and prove each one.',
    arguments: [
      {
        name: 'request',
        description: '`list`, `fix <id>`, `top <N>`, `stats`, or nothing to list and ask.',
        required: false,
      },
    ],
  },
];

/** The skill's text with the person's request put in place. */
export async function getPrompt(name: string, args: Record<string, string>): Promise<GetPromptResult> {
  if (name !== 'sentry')
    throw new McpError(ErrorCode.InvalidParams, `There is no prompt "${name}"; prompts: sentry.`);
  const skill = await readFile(join(packageRoot(), 'skills/sentry/SKILL.md'), 'utf8');
  const body = skill.replace(/^---\n[\s\S]*?\n---\n/, '');
  const text = body.replaceAll('$ARGUMENTS', () => (args.request ?? '').slice(0, 200));
  return { messages: [{ role: 'user', content: { type: 'text', text } }] };
}
