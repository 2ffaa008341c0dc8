/** Text of a statement; made only by `sql`, so that every value in it is quoted. */
export interface Sql {
  readonly text: string;
}

export type SqlValue = Sql | string | number | null | readonly string[];

/**
 * A statement with its values written into it as literals. That way one message can hold several statements, which
 * parameters of the protocol cannot: a transaction is two journeys to the server instead of ten.
 */
export function sql(parts: TemplateStringsArray, ...values: SqlValue[]): Sql {
  const text = parts.reduce((whole, part, at) => whole + quoted(values[at - 1] ?? null) + part);
  return { text };
}

/** Several statements in one message. */
export const batch = (statements: readonly Sql[]): Sql => ({
  text: statements.map((statement) => statement.text).join(';\n'),
});

/** Parts of one statement. */
export const list = (parts: readonly Sql[]): Sql => ({ text: parts.map((part) => part.text).join(', ') });

function quoted(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return numeral(value);
  if (typeof value === 'string') return literal(value);
  if ('text' in value) return value.text;
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
