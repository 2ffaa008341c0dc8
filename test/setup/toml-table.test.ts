import { describe, expect, test } from 'vitest';
import {
  hasTomlTable,
  readTomlTable,
  removeTomlTable,
  setTomlTable,
} from '../../src/setup/edit/toml-table.ts';

const TABLE = {
  name: 'mcp_servers.pitcrew',
  entries: { command: '"node"', args: '["/opt/pitcrew.mjs", "mcp"]' },
};
const BLOCK = '[mcp_servers.pitcrew]\ncommand = "node"\nargs = ["/opt/pitcrew.mjs", "mcp"]\n';

describe('one table of a TOML text', () => {
  test.each([
    ['nothing', '', BLOCK],
    ['keys', 'model = "x" # mine\n', `model = "x" # mine\n\n${BLOCK}`],
    ['tables', '[mcp_servers.other]\ncommand = "o"\n', `[mcp_servers.other]\ncommand = "o"\n\n${BLOCK}`],
  ])('is added behind %s, and taken out without a trace', (_name, before, after) => {
    expect(setTomlTable(before, TABLE)).toBe(after);
    expect(setTomlTable(after, TABLE)).toBe(after);
    expect(removeTomlTable(after, TABLE.name)).toBe(before);
  });

  test('between others: only its own lines change, and keys that people added stay', () => {
    const before = `a = 1

[mcp_servers."pitcrew"] # by hand
command = "old"
startup_timeout_sec = 20

# about the next one
[profiles.x]
model = "y"
`;
    const after = setTomlTable(before, TABLE) ?? '';
    expect(after).toBe(
      before
        .replace('command = "old"', 'command = "node"')
        .replace('sec = 20\n', 'sec = 20\nargs = ["/opt/pitcrew.mjs", "mcp"]\n'),
    );
    expect(readTomlTable(after, TABLE.name, 'command')).toBe('"node"');
    expect(removeTomlTable(after, TABLE.name)).toBe(
      'a = 1\n\n# about the next one\n[profiles.x]\nmodel = "y"\n',
    );
  });

  test('tables below it go with it', () => {
    const text = `a = 1\n\n${BLOCK}\n[mcp_servers.pitcrew.tools.x]\napproval_mode = "approve"\n`;
    expect(removeTomlTable(text, TABLE.name)).toBe('a = 1\n');
  });

  test.each([
    ['inline', 'mcp_servers = { pitcrew = { command = "x" } }\n'],
    ['dotted', 'mcp_servers.pitcrew.command = "x"\n'],
    ['inside its parent', '[mcp_servers]\npitcrew = { command = "x" }\n'],
    ['twice', `${BLOCK}${BLOCK}`],
    ['a value on several lines', '[mcp_servers.pitcrew]\nargs = [\n  "x",\n]\n'],
  ])('written %s it is left alone', (_name, text) => {
    expect(setTomlTable(text, TABLE)).toBeUndefined();
    expect(hasTomlTable(text, TABLE.name)).toBe(true);
  });
});
