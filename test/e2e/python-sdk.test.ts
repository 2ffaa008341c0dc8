import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { parseEvent, type SentryEvent } from '../../src/sentry/event.ts';
import { buildEvidence, checkoutOf } from '../../src/sentry/evidence/evidence.ts';
import { folderWith, ISSUE } from '../sentry/evidence/support.ts';

// Debian's python3-sentry-sdk is seen only by Debian's own python3, which need not be the first on the path.
const PYTHON = ['python3', '/usr/bin/python3'].find(
  (python) => spawnSync(python, ['-c', 'import sentry_sdk'], { stdio: 'ignore' }).status === 0,
);
if (PYTHON === undefined)
  console.warn('skipped: no python3 here has sentry_sdk (Debian: python3-sentry-sdk)');

const PROGRAM = {
  'main.py': [
    'import os',
    'import sentry_sdk',
    'from shop.orders import place_order',
    '',
    'sentry_sdk.init(os.environ["DSN"], release="shop@2.1.0", environment="production")',
    'sentry_sdk.set_user({"id": "7", "email": "ann@example.com"})',
    'sentry_sdk.add_breadcrumb(category="cart", message="checkout of cart 12")',
    'place_order({"id": 9})',
    '',
  ].join('\n'),
  'shop/__init__.py': '',
  'shop/orders.py': [
    'from shop.store import save',
    '',
    'def place_order(order):',
    '    try:',
    '        return save(order)',
    '    except KeyError as error:',
    '        raise RuntimeError(f"order {order[\'id\']} could not be placed") from error',
    '',
  ].join('\n'),
  'shop/store.py': 'def save(order):\n    return len(order["lines"])\n',
};

describe.skipIf(PYTHON === undefined)('a real crash under the Python SDK', () => {
  let folder: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitcrew-python-'));
    sandbox = await startSandbox({ dataDirectory: folder, projects: ['shop'], clock: systemClock, env: {} });
  });
  afterAll(async () => {
    await sandbox?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function crashed(root: string): Promise<SentryEvent> {
    const env = { PATH: process.env.PATH, DSN: sandbox.dsn(), PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn(PYTHON ?? '', ['main.py'], { cwd: root, env, stdio: 'ignore' });
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    const ask = async (path: string): Promise<unknown> => {
      const answer = await fetch(`${sandbox.url}/api/0/organizations/pitstop/${path}`, {
        headers: { authorization: `Bearer ${sandbox.token}` },
      });
      expect(answer.status).toBe(200);
      return await answer.json();
    };
    const [issue] = (await ask('issues/')) as { id: string }[];
    return parseEvent(await ask(`issues/${issue?.id}/events/latest/`));
  }

  test('arrives in the inbox and comes out as evidence', async () => {
    const root = await folderWith(PROGRAM);
    const event = await crashed(root);
    expect(event).toMatchObject({ platform: 'python', release: 'shop@2.1.0', environment: 'production' });
    const checkout = checkoutOf(root, async () => Object.keys(PROGRAM));
    const { text, data, suspects, declaredPaths } = await buildEvidence({ event, issue: ISSUE, checkout });
    expect(text).toContain('RuntimeError: order 9 could not be placed');
    expect(text).toContain("KeyError: 'lines'");
    expect(text).toContain('> File "shop/orders.py", line 7, in place_order');
    expect(text).toContain('File "shop/store.py", line 2, in save');
    expect(text).toContain('return len(order["lines"])');
    expect(text).toContain('checkout of cart 12');
    expect(text).not.toContain('ann@example.com');
    expect(data.crashFrame).toMatchObject({ localPath: 'shop/orders.py', localLine: 7, source: 'matches' });
    expect(suspects[0]?.path).toBe('shop/store.py');
    expect(declaredPaths).toEqual(['shop/orders.py', 'main.py', 'shop/store.py']);
  });
});
