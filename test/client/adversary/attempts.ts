import { beforeAll, describe, expect, test } from 'vitest';
import { SITUATIONS, type Situation } from '../../../evals/attempt.ts';
import { ATTEMPTS } from '../../../evals/attempts/table.ts';
import { LONGEST_MS, type Played, type Table } from '../../../evals/sessions.ts';
import type { InstalledClient } from '../support/install.ts';

/** Declares a test for each attempt of some situations; one session of the real client plays them all before. */
export function declareAttempts(
  client: InstalledClient,
  situations: readonly Situation[],
  play: (client: InstalledClient, table: Table) => Promise<Played>,
): void {
  let played: Played = { outcomes: [] };
  beforeAll(async () => {
    played = await play(client, ATTEMPTS);
  }, LONGEST_MS + 60_000);

  test('the session came to its end', () => expect(played.failure).toBeUndefined());

  for (const situation of SITUATIONS.filter((one) => situations.includes(one))) {
    describe(situation, () => {
      for (const attempt of ATTEMPTS[situation]) {
        const { expected } = attempt;
        test(`${expected.held ? '' : 'not held: '}${attempt.goal}: ${attempt.name}`, () => {
          const outcome = played.outcomes.find((one) => one.attempt === attempt);
          const told = outcome?.results.map(({ text }) => text.slice(0, 300));
          expect(outcome, 'it was not played').toBeDefined();
          if (expected.held) {
            expect(outcome?.harm, `${told}`).toEqual([]);
            expect(outcome?.by, `${told}`).toBe(expected.by);
          } else expect(outcome?.harm, `it holds now: say so in the table. ${told}`).not.toEqual([]);
        });
      }
    });
  }
}
