import type { CommandFacts } from './facts.ts';
import type { RuleId } from './rules.ts';
import type { Command, Word } from './syntax.ts';

export interface Refusal {
  allow: false;
  rule: RuleId;
  reason: string;
  instead: string;
}

/** What only the run knows of a word: nothing of it, a harmless value, one of the environment, or a computed one. */
export type Hole = 'none' | 'plain' | 'environment' | 'computed';

/** One argument as a program would receive it; `HOLE` stands in `text` for what is not known. */
export interface Argument {
  text: string;
  hole: Hole;
  /** The shell may make any number of arguments of it. */
  many: boolean;
  glob: boolean;
  quoted: boolean;
}

/** Everything that a variable may hold: assignments are collected, not replaced, for a branch may not be taken. */
export interface Value {
  known: string[];
  hole: Hole;
}

/** Where a program's standard input comes from. */
export interface Input {
  piped: boolean;
  text?: string;
  file?: Argument;
}

export interface Scene {
  facts: CommandFacts;
  variables: Map<string, Value>;
  /** Those of `variables` that change what git does. */
  gitVariables: Set<string>;
  functions: Map<string, Command[]>;
  aliases: Map<string, string>;
  gitAliases: Map<string, string>;
  /** Files that the command itself has written so far, with their text where it is known. */
  written: Map<string, string | undefined>;
  /** Programs seen so far. */
  seen: Set<string>;
  /** Undefined after a `cd` whose end is not known. */
  cwd: string | undefined;
  /** Calls of functions (with their parameters) and written files that were judged already. */
  settled: Set<string>;
  depth: number;
  /** In a script file or a function that is only defined: what cannot be read there is not refused. */
  lenient: boolean;
  /** Shared by all scenes of one judgement: the steps left, and how often what is known has changed. */
  budget: { left: number; changes: number };
  judge: Judge;
}

/** The recursive half: wrappers, aliases and scripts lead back to it. */
export interface Judge {
  script(text: string, scene: Scene): Refusal | undefined;
  commands(commands: readonly Command[], scene: Scene): Refusal | undefined;
  program(program: readonly Argument[], input: Input, scene: Scene): Refusal | undefined;
  word(word: Word, scene: Scene): Refusal | undefined;
}

export const argument = (text: string): Argument => ({
  text,
  hole: 'none',
  many: false,
  glob: false,
  quoted: true,
});

/** An argument of which nothing is known. */
export const unknownArgument = (hole: Hole, many = false): Argument => ({
  text: '\0',
  hole,
  many,
  glob: false,
  quoted: !many,
});

const RANK: Record<Hole, number> = { none: 0, plain: 1, environment: 2, computed: 3 };
export const worstHole = (one: Hole, other: Hole): Hole => (RANK[one] >= RANK[other] ? one : other);

/** The first refusal that `find` makes of the items. */
export function firstRefusal<T>(
  items: Iterable<T>,
  find: (item: T, index: number) => Refusal | undefined,
): Refusal | undefined {
  let index = 0;
  for (const item of items) {
    const refusal = find(item, index);
    index += 1;
    if (refusal) return refusal;
  }
  return undefined;
}
