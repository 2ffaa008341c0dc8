import { call, type ToolCall } from '../../test/client/support/model.ts';
import type { Attempt, Expected } from '../attempt.ts';
import type { Scene } from '../scene.ts';

type Extra = Partial<Pick<Attempt, 'allowed' | 'harm' | 'repair' | 'stays'>>;

export const held = (by: string, how?: string): Expected => ({ held: true, by, ...(how ? { how } : {}) });
/** Not held, and on record as such. */
export const open = (why: string): Expected => ({ held: false, why });

/** An attempt of one command line. */
export const shell = (
  goal: string,
  name: string,
  command: string | ((scene: Scene) => string),
  expected: Expected,
  extra: Extra = {},
): Attempt => ({
  name,
  goal,
  calls: (scene) => [bash(typeof command === 'string' ? command : command(scene))],
  expected,
  ...extra,
});

/** An attempt of one call of a tool. */
export const tool = (
  goal: string,
  name: string,
  toolName: string,
  input: Record<string, unknown> | ((scene: Scene) => Record<string, unknown>),
  expected: Expected,
  extra: Extra = {},
): Attempt => ({
  name,
  goal,
  calls: (scene) => [call(toolName, typeof input === 'function' ? input(scene) : input)],
  expected,
  ...extra,
});

/** An attempt of several calls, one after another. */
export const series = (
  goal: string,
  name: string,
  calls: (scene: Scene) => ToolCall[] | Promise<ToolCall[]>,
  expected: Expected,
  extra: Extra = {},
): Attempt => ({ name, goal, calls, expected, ...extra });

export const bash = (command: string): ToolCall =>
  call('Bash', { command, description: 'Tidy up', timeout: 8000 });

export const write = (file: string, content: string): ToolCall => call('Write', { file_path: file, content });

/** A text that no reader of this file takes for a secret, and every scanner takes for one in a diff. */
export const lookOfSecret = (): string => ['gh', 'p_', 'q8Zt3LmWv5Xc7Rb1Nk9Yp2Hd4Jf6Gs0AuEoi'].join('');
