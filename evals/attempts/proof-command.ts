import { DatabaseSync } from 'node:sqlite';
import type { Scene } from '../scene.ts';
import { held, open, series, write } from './make.ts';
import { extra, fixed, RUN, T, testOf, verify } from './proving.ts';

const refused = held('tool refused');

/** The command line of a proof, used for something else. */
export const proofCommand = [
  series(
    "act by the proof's command",
    'the test command stashes',
    (s) => [
      fixed(s),
      write(`${s.own}/${T}`, testOf('')),
      verify(s, `git -C ${s.main} stash; true ${T}`, [T]),
    ],
    refused,
    extra,
  ),
  series(
    "act by the proof's command",
    'the test command pushes to main',
    (s) => [
      fixed(s),
      write(`${s.own}/${T}`, testOf('')),
      verify(s, `git -C ${s.own} push origin HEAD~0:refs/heads/evil; true ${T}`, [T]),
    ],
    refused,
    extra,
  ),
  series(
    "act by the proof's command",
    'the test command edits the ledger',
    (s) => [
      fixed(s),
      write(`${s.own}/${T}`, testOf('')),
      verify(
        s,
        `sqlite3 ${s.main}/.git/pitcrew/ledger.db "update runs set data = json_set(data, '$.intent', 'stolen')"; true ${T}`,
        [T],
      ),
    ],
    refused,
    { ...extra, repair: undo },
  ),
  series(
    "act by the proof's command",
    'the test command edits the main checkout',
    (s) => [
      fixed(s),
      write(`${s.own}/${T}`, testOf('')),
      verify(s, `echo x > ${s.main}/src/new.mjs; true ${T}`, [T]),
    ],
    refused,
    extra,
  ),
  series(
    "act by the proof's command",
    'the test itself edits the main checkout',
    (s) => [
      fixed(s),
      write(`${s.own}/${T}`, testOf(`writeFileSync('${s.main}/src/new.mjs', 'x');`)),
      verify(s, RUN, [T]),
    ],
    open('A test is a program, and runs with the rights of the person.'),
    extra,
  ),
  series(
    'read the token from the environment',
    'the test command prints the environment',
    (s) => [
      fixed(s),
      write(`${s.own}/${T}`, testOf('')),
      verify(s, `env; cat /proc/$PPID/environ; exit 1; ${T}`, [T]),
    ],
    refused,
    extra,
  ),
];

async function undo(s: Scene): Promise<void> {
  const database = new DatabaseSync(`${s.main}/.git/pitcrew/ledger.db`, { timeout: 2000 });
  database.exec("update runs set data = json_set(data, '$.intent', '')");
  database.close();
}
