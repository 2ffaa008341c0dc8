import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fenceRef } from '../../src/git/fence.ts';
import { at, BRANCH, elsewhere, fence, push, REF, state, withFix } from './fence-fixture.ts';
import { commit, git, temporaryFolder } from './repositories.ts';

describe('the fence that stands on the remote', () => {
  test('says which claim pushed what, and is no file, branch or tag', async () => {
    const { root, origin, sha } = withFix();
    await push(root, fence(7));
    expect(git(origin, 'log', '-1', '--format=%B', REF)).toMatchInlineSnapshot(`
      "pitcrew: fence 7 of SHOP-1

      Fence: 7
      Run: r7-abc
      Ledger: abc
      Branch: fix/sentry-shop-1
      Commit: ${sha}"
    `);
    expect(git(origin, 'ls-tree', REF)).toBe('');
    const clone = join(temporaryFolder(), 'fresh');
    git(origin, 'clone', '-q', origin, clone);
    expect(git(clone, 'for-each-ref')).not.toContain('pitcrew');
    expect(git(root, 'for-each-ref')).not.toContain('pitcrew');
  });

  test('moves forward with each push of the same claim and of newer ones', async () => {
    const { root, origin, sha } = withFix();
    await push(root, fence(7));
    await push(root, fence(7));
    await push(root, fence(9));
    expect(git(origin, 'log', '--format=%s', REF)).toBe(
      ['9', '7', '7'].map((number) => `pitcrew: fence ${number} of SHOP-1`).join('\n'),
    );
    expect(at(origin, `refs/heads/${BRANCH}`)).toBe(sha);
  });

  test.each([
    ['sentry:acme/WEB-3F', 'refs/pitcrew/fence/WEB-3F'],
    ['sentry:acme/MY_APP-1', 'refs/pitcrew/fence/MY_APP-1'],
    ['sentry:acme/A..B.LOCK', expect.stringMatching(/^refs\/pitcrew\/fence\/sentry-a-b-lock-[0-9a-f]{6}$/)],
  ])('of %s', (incident, ref) => {
    expect(fenceRef(incident)).toEqual(ref);
    git('.', 'check-ref-format', fenceRef(incident));
  });
});

describe('an older fence', () => {
  test('is refused before anything is sent, also where the branch would allow it', async () => {
    const { root, origin } = withFix();
    await push(root, fence(9));
    const before = state(origin);
    commit(root, 'late work', { 'src/late.ts': 'x\n' });
    const refused = await push(root, fence(7)).catch((error: Error) => error);
    expect(refused).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /^SHOP-1 was taken over: origin has a newer fence, by Ada at \S+Z \(run r9-abc, fence 9\), and this session has the older fence 7\.$/,
      ),
    });
    expect(state(origin)).toEqual(before);
  });

  test('is refused by the remote when the newer one arrives after the guard, also with the branch unmoved', async () => {
    const { root, origin } = withFix();
    await push(root, fence(7));
    const sha = commit(root, 'more', { 'src/more.ts': 'x\n' });
    git(root, 'branch', '-q', 'first', `${sha}~1`);
    let newer: string[] = [];
    const frozen = push(root, fence(7), {
      guard: async () => {
        // The other session pushes what is there already, under its newer fence: only the fence moves.
        git(root, 'update-ref', `refs/heads/${BRANCH}`, 'first');
        await push(root, fence(9));
        git(root, 'update-ref', `refs/heads/${BRANCH}`, sha);
        newer = state(origin);
      },
    });
    await expect(frozen).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('SHOP-1 was taken over'),
    });
    expect(newer[0]).not.toBe(sha);
    expect(state(origin)).toEqual(newer);
  });

  test('that came through first is followed by the newer one', async () => {
    const { root, origin } = withFix();
    await push(root, fence(7));
    const sha = commit(root, 'more', { 'src/more.ts': 'x\n' });
    await push(root, fence(9));
    expect(at(origin, `refs/heads/${BRANCH}`)).toBe(sha);
  });

  test('a refused guard: nothing is sent', async () => {
    const { root, origin } = withFix();
    const guard = () => Promise.reject(new Error('over'));
    await expect(push(root, fence(7), { guard })).rejects.toThrow('over');
    expect(state(origin)).toEqual(['', '']);
  });
});

describe('another ledger, of which this one knows nothing', () => {
  test('the second is refused, and told who', async () => {
    const { root, origin } = withFix();
    const other = elsewhere(origin);
    await push(root, fence(7));
    const before = state(origin);
    // A higher number of another ledger says nothing.
    await expect(push(other.root, fence(900, 'xyz'))).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /^SHOP-1 is worked on under another ledger: fix\/sentry-shop-1 was pushed to origin by Ada at \S+Z \(run r7-abc, fence 7\)\.$/,
      ),
      hint: expect.stringContaining('Nothing was pushed.'),
    });
    expect(state(origin)).toEqual(before);
  });

  test('two that start at the same moment: one of them', async () => {
    const { root, origin } = withFix();
    const other = elsewhere(origin);
    let met = 0;
    const bothAreHere = Promise.withResolvers<void>();
    const guard = () => {
      met += 1;
      if (met === 2) bothAreHere.resolve();
      return bothAreHere.promise;
    };
    const done = await Promise.allSettled([
      push(root, fence(7), { guard }),
      push(other.root, fence(3, 'xyz'), { guard }),
    ]);
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [branch, mark] = state(origin);
    expect(git(origin, 'log', '-1', '--format=%B', mark ?? '')).toContain(`Commit: ${branch}`);
  });

  test('goes on where that work is over: its branch is gone', async () => {
    const { root, origin } = withFix();
    const other = elsewhere(origin);
    await push(root, fence(7));
    git(origin, 'update-ref', '-d', `refs/heads/${BRANCH}`);
    await push(other.root, fence(3, 'xyz'));
    expect(at(origin, `refs/heads/${BRANCH}`)).toBe(other.sha);
    await expect(push(root, fence(7))).rejects.toMatchObject({ kind: 'refused' });
  });

  test('goes on from that very commit', async () => {
    const { root, origin } = withFix();
    const other = elsewhere(origin);
    await push(root, fence(7));
    git(other.root, 'fetch', '-q', 'origin');
    git(other.root, 'reset', '-q', '--hard', `origin/${BRANCH}`);
    const sha = commit(other.root, 'handed over', { 'src/b.ts': 'x\n' });
    await push(other.root, fence(3, 'xyz'));
    expect(at(origin, `refs/heads/${BRANCH}`)).toBe(sha);
  });

  test('something else under the name of the fence stays', async () => {
    const { root, origin, sha } = withFix();
    git(origin, 'update-ref', REF, git(origin, 'rev-parse', 'main'));
    const before = state(origin);
    await expect(push(root, fence(7))).rejects.toMatchObject({
      kind: 'refused',
      message: `${REF} on origin is not a fence that Pitcrew wrote.`,
    });
    expect(state(origin)).toEqual(before);
    expect(git(root, 'rev-parse', BRANCH)).toBe(sha);
  });
});
