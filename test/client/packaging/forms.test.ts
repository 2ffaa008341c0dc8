import { access, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import type { Stage } from '../../support/stage.ts';
import { does } from '../support/agent.ts';
import { call, inRealClient, openTerminal, runHeadless } from '../support/client.ts';
import { makeHome } from '../support/home.ts';
import { CONTRACT, closeRaceDay, openRaceDay } from '../support/race-day.ts';
import { makeMarketplace, plugin, unpackTarball } from './forms.ts';

const { issue } = CONTRACT;

inRealClient('every form in which it is installed', (client) => {
  let stage: Stage;
  let packed: string;
  beforeAll(async () => {
    stage = await openRaceDay();
    packed = await unpackTarball(join(stage.folder, 'tarball'));
  });
  afterAll(() => closeRaceDay(stage));

  const FORMS: [string, () => Promise<string>][] = [
    ['from a folder of plugins', () => fromMarketplace()],
    ['for the person, by pitcrew init', () => forThePerson()],
    ['for this checkout, by pitcrew init --project', () => forTheProject()],
  ];

  describe.each(FORMS)('%s', (form, install) => {
    let home: string;
    beforeAll(async () => {
      home = await install();
    });
    afterAll(async () => {
      await cli(stage, ['init', '--remove', '--yes'], { env: { HOME: home } });
    });

    test('has /sentry, the commands, both subagents and the tools', async () => {
      const run = await runHeadless(client, stage, {
        home,
        plugin: 'none',
        prompt: '/sentry list',
        async *script(first) {
          expect(first.prompt).toContain('Request: list');
          expect(first.toolNames.filter((name) => /pitcrew/.test(name)).length).toBeGreaterThanOrEqual(16);
          expect(yield* does('sentry_list_issues', { record: false })).toContain(issue);
          yield 'LISTED.';
        },
      });
      expect(run.init.plugins).toEqual(
        expect.arrayContaining([expect.objectContaining({ name: 'pitcrew' })]),
      );
      expect(run.init.agents).toEqual(expect.arrayContaining(['pitcrew:investigator', 'pitcrew:fixer']));
      const commands = form.startsWith('for the person') ? ['sentry'] : ['pitcrew:sentry'];
      expect(run.init.slash_commands).toEqual(
        expect.arrayContaining([...commands, 'pitcrew:status', 'pitcrew:stop', 'pitcrew:doctor']),
      );
    });

    test('what a person types is their word, no dialog comes up, and the guard is awake', async () => {
      const terminal = await openTerminal(client, stage, {
        home,
        plugin: 'none',
        async *script(first) {
          expect(first.prompt).toContain(`Request: fix ${issue}`);
          yield* does('sentry_list_issues', { issues: [issue] });
          expect(yield* does('triage_select')).toContain(`Selected by person (typed): ${issue}.`);
          yield* does('ledger_register', { issues: [issue] });
          const guarded = yield { calls: [call('Bash', { command: 'git stash' })] };
          expect(guarded.results.at(-1)).toMatchObject({ isError: true });
          expect(guarded.results.at(-1)?.text).toMatch(/stash/);
          yield* does('ledger_complete', { note: 'a test' });
          yield 'GUARDED.';
        },
      });
      try {
        await terminal.submit(`/sentry fix ${issue}`);
        expect(await terminal.waitFor(/GUARDED\./, 60)).not.toContain('requests your input');
      } finally {
        await terminal.close();
      }
    });
  });

  test('a project where it is installed has it for everybody: from the second run on without a terminal', async () => {
    await mkdir(join(stage.repository, 'node_modules'), { recursive: true });
    await symlink(packed, join(stage.repository, 'node_modules/pitcrew'));
    const home = await forTheProject();
    const settings = await readFile(join(stage.repository, '.claude/settings.json'), 'utf8');
    expect(settings).not.toContain(stage.folder);
    const tools: number[] = [];
    for (const _run of [1, 2])
      await runHeadless(client, stage, {
        home,
        plugin: 'none',
        prompt: '/sentry list',
        async *script(first) {
          tools.push(first.toolNames.filter((name) => /pitcrew/.test(name)).length);
          yield 'LOOKED.';
        },
      });
    expect(tools[1]).toBeGreaterThanOrEqual(16);
    await cli(stage, ['init', '--remove', '--yes'], { env: { HOME: home } });
    await expect(access(join(stage.repository, '.claude/settings.json'))).rejects.toThrow();
    // What the client itself had taken down of it is gone as well.
    const known = join(home, '.claude/plugins/known_marketplaces.json');
    expect(await readFile(known, 'utf8').catch(() => '')).not.toContain('pitcrew');
  });

  async function fromMarketplace(): Promise<string> {
    const name = 'pitcrew@our-tools';
    const market = await makeMarketplace(join(stage.folder, 'market'), packed);
    const home = await makeHome(stage);
    expect((await plugin(client, home, ['marketplace', 'add', market])).code).toBe(0);
    expect((await plugin(client, home, ['install', name])).code).toBe(0);
    const { stdout } = await plugin(client, home, ['list']);
    expect(stdout).toContain(name);
    expect(stdout).toMatch(/enabled/);
    expect((await plugin(client, home, ['details', 'pitcrew'])).stdout).toContain('sentry');
    return home;
  }

  async function forThePerson(): Promise<string> {
    const home = await makeHome(stage);
    await cli(stage, ['init', '--yes', '--client', 'claude'], { env: { HOME: home } });
    return home;
  }

  async function forTheProject(): Promise<string> {
    const home = await makeHome(stage);
    await cli(stage, ['init', '--yes', '--project', '--client', 'claude'], { env: { HOME: home } });
    return home;
  }
});
