import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { type CliResult, cli } from '../support/cli.ts';
import { type Files, makePlace, openSandbox, type TestPlace } from './place.ts';

/** One sandbox for a test file, and repositories that end with it. */
export interface SetupStage {
  sandbox(): Sandbox;
  /** A repository with a home of its own, and nothing else. */
  place(files?: Files): Promise<TestPlace>;
  /** One that has everything: configuration, and a remote that takes pushes. */
  whole(files?: Files): Promise<TestPlace>;
}

export function setupStage(): SetupStage {
  const places: TestPlace[] = [];
  let opened: Awaited<ReturnType<typeof openSandbox>>;
  beforeAll(async () => {
    opened = await openSandbox();
  });
  afterAll(async () => {
    await opened.close();
    await Promise.all(places.map((place) => place.close()));
  });
  const place = async (files: Files = { 'README.md': '# x\n' }) => {
    const made = await makePlace(files, opened.sandbox);
    places.push(made);
    return made;
  };
  return {
    sandbox: () => opened.sandbox,
    place,
    async whole(files = {}) {
      const made = await place({ 'pitcrew.yml': CONFIG, ...files });
      await made.git('init', '--quiet', '--bare', '--initial-branch=main', '../remote.git');
      await made.git('remote', 'add', 'origin', join(made.folder, 'remote.git'));
      await made.git('push', '--quiet', 'origin', 'main');
      await made.git('remote', 'set-head', 'origin', '--auto');
      return made;
    },
  };
}

export const CONFIG =
  'sentry: {organization: pitstop}\ngithub: {repository: pitstop/race-day}\nchecks: ["true"]\n';

export interface Line {
  id: string;
  group: string;
  state: string;
  text: string;
  next: string | null;
  kind: string | null;
}

export async function doctor(at: TestPlace, env: Record<string, string> = {}, args: string[] = []) {
  const result = await cli({ ...at, env: { ...at.env, ...env } }, ['doctor', '--json', ...args]);
  return {
    ...result,
    line: (id: string): Line | undefined => result.data.checks.find((one: Line) => one.id === id),
  };
}

export const statesOf = ({ data }: Pick<CliResult, 'data'>, state: string): string[] =>
  data.checks.filter((one: Line) => one.state === state).map(({ id }: Line) => id);
