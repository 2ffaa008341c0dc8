import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ErrorCode,
  McpError,
  type ReadResourceResult,
  type Resource,
} from '@modelcontextprotocol/sdk/types.js';
import type { Context } from '../src/context.ts';

const TRIAGE = 'pitcrew://triage/latest';
const LEDGER = 'pitcrew://ledger';

export const resources: readonly Resource[] = [
  {
    uri: TRIAGE,
    name: 'triage-report',
    title: 'Latest triage report',
    description: "The day's triages with their outcomes, as written to .claude/sentry/.",
    mimeType: 'text/markdown',
  },
  {
    uri: LEDGER,
    name: 'ledger',
    title: 'Ledger',
    description: 'Who works on which issues and files now, and what was completed lately.',
    mimeType: 'text/markdown',
  },
];

export async function readResource(uri: string, context: Context): Promise<ReadResourceResult> {
  const text = await textOf(uri, context);
  return { contents: [{ uri, mimeType: 'text/markdown', text }] };
}

async function textOf(uri: string, context: Context): Promise<string> {
  if (uri === LEDGER) return context.ledgerView();
  if (uri !== TRIAGE) {
    throw new McpError(
      ErrorCode.InvalidParams,
      `There is no resource "${uri}"; resources: ${TRIAGE}, ${LEDGER}.`,
    );
  }
  const triage = await (await context.ledger()).triage({});
  if (!triage) return 'No triage yet. sentry_list_issues makes one.\n';
  return readFile(join(context.repository.mainCheckout, triage.report), 'utf8');
}
