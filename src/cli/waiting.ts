const FIRST_MS = 1000;
const AGAIN_MS = 5000;

export interface Waiting {
  /** Names of what is under way; the set may change while it is watched. */
  watch(names: ReadonlySet<string>): void;
  end(): void;
}

/** Says on stderr what is waited for, after a second and then every five. */
export function sayWaiting(): Waiting {
  let waitingFor: ReadonlySet<string> = new Set();
  const say = () => {
    if (waitingFor.size > 0) process.stderr.write(`waiting for: ${[...waitingFor].join(', ')}\n`);
  };
  let again: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    say();
    again = setInterval(say, AGAIN_MS);
  }, FIRST_MS);
  return {
    watch: (names) => {
      waitingFor = names;
    },
    end() {
      clearTimeout(first);
      clearInterval(again);
    },
  };
}
