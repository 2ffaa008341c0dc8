import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import {
  crashFrame,
  crashFrames,
  type Frame,
  parseEvent,
  type SentryEvent,
} from '../../../src/sentry/event.ts';
import { buildEvidence } from '../../../src/sentry/evidence/evidence.ts';
import { frameLine } from '../../../src/sentry/evidence/frame-line.ts';
import { ODD_EVENTS } from './odd-events.ts';
import { checkoutWith, ISSUE } from './support.ts';

// Events of real programs lie beside the repository on machines of its makers; they are not ours to commit.
const FOLDER = join(import.meta.dirname, '../../../../shared/events');
const NAMES = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];
if (NAMES.length === 0) console.warn(`skipped: no real events in ${FOLDER}`);

let folder: string;
let sandbox: Sandbox;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitcrew-sandbox-'));
  sandbox = await startSandbox({ dataDirectory: folder, projects: ['shop'], clock: systemClock, env: {} });
});
afterAll(async () => {
  await sandbox?.close();
  await rm(folder, { recursive: true, force: true });
});

const freshId = (): string => randomUUID().replaceAll('-', '');

/** The event as an SDK sends it, stored and asked for again; or the status with which it was refused. */
async function throughSandbox(sent: unknown): Promise<{ refused: number } | { answer: unknown }> {
  const key = new URL(sandbox.dsn()).username;
  const stored = await fetch(`${sandbox.url}/api/1/store/?sentry_key=${key}`, {
    method: 'POST',
    body: JSON.stringify(sent),
  });
  const { id } = (await stored.json()) as { id?: string };
  if (!stored.ok || id === undefined) return { refused: stored.status };
  const answer = await fetch(`${sandbox.url}/api/0/projects/pitstop/shop/events/${id}/`, {
    headers: { authorization: `Bearer ${sandbox.token}` },
  });
  expect(answer.status).toBe(200);
  return { answer: await answer.json() };
}

async function expectEvidence(event: SentryEvent): Promise<void> {
  const checkout = await checkoutWith({ 'src/main.ts': 'main();\n' });
  for (const detail of ['small', 'full'] as const) {
    const { text, data } = await buildEvidence({ event, issue: ISSUE, checkout, detail });
    const outermost = event.exceptions.at(-1);
    const named = (outermost?.type || outermost?.value || event.message || event.title).split('\n')[0] ?? '';
    expect(text).toContain(named.trim().replace(/\s+/g, ' ').slice(0, 60));
    expect(text.length).toBeLessThan(detail === 'small' ? 5800 : 11_500);
    const crash = crashFrame(event);
    if (!crash) continue;
    expect(text).toContain(`> ${frameLine({ frame: crash, candidates: [] }, event.platform)}`);
    const [first] = data.frames;
    expect(data.crashFrame?.function).toBe(first?.function);
  }
}

describe.skipIf(NAMES.length === 0)('real events go in as SDKs send them and come out as evidence', () => {
  test.each(NAMES)('%s', async (name) => {
    // Some share an id, and of those a server keeps the first.
    const sent = { ...JSON.parse(readFileSync(join(FOLDER, name), 'utf8')), event_id: freshId() };
    const went = await throughSandbox(sent);
    if ('refused' in went) throw new Error(`the sandbox refused it with ${went.refused}`);
    const direct = parseEvent(sent);
    const event = parseEvent(went.answer);
    expect(event.exceptions.map(({ type }) => type)).toEqual(direct.exceptions.map(({ type }) => type));
    expect(event.exceptions.map(({ value }) => value.slice(0, 200))).toEqual(
      direct.exceptions.map(({ value }) => value.slice(0, 200)),
    );
    // Which of them are in-app is the server's to say, for frames that the SDK left open.
    const places = (frames: readonly Frame[]) => frames.map((frame) => `${frame.function}:${frame.line}`);
    expect(places(crashFrames(event))).toEqual(places(crashFrames(direct)));
    await expectEvidence(event);
  });
});

describe('odd events', () => {
  test.each(ODD_EVENTS)('$name', async ({ event: sent, says, refused }) => {
    const went = await throughSandbox(sent);
    if ('refused' in went) {
      expect(refused, `refused with ${went.refused}`).toBe(true);
      return;
    }
    expect(refused ?? false).toBe(false);
    for (const event of [parseEvent(sent), parseEvent(went.answer)]) {
      const { text } = await buildEvidence({ event, issue: ISSUE });
      for (const part of says) expect(text).toContain(part);
      await expectEvidence(event);
    }
  });
});
