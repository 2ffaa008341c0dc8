import * as z from 'zod';
import type { GivenPort, RegisterCommand, Run } from '../../ledger/ledger.ts';
import { covers } from '../../ledger/overlap.ts';
import type { Context } from '../context.ts';
import { inputError, messageOf, PitcrewError } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';
import type { JsonValue } from '../core/json.ts';
import { headOf } from '../git/repository.ts';
import { claimData, pathText, resourceTexts, sharedInVain } from '../pipeline/claim-texts.ts';
import { conflictError } from '../pipeline/conflict.ts';
import { latestEvidence } from '../pipeline/evidence.ts';
import { pathClaims } from '../pipeline/folder-claims.ts';
import { registerInTurn } from '../pipeline/register-in-turn.ts';
import type { Suspect } from '../sentry/evidence/suspects.ts';
import { type Answer, type Call, defineTool } from './define.ts';
import { requireSelected } from './requirements.ts';

export const ledgerRegister = defineTool({
  name: 'ledger_register',
  title: 'Claim issues and paths for this session',
  description:
    'Claims selected issues, and the files that their fixes will touch, for this session; refused as a whole when another live session holds any of them, with who and since when. Use after triage_select, before any other step. The claim is renewed while the server lives.',
  effect: 'write',
  examples: [
    'ledger-register WEB-3F',
    "ledger-register WEB-3F,WEB-9 --paths 'src/cart/**' --intent 'null cart'",
    'ledger-register WEB-3F --shared CHANGELOG.md --resources port:3000-3999',
  ],
  positional: 'issues',
  input: {
    issues: z.array(z.string().min(1)).min(1).max(50).describe('Short ids that were selected.'),
    paths: z
      .array(z.string().min(1).max(300))
      .max(200)
      .optional()
      .describe('Files or globs, relative to the repository. Default: the first suspects of each issue.'),
    shared: z
      .array(z.string().min(1).max(300))
      .max(200)
      .default([])
      .describe('Paths that others may change too, as a changelog.'),
    resources: z
      .array(z.string().min(1).max(160))
      .max(50)
      .default([])
      .describe('Besides paths: db:dev, port:5173; port:3000-3999 gives a free one.'),
    wait_seconds: z
      .number()
      .int()
      .min(0)
      .max(3600)
      .default(0)
      .describe('When refused, wait in line this long.'),
    intent: z.string().max(300).default('').describe('What for, in a few words, shown to other sessions.'),
  },
  async run(input, context, call) {
    const incidents = [...new Set(await Promise.all(input.issues.map((issue) => context.incidentOf(issue))))];
    const ledger = await context.ledger();
    for (const incident of incidents) requireSelected(incident, await ledger.incident(incident), context);
    if (input.paths === undefined && input.wait_seconds === 0) await refuseHeld(incidents, input, context);
    const paths = input.paths ?? unshared(await pathsOfSuspects(incidents, context, call), input);
    const head = await headOf(context.repository);
    const request: Omit<RegisterCommand, 'cmd'> = {
      session: context.session.id,
      owner: context.session.owner,
      incidents,
      paths: await pathClaims({ exclusive: paths, shared: input.shared }, context.repository),
      base: head.sha,
      ttlMs: context.session.leaseMs,
      intent: input.intent,
      resources: input.resources,
    };
    const { run, ports = [] } = await registerInTurn(ledger, request, {
      waitMs: input.wait_seconds * 1000,
      signal: call.signal,
      progress: call.progress,
    });
    await context.hold(run);
    return registered(run, ports, call);
  },
});

/** What is held is held whatever its paths are: the ledger says so before Sentry is asked for them. */
async function refuseHeld(
  incidents: string[],
  { resources }: { resources: string[] },
  { ledger, session }: Context,
): Promise<void> {
  const { conflicts } = await (await ledger()).probe({
    session: session.id,
    incidents,
    paths: [],
    resources,
    machine: session.owner,
  });
  if (conflicts.length > 0) throw conflictError(conflicts, 'claim');
}

async function pathsOfSuspects(incidents: string[], context: Context, call: Call): Promise<string[]> {
  call.progress('Reading the events for the files to claim');
  const { client } = await context.sentry();
  const found = await Promise.all(
    incidents.map(async (incident) => {
      try {
        const gathered = await latestEvidence(
          {
            client,
            repository: context.repository,
            issue: shortName(incident),
            signal: call.signal,
          },
          context.recentEvidence,
        );
        return likelyFiles(gathered.evidence.suspects);
      } catch (error) {
        if (error instanceof PitcrewError && !call.signal.aborted) {
          throw inputError(
            `The files of ${shortName(incident)} cannot be read from its latest event: ${messageOf(error)}`,
            'Name the files yourself in `paths`, or try again.',
          );
        }
        throw error;
      }
    }),
  );
  return [...new Set(found.flat())];
}

/** What was said to be shared is not claimed alone because a stack names it too. */
const unshared = (paths: readonly string[], { shared }: { shared: string[] }): string[] =>
  paths.filter((path) => !shared.some((glob) => covers(glob, path)));

/** Of the suspects' scores: files below this share of the first are passed through by many stacks, and seldom at fault. */
const LIKELY = 0.75;

/**
 * The files that the fix will most likely touch. Not every file of the stack: an entry point is in all of them, and
 * claiming it would let one session shut out every other. What else a fix needs joins the claim when it is committed.
 */
const likelyFiles = (suspects: readonly Suspect[]): string[] =>
  suspects.filter(({ score }) => score >= LIKELY * (suspects[0]?.score ?? 0)).map(({ path }) => path);

function registered(run: Run, ports: GivenPort[], { ownWords: inWords = String }: Call): Answer {
  const issues = run.incidents.map(shortName);
  const { run: id, fence, resources, base } = run;
  const data: JsonValue = { run: id, fence, issues, ...claimData(run, ports), base };
  return {
    text: [
      `Claimed ${issues.join(', ')} for this session (run ${run.run}).`,
      `Paths: ${run.paths.map(pathText).join(', ') || `none yet; ${inWords('fix_commit adds the files it commits')}`}.`,
      ...sharedInVain(run.paths),
      ...(resources.length > 0 ? [`Reserved: ${resourceTexts(resources, ports).join(', ')}.`] : []),
      'Next, for one issue at a time: worktree_create.',
    ].join('\n'),
    data,
  };
}
