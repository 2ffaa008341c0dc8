import { readFile, stat } from 'node:fs/promises';

/**
 * The password for one server and user from a file as libpq has it (`host:port:database:user:password`, `*` for any, `\`
 * before a colon of a field; https://www.postgresql.org/docs/current/libpq-pgpass.html). Like libpq it looks at no file
 * that others may read. `undefined` where there is none.
 */
export async function passwordFrom(
  file: string,
  wanted: { host: string; port: number; database: string; user: string },
): Promise<string | undefined> {
  const text = await ownText(file);
  const values = [wanted.host, String(wanted.port), wanted.database, wanted.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = fieldsOf(line);
    if (fields.length < 5) continue;
    const fits = values.every((value, at) => fields[at] === '*' || unescaped(fields[at]) === value);
    if (fits) return unescaped(fields.slice(4).join(':'));
  }
  return undefined;
}

async function ownText(file: string): Promise<string> {
  try {
    const { mode } = await stat(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) return '';
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}

const fieldsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|:)((?:\\.|[^\\:])*)/g)].map((match) => match[1] ?? '');

const unescaped = (field = ''): string => field.replace(/\\(.)/g, '$1');
