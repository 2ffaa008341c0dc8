import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { passwordFrom } from './password-file.ts';

export interface Credentials {
  url: string;
  /** Used where the address has none; without one the file decides, by host and user. */
  password?: string | undefined;
  /** `~/.pgpass`, or what PGPASSFILE names. */
  passwordFile?: string | undefined;
}

/** How long a server may take to let us in. */
export const CONNECT_MS = 5000;

/** A client of pg's on `socket`, not connected yet. pg itself is loaded with the first one. */
export async function newClient(
  { url, password, passwordFile }: Credentials,
  socket: Socket,
): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'pitcrew',
    stream: () => socket,
  });
  // Where the address has none, pg would use PGPASSWORD by itself: not for any server that a repository names.
  if (new URL(url).password === '') {
    const { host, port, database = '', user = '' } = client;
    const lookUp = async () => passwordFile && passwordFrom(passwordFile, { host, port, database, user });
    Object.assign(client, { password: password ?? lookUp });
  }
  return client;
}
