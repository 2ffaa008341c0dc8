import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson, removeJson, setJson } from '../../src/setup/edit/json-edit.ts';
import { parseJsonTree } from '../../src/setup/edit/json-tree.ts';

const AT = ['mcpServers', 'pitcrew'];
const SERVER = { command: 'node', args: ['/opt/pitcrew.mjs', 'mcp'] };

describe('JSON that people wrote', () => {
  test('comments, order, indentation and trailing commas stay', () => {
    const before = `{
\t// my settings
\t"theme": "dark", /* really */
\t"mcpServers": {
\t\t"other": { "command": "x" }, // keep
\t},
}
`;
    const after = setJson(before, AT, SERVER);
    expect(after).toBe(`{
\t// my settings
\t"theme": "dark", /* really */
\t"mcpServers": {
\t\t"other": { "command": "x" }, // keep
\t\t"pitcrew": {
\t\t\t"command": "node",
\t\t\t"args": [
\t\t\t\t"/opt/pitcrew.mjs",
\t\t\t\t"mcp"
\t\t\t]
\t\t},
\t},
}
`);
    expect(removeJson(after ?? '', AT)).toBe(before);
  });

  test('a comment behind the last property stays with it', () => {
    const before = '{\n  "a": 1 // one\n}\n';
    const after = setJson(before, AT, SERVER);
    expect(after).toContain('"a": 1, // one\n  "mcpServers"');
    expect(removeJson(after ?? '', AT)).toBe(before);
  });

  test("line ends are the file's own", () => {
    const before = '{\r\n  "a": 1\r\n}\r\n';
    const after = setJson(before, AT, SERVER) ?? '';
    expect(after.replaceAll('\r\n', '')).not.toContain('\n');
    expect(removeJson(after, AT)).toBe(before);
  });

  test('keys that people added to the entry stay; what is set already is left alone', () => {
    const held = '{"mcpServers": {"pitcrew": {"command": "old", "disabled": true}}}';
    const after = setJson(held, AT, SERVER) ?? '';
    expect(readJson(after, AT)).toEqual({ ...SERVER, disabled: true });
    expect(setJson(after, AT, SERVER)).toBe(after);
  });

  test.each([
    ['no JSON', '{"a": '],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['another kind on the way', '{"mcpServers": []}'],
    ['a key that stands twice', '{"mcpServers": {}, "mcpServers": {}}'],
    ['text behind the end', '{} x'],
  ])('%s is not touched', (_name, text) => {
    expect(setJson(text, AT, SERVER)).toBeUndefined();
  });

  test('hostile nesting is refused, not run into', () => {
    expect(parseJsonTree('['.repeat(100_000))).toBeUndefined();
    expect(parseJsonTree(`/*${'*'.repeat(200_000)}`)).toBeUndefined();
  });
});

describe('any JSON', () => {
  const keys = fc.string({ maxLength: 6 }).filter((key) => key !== 'mcpServers' && key !== '__proto__');
  const value = fc.jsonValue({ maxDepth: 2 });
  const objects = fc.dictionary(keys, value, { maxKeys: 5 });
  const indents = fc.constantFrom<string | number>(0, 2, 4, '\t');

  test('what is put in is read back, the rest is as it was, and taking it out restores the text', () => {
    fc.assert(
      fc.property(objects, fc.option(objects), indents, (rest, servers, indent) => {
        const whole =
          servers === null || Object.keys(servers).length === 0 ? rest : { ...rest, mcpServers: servers };
        const before = JSON.stringify(whole, null, indent);
        const after = setJson(before, AT, SERVER);
        expect(after).toBeDefined();
        expect(JSON.parse(after ?? '')).toEqual({
          ...JSON.parse(before),
          mcpServers: { ...(JSON.parse(before).mcpServers ?? {}), pitcrew: SERVER },
        });
        expect(removeJson(after ?? '', AT)).toBe(before);
      }),
    );
  });

  test('a text is read as JSON reads it, or not at all', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (text) => {
        expect(JSON.stringify(parseJsonTree(text)?.value)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '1', 'a', '/', '*', '\n') }),
        (text) => {
          const tree = parseJsonTree(text);
          expect(tree === undefined || tree.end <= text.length).toBe(true);
        },
      ),
    );
  });
});
