import { describe, expect, test } from 'vitest';
import { commandName, parseToolArguments } from '../../src/cli/arguments.ts';
import { PitcrewError } from '../../src/core/errors.ts';
import type { JsonSchemaProperty, Tool } from '../../src/tools/define.ts';
import { tools } from '../../src/tools/registry.ts';

/** A tool with a parameter of every kind; nothing is called here. */
const toolWith = (properties: Record<string, JsonSchemaProperty>, positional?: string): Tool => ({
  name: 'pit_stop',
  title: 'Stop',
  description: 'Use for tests.',
  effect: 'read',
  examples: [],
  ...(positional === undefined ? {} : { positional }),
  inputSchema: { type: 'object', properties },
  call: () => Promise.reject(new Error('not called')),
});
const stop = toolWith(
  {
    issue: { type: 'string' },
    top: { type: 'integer' },
    share: { type: 'number' },
    explain: { type: 'boolean' },
    test_files: { type: 'array', items: { type: 'string' } },
    sort: { type: 'string', enum: ['score', 'freq'] },
  },
  'issue',
);
const many = toolWith({ issues: { type: 'array' } }, 'issues');
const none = toolWith({});

const refusal = (tool: Tool, ...argv: string[]): PitcrewError => {
  try {
    parseToolArguments(tool, argv);
  } catch (error) {
    expect(error).toBeInstanceOf(PitcrewError);
    if (error instanceof PitcrewError) {
      expect(error.kind).toBe('input');
      expect(error.hint).toMatch(
        /^(See: pitcrew pit-stop --help|For example: --\S+ \S+|(Its flags|It goes behind a flag): .+\.)$/,
      );
      return error;
    }
  }
  throw new Error(`Accepted: ${argv.join(' ')}`);
};

describe('what a line means', () => {
  test.each<[argv: string[], parsed: object]>([
    [[], {}],
    [['WEB-3F'], { issue: 'WEB-3F' }],
    [['--issue', 'WEB-3F'], { issue: 'WEB-3F' }],
    [['--issue=WEB-3F'], { issue: 'WEB-3F' }],
    [['--issue=a=b'], { issue: 'a=b' }],
    [['--issue='], { issue: '' }],
    [['--issue', '--top'], { issue: '--top' }],
    [['--top', '5', 'WEB-3F'], { top: 5, issue: 'WEB-3F' }],
    [['--top=-1'], { top: -1 }],
    [['--share', '0.5'], { share: 0.5 }],
    [['--explain'], { explain: true }],
    [['--no-explain'], { explain: false }],
    [['--explain=true'], { explain: true }],
    [['--explain=false'], { explain: false }],
    [['--explain', 'WEB-3F'], { explain: true, issue: 'WEB-3F' }],
    [['--test-files', 'a.ts'], { test_files: ['a.ts'] }],
    [['--test-files', 'a.ts, b.ts,,'], { test_files: ['a.ts', 'b.ts'] }],
    [['--test-files', 'a.ts', '--test-files=b.ts'], { test_files: ['a.ts', 'b.ts'] }],
    [['--test-files', ''], { test_files: [] }],
    [['--test-files', 'lib/{m,n}/**,a.ts'], { test_files: ['lib/{m,n}/**', 'a.ts'] }],
    [['--test-files', 'a/{b,{c,d},e}.ts , {x,y}'], { test_files: ['a/{b,{c,d},e}.ts', '{x,y}'] }],
    [['--test-files', 'a}.ts,b.ts'], { test_files: ['a}.ts', 'b.ts'] }],
    [['--test-files', 'a{.ts,b.ts'], { test_files: ['a{.ts', 'b.ts'] }],
    [['--sort', 'luck'], { sort: 'luck' }],
    [['--json', 'WEB-3F', '--json'], { issue: 'WEB-3F' }],
    [['--top', '1', '--top', '2'], { top: 2 }],
  ])('%j', (argv, parsed) => {
    expect(parseToolArguments(stop, argv)).toEqual(parsed);
  });

  test('a list takes words one after another, and with commas', () => {
    expect(parseToolArguments(many, ['A-1', 'B-2,C-3'])).toEqual({ issues: ['A-1', 'B-2', 'C-3'] });
  });
});

describe('what cannot be meant', () => {
  test('an unknown flag names those that exist', () => {
    const { message, hint } = refusal(stop, '--depth', '3');
    expect(message).toBe('pitcrew pit-stop has no flag --depth.');
    expect(hint).toBe('Its flags: --issue, --top, --share, --explain, --test-files, --sort, --json.');
  });

  test('only a boolean can be negated', () => {
    expect(refusal(stop, '--no-top').message).toContain('--no-top');
  });

  test('a flag without its value', () => {
    expect(refusal(stop, '--top').message).toBe('--top needs a value.');
    expect(refusal(stop, 'WEB-3F', '--test-files').message).toBe('--test-files needs a value.');
  });

  test.each(['many', '', ' ', '5x', 'NaN', 'Infinity', '--json'])('--top %j is no number', (value) => {
    expect(refusal(stop, `--top=${value}`).message).toBe(`--top needs a number, not "${value.trim()}".`);
  });

  test('a word with no place', () => {
    expect(refusal(stop, 'WEB-3F', 'WEB-4').message).toContain('cannot place "WEB-4"');
    expect(refusal(none, 'WEB-3F').message).toContain('cannot place "WEB-3F"');
    expect(refusal(none, '-h2').message).toContain('cannot place "-h2"');
  });

  test('long words are cut', () => {
    expect(refusal(none, 'x'.repeat(500)).message.length).toBeLessThan(130);
    expect(refusal(stop, `--${'x'.repeat(500)}`).message.length).toBeLessThan(130);
  });

  test.each(['maybe', 'no', '0', 'FALSE', ''])('--explain=%s is neither true nor false', (value) => {
    expect(refusal(stop, `--explain=${value}`).message).toContain('--explain');
  });

  test.each(['constructor', '__proto__', 'to-string', 'has-own-property', 'no-constructor'])(
    '--%s is no flag, though every object has such a property',
    (flag) => {
      expect(refusal(stop, `--${flag}`, 'x').message).toContain(`no flag --${flag}`);
    },
  );

  test('terminal sequences are not repeated', () => {
    for (const argv of [['--\u001b[31mtop'], ['a', '\u001b[2J'], ['--top=\u001b[31m'], ['--top=a\nb']])
      expect(refusal(stop, ...argv).message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });
});

test('every parameter of every tool can be said on the command line', () => {
  for (const tool of tools) {
    for (const [name, property] of Object.entries(tool.inputSchema.properties)) {
      const flag = `--${name.replaceAll('_', '-')}`;
      const argv = property.type === 'boolean' ? [flag] : [flag, '7'];
      expect(Object.keys(parseToolArguments(tool, argv)), `${tool.name} ${flag}`).toEqual([name]);
    }
    expect(commandName(tool)).toBe(tool.name.replaceAll('_', '-'));
  }
});
