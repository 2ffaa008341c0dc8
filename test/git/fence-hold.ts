import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request as forward, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A session's own `git`, that can be made to wait right before one of its commands runs. */
export interface HoldableGit {
  /** The folder that goes first on PATH. */
  folder: string;
  /** The next `git COMMAND` waits. */
  hold(command: string): void;
  isHeld(): boolean;
  letGo(): void;
}

export function holdableGit(parent: string, name: string): HoldableGit {
  const folder = join(parent, `git-of-${name}`);
  mkdirSync(folder);
  const file = (of: string): string => join(folder, of);
  const script = [
    '#!/bin/sh',
    'PATH=$(echo "$PATH" | cut -d: -f2-)',
    'for word; do',
    `  if test -e '${file('hold')}' && test "$word" = "$(cat '${file('hold')}')"; then`,
    `    mv '${file('hold')}' '${file('held')}'`,
    `    until test -e '${file('go')}'; do sleep 0.05; done`,
    '    break',
    '  fi',
    'done',
    'exec git "$@"',
    '',
  ];
  writeFileSync(file('git'), script.join('\n'));
  chmodSync(file('git'), 0o755);
  return {
    folder,
    hold: (command) => writeFileSync(file('hold'), command),
    isHeld: () => existsSync(file('held')),
    letGo: () => writeFileSync(file('go'), ''),
  };
}

/** A proxy in front of the sandbox whose next GET can be made to wait, answered and all. */
export interface HoldableSentry {
  url: string;
  hold(): void;
  isHeld(): boolean;
  letGo(): void;
  close(): void;
}

export async function holdableSentry(target: string): Promise<HoldableSentry> {
  let state: 'open' | 'armed' | 'held' = 'open';
  const gone = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const pass = async () => {
      if (state === 'armed' && method === 'GET') {
        state = 'held';
        await gone.promise;
      }
      const onward = forward(new URL(url, target), { method, headers, agent: false });
      request.pipe(onward);
      const [answer] = (await once(onward, 'response')) as [IncomingMessage];
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    };
    pass().catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => {
      state = 'armed';
    },
    isHeld: () => state === 'held',
    letGo: gone.resolve,
    close: () => {
      gone.resolve();
      server.closeAllConnections();
      server.close();
    },
  };
}
