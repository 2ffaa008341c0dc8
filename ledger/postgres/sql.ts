/** A statement; made only by `sql`, so that every value in it is quoted. */
export interface Sql {
  /** Text and literals by turns, text first and last: what stands at an odd place is a value. */
  readonly pieces: readonly string[];
}

export type SqlValue = Sql | string | number | null | readonly string[];

/**
 * A statement with its values written into it as literals. That way one message can hold several statements, which
 * parameters of the protocol cannot: a transaction is two journeys to the server instead of ten.
 */
export function sql(parts: TemplateStringsArray, ...values: SqlValue[]): Sql {
  return joined(
    parts.flatMap((part, at) => [...(at > 0 ? [asSql(values[at - 1] ?? null)] : []), text(part)]),
  );
}

/** Parts of one statement. */
export const list = (parts: readonly Sql[]): Sql =>
  joined(parts.flatMap((part, at) => (at > 0 ? [text(', '), part] : [part])));

/** What is known when the program is written, and holds no value: also several statements. */
export const text = (known: string): Sql => ({ pieces: [known] });

export const textOf = ({ pieces }: Sql): string => pieces.join('');

/** The same statement for any values, `$1` in the place of the first; and its values, as literals. */
export function formOf({ pieces }: Sql): { form: string; values: string[] } {
  const form = pieces.map((piece, at) => (at % 2 === 0 ? piece : `$${(at + 1) / 2}`)).join('');
  return { form, values: pieces.filter((_, at) => at % 2 === 1) };
}

/** One after the other: the last text of one and the first of the next are one text. */
function joined(parts: readonly Sql[]): Sql {
  const pieces = [''];
  for (const {
    pieces: [first = '', ...rest],
  } of parts)
    pieces.push(`${pieces.pop()}${first}`, ...rest);
  return { pieces };
}

const asSql = (value: SqlValue): Sql =>
  typeof value === 'object' && value !== null && 'pieces' in value
    ? value
    : { pieces: ['', quoted(value), ''] };

function quoted(value: Exclude<SqlValue, Sql>): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return numeral(value);
  if (typeof value === 'string') return literal(value);
  return `ARRAY[${value.map(literal).join(', ')}]::text[]`;
}

/** As pg's own escapeLiteral does it; a text of the server's cannot hold a NUL. */
function literal(value: string): string {
  const text = value.replaceAll('\u0000', '\uFFFD').replaceAll("'", "''");
  return text.includes('\\') ? `E'${text.replaceAll('\\', '\\\\')}'` : `'${text}'`;
}

function numeral(value: number): string {
  if (!Number.isFinite(value)) throw new Error('not a number for the store');
  return `(${value})`;
}
