import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isPlainlyHarmless } from '../../src/policy/shell/plain.ts';
import { type CommandFacts, judgeCommand, RULE_IDS } from '../../src/policy/shell.ts';
import { LONG, ORDINARY } from './shell/allowed.ts';
import { bystander, holder } from './shell/facts.ts';
import { FORBIDDEN, FORBIDDEN_LONG, FORBIDDEN_TO_HOLDERS } from './shell/forbidden.ts';

const everything = [...FORBIDDEN, ...FORBIDDEN_LONG];
const LINK = '/srv/shop/.pitcrew/worktrees/web-1/linked.yml';
const wary = holder({
  ownProcesses: [4242],
  serviceHosts: ['sentry.example.org'],
  resolveLinks: (path) => (path === LINK ? '/srv/shop/pitcrew.yml' : path),
});

const refusedBy = (command: string, facts: CommandFacts): string => {
  const judgement = judgeCommand(command, facts);
  return judgement.allow ? 'allowed' : judgement.rule;
};

const differing = (cases: readonly (readonly [string, string])[], facts: CommandFacts): string[] =>
  cases
    .map(([rule, command]) => [rule, refusedBy(command, facts), command])
    .filter(([rule, found]) => rule !== found)
    .map(([rule, found, command]) => `${found}, not ${rule}: ${command}`);

describe('ordinary commands pass', () => {
  const forHolders = readFileSync(new URL('shell/allowed-holder.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

  test('for everybody', () => {
    expect(ORDINARY.length).toBeGreaterThan(300);
    expect(
      differing(
        [...ORDINARY, ...LONG].map((line) => ['allowed', line] as const),
        bystander(),
      ),
    ).toEqual([]);
  });

  test('for a session that holds runs', () => {
    expect(forHolders.length).toBeGreaterThan(90);
    expect(
      differing(
        forHolders.map((line) => ['allowed', line] as const),
        wary,
      ),
    ).toEqual([]);
  });
});

describe('forbidden commands are refused', () => {
  test('for everybody, each by its own rule', () => {
    expect(everything.length).toBeGreaterThan(600);
    expect(differing(everything, bystander())).toEqual([]);
  });

  test('for a session that holds runs too', () => {
    const facts = holder({ cwd: '/srv/shop' });
    expect(everything.filter(([, command]) => judgeCommand(command, facts).allow)).toEqual([]);
  });

  test('for a session that holds runs, each by its own rule', () => {
    expect(FORBIDDEN_TO_HOLDERS.length).toBeGreaterThan(300);
    expect(differing(FORBIDDEN_TO_HOLDERS, wary)).toEqual([]);
  });

  test('every rule refuses something, and says why and what to do instead', () => {
    const rules = new Set([...everything, ...FORBIDDEN_TO_HOLDERS].map(([rule]) => rule));
    expect([...rules].sort()).toEqual([...RULE_IDS].sort());
    for (const [, command] of everything) {
      const judgement = judgeCommand(command, bystander());
      if (judgement.allow) continue;
      expect(judgement.reason).toMatch(/^[A-Z].+\.$/);
      expect(judgement.instead).toMatch(/^[A-Z].+\.$/);
      expect(judgement.reason + judgement.instead).not.toMatch(/!|--hard|rm -r/);
    }
  });

  test('the rules of sessions with runs hold for no other', () => {
    const shared = [
      'git commit -m x',
      'gh pr merge 1',
      'pitcrew init',
      'env',
      'echo x > /srv/shop/pitcrew.yml',
      'claude -p x',
    ];
    expect(shared.filter((command) => !judgeCommand(command, bystander()).allow)).toEqual([]);
    expect(shared.filter((command) => judgeCommand(command, wary).allow)).toEqual([]);
  });
});

describe('the quick answer', () => {
  test('knows ordinary commands, and never one that is refused', () => {
    const plain = [
      'npm test',
      'git status',
      'cd src && ls -la | head -3',
      'npx tsc --noEmit -p . 2>&1 | tail -5',
      'git diff --stat',
    ];
    expect(plain.filter((command) => !isPlainlyHarmless(command))).toEqual([]);
    const refused = [...everything, ...FORBIDDEN_TO_HOLDERS].map(([, command]) => command);
    expect(refused.filter(isPlainlyHarmless)).toEqual([]);
    const writing = [
      'sort -uo b a',
      'sort --output=b a',
      'sort --compress-program=./x a',
      'uniq a b',
      'rg --hostname-bin=./x a',
    ];
    expect(writing.filter(isPlainlyHarmless)).toEqual([]);
  });
});

describe('facts', () => {
  test('aliases are looked up for unknown subcommands only', () => {
    const asked: string[] = [];
    const facts = bystander({ aliasOf: (name) => void asked.push(name) });
    for (const command of [
      'git status',
      'git log -1',
      'npm test',
      'git commit -m x',
      'git sv',
      'git -C x aa',
    ])
      judgeCommand(command, facts);
    expect(asked).toEqual(['sv', 'aa']);
  });

  test('scripts are read only when the command runs them', () => {
    const asked: string[] = [];
    const facts = bystander({ readScript: (path) => void asked.push(path) });
    for (const command of ['cat a.sh', 'grep x ./b.sh', 'sh c.sh x', './d.sh', 'cd src && . ./e.sh'])
      judgeCommand(command, facts);
    expect(asked).toEqual(['/srv/shop/c.sh', '/srv/shop/d.sh', '/srv/shop/src/e.sh']);
  });

  test('another repository is another matter, as long as nothing in the line can change which one it is', () => {
    const facts = bystander({ isOtherRepository: (folder) => folder.startsWith('/tmp/other') });
    const judge = (command: string) => refusedBy(command, facts);
    expect(judge('cd /tmp/other && git add -A && git commit -qm x')).toBe('allowed');
    expect(judge('git -C /tmp/other stash')).toBe('allowed');
    expect(judge('cd /tmp/elsewhere && git stash')).toBe('git-stash');
    expect(judge('ln -sfn /srv/shop /tmp/other; cd /tmp/other && git stash')).toBe('git-stash');
    expect(judge('cd /tmp/other && GIT_DIR=/srv/shop/.git git stash')).toBe('git-stash');
    expect(judge('git -C /tmp/other --git-dir=/srv/shop/.git stash')).toBe('git-stash');
    expect(judge('cd /tmp/other && cd /srv/shop && git stash')).toBe('git-stash');
    expect(judge('cd /tmp/other && bash -c "cd /srv/shop; git stash"')).toBe('git-stash');
  });

  test('an own worktree may be removed, without force', () => {
    const facts = holder({ cwd: '/srv/shop' });
    expect(refusedBy('git worktree remove .pitcrew/worktrees/web-1', facts)).toBe('allowed');
    expect(refusedBy('git worktree remove --force .pitcrew/worktrees/web-1', facts)).toBe('git-worktree');
  });

  test('a subshell leaves the folder as it was', () => {
    expect(refusedBy('(cd /tmp && ls); echo x > ../../../a.ts', wary)).toBe('outside-worktree');
    expect(refusedBy('(cd /tmp && echo x > a); echo x > a.ts', wary)).toBe('allowed');
  });
});
