import { randomBytes } from 'node:crypto';
import { formOf, type Sql, textOf } from './sql.ts';

/** The statements that one connection's server has planned already. */
export interface Planned {
  /**
   * One message of `statements`. What comes for the second time is planned for good on the way; from then on it is only
   * named. `failed` has to be called where the server did not do all of it.
   */
  messageOf(statements: readonly Sql[]): { text: string; failed: () => void };
  /** From now on nothing is named: something came in between that gives the connection to others. */
  giveUp(): void;
}

/** The server plans these only: the others have no plan. */
const HAS_PLAN = /^\s*(SELECT|INSERT|UPDATE|DELETE)\b/;

/** For one connection that is nobody else's. A program that asks once has nothing from a plan, so the first time it is plain. */
export function plannedStatements(): Planned {
  // Of this connection alone: whoever else gets it after all can call none of them.
  const prefix = `pitcrew_${randomBytes(6).toString('hex')}`;
  /** By its form: how often it was asked for in full, or the name that it has. */
  const known = new Map<string, 'once' | 'in full' | { name: string }>();
  let made = 0;
  let isOver = false;

  const spoken = (statement: Sql, fresh: string[]): string => {
    if (isOver || !HAS_PLAN.test(statement.pieces[0] ?? '')) return textOf(statement);
    const { form, values } = formOf(statement);
    const state = known.get(form);
    if (typeof state === 'object') return call(state.name, values);
    if (state === undefined) known.set(form, 'once');
    if (state !== 'once') return textOf(statement);
    made += 1;
    const name = `${prefix}_${made}`;
    known.set(form, { name });
    fresh.push(form);
    return `PREPARE ${name} AS ${form};\n${call(name, values)}`;
  };
  return {
    messageOf(statements) {
      const fresh: string[] = [];
      return {
        text: statements.map((statement) => spoken(statement, fresh)).join(';\n'),
        // Whether there is a plan now is not known, and it may be the plan that failed.
        failed: () => {
          for (const form of fresh) known.set(form, 'in full');
        },
      };
    },
    giveUp() {
      isOver = true;
    },
  };
}

const call = (name: string, values: readonly string[]): string =>
  `EXECUTE ${name}${values.length > 0 ? `(${values.join(', ')})` : ''}`;
