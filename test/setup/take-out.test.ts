import { access, mkdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { type Files, filesBelow, type TestPlace, wholeTree } from './place.ts';
import { setupStage } from './stage.ts';

const stage = setupStage();

const ALL = ['claude', 'codex', 'cursor', 'vscode', 'gemini', 'opencode'].flatMap((id) => ['--client', id]);

/** Settings as people have them, one state a row: relative to the home folder, or to the repository after `repository:`. */
const BEFORE: [string, Files, string[]][] = [
  ['nothing there', {}, []],
  [
    'empty folders',
    {},
    ['.claude/skills', '.codex', '.cursor', '.gemini', '.config/opencode', 'repository:.vscode'],
  ],
  [
    'comments, other servers, no line end at the end',
    {
      '.codex/config.toml': '# mine\n\n[mcp_servers.other]\ncommand = "o" # why\n\n\n# last words',
      '.cursor/mcp.json': '{"mcpServers":{"other":{"command":"o"}}}',
      '.gemini/settings.json':
        '{\r\n\t// mine\r\n\t"mcpServers": {\r\n\t\t"a": {"command": "a"}, // a\r\n\t},\r\n}',
      '.config/opencode/opencode.jsonc': '// all mine\n{ "mcp": { "x": { "type": "local" } /* x */ } }\n\n',
      'repository:.vscode/mcp.json': '{\n    "inputs": [],\n    "servers": { "b": {} }\n}',
      'repository:.claude/settings.json':
        '{\n  "enabledPlugins": {\n    "a@b": true,\n  },\n  "env": { "X": "1" } // x\n}\n',
      'repository:.claude/settings.local.json': '{"permissions":{"allow":["Bash(ls)"]}}',
      'repository:.mcp.json': '{ "mcpServers": { "c": { "command": "c" } } }\n',
    },
    [],
  ],
  [
    'files that hold next to nothing',
    {
      '.codex/config.toml': '\n\n',
      '.cursor/mcp.json': '{}',
      '.gemini/settings.json': '{ "mcpServers": {} }\n',
      '.config/opencode/opencode.json': '{\n}\n',
      'repository:.vscode/mcp.json': ' ',
      'repository:.claude/settings.json': '{"extraKnownMarketplaces": { }, "enabledPlugins":{}}',
      'repository:.claude/settings.local.json': '{\n\n}',
    },
    [],
  ],
];

describe.concurrent.each(BEFORE)('%s', (_name, files, folders) => {
  async function prepared(): Promise<TestPlace> {
    const at = await stage.place({ 'README.md': '# x\n', '.gitignore': 'node_modules\n' });
    const rooted = (path: string) => path.match(/^repository:(.*)$/)?.[1];
    for (const [path, text] of Object.entries(files)) {
      const inside = rooted(path);
      await (inside === undefined ? at.inHome(path, text) : at.write(inside, text));
    }
    for (const path of folders) {
      const inside = rooted(path);
      await mkdir(inside === undefined ? join(at.home, path) : join(at.repository, inside), {
        recursive: true,
      });
    }
    return at;
  }

  test.each([
    ['for the person', [], false],
    ['for the project, from this installation', ['--project'], false],
    ['for the project, where it is installed', ['--project'], true],
  ])(
    '%s: put in twice and taken out, every byte and folder is as before',
    async (_scope, flags, installed) => {
      const at = await prepared();
      if (installed) await at.write('node_modules/pitcrew/dist/pitcrew.mjs', '');
      const before = await namesAndTexts(at);
      const put = await cli(at, ['init', '--yes', ...ALL, ...flags, '--json']);
      expect(put.data.changes.map(({ action }: { action: string }) => action)).not.toContain('by-hand');
      expect(await namesAndTexts(at)).not.toEqual(before);
      await cli(at, ['init', '--yes', ...ALL, ...flags]);
      await cli(at, ['init', '--remove', '--yes']);
      expect(await namesAndTexts(at)).toEqual(before);
    },
  );
});

describe.concurrent('what people did in between', () => {
  test('an edit stays, our part goes, and a file that was there is not deleted', async () => {
    const at = await stage.place();
    await at.inHome('.cursor/mcp.json', '{}');
    await cli(at, ['init', '--yes', ...ALL]);
    const file = join(at.home, '.cursor/mcp.json');
    await at.inHome('.cursor/mcp.json', `${await readFile(file, 'utf8')}\n`);
    await at.inHome(
      '.codex/config.toml',
      `# mine\n${await readFile(join(at.home, '.codex/config.toml'), 'utf8')}`,
    );
    await at.inHome('.claude/skills/sentry/mine.md', 'mine\n');
    await cli(at, ['init', '--remove', '--yes']);
    expect(await filesBelow(at.home)).toEqual({
      '.claude/skills/sentry/mine.md': 'mine\n',
      '.codex/config.toml': '# mine\n',
      '.cursor/mcp.json': '{}\n',
    });
  });

  test('a pitcrew.yml that was committed or edited is theirs; one that nobody touched goes', async () => {
    const [committed, edited, untouched] = await Promise.all([stage.place(), stage.place(), stage.place()]);
    for (const at of [committed, edited, untouched]) await cli(at, ['init', '--yes', '--client', 'cursor']);
    await committed.git('add', 'pitcrew.yml');
    await committed.git('commit', '--quiet', '--message', 'config');
    await edited.write('pitcrew.yml', `${await edited.read('pitcrew.yml')}# mine\n`);
    for (const at of [committed, edited, untouched]) {
      const { stdout } = await cli(at, ['init', '--remove', '--yes']);
      expect(stdout.includes('pitcrew.yml, which is yours')).toBe(at !== untouched);
    }
    await expect(access(join(untouched.repository, 'pitcrew.yml'))).rejects.toThrow();
    expect(await committed.read('pitcrew.yml')).toContain('Pitcrew');
    expect(await edited.read('pitcrew.yml')).toContain('# mine');
  });

  test('lines that were added to a pitcrew.yml are taken out again', async () => {
    const text = '# ours\nsentry:\n    organization: pitstop # why\n';
    const at = await stage.place({ 'package.json': '{"scripts":{"test":"x"}}', 'pitcrew.yml': text });
    await cli(at, ['init', '--yes', '--client', 'cursor', '--sentry-project', 'race-day']);
    expect(await at.read('pitcrew.yml')).not.toBe(text);
    await cli(at, ['init', '--remove', '--yes']);
    expect(await at.read('pitcrew.yml')).toBe(text);
  });

  test('one client taken out, the others stay, and the rest goes with the last', async () => {
    const at = await stage.place();
    const before = await namesAndTexts(at);
    await cli(at, ['init', '--yes', '--client', 'codex', '--client', 'cursor']);
    await cli(at, ['init', '--remove', '--yes', '--client', 'codex']);
    expect(Object.keys(await filesBelow(at.home))).toEqual([
      '.cursor/mcp.json',
      '.local/state/pitcrew/init.json',
    ]);
    await cli(at, ['init', '--remove', '--yes']);
    expect(await namesAndTexts(at)).toEqual(before);
  });

  test('without the record of what was there, the texts themselves have to tell', async () => {
    const at = await stage.place();
    await at.inHome('.cursor/mcp.json', '{"mcpServers":{"other":{"command":"o"}}}');
    await at.inHome('.local/state/pitcrew/init.json', '{ damaged');
    await cli(at, ['init', '--yes', '--client', 'cursor', '--client', 'codex']);
    await at.inHome('.local/state/pitcrew/init.json', '{ damaged');
    await cli(at, ['init', '--remove', '--yes']);
    const { '.local/state/pitcrew/init.json': _, ...left } = await filesBelow(at.home);
    expect(left).toEqual({ '.cursor/mcp.json': '{"mcpServers":{"other":{"command":"o"}}}' });
    await expect(rmdir(join(at.home, '.codex'))).rejects.toThrow();
  });

  test('what is kept of a file is no line of it that could be a secret', async () => {
    const at = await stage.place();
    const secret = 'a-token-of-the-person '.repeat(20);
    await at.write(
      '.claude/settings.local.json',
      JSON.stringify({ enabledPlugins: {}, env: { SECRET: secret } }),
    );
    await cli(at, ['init', '--yes', '--project', '--client', 'claude']);
    const kept = await readFile(join(at.home, '.local/state/pitcrew/init.json'), 'utf8');
    expect(kept).toContain('settings.local.json');
    expect(kept).not.toContain('a-token-of-the-person');
  });
});

/** Without what git writes for itself, and without times. */
async function namesAndTexts(at: TestPlace): Promise<Record<string, string>> {
  const tree = await wholeTree(at.folder);
  return Object.fromEntries(
    Object.entries(tree)
      .filter(([path]) => !path.includes('.git/'))
      .map(([path, text]) => [path, text.replace(/^(\d+) [\d.]+ /, '$1 ')]),
  );
}

test('what was compiled for quick starts goes with it', async () => {
  const at = await stage.place({ 'README.md': '# x\n' });
  await cli(at, ['help']);
  const compiled = join(at.home, '.cache', 'pitcrew');
  await access(compiled);
  await cli(at, ['init', '--yes', '--client', 'codex', '--json']);
  await cli(at, ['init', '--yes', '--remove', '--json']);
  await expect(access(compiled)).rejects.toThrow('ENOENT');
});
