import { openStage, type Stage } from '../test/support/stage.ts';
import type { Bench } from './bench.ts';
import { atMost, type Figure } from './figure.ts';
import { officialCommand, officialReference } from './official.ts';
import { openServer, ourCommand, type Server, tokensOf } from './server.ts';
import { addCrashedFiles, largeCrash, listedCrash, nativeCrash, neededFacts } from './workload.ts';

const LISTED = 25;

/** Tokens as the model sees them (o200k), of both servers against the same loopback Sentry: tools, and the largest usual answers. */
export async function tokens({ official, progress }: Bench): Promise<Figure[]> {
  const stage = await openStage();
  await addCrashedFiles(stage);
  const ours = await openServer(ourCommand(stage.env, stage.repository));
  const theirs = official
    ? await openServer(officialCommand(official, stage.sandbox.url, stage.sandbox.token))
    : undefined;
  try {
    progress('the listed tools');
    const tools = await toolFigure(ours, theirs);
    progress(`a list of ${LISTED} issues`);
    const list = await listFigure(stage, ours, theirs);
    progress('a crash of 60 frames');
    const native = await crashFigures(stage, ours, theirs, CRASHES.native);
    progress('a crash of 250 frames');
    const large = await crashFigures(stage, ours, theirs, CRASHES.large);
    return [tools, list, ...native, ...large];
  } finally {
    await ours.close();
    await theirs?.close();
    await stage.close();
  }
}

async function toolFigure(ours: Server, theirs: Server | undefined): Promise<Figure> {
  const listed = await ours.tools();
  const others = await theirs?.tools();
  return atMost(
    {
      name: `tokens of all ${listed.count} listed tools`,
      value: tokensOf(listed.text),
      unit: 'tokens',
      references: [officialReference('tools', others && tokensOf(others.text))],
      ...(others ? { detail: `the official server lists ${others.count}` } : {}),
    },
    4000,
  );
}

async function listFigure(stage: Stage, ours: Server, theirs: Server | undefined): Promise<Figure> {
  for (let at = 0; at < LISTED; at += 1) {
    for (let times = 0; times < 2; times += 1) await stage.crash(listedCrash(at));
  }
  const our = await asked(stage, ours, 'sentry_list_issues', { top: LISTED, sort: 'freq' });
  const their =
    theirs &&
    (await asked(stage, theirs, 'search_issues', {
      organizationSlug: stage.sandbox.organization,
      query: 'is:unresolved',
      sort: 'freq',
      limit: LISTED,
    }));
  return atMost(
    {
      name: `list of ${LISTED} issues`,
      value: tokensOf(our.text),
      unit: 'tokens',
      references: [officialReference('list', their && tokensOf(their.text))],
      detail: `the whole answer, triage recorded; ${requestsOf(our, their)}`,
    },
    1500,
  );
}

interface Crash {
  name: string;
  frames: number;
  event(): Record<string, unknown>;
  most: number;
  reference: 'native' | 'large';
}

const CRASHES: Record<'native' | 'large', Crash> = {
  native: {
    name: 'a 60-frame native crash',
    frames: 60,
    event: () => nativeCrash(60),
    most: 1300,
    reference: 'native',
  },
  large: {
    name: '250 frames and 64 KB extra',
    frames: 250,
    event: largeCrash,
    most: 4000,
    reference: 'large',
  },
};

async function crashFigures(
  stage: Stage,
  ours: Server,
  theirs: Server | undefined,
  crash: Crash,
): Promise<Figure[]> {
  await stage.crash(crash.event());
  const { shortId } = await newestIssue(stage);
  const our = await asked(stage, ours, 'sentry_latest_event', { issue: shortId });
  const their =
    theirs &&
    (await asked(stage, theirs, 'get_sentry_resource', {
      organizationSlug: stage.sandbox.organization,
      resourceType: 'issue',
      resourceId: shortId,
    }));
  const facts = neededFacts(crash.frames);
  const missing = facts.filter(([, pattern]) => !pattern.test(our.text)).map(([what]) => what);
  return [
    atMost(
      {
        name: crash.name,
        value: tokensOf(our.text),
        unit: 'tokens',
        references: [officialReference(crash.reference, their && tokensOf(their.text))],
        detail: `source lines and suspect files of the checkout among them; ${requestsOf(our, their)}`,
      },
      crash.most,
    ),
    atMost(
      {
        name: `${crash.name}: needed facts left out`,
        value: missing.length,
        unit: `of ${facts.length}`,
        detail: `${facts.map(([what]) => what).join(', ')}${missing.length > 0 ? `; missing: ${missing.join(', ')}` : ''}`,
      },
      0,
    ),
  ];
}

interface Asked {
  text: string;
  requests: number;
}

async function asked(
  stage: Stage,
  server: Server,
  tool: string,
  args: Record<string, unknown>,
): Promise<Asked> {
  const before = stage.sandbox.requestLog().length;
  const { isError, text } = await server.call(tool, args);
  if (isError) throw new Error(`${tool} failed: ${text}`);
  return { text, requests: stage.sandbox.requestLog().length - before };
}

const requestsOf = (our: Asked, their: Asked | undefined): string =>
  `requests made: ${our.requests}${their ? `, the official server ${their.requests}` : ''}`;

async function newestIssue(stage: Stage): Promise<{ shortId: string }> {
  const { url, organization, token } = stage.sandbox;
  const answer = await fetch(`${url}/api/0/organizations/${organization}/issues/?sort=new&limit=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const issues: unknown = await answer.json();
  const first: unknown = Array.isArray(issues) ? issues[0] : undefined;
  return { shortId: String(Object(first).shortId) };
}
