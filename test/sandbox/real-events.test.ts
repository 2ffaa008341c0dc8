import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Json, trial } from './support/sandbox.ts';

/** A folder of `*.json` events of real SDKs, kept outside this repository; PITCREW_EVENTS names it. */
const FOLDER = process.env.PITCREW_EVENTS ?? join(import.meta.dirname, '../../../shared/events');

const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];
if (files.length === 0)
  console.warn(`SKIPPED: no real events in ${FOLDER}; set PITCREW_EVENTS to a folder of them.`);

test.skipIf(files.length === 0)('every real event is taken and can be read back whole', async () => {
  const { crash, get } = await trial();
  for (const [index, file] of files.entries()) {
    const sent: Json = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
    // Some share an id, which would make one of them a repeat of the other.
    const { status, body } = await crash({ ...sent, event_id: index.toString(16).padStart(32, '0') });
    expect.soft(status, file).toBe(200);
    const { body: event } = await get(`/api/0/projects/pitstop/pitstop/events/${body.id}/`);
    expect.soft(event.title, file).toMatch(/\S/);
    expect.soft(event.title, file).not.toMatch(/^(<unknown>|<unlabeled event>|\[object)/);
    const exceptions = event.entries.find((entry: Json) => entry.type === 'exception')?.data.values ?? [];
    const given = Array.isArray(sent.exception) ? sent.exception : (sent.exception?.values ?? []);
    expect.soft(exceptions.length, file).toBe(given.length);
    for (const [position, exception] of exceptions.entries()) {
      const frames = given[position].stacktrace?.frames ?? exception.stacktrace?.frames ?? [];
      expect.soft(exception.stacktrace?.frames.length ?? 0, file).toBe(frames.length);
    }
    const { body: issue } = await get(`/api/0/issues/${event.groupID}/`);
    expect.soft(Number(issue.count), file).toBeGreaterThan(0);
  }
});
