import { randomUUID } from 'node:crypto';
import { systemClock } from './clock.ts';

/**
 * A fresh id for one command to the ledger: a UUID of version 7 (RFC 9562, 5.7), the time in ms before 74 random bits. So ids
 * of one time stand side by side in the ledger's index, where wholly random ones would each change a page of their own.
 */
export function commandId(): string {
  const time = systemClock().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
