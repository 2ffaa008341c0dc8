import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { at, BRANCH, elsewhere, fence, push, state, withFix } from './fence-fixture.ts';
import { ENV, git, temporaryFolder } from './repositories.ts';

describe('a remote that takes no fence', () => {
  const policies: [string, (origin: string) => void, RegExp][] = [
    ['hides it', (origin) => git(origin, 'config', 'receive.hideRefs', 'refs/pitcrew'), /hidden ref/],
    ['knows no atomic push', (origin) => git(origin, 'config', 'receive.advertiseAtomic', 'false'), /atomic/],
    [
      'refuses the whole push for it',
      (origin) =>
        hook(
          origin,
          'pre-receive',
          'while read -r _ _ ref; do case $ref in refs/heads/*) ;; *) exit 1; esac; done',
        ),
      /pre-receive hook declined/,
    ],
    [
      'refuses the ref alone',
      (origin) => hook(origin, 'update', 'case $1 in refs/heads/*) ;; *) exit 1; esac'),
      /hook declined/,
    ],
  ];

  test.each(policies)('because it %s: the branch alone, and it is said', async (_, forbid, reason) => {
    const { root, origin, sha } = withFix();
    forbid(origin);
    const pushed = await push(root, fence(7));
    expect(pushed).toMatchObject({ sha, unfenced: expect.stringMatching(reason) });
    expect(state(origin)).toEqual([sha, '']);
  });

  test.each(policies)('because it %s: the branch still keeps others out', async (_, forbid) => {
    const { root, origin } = withFix();
    const other = elsewhere(origin);
    forbid(origin);
    const frozen = push(root, fence(7), {
      guard: async () => {
        if (at(origin, `refs/heads/${BRANCH}`) === '') await push(other.root, fence(3, 'xyz'));
      },
    });
    await expect(frozen).rejects.toMatchObject({
      kind: 'refused',
      message: `origin has commits on ${BRANCH} that are not here.`,
    });
    expect(state(origin)).toEqual([other.sha, '']);
  });

  test('the guard is asked again before the branch goes alone', async () => {
    const { root, origin } = withFix();
    git(origin, 'config', 'receive.advertiseAtomic', 'false');
    let asked = 0;
    const guard = async () => {
      asked += 1;
      if (asked === 2) throw new Error('over');
    };
    await expect(push(root, fence(7), { guard })).rejects.toThrow('over');
    expect(state(origin)).toEqual(['', '']);
  });

  test('a branch that the remote refuses is not pushed without its fence either', async () => {
    const { root, origin } = withFix();
    hook(origin, 'update', 'case $1 in refs/heads/*) exit 1; esac');
    await expect(push(root, fence(7))).rejects.toMatchObject({ kind: 'upstream' });
    expect(state(origin)).toEqual(['', '']);
  });
});

test('a push whose answer was lost has arrived', async () => {
  const { root, origin, sha } = withFix();
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'git'),
    `#!/bin/sh\nPATH=$(echo "$PATH" | cut -d: -f2-)\ngit "$@"; code=$?\nfor word; do test "$word" = push && touch '${folder}/lost' && exit 128; done\nexit $code\n`,
  );
  chmodSync(join(folder, 'git'), 0o755);
  const env = { ...ENV, PATH: `${folder}:${ENV.PATH}` };
  await push(root, fence(7), { env });
  expect(existsSync(join(folder, 'lost'))).toBe(true);
  expect(at(origin, `refs/heads/${BRANCH}`)).toBe(sha);
});

function hook(origin: string, name: string, script: string): void {
  const file = join(origin, 'hooks', name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}
