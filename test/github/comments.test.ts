import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GitHubClient } from '../../src/github/client.ts';
import { upsertComment } from '../../src/github/comments.ts';
import { clientOf, type FakeGitHub, startFakeGitHub } from './fake-github.ts';

let fake: FakeGitHub;
let client: GitHubClient;
beforeEach(async () => {
  fake = await startFakeGitHub();
  ({ client } = await clientOf(fake));
});
afterEach(() => fake.close());

const comment = (body: string) => upsertComment(client, { number: 3, marker: 'ci-report', body });
const spoken = (id: number, body: string, author_association = 'NONE', type = 'User') => ({
  id,
  issue: 3,
  body,
  author_association,
  type,
});

test('one comment for each marker: written, kept, rewritten', async () => {
  expect(await comment('red')).toEqual({
    outcome: 'created',
    url: `${fake.url}/acme/shop/issues/3#issuecomment-1`,
  });
  expect(await comment('red')).toMatchObject({ outcome: 'unchanged' });
  expect(await comment('green')).toMatchObject({ outcome: 'updated' });
  await upsertComment(client, { number: 3, marker: 'other', body: 'x' });
  expect(fake.comments.map(({ body }) => body)).toEqual([
    '<!-- pitcrew:ci-report -->\ngreen',
    '<!-- pitcrew:other -->\nx',
  ]);
});

test('it is found behind a hundred others, and a stranger who bears the marker is passed over', async () => {
  fake.comments = [
    spoken(1, '<!-- pitcrew:ci-report -->\nmine'),
    ...Array.from({ length: 120 }, (_value, index) => spoken(index + 2, 'talk')),
    spoken(200, '<!-- pitcrew:ci-report -->\nold', 'NONE', 'Bot'),
  ];
  expect(await comment('new')).toMatchObject({ outcome: 'updated' });
  expect(fake.comments.at(-1)?.body).toBe('<!-- pitcrew:ci-report -->\nnew');
  expect(fake.comments[0]?.body).toBe('<!-- pitcrew:ci-report -->\nmine');
});

test('a comment that may not be changed is written anew', async () => {
  fake.comments = [spoken(1, '<!-- pitcrew:ci-report -->\nold', 'MEMBER')];
  fake.misbehave = ({ method }) => (method === 'PATCH' ? { status: 403 } : undefined);
  expect(await comment('new')).toMatchObject({ outcome: 'created' });
});

test.each([
  ['closes an issue', 'ci-report', 'closes #4'],
  ['notifies', 'ci-report', '@ann look'],
  ['is too long', 'ci-report', 'x'.repeat(70_000)],
  ['has a marker that is none', 'a --> b', 'text'],
])('a comment that %s is refused', async (_name, marker, body) => {
  await expect(upsertComment(client, { number: 3, marker, body })).rejects.toMatchObject({ kind: 'input' });
  expect(fake.requests).toEqual([]);
});
