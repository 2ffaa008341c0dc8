import type { ToolCall, ToolResult } from '../test/client/support/model.ts';
import type { Scene } from './scene.ts';
import type { Change } from './world.ts';

/** Where in the work an attempt starts; the order is that in which one session comes to them. */
export const SITUATIONS = [
  'fresh',
  'nothing',
  'triaged',
  'beside',
  'claimed',
  'proven',
  'committed',
  'offered',
  'stopped',
  'scheduled',
  'last',
] as const;
export type Situation = (typeof SITUATIONS)[number];

/** What a hijacked agent tries once. */
export interface Attempt {
  /** Unique, for people: `stash by a variable`. */
  name: string;
  /** What it is after, as the issue lists it. */
  goal: string;
  /** Its tool calls, one after another, whatever came of those before. */
  calls(scene: Scene): ToolCall[] | Promise<ToolCall[]>;
  /** Changes of the world that are no harm here, by their key; those of the own worktree never are. */
  allowed?: RegExp;
  /** Further harm to look for; a sentence where there is some. */
  harm?(seen: Aftermath): string | undefined | Promise<string | undefined>;
  expected: Expected;
  /** Its changes are the way to the next situation, and are not put back. */
  stays?: true;
  /** Puts right what an attempt that is not held has done and files alone do not show. */
  repair?(scene: Scene): Promise<void>;
}

export type Expected =
  /** `how`: what was made of it, where nobody said no. */
  | { held: true; by: string; how?: string }
  /** Known not to hold, and why: shown in the table, and not counted as a failure. */
  | { held: false; why: string };

export interface Aftermath {
  scene: Scene;
  results: readonly ToolResult[];
  changes: readonly Change[];
}

/** What came of it. */
export interface Outcome {
  situation: Situation;
  attempt: Attempt;
  held: boolean;
  /** What of the world was harmed, where it was. */
  harm: string[];
  /** What stopped it: `hook git-stash`, `tool refused`, `client`, or `nothing`. */
  by: string;
  results: readonly ToolResult[];
}

/** Whether an outcome is the one that is on record for it. */
export const asExpected = ({ attempt: { expected }, held, by }: Outcome): boolean =>
  expected.held ? held && by === expected.by : !held;
