import type { Log } from '../../src/core/log.ts';
import { CONNECT_MS, type Credentials } from './client.ts';
import type { Connection, DatabaseSession, Listener } from './connection.ts';
import { tryPooler } from './pooler.ts';
import { text } from './sql.ts';

/** The connection that reads, and on which notices arrive. */
export interface Reading {
  session(): Promise<DatabaseSession>;
  /** Notices arrive when it resolves; through a pooler they do from the start, or never (`tryPooler`). */
  hear(): Promise<void>;
  /** They do not have to arrive any more; false where that is not in our hands. */
  ignore(): boolean;
}

export function readingOf(options: {
  reader: Connection;
  /** Sees to it that the store is there. */
  ready: (session: DatabaseSession) => Promise<DatabaseSession>;
  credentials: Credentials;
  listener: Listener;
  log: Log;
  shown: string;
}): Reading {
  const { reader, ready, credentials, listener } = options;
  const listen = text(`LISTEN ${listener.channel}`);
  /** Once for each new connection through a pooler, which would not let us listen at any time. */
  let tried: { on: DatabaseSession; done: Promise<void> } | undefined;
  const tryOut = async (session: DatabaseSession, isFirst: boolean): Promise<void> => {
    await session.run(listen, CONNECT_MS);
    await tryPooler(credentials, { ...options, isFirst });
  };
  const session = async (): Promise<DatabaseSession> => {
    const open = await ready(await reader.session());
    if (!open.isPooled) return open;
    if (tried?.on !== open) tried = { on: open, done: tryOut(open, !tried) };
    const { done } = tried;
    await done.catch((error: unknown) => {
      if (tried?.done === done) tried = undefined;
      throw error;
    });
    return open;
  };

  let heard: DatabaseSession | undefined;
  return {
    session,
    async hear() {
      const open = await session();
      if (open.isPooled || heard === open) return;
      await open.run(listen, CONNECT_MS);
      heard = open;
      listener.onListening();
    },
    ignore() {
      const open = heard;
      heard = undefined;
      void open?.run(text(`UNLISTEN ${listener.channel}`), CONNECT_MS).catch(() => {});
      return open !== undefined;
    },
  };
}
