import type { ProofStep } from '../../ledger/ledger.ts';
import { untrustedBlock, untrustedLine } from '../core/untrusted.ts';

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
  const subject = prefix + untrustedLine(parts.title, Math.max(20, SUBJECT_MAX - prefix.length));
  const proof = parts.proof
    ? [`Proof: ${parts.proof.verdict}: ${untrustedLine(parts.proof.reason, 300)}`]
    : [];
  return [
    subject,
    '',
    `Root cause: ${withoutClosingWords(untrustedBlock(parts.rootCause, 2000))}`,
    '',
    `Fix: ${withoutClosingWords(untrustedBlock(parts.fix, 2000))}`,
    '',
    ...proof,
    `Sentry: ${parts.shortId}${parts.permalink ? ` ${parts.permalink}` : ''}`,
    '',
  ].join('\n');
}

/** "fixes #12" in a message closes issue 12 when it is merged; only a person decides that. */
export const withoutClosingWords = (text: string): string =>
  text.replace(
    /\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(\s*:?\s+)(?=#\d|[\w.-]+\/[\w.-]+#\d|https?:\/\/|[A-Z][A-Z0-9_-]*-[A-Z0-9]+\b)/gi,
    '$1 issue$2',
  );

/** The two paragraphs of a message made by `fixMessage`: what the pull request shows again. */
export function partsOfMessage(message: string): { rootCause: string; fix: string } {
  const found = /\nRoot cause: ([\s\S]*?)\n\nFix: ([\s\S]*?)\n\n(?:Proof|Sentry): /.exec(message);
  return { rootCause: found?.[1] ?? '', fix: found?.[2] ?? '' };
}
