import { describe, expect, test } from 'vitest';
import { ownersOf } from '../../src/github/code-owners.ts';

describe('owners of a file', () => {
  // The examples of GitHub's own page on CODEOWNERS, and its exceptions from gitignore.
  test.each<[string, string, string[]]>([
    ['* @all', 'src/deep/a.ts', ['all']],
    ['* @all', '.github/workflows/ci.yml', ['all']],
    ['*.js @js #this is a comment @not', 'src/deep/a.js', ['js']],
    ['*.js @js', 'src/deep/a.jsx', []],
    ['/build/logs/ @doctocat', 'build/logs/a/b.log', ['doctocat']],
    ['/build/logs/ @doctocat', 'sub/build/logs/b.log', []],
    ['docs/* @docs', 'docs/getting-started.md', ['docs']],
    ['docs/* @docs', 'docs/build-app/troubleshooting.md', []],
    ['apps/ @octocat', 'x/apps/y/z.ts', ['octocat']],
    ['/docs/ @doctocat', 'docs/a/b.md', ['doctocat']],
    ['/docs/ @doctocat', 'x/docs/a.md', []],
    ['**/logs @octocat', 'deeply/nested/logs/a.txt', ['octocat']],
    ['src/cart @cart', 'src/cart/total.ts', ['cart']],
    ['src/cart @cart', 'src/cartoon.ts', []],
    ['* @all\n/apps/github', 'apps/github/a.ts', []],
    ['* @all\n*.ts @ts\n# *.ts @nobody', 'a.ts', ['ts']],
    ['* @all\n!a.ts @no\n[ab].ts @no', 'a.ts', ['all']],
    ['* @all\n*.ts @ok not-an-owner', 'a.ts', ['all']],
    ['*.TS @upper', 'a.ts', []],
    ['my\\ file.ts @space', 'my file.ts', ['space']],
    ['*.ts @one @two dev@example.com', 'a.ts', ['one', 'two']],
    ['{a,b}.ts @brace', 'a.ts', []],
  ])('%j: %s', (text, file, users) => {
    expect(ownersOf(text, [file])).toEqual({ users, teams: [] });
  });

  test('of several files are told once, teams apart, without the author', () => {
    const text = '*.ts @Ann @acme/web\n*.css @ann @bob\n*.md @Robot\r\n';
    expect(ownersOf(text, ['a.ts', 'b.css', 'c.md', 'd.txt'], 'robot')).toEqual({
      users: ['Ann', 'bob'],
      teams: ['acme/web'],
    });
  });
});
