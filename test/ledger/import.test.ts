import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseHandwritten } from '../../ledger/import.ts';
import { exclusive, HOUR, MINUTE, openDesk, START } from './helpers.ts';

/** `2026-11-21 09:30` as a person in this process's time zone would write the moment. */
function localTime(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
const day = (epochMs: number) => localTime(epochMs).slice(0, 10);
const NOW = new Date(2026, 10, 21, 12, 0).getTime();

const BOTH_FORMS = `# Active runs

The contract, with its example:
\`\`\`
- **[2026-11-21 11:59] /skill — example**
  - Status: started
\`\`\`

## Active

- **[${localTime(NOW - 30 * MINUTE)}] /research — claude-capcut**
  - Source: a video
  - Paths: \`src/a/\`, \`src/b.ts\`, \`.claude/active-runs.md\`
  - Status: started

- **[${localTime(NOW - 5 * HOUR)}] /sentry — night shift**
  - Paths: src/c.ts, lib/**
  - Status: in progress

### loop-engineering — /research ... — session opus[1m]
- **[${localTime(NOW - 90 * MINUTE)}]** Source: https://example.org
- **Paths:** \`.claude/skills/**\` · \`scripts/\` · \`/etc/hosts\`
- **Status:** started
- **Note:** the earlier run said Status: completed

### no-source — written without a source
- **[${localTime(NOW - 10 * MINUTE)}]**
- **Paths:** \`src/d.ts\`
- Branch: fix/x · Status: started

## Recently completed (last 14 days)

### done-thing — title
- **[${localTime(NOW - HOUR)}]** Source: x
- **Paths:** \`src/e.ts\`
- **Status:** completed (commits: 34c7228c4, 2a63ab564)

### moved-only
- **[${localTime(NOW - HOUR)}]** Source: x
- **Status:** started

## Active

### second-section
- **[${localTime(NOW - 20 * MINUTE)}]** Source: x
- **Paths:**
  - \`src/f.ts\`
  - \`src/g.ts\`
- **Status:** started

### odd
- **[${localTime(NOW - 20 * MINUTE)}]** Source: x
- **Status:** ask Kim
`;

describe('parseHandwritten', () => {
  test.each([
    ['\\n', BOTH_FORMS],
    ['\\r\\n', BOTH_FORMS.replaceAll('\n', '\r\n')],
  ])('reads both forms and duplicate sections with %s', (_, text) => {
    const entries = parseHandwritten(text, NOW);
    expect(entries.map(({ title, paths, status }) => [title, paths, status])).toEqual([
      ['/research — claude-capcut', ['src/a/**', 'src/b.ts', '.claude/active-runs.md'], 'active'],
      ['/sentry — night shift', ['src/c.ts', 'lib/**'], 'stale'],
      ['loop-engineering — /research ... — session opus[1m]', ['.claude/skills/**', 'scripts/**'], 'active'],
      ['no-source — written without a source', ['src/d.ts'], 'active'],
      ['done-thing — title', ['src/e.ts'], 'closed'],
      ['moved-only', [], 'closed'],
      ['second-section', ['src/f.ts', 'src/g.ts'], 'active'],
      ['odd', [], 'unclear'],
    ]);
    expect(entries[0]?.since).toBe(NOW - 30 * MINUTE);
  });

  const entryAt = (time: string, status = 'started') =>
    parseHandwritten(`## Active\n### e\n- **[${time}]** Source: x\n- **Status:** ${status}\n`, NOW)[0];

  test.each([
    [localTime(NOW - HOUR), 'active', NOW - HOUR],
    [`${day(NOW)} ~11:15`, 'active', NOW - 45 * MINUTE],
    [`${day(NOW)} 07:00 - 11:00`, 'active', NOW - HOUR],
    [`${day(NOW)} 07:00-11:00`, 'active', NOW - HOUR],
    [`${day(NOW - 24 * HOUR)} 22:00 – 11:00`, 'active', NOW - HOUR],
    [`${day(NOW - 24 * HOUR)} 22:00 - ${day(NOW)} 11:00`, 'active', NOW - HOUR],
    [`${new Date(NOW + 4 * HOUR).toISOString().slice(0, 19)}+05:00`, 'active', NOW - HOUR],
    [`${new Date(NOW - 4.5 * HOUR).toISOString().slice(0, 16)}-0330`, 'active', NOW - HOUR],
    [`${day(NOW)} - started`, 'active', NOW],
    [day(NOW), 'active', NOW],
    [day(NOW - 72 * HOUR), 'stale', undefined],
    [new Date(NOW - HOUR).toISOString(), 'active', NOW - HOUR],
    [localTime(NOW - 3 * HOUR), 'stale', NOW - 3 * HOUR],
    [localTime(NOW + HOUR), 'active', NOW + HOUR],
    [localTime(NOW + 3 * HOUR), 'unclear', NOW + 3 * HOUR],
    ['2062-11-21 11:00', 'unclear', undefined],
    ['soon 1', 'unclear', undefined],
    ['yesterday', 'unclear', undefined],
  ])('the time %s makes a started entry %s', (time, status, since) => {
    const entry = entryAt(time);
    expect(entry?.status).toBe(status);
    if (since !== undefined) expect(entry?.since).toBe(since);
  });

  test.each([
    ['started', 'active'],
    ['**started**', 'active'],
    ['in progress', 'active'],
    ['mostly done', 'active'],
    ['completed (UNCOMMITTED, see note)', 'closed'],
    ['MERGED', 'closed'],
    ['DONE', 'closed'],
    ['aborted (no repro)', 'closed'],
    ['handoff: docs/x.md', 'closed'],
    ['STALE', 'stale'],
    ['who knows', 'unclear'],
  ])('the status %s means %s', (written, status) => {
    expect(entryAt(localTime(NOW - HOUR), written)?.status).toBe(status);
  });

  test('a fence that nobody closes hides nothing, and plain text is no entry', () => {
    const text = `# Runs\nsome text\n### Conventions\nwrite here\n\`\`\`\n## Active\n### e\n- **[${localTime(NOW)}]** Source: x\n`;
    expect(parseHandwritten(text, NOW).map((entry) => entry.title)).toEqual(['e']);
  });

  test("a fence that nobody closes in one entry hides none of those before the next entry's fence", () => {
    const written = (title: string, rest: string) =>
      `### ${title}\n- **[${localTime(NOW)}]** Source: x\n- **Status:** started\n${rest}`;
    const log = '```\na log that somebody pasted\n';
    const text = `## Active\n${written('open', log)}${written('hidden', '')}${written('closed', '```sh\n### no entry\n```\n')}${written('last', '')}`;
    expect(parseHandwritten(text, NOW).map(({ title, status }) => `${title} ${status}`)).toEqual([
      'open active',
      'hidden active',
      'closed active',
      'last active',
    ]);
  });

  test('a deeper heading with a time beneath is an entry with its title; one within an entry is a part of it', () => {
    const at = (minutes: number) => localTime(NOW - minutes * MINUTE);
    const text = `## Active
#### kim: the cart
- **[${at(10)}]** Source: kim
- **Paths:** \`src/cart/**\`
- **Status:** started

### lee: the till
- **[${at(20)}]** Source: lee
- **Paths:** \`src/till.ts\`
#### Log
- [${at(5)}] looked at WEB-3
- **Status:** started

#### mo: the radio

- **[${at(30)}]** Source: mo
- **Status:** started
#### pat: no time yet
- **Paths:** \`docs/pat.md\`
- **Status:** started
##### Plan
`;
    expect(
      parseHandwritten(text, NOW).map(({ title, paths, status, since }) => [title, paths, status, since]),
    ).toEqual([
      ['kim: the cart', ['src/cart/**'], 'active', NOW - 10 * MINUTE],
      ['lee: the till', ['src/till.ts'], 'active', NOW - 20 * MINUTE],
      ['mo: the radio', [], 'active', NOW - 30 * MINUTE],
      ['pat: no time yet', ['docs/pat.md'], 'unclear', undefined],
    ]);
    expect(parseHandwritten(text, NOW)[1]?.text).toContain('looked at WEB-3');
  });

  test('a row of a table is listed as not understood, and is no part of the entry above it', () => {
    const text = `| Status | what it means |
| --- | --- |
| started | somebody works on it |

## Active
### kim: the cart
- **[${localTime(NOW)}]** Source: kim
- **Paths:** \`src/cart.ts\`
- **Status:** started
| Time | What | Paths | Status |
|---|---|---|---|
| ${localTime(NOW - HOUR)} | /sentry WEB-9 | \`src/a.ts\` | started |
| night | WEB-10 | src/b.ts | in progress |
- Note: and this is the cart's again

## Recently completed
| ${localTime(NOW - 50 * HOUR)} | /fix WEB-1 | src/c.ts | done |
`;
    const entries = parseHandwritten(text, NOW);
    expect(entries.map(({ title, status }) => [title, status])).toEqual([
      ['kim: the cart', 'active'],
      [`${localTime(NOW - HOUR)} · /sentry WEB-9 · src/a.ts · started`, 'unclear'],
      ['night · WEB-10 · src/b.ts · in progress', 'unclear'],
      [`${localTime(NOW - 50 * HOUR)} · /fix WEB-1 · src/c.ts · done`, 'closed'],
    ]);
    expect(entries[0]?.text).not.toContain('WEB-9');
    expect(entries[0]?.text).toContain("the cart's again");
    expect(entries[1]?.since).toBe(NOW - HOUR);
  });

  test('3,000 lines are read in one go', () => {
    const many = BOTH_FORMS.repeat(60);
    expect(parseHandwritten(many, NOW)).toHaveLength(8 * 60);
  });
});

describe('hand-written entries and register', () => {
  async function deskWith(text: string) {
    const desk = await openDesk({ view: true });
    mkdirSync(dirname(desk.viewFile), { recursive: true });
    writeFileSync(desk.viewFile, text);
    return desk;
  }
  const entry = (ageMs: number, extra: string) =>
    `## Active\n\n### kim — cart\n- **[${localTime(START - ageMs)}]** Source: kim\n- **Paths:** \`src/**\` · \`.claude/active-runs.md\`\n${extra}- **Status:** started\n`;

  test("a session's own entry is not in its way; that of a session whose name only begins so is", async () => {
    const desk = await deskWith(entry(HOUR, '- Note: session named:crew12.\n'));
    expect(await desk.claim('named:crew1', ['sentry:acme/WEB-7'], exclusive('src/a.ts'))).toMatchObject({
      ok: false,
    });
    await desk.granted('named:crew12', ['sentry:acme/WEB-7'], exclusive('src/a.ts'));
  });

  test('a young one stands in the way by path and by short id, an old one does not', async () => {
    const desk = await deskWith(entry(HOUR, '- Branch: fix/sentry-WEB-1\n'));
    expect(await desk.claim('alice', ['sentry:acme/WEB-7'], exclusive('src/cart.ts'))).toMatchObject({
      ok: false,
      conflicts: [
        {
          source: 'handwritten',
          holder: 'an entry written by hand ("kim — cart")',
          since: START - HOUR,
          paths: [{ wanted: 'src/cart.ts', held: 'src/**' }],
        },
      ],
    });
    expect(await desk.claim('alice', ['sentry:acme/WEB-1'])).toMatchObject({
      ok: false,
      conflicts: [{ source: 'handwritten', incidents: ['sentry:acme/WEB-1'] }],
    });
    expect(
      (await desk.claim('alice', ['sentry:acme/WEB-12'], exclusive('.claude/active-runs.md', 'lib'))).ok,
    ).toBe(true);
    const run = (await desk.ledger.list()).active[0];
    if (!run) throw new Error('no run');
    const amended = await desk.ledger.amend({
      cmd: 'a',
      run: run.run,
      fence: run.fence,
      add: exclusive('src/x.ts'),
      drop: [],
    });
    expect(amended).toMatchObject({ ok: false, conflicts: [{ source: 'handwritten' }] });
    desk.pass(HOUR + MINUTE);
    expect((await desk.claim('bob', ['sentry:acme/WEB-1'], exclusive('src/cart.ts'))).ok).toBe(true);
    expect((await desk.ledger.list()).handwritten).toMatchObject([{ title: 'kim — cart', status: 'stale' }]);
  });

  test("a session's own entry, and our own rendered block, are no conflict", async () => {
    const desk = await deskWith(entry(MINUTE, '- Note: session-alice-1\n'));
    expect((await desk.claim('session-alice-1', ['sentry:acme/WEB-1'], exclusive('src/cart.ts'))).ok).toBe(
      true,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    const handwritten = (await desk.ledger.list()).handwritten;
    expect(handwritten.map((found) => found.title)).toEqual(['kim — cart']);
  });
});
