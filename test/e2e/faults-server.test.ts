import { writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { isClear } from '../cli/failing.ts';
import { ISSUE } from '../cli/trouble.ts';
import { isAlive, untilGone } from '../core/processes.ts';
import { type RawServer, textOf } from '../mcp-server/raw-server.ts';
import { tool, useServers, works } from '../mcp-server/servers.ts';
import { type FaultyServer, faultyServer } from '../support/fault-server.ts';
import { readText } from '../support/stage.ts';

const at = useServers();
const MB = 1_000_000;

describe('a message that is longer than one may be', () => {
  const padded = (name: string, bytes: number) => tool(name, { issue: 'x'.repeat(bytes) });

  test('is answered with an error, said on stderr, and the server goes on', async () => {
    const one = await at.start();
    const id = one.send('tools/call', padded('sentry_latest_event', 12 * MB));
    const answer = await one.answerTo(id);
    expect(answer.error).toMatchObject({
      code: -32600,
      message: expect.stringMatching(/13 MB is too long; at most 10 MB/),
    });
    expect(one.stderr()).toMatch(
      /^pitcrew error: A message of \d+ MB is too long; at most 10 MB can be taken\. It was not read\.\n$/,
    );
    expect((await one.request('ping')).result).toEqual({});
    expect(await works(one, 'ledger_status')).toMatchObject({ active: [] });
  });

  test.each([
    [
      'last, as the SDK of TypeScript writes it',
      (id: number, text: string) =>
        `{"method":"ping","params":{"id":7,"x":"${text}"},"jsonrpc":"2.0","id":${id}}`,
      true,
    ],
    [
      'first, with text',
      (id: number, text: string) => `{"id": ${id}, "method":"ping","params":{"x":"${text}"}}`,
      true,
    ],
    [
      'only inside of its arguments',
      (id: number, text: string) => `{"method":"ping","params":{"x":"${text}","id":${id}}}`,
      false,
    ],
    ['nowhere', (_id: number, text: string) => `"${text}`, false],
  ] as const)('with its id %s', async (_name, line, isAnswered) => {
    const one = await at.start();
    const text = 'é'.repeat(6 * MB);
    one.write(line(900, text));
    expect((await one.request('ping')).result).toEqual({});
    const answers = one.messages().filter(({ id }) => id === 900);
    expect(answers).toHaveLength(isAnswered ? 1 : 0);
    expect(one.stderr()).toContain('13 MB is too long');
  });

  test('a long one that may be is read whole', async () => {
    const one = await at.start();
    const answer = await one.request('tools/call', padded('sentry_latest_event', 10 * MB));
    expect(textOf(answer)).toMatch(/^input: /);
    expect(textOf(answer).length).toBeLessThan(2000);
  });
});

/** The most that the process ever held, in MB; undefined where the system does not tell. */
async function peakOf(server: RawServer): Promise<number | undefined> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1000;
}

describe('a body of 50 MB', () => {
  const servers: FaultyServer[] = [];
  afterAll(async () => {
    for (const server of servers) await server.close();
  });
  const bomb = gzipSync(Buffer.alloc(50 * MB, '['));
  const kinds: [string, Parameters<typeof faultyServer>[0]][] = [
    [
      'with its length',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(50 * MB) });
        response.end(Buffer.alloc(50 * MB, '['));
      },
    ],
    [
      'in chunks without a length',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        let left = 50;
        const more = () => {
          while (left-- > 0)
            if (!response.write(Buffer.alloc(MB, '['))) return void response.once('drain', more);
          response.end();
        };
        more();
      },
    ],
    [
      'out of 50 KB, packed',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb);
      },
    ],
    [
      'in a failure',
      (_request, response) => {
        response.writeHead(400, { 'content-type': 'application/json' }).end(Buffer.alloc(50 * MB, '['));
      },
    ],
  ];

  test.each(kinds)('%s is refused in words, once, in little memory', async (_name, answer) => {
    const upstream = await faultyServer(answer);
    servers.push(upstream);
    const one = await at.start({ SENTRY_URL: upstream.url });
    for (const call of [tool('sentry_list_issues'), tool('sentry_latest_event', { issue: ISSUE })]) {
      upstream.requests.length = 0;
      const result = await one.request('tools/call', call);
      const [sentence = '', hint = ''] = textOf(result).split('\nNext step: ');
      expect(sentence).toMatch(
        /^upstream: The answer of 127.0.0.1:\d+ about .* is too large \(more than 20 MB\) and was not read\.$/,
      );
      isClear(sentence, hint);
      expect(new Set(upstream.requests.map(({ path }) => path)).size, 'asked again').toBe(
        upstream.requests.length,
      );
    }
    // 90 MB is what a server holds after its start; a body of 20 MB is the most that is ever collected of each call.
    const peak = await peakOf(one);
    if (peak !== undefined) expect(peak).toBeLessThan(240);
    else console.warn('The peak of memory is not known on this system: not checked.');
    expect((await one.request('ping')).result).toEqual({});
  });

  test('from GitHub is refused in words too', async () => {
    const upstream = await faultyServer(kinds[1]?.[1] ?? (() => {}));
    servers.push(upstream);
    const one = await at.start({ GITHUB_API_URL: upstream.url });
    await at.claim(one);
    const text = textOf(await one.request('tools/call', tool('github_search_issues', { issue: ISSUE })));
    expect(text).toMatch(
      /^upstream: GitHub could not search issues: .* is too large \(more than 32 MB\) and was not read/,
    );
    const asked = upstream.requests.map(({ path }) => path);
    expect(new Set(asked).size, 'asked again').toBe(asked.length);
    await works(one, 'ledger_complete', { note: 'seen' });
  });
});

describe('what a check leaves in the background', () => {
  test('ends with the check, and the proof is not held up', async () => {
    const one = await at.start();
    const worktree = await at.claim(one);
    await writeFile(join(worktree, 'src/orders/background.mjs'), '\n');
    await writeFile(join(worktree, 'test/background.test.mjs'), '\n');
    const pids = join(at.stage.folder, 'background.pids');
    writeFileSync(pids, '');
    const command = `sleep 300 > /dev/null 2>&1 & echo $! >> ${pids}; sleep 300 & echo $! >> ${pids}; exit 1`;
    const answer = await one.request(
      'tools/call',
      tool('fix_verify', { issue: ISSUE, test: command, test_files: ['test/background.test.mjs'] }),
    );
    expect(textOf(answer)).toMatch(/^refused: Not proven/);
    const left = (await readText(pids)).trim().split('\n').map(Number);
    expect(left.length).toBeGreaterThanOrEqual(2);
    for (const pid of left) await untilGone(pid, 2000);
    expect(isAlive(one.pid)).toBe(true);
    await works(one, 'ledger_complete', { note: 'seen' });
  });
});
