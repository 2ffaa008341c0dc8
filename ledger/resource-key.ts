import { inputError } from '../src/core/errors.ts';

/**
 * The one spelling of a resource's key: `port:5173`, `db:dev`, `lock:migrations`. Kinds are lower case, names are compared
 * letter by letter. Throws an input error for text that is no key.
 */
export function normalizeResource(text: string): string {
  const [, kind = '', name = ''] =
    /^([A-Za-z][A-Za-z0-9-]{0,30}):([^\s\p{C}`|]{1,120})$/u.exec(text.trim()) ?? [];
  const port = Number(name);
  const isPort = /^\d{1,5}$/.test(name) && port >= 1 && port <= 65_535;
  if (kind === '' || (kind.toLowerCase() === 'port' && !isPort)) {
    throw inputError(
      `${JSON.stringify(text.slice(0, 120)).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')} is not the key of a resource.`,
      'Write it as KIND:NAME, as in port:5173, db:dev or lock:migrations.',
    );
  }
  return kind.toLowerCase() === 'port' ? `port:${port}` : `${kind.toLowerCase()}:${name}`;
}
