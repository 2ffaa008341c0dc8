import { inputError } from '../src/core/errors.ts';
import { MAX_PORTS } from './limits.ts';

/**
 * The one spelling of a resource's key: `port:5173`, `db:dev`, `lock:migrations`, or `port:3000-3999` for any one of these
 * ports. Kinds are lower case, names are compared letter by letter. Throws an input error for text that is no key, and for
 * a range that is empty or wider than `MAX_PORTS`.
 */
export function normalizeResource(text: string): string {
  const [, kind = '', name = ''] =
    /^([A-Za-z][A-Za-z0-9-]{0,30}):([^\s\p{C}`|]{1,120})$/u.exec(text.trim()) ?? [];
  if (kind.toLowerCase() === 'port') return portKey(name) ?? refuse(text);
  return kind === '' ? refuse(text) : `${kind.toLowerCase()}:${name}`;
}

function portKey(name: string): string | undefined {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(name) ?? [];
  const from = Number(first);
  const to = Number(last ?? first);
  if (![from, to].every((port) => port >= 1 && port <= 65_535)) return undefined;
  if (from === to) return `port:${from}`;
  if (from > to) {
    throw inputError(`port:${name} ends before it begins.`, `Write the lower one first: port:${to}-${from}.`);
  }
  if (to - from >= MAX_PORTS) {
    throw inputError(
      `port:${name} are ${to - from + 1} ports.`,
      `Ask for one of at most ${MAX_PORTS}, as in port:3000-3999.`,
    );
  }
  return `port:${from}-${to}`;
}

function refuse(text: string): never {
  throw inputError(
    `${JSON.stringify(text.slice(0, 120)).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')} is not the key of a resource.`,
    'Write it as KIND:NAME, as in port:5173, port:3000-3999 (any one that is free), db:dev or lock:migrations.',
  );
}
