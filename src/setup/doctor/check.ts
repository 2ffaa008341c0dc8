import { type ErrorKind, messageOf, PitcrewError } from '../../core/errors.ts';

export type Group = 'machine' | 'repository' | 'project' | 'sentry' | 'github' | 'ledger' | 'clients';

/** One line of the report. `unknown`: it could not be looked at; that is neither good nor bad. */
export interface Check {
  /** Stable, for programs: `sentry-token`. */
  id: string;
  group: Group;
  state: 'ok' | 'warn' | 'fail' | 'unknown';
  /** One sentence or less: what is so. Holds no secret. */
  text: string;
  /** What a person does next; on every warning and failure. */
  next?: string;
  /** Of a failure: whose move it is. */
  kind?: ErrorKind;
}

export interface Reporter {
  ok(id: string, text: string): Check;
  warn(id: string, text: string, next: string): Check;
  fail(id: string, text: string, next: string, kind?: ErrorKind): Check;
  unknown(id: string, text: string): Check;
  /** A failure from what was thrown. */
  thrown(id: string, error: unknown): Check;
}

export const reporter = (group: Group): Reporter => ({
  ok: (id, text) => ({ id, group, state: 'ok', text }),
  warn: (id, text, next) => ({ id, group, state: 'warn', text, next }),
  fail: (id, text, next, kind = 'input') => ({ id, group, state: 'fail', text, next, kind }),
  unknown: (id, text) => ({ id, group, state: 'unknown', text }),
  thrown: (id, error) =>
    error instanceof PitcrewError
      ? { id, group, state: 'fail', text: error.message, next: error.hint, kind: error.kind }
      : {
          id,
          group,
          state: 'fail',
          text: whatOf(error),
          next: 'Run pitcrew doctor again.',
          kind: 'upstream',
        },
});

const whatOf = (error: unknown): string =>
  error instanceof Error && error.name === 'TimeoutError'
    ? 'It took too long and was given up.'
    : messageOf(error);
