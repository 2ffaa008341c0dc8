import type { CheckRecord, ProofRecord } from '../core/check-record.ts';
import { defuse, defusedBlock, defusedLine } from '../core/defuse.ts';
import { refusedError } from '../core/errors.ts';
import { fenced, untrustedBlock, untrustedLine } from '../core/untrusted.ts';
import { incidentMarker, REGION_BEGIN, REGION_END } from './marker.ts';
import type { RelatedIssue } from './search-issues.ts';

export interface PullRequestBodyParts {
  incident: string;
  shortId: string;
  /** The issue's page; left out where it is not an http(s) address. */
  permalink: string;
  /** The issue's title, as reported. */
  title: string;
  summary: string;
  rootCause: string;
  fix: string;
  proof: ProofRecord;
  related: RelatedIssue[];
  /** Paths that the fix changes. */
  files: string[];
}

/** GitHub takes 65,536 characters; nobody reads that many. */
export const MAX_PULL_REQUEST_BODY = 20_000;

/**
 * The whole text of a pull request: the marker of its incident on the first line, then what we keep up to date.
 * Everything that was written by a model or comes from a report is in quotes or fences, capped and defused. No
 * keyword that would close an issue, no mention. Throws a refused error for a proof that was refused, and for an
 * empty summary, root cause or fix: a pull request without an analysis helps nobody.
 */
export function pullRequestBody(parts: PullRequestBodyParts): string {
  refuseUnfinished(parts);
  for (const scale of SCALES) {
    const body = render(parts, scale);
    if (body.length <= MAX_PULL_REQUEST_BODY) return body;
  }
  throw new Error('The smallest form of a pull request body is too long.');
}

/** Each untrusted part is cut to this share of its length until the whole fits. */
const SCALES = [1, 0.5, 0.2, 0.05];

function refuseUnfinished({ summary, rootCause, fix, proof }: PullRequestBodyParts): void {
  if (proof.verdict === 'refused')
    throw refusedError(
      `The proof of this fix was refused: ${untrustedLine(proof.reason, 200)}`,
      'Mend the fix and run fix_verify again before a pull request is opened.',
    );
  const missing = Object.entries({ summary, rootCause, fix }).find(([, text]) => text.trim() === '');
  if (missing)
    throw refusedError(
      `A pull request needs a text for ${missing[0]}.`,
      'Write what happened, why, and what the fix does, in a few sentences each.',
    );
}

function render(parts: PullRequestBodyParts, scale: number): string {
  const sections = [
    [incidentMarker(parts.incident), REGION_BEGIN, origin(parts)].join('\n'),
    section('Summary', quote(parts.summary, 2500 * scale)),
    section('Root cause', quote(parts.rootCause, 3000 * scale)),
    section('Fix', quote(parts.fix, 3000 * scale), fileList(parts.files, scale)),
    section('Proof', ...proofParts(parts.proof, scale)),
    section('Related issues', relatedList(parts.related, scale)),
    section('Reviewer checklist', checklist(parts.proof)),
    REGION_END,
  ];
  return `${sections.join('\n\n')}\n`;
}

const section = (heading: string, ...parts: string[]): string =>
  [`## ${heading}`, ...parts.filter((part) => part !== '')].join('\n\n');

function origin({ shortId, permalink, title }: PullRequestBodyParts): string {
  const id = code(shortId, 80);
  return [
    '',
    `Incident ${pageLink(id, permalink)}: ${plain(title, 200)}`,
    '',
    '*Opened by Pitcrew as a draft. Quoted and fenced text was written by a coding agent or comes from the error report: untrusted, read it as data.*',
  ].join('\n');
}

function pageLink(label: string, address: string): string {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) return label;
  const url = new URL(address);
  url.username = '';
  url.password = '';
  // What Markdown or GitHub would read in it; the address stays the same.
  const href = url.href.replace(
    /[()[\]<>@\\`]|&(?=#?\w+;)/g,
    (mark) => `%${mark.charCodeAt(0).toString(16)}`,
  );
  // Sentry takes any bracket before a link for its beginning, and then reads other words than are shown.
  return href.length <= 500 && !/[[\]]/.test(label) ? `[${label}](${href})` : label;
}

function fileList(files: readonly string[], scale: number): string {
  const most = Math.max(5, Math.floor(40 * scale));
  const lines = files.slice(0, most).map((file) => `* ${code(file, 160)}`);
  return [...lines, ...(files.length > most ? [`* and ${files.length - most} more`] : [])].join('\n');
}

function proofParts(proof: ProofRecord, scale: number): string[] {
  const proven = proof.verdict === 'proven';
  const most = Math.max(5, Math.floor(20 * scale));
  const checks = proof.checks.slice(0, most).map((check) => `* ${checkLine(check)}`);
  const more = proof.checks.length - most;
  return [
    proven
      ? '**Proven**: a test that failed before the change, for the reason of this incident, passes after it.'
      : '> [!WARNING]\n> **Unproven**: no test shows that this change mends the incident.',
    proof.reason.trim() === '' ? '' : `Reason given:\n\n${quote(proof.reason, 600 * scale)}`,
    proof.before ? run('Before', proof.before, scale) : '',
    proof.after ? run('After', proof.after, scale) : '',
    checks.length === 0
      ? 'No other check ran.'
      : [...checks, ...(more > 0 ? [`* and ${more} more checks`] : [])].join('\n'),
  ];
}

function run(when: string, check: CheckRecord, scale: number): string {
  const judgement = check.judgement ? `\n\n${quote(check.judgement, 300 * scale)}` : '';
  const tail = defusedTail(check.tail, Math.floor(1500 * scale));
  return `**${when}** ${checkLine(check)}${judgement}${tail === '' ? '' : `\n\n${fenced(tail, 'output')}`}`;
}

function checkLine({ name, command, exitCode, durationMs, timedOut }: CheckRecord): string {
  const outcome = timedOut ? 'ended by its time-out' : `exit code ${Math.trunc(exitCode)}`;
  return `${plain(name, 80)}: ${code(command, 240)}, ${outcome}, ${(durationMs / 1000).toFixed(1)} s`;
}

/** The end of an output says what failed, so the start goes first. Defused last: a cut can bare a keyword. */
function defusedTail(text: string, maxCharacters: number): string {
  const clean = untrustedBlock(text, 65_536);
  if (clean.length <= maxCharacters) return defuse(clean);
  return defuse(`…${clean.slice(-maxCharacters).replace(/^[\udc00-\udfff]/, '')}`);
}

function relatedList(related: readonly RelatedIssue[], scale: number): string {
  if (related.length === 0) return 'None found.';
  const lines = related.slice(0, Math.max(3, Math.floor(10 * scale))).map((issue) => {
    const reasons = issue.reasons.slice(0, 4).map((reason) => plain(reason, 120));
    return `* **${issue.confidence}** #${issue.number} (${issue.state}, score ${issue.score}): ${plain(issue.title, 140)} (${reasons.join('; ')})`;
  });
  return `By a score, for the reviewer to judge. They stay as they are when this is merged.\n\n${lines.join('\n')}`;
}

function checklist({ verdict }: ProofRecord): string {
  const items = [
    'The root cause explains the report, not just its last frame.',
    'The change removes the cause and touches nothing else.',
    verdict === 'proven'
      ? 'The new test fails without the change and would catch a relapse.'
      : 'Somebody has seen the change work: nothing above shows it.',
    'The related issues are judged; what belongs together is linked by a person.',
  ];
  return items.map((item) => `- [ ] ${item}`).join('\n');
}

/**
 * Several untrusted lines as a block quote: whatever they open (a fence, a list, a heading) ends with it. The `>`
 * on each line also parts a keyword at the end of one line from what follows it on the next.
 */
function quote(text: string, maxCharacters: number): string {
  const clean = defusedBlock(text, Math.max(40, Math.floor(maxCharacters)));
  return clean
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}

/** Untrusted text within a line of ours, without its Markdown. */
const plain = (text: string, maxCharacters: number): string =>
  defusedLine(text, maxCharacters).replace(/[\\`*_~[\]|$]/g, (mark) => `\\${mark}`);

/** A code span that its content cannot end. */
function code(text: string, maxCharacters: number): string {
  const clean = defusedLine(text, maxCharacters).replace(/`+/g, "'");
  return clean === '' ? '(none)' : `\`${clean}\``;
}
