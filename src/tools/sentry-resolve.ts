import * as z from 'zod';
import type { Context } from '../context.ts';
import { commandId } from '../core/command-id.ts';
import { inputError, type PitcrewError, refusedError } from '../core/errors.ts';
import { untrustedBlock } from '../core/untrusted.ts';
import { claimPaths } from '../pipeline/claim-paths.ts';
import { guardEffect } from '../pipeline/guard-effect.ts';
import { recordOutcome } from '../pipeline/outcome.ts';
import type { SentryClient } from '../sentry/client.ts';
import { archiveIssue, type ChangeReport, type Resolution, resolveIssue } from '../sentry/resolve.ts';
import { type Answer, type Call, defineStep } from './define.ts';
import { type Held, requireFix } from './requirements.ts';

export const sentryResolve = defineStep({
  name: 'sentry_resolve',
  title: 'Resolve or archive one Sentry issue',
  description:
    'Resolves one Sentry issue with its proven commit (commit, release or next_release), or archives it with a reason that is written to the issue. Refused for anything that is not proven and committed. Says before -> after. Use last, once per issue.',
  effect: 'write',
  examples: [
    'sentry-resolve WEB-3F',
    "sentry-resolve WEB-9 --how archive --reason 'browser extension, not our code'",
  ],
  requires: ['selected_by_person'],
  input: {
    how: z
      .enum(['commit', 'release', 'next_release', 'archive'])
      .default('commit')
      .describe('commit, release, next_release: for a proven fix. archive: for what is not to be fixed.'),
    release: z.string().min(1).max(200).optional().describe('The version, with how: release.'),
    reason: z.string().min(15).max(1000).optional().describe('Why it is not to be fixed, with how: archive.'),
  },
  async run(input, context, call, held) {
    if (input.how === 'archive') return archive(input.reason, context, call, held);
    if (input.reason !== undefined)
      throw inputError('A reason belongs to archiving only.', 'Leave it out, or say `how: archive`.');
    if (input.release !== undefined && input.how !== 'release') {
      throw inputError(
        'A version belongs only where the issue is resolved in a release.',
        'Leave it out, or say `how: release`.',
      );
    }
    return resolve(input.how, input.release, context, call, held);
  },
});

async function resolve(
  how: 'commit' | 'release' | 'next_release',
  release: string | undefined,
  context: Context,
  call: Call,
  held: Held,
): Promise<Answer> {
  const commit = requireFix(held);
  await claimPaths(context, held.run, commit.files, 'resolve');
  const client = await guardedClient(context, held);
  const resolution = await resolutionOf(how, release, commit.sha, context);
  const report = await resolveIssue(client, held.shortId, resolution, call.signal);
  const { strategy } = report;
  const unknown =
    'No repository is known to name the commit with; the issue is resolved in the next release instead.';
  const note = how === 'commit' && 'inNextRelease' in resolution ? unknown : report.fellBack;
  return finish(context, held, report, { strategy, note });
}

/**
 * Sentry has no compare-and-swap: what can be had is that the ledger is asked right before each request that changes
 * something, after everything that was read for it.
 */
async function guardedClient(context: Context, held: Held): Promise<SentryClient> {
  const { client } = await context.sentry();
  return {
    ...client,
    async request(request) {
      if ((request.method ?? 'GET') !== 'GET') await guardEffect(context, held.run, 'resolve');
      return client.request(request);
    },
  };
}

async function resolutionOf(
  how: 'commit' | 'release' | 'next_release',
  release: string | undefined,
  sha: string,
  context: Context,
): Promise<Resolution> {
  if (how === 'next_release') return { inNextRelease: true };
  if (how === 'release') {
    if (release === undefined)
      throw inputError('It is not said in which release the fix is.', 'Name its version in `release`.');
    return { inRelease: release };
  }
  const { repository } = await context.github();
  return repository === undefined ? { inNextRelease: true } : { inCommit: { commit: sha, repository } };
}

async function archive(
  reason: string | undefined,
  context: Context,
  call: Call,
  held: Held,
): Promise<Answer> {
  if (reason === undefined) {
    throw inputError('Archiving needs a reason.', 'Say in a sentence why the issue is not to be fixed.');
  }
  const client = await guardedClient(context, held);
  const report = await archiveIssue(
    client,
    held.shortId,
    { substatus: 'archived_until_escalating' },
    `Archived by Pitcrew: ${untrustedBlock(reason, 1000)}`,
    call.signal,
  );
  const note =
    report.note.state === 'failed'
      ? `The reason could not be written to the issue: ${report.note.reason}`
      : undefined;
  return finish(context, held, report, { strategy: 'archived', reason: untrustedBlock(reason, 1000), note });
}

async function finish(
  context: Context,
  held: Held,
  report: ChangeReport,
  details: { strategy: string; reason?: string | undefined; note?: string | undefined },
): Promise<Answer> {
  const recorded = await (await context.ledger()).recordStep({
    cmd: commandId(),
    run: held.run.run,
    fence: held.run.fence,
    incident: held.incident,
    step: 'resolution',
    data: {
      before: report.before,
      after: report.after,
      strategy: details.strategy,
      ...(details.reason === undefined ? {} : { reason: details.reason }),
    },
  });
  const unrecorded: PitcrewError | undefined = recorded.ok
    ? undefined
    : refusedError(recorded.reason, recorded.advice);
  const pull = held.steps.pull_request;
  const where = pull?.url ?? pull?.patch;
  const fix =
    held.steps.commit && details.strategy !== 'archived'
      ? `fixed in ${held.steps.commit.sha.slice(0, 12)}, `
      : '';
  await recordOutcome(context, held.incident, `${fix}${where ? `${where}, ` : ''}${report.after}`);
  const before = report.before.replace(/ \([^()]*\)$/, '');
  const lines = [
    `${held.shortId}: ${report.before} -> ${report.after}${report.changed ? '' : ' (it was so already; nothing was sent)'}.`,
    ...(details.note ? [details.note] : []),
    ...(report.confirmed
      ? []
      : ['Sentry accepted the change, but it could not be read back; look at the issue page.']),
    // The change has landed: to call it a failure now would be a lie.
    ...(unrecorded ? [`The ledger did not record it: ${unrecorded.message}`] : []),
    ...(report.changed ? [`To undo: set the issue back to ${before} on ${report.permalink}`] : []),
  ];
  return {
    text: lines.join('\n'),
    data: {
      issue: held.shortId,
      before: report.before,
      after: report.after,
      changed: report.changed,
      confirmed: report.confirmed,
      strategy: details.strategy,
      note: details.note ?? null,
    },
  };
}
