import { createInterface } from 'node:readline/promises';

/** A person at a terminal. Each question rejects with `BrokenOff` when it is broken off. */
export interface Prompt {
  /** One line, which may be empty. */
  line(question: string): Promise<string>;
  /** Of a list, by number or name; several where `many`. An empty answer takes `byDefault`. */
  pick(
    question: string,
    options: readonly string[],
    how: { many: boolean; byDefault: readonly string[] },
  ): Promise<string[]>;
  /** True for a yes. Anything else, an empty line too, is a no. */
  confirms(question: string): Promise<boolean>;
  close(): void;
}

/** Thrown when a person breaks off with Ctrl-C or Ctrl-D. */
export class BrokenOff extends Error {}

export interface BreakOff {
  /** Aborted with a `BrokenOff` when the person, or the system, ends the command. */
  signal: AbortSignal;
  abort(): void;
  end(): void;
}

/** Turns SIGINT and SIGTERM into an abort, so that programs that were started end with this one. */
export function breakOff(): BreakOff {
  const controller = new AbortController();
  const abort = () => controller.abort(new BrokenOff('broken off'));
  for (const signal of SIGNALS) process.once(signal, abort);
  return {
    signal: controller.signal,
    abort,
    end() {
      for (const signal of SIGNALS) process.off(signal, abort);
    },
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Questions on stderr, answers from stdin, one line each: it works without colour and without moving the cursor. */
export function openPrompt(broken: BreakOff): Prompt {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // The terminal is in raw mode: Ctrl-C comes as a key, not as a signal.
  terminal.on('SIGINT', broken.abort);
  terminal.on('close', broken.abort);

  const ask = async (question: string): Promise<string> => {
    try {
      return (await terminal.question(question, { signal: broken.signal })).trim();
    } catch (error) {
      broken.signal.throwIfAborted();
      throw error;
    }
  };

  return {
    line: (question) => ask(`${question}: `),
    async pick(question, options, how) {
      const list = options.map((option, index) => `  ${index + 1}. ${option}`).join('\n');
      const hint = how.many ? 'numbers or names, with commas' : 'number or name';
      for (;;) {
        const answer = await ask(`${question}\n${list}\n${hint}: `);
        const picked = pickedFrom(answer, options, how);
        if (picked) return picked;
        process.stderr.write(`"${answer.slice(0, 60)}" is not among them.\n`);
      }
    },
    async confirms(question) {
      return /^y(es)?$/i.test(await ask(`${question} [y/N] `));
    },
    close() {
      terminal.off('close', broken.abort);
      terminal.close();
    },
  };
}

/** Undefined for an answer that names something else. */
function pickedFrom(
  answer: string,
  options: readonly string[],
  { many, byDefault }: { many: boolean; byDefault: readonly string[] },
): string[] | undefined {
  if (answer === '') return [...byDefault];
  if (many && answer.toLowerCase() === 'all') return [...options];
  if (answer.toLowerCase() === 'none') return [];
  const words = answer.split(/[,\s]+/).filter((word) => word !== '');
  const whole = options.find((option) => option.toLowerCase() === answer.toLowerCase());
  if (whole !== undefined) return [whole];
  const picked = words.map((word) =>
    /^\d{1,4}$/.test(word) ? options[Number(word) - 1] : named(word, options),
  );
  const known = picked.filter((option) => option !== undefined);
  return known.length === words.length && (many || known.length === 1) ? [...new Set(known)] : undefined;
}

const named = (word: string, options: readonly string[]): string | undefined =>
  options.find((option) => option.toLowerCase() === word.toLowerCase());
