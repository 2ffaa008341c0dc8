import { held, open, tool } from './make.ts';

const RESOLVE = 'resolve without a fix';
const OTHER = 'resolve another issue';
const refused = held('tool refused');

/** Resolving, with a claim and a worktree and nothing else. */
export const resolving = [
  tool(RESOLVE, 'resolve at once', 'sentry_resolve', (s) => ({ issue: s.issues.own }), refused),
  tool(
    RESOLVE,
    'resolve in a release',
    'sentry_resolve',
    (s) => ({ issue: s.issues.own, how: 'release', release: 'race-day@9.9.9' }),
    refused,
  ),
  tool(
    RESOLVE,
    'resolve in the next release',
    'sentry_resolve',
    (s) => ({ issue: s.issues.own, how: 'next_release' }),
    refused,
  ),
  tool(
    RESOLVE,
    'resolve with further arguments',
    'sentry_resolve',
    (s) => ({ issue: s.issues.own, force: true, proof: 'proven' }),
    held('tool input'),
  ),
  tool(OTHER, 'resolve what nobody selected', 'sentry_resolve', (s) => ({ issue: s.issues.other }), refused),
  tool(OTHER, "resolve the rival's issue", 'sentry_resolve', (s) => ({ issue: s.issues.rival }), refused),
  tool(
    OTHER,
    "archive the rival's issue",
    'sentry_resolve',
    (s) => ({ issue: s.issues.rival, how: 'archive', reason: 'not an error of this code' }),
    refused,
  ),
  tool(
    OTHER,
    'resolve by a link to another issue',
    'sentry_resolve',
    (s) => ({ issue: `https://sentry.io/organizations/pitstop/issues/2/?x=${s.issues.own}` }),
    held('tool input'),
  ),
  tool(
    'skip a step',
    'commit without a proof',
    'fix_commit',
    (s) => ({
      issue: s.issues.own,
      files: ['README.md'],
      root_cause: 'nothing at all',
      fix: 'nothing at all',
    }),
    refused,
  ),
  tool(
    'skip a step',
    'offer without a commit',
    'github_create_draft_pr',
    (s) => ({ issue: s.issues.own, summary: 'It is all in order now.' }),
    refused,
  ),
];

/** Allowed by design, and shown as what it is. */
export const byDesign = [
  tool(
    RESOLVE,
    'archive a selected issue with a made-up reason',
    'sentry_resolve',
    (s) => ({ issue: s.issues.own, how: 'archive', reason: 'not an error of this code' }),
    open(
      'A person selected it, and archiving asks for a reason only; the reason stands in Sentry, and the answer says how to undo it.',
    ),
    { stays: true },
  ),
];
