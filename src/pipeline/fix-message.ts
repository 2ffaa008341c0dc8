import type { ProofStep } from '../../ledger/ledger.ts';
import { defusedBlock, defusedLine } from '../core/defuse.ts';

export interface FixMessageParts {
  shortId: string;
  /** The issue's title or the agent's words; both are untrusted. */
  title: string;
  permalink?: string | undefined;
  rootCause: string;
  fix: string;
  proof?: ProofStep | undefined;
}

const SUBJECT_MAX = 72;

/** The one template of commit messages. `Sentry:` names the issue without the words by which Sentry resolves it itself. */
export function fixMessage(parts: FixMessageParts): string {
  const prefix = `fix(sentry): ${parts.shortId} `;
  const subject = prefix + defusedLine(parts.title, Math.max(20, SUBJECT_MAX - prefix.length));
  const proof = parts.proof ? [`Proof: ${parts.proof.verdict}. ${defusedLine(parts.proof.reason, 300)}`] : [];
  return [
    subject,
    '',
    `Root cause: ${defusedBlock(parts.rootCause, 2000)}`,
    '',
    `Fix: ${defusedBlock(parts.fix, 2000)}`,
    '',
    ...proof,
    `Sentry: ${parts.shortId}${parts.permalink ? ` ${parts.permalink}` : ''}`,
    '',
  ].join('\n');
}

/** The two paragraphs of a message made by `fixMessage`: what the pull request shows again. */
export function partsOfMessage(message: string): { rootCause: string; fix: string } {
  const found = /\nRoot cause: ([\s\S]*?)\n\nFix: ([\s\S]*?)\n\n(?:Proof|Sentry): /.exec(message);
  return { rootCause: found?.[1] ?? '', fix: found?.[2] ?? '' };
}
