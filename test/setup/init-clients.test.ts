import { access, chmod, lstat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { PROGRAM } from '../support/stage.ts';
import { type Files, filesBelow, type TestPlace, wholeTree } from './place.ts';
import { setupStage } from './stage.ts';

const stage = setupStage();

const SETTINGS: Files = {
  '.codex/config.toml': 'model = "x" # mine\n',
  '.cursor/mcp.json': '{"mcpServers":{"other":{"command":"o"}}}',
  '.gemini/settings.json': '{\n  // mine\n  "theme": "dark"\n}\n',
  '.config/opencode/opencode.json': '{\n  "$schema": "https://opencode.ai/config.json"\n}\n',
  '.claude/settings.json': '{}\n',
};

describe.concurrent('clients', () => {
  async function withClients(): Promise<TestPlace> {
    const at = await stage.place({ 'README.md': '# x\n', '.vscode/settings.json': '{}\n' });
    for (const [path, text] of Object.entries(SETTINGS)) await at.inHome(path, text);
    return at;
  }

  test('all six are wired, a second run finds it so, and --remove leaves no trace', async () => {
    const at = await withClients();
    const before = await filesBelow(at.folder);
    const first = await cli(at, ['init', '--yes', '--json']);
    expect(first.data.state).toBe('applied');
    expect([...new Set(first.data.changes.map(({ client }: { client: string }) => client))]).toEqual([
      null,
      'Claude Code',
      'Codex',
      'Cursor',
      'VS Code',
      'Gemini CLI',
      'opencode',
    ]);
    expect(first.data.changes.every(({ undo }: { undo: string }) => undo !== null)).toBe(true);

    const after = await filesBelow(at.folder);
    const server = [PROGRAM, 'mcp'];
    expect(JSON.parse(after['home/.cursor/mcp.json'] ?? '').mcpServers).toEqual({
      other: { command: 'o' },
      pitcrew: { command: 'node', args: server },
    });
    expect(JSON.parse(after['race-day/.vscode/mcp.json'] ?? '').servers.pitcrew.args).toEqual(server);
    expect(after['home/.codex/config.toml']).toContain(`args = ${JSON.stringify(server).replace(',', ', ')}`);
    expect(after['home/.codex/config.toml']).toContain('"SENTRY_AUTH_TOKEN"');
    expect(after['home/.gemini/settings.json']).toContain('// mine');
    expect(JSON.parse(after['home/.config/opencode/opencode.json'] ?? '').mcp.pitcrew.command).toEqual([
      'node',
      ...server,
    ]);
    expect(Object.values(after).join()).not.toContain(stage.sandbox().token);

    const settled = await wholeTree(at.folder);
    const second = await cli(at, ['init', '--yes']);
    expect(second.stdout).toContain('Everything is already so; nothing was changed.');
    expect(await wholeTree(at.folder)).toEqual(settled);

    const removed = await cli(at, ['init', '--remove', '--yes', '--json']);
    expect(removed.data.state).toBe('applied');
    expect(await filesBelow(at.folder)).toEqual(before);
    await expect(access(join(at.home, '.claude/skills'))).rejects.toThrow();
    expect((await cli(at, ['init', '--remove', '--yes'])).stdout).toContain('No wiring was found');
  });

  test('where none of the six was there, --remove takes the folders out that init made', async () => {
    const at = await stage.place();
    const names = async () =>
      Object.keys(await wholeTree(at.folder)).filter((path) => !path.includes('.git/'));
    const before = await names();
    const all = ['claude', 'codex', 'cursor', 'vscode', 'gemini', 'opencode'].flatMap((id) => [
      '--client',
      id,
    ]);
    await cli(at, ['init', '--yes', ...all]);
    expect(await names()).toEqual(
      expect.arrayContaining(['home/.codex/config.toml', 'home/.config/opencode/opencode.json']),
    );
    await cli(at, ['init', '--remove', '--yes']);
    expect(await names()).toEqual(before);
  });

  test('what clients keep from a server unless it is named: tokens, the agent of ssh, certificates', async () => {
    const at = await stage.place();
    await cli(at, ['init', '--yes', '--client', 'codex', '--client', 'gemini']);
    const files = await filesBelow(at.home);
    const { env } = JSON.parse(files['.gemini/settings.json'] ?? '').mcpServers.pitcrew;
    for (const name of [
      'SENTRY_AUTH_TOKEN',
      'SENTRY_AUTH',
      'GH_TOKEN',
      'SSH_AUTH_SOCK',
      'NODE_EXTRA_CA_CERTS',
    ]) {
      expect(env[name]).toBe(`\${${name}:-}`);
      expect(files['.codex/config.toml']).toContain(`"${name}"`);
    }
  });

  test("Claude Code's folder is a skill and a plugin that starts this installation", async () => {
    const at = await stage.place();
    await cli(at, ['init', '--yes', '--client', 'claude']);
    const files = await filesBelow(join(at.home, '.claude/skills/sentry'));
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(['.claude-plugin/plugin.json', '.mcp.json', 'SKILL.md', 'references/tools.md']),
    );
    const manifest = JSON.parse(files['.claude-plugin/plugin.json'] ?? '');
    expect(manifest.name).toBe('pitcrew');
    expect(manifest.mcpServers).toBeUndefined();
    expect(JSON.parse(files['.mcp.json'] ?? '').mcpServers.pitcrew).toEqual({
      command: 'node',
      args: [PROGRAM, 'mcp'],
      alwaysLoad: true,
    });
  });

  test("somebody else's skill of the name is left alone, with what to do instead", async () => {
    const at = await stage.place();
    await at.inHome('.claude/skills/sentry/SKILL.md', 'mine\n');
    const { data } = await cli(at, ['init', '--yes', '--json']);
    const change = data.changes.find(({ client }: { client: string }) => client === 'Claude Code');
    expect(change).toMatchObject({ action: 'by-hand' });
    expect(change.note).toContain('claude plugin marketplace add');
    await cli(at, ['init', '--remove', '--yes']);
    expect((await filesBelow(at.home))['.claude/skills/sentry/SKILL.md']).toBe('mine\n');
  });

  test('an enabled plugin is enough', async () => {
    const at = await stage.place();
    await at.inHome('.claude/settings.json', '{"enabledPlugins": {"pitcrew@pitcrew": true}}');
    const { data } = await cli(at, ['init', '--yes', '--json']);
    expect(data.changes.filter(({ client }: { client: string | null }) => client)).toMatchObject([
      { action: 'same' },
    ]);
  });

  test('--project writes into the repository, by a relative path where pitcrew is installed there', async () => {
    const at = await stage.place({ 'README.md': '# x\n', 'node_modules/pitcrew/dist/pitcrew.mjs': '' });
    await cli(at, ['init', '--yes', '--project', '--client', 'claude', '--client', 'codex']);
    expect(JSON.parse(await at.read('.claude/settings.json'))).toEqual({
      extraKnownMarketplaces: {
        pitcrew: { source: { source: 'directory', path: './node_modules/pitcrew' } },
      },
      enabledPlugins: { 'pitcrew@pitcrew': true },
    });
    expect(await at.read('.codex/config.toml')).toContain('command = "node"');
    await cli(at, ['init', '--remove', '--yes']);
    for (const folder of ['.claude', '.codex'])
      await expect(access(join(at.repository, folder))).rejects.toThrow();
  });

  test('an older entry is shown and brought up to date; what people added to it stays', async () => {
    const at = await stage.place();
    const held = {
      mcpServers: { pitcrew: { command: 'node', args: ['/gone/pitcrew.mjs', 'mcp'], disabled: true } },
    };
    await at.inHome('.cursor/mcp.json', JSON.stringify(held, null, 4));
    const { stdout } = await cli(at, ['init', '--yes']);
    expect(stdout).toContain('- mcpServers.pitcrew.args: ["/gone/pitcrew.mjs","mcp"]');
    const { pitcrew } = JSON.parse((await filesBelow(at.home))['.cursor/mcp.json'] ?? '').mcpServers;
    expect(pitcrew).toEqual({ command: 'node', args: [PROGRAM, 'mcp'], disabled: true });
  });

  test('what cannot be merged safely is printed instead', async () => {
    const at = await stage.place();
    await at.inHome('.cursor/mcp.json', '{"mcpServers": oops}');
    await at.inHome('.codex/config.toml', 'mcp_servers = {}\n');
    const { stdout, code } = await cli(at, ['init', '--yes']);
    expect(code).toBe(0);
    expect(stdout).toContain('by hand   ~/.cursor/mcp.json  (Cursor)');
    expect(stdout).toContain('by hand   ~/.codex/config.toml  (Codex)');
    expect(stdout).toContain('+ [mcp_servers.pitcrew]');
    const files = await filesBelow(at.home);
    expect(files['.cursor/mcp.json']).toBe('{"mcpServers": oops}');
    expect(files['.codex/config.toml']).toBe('mcp_servers = {}\n');
  });

  test('a linked settings file is written through its link, and keeps its mode', async () => {
    const at = await stage.place();
    const real = await at.inHome('dotfiles/cursor.json', '{"a": 1}\n');
    await chmod(real, 0o600);
    await at.inHome('.cursor');
    await symlink(real, join(at.home, '.cursor/mcp.json'));
    await cli(at, ['init', '--yes']);
    expect((await lstat(join(at.home, '.cursor/mcp.json'))).isSymbolicLink()).toBe(true);
    expect((await lstat(real)).mode & 0o777).toBe(0o600);
    expect((await filesBelow(at.home))['dotfiles/cursor.json']).toContain('pitcrew');
  });

  test('what cannot be written is an input error that says what was done before it', async () => {
    const at = await stage.place();
    await at.inHome('.cursor', 'a file, not a folder\n');
    const { code, stderr } = await cli(at, ['init', '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain('~/.cursor/mcp.json cannot be written');
    expect(stderr).toContain('Written before it: pitcrew.yml.');
    expect(Object.keys(await filesBelow(at.home))).toEqual(['.cursor', '.local/state/pitcrew/init.json']);
    await cli(at, ['init', '--remove', '--yes']);
    expect(Object.keys(await wholeTree(at.home))).toEqual(['.cursor']);
  });
});
