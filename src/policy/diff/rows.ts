/** Inputs that tests run over, each by where it stands: rows of tables, and attributes that hold one row each. */
export function rowsIn(code: string): { at: number; rows: number }[] {
  const attributes = [...code.matchAll(ROW_ATTRIBUTES)].map((match) => ({ at: match.index, rows: 1 }));
  const tables = [...code.matchAll(TABLES)].slice(0, MOST_TABLES).map((match) => ({
    at: match.index,
    rows: elementsAt(code, match.index + match[0].length - 1),
  }));
  return [...attributes, ...tables];
}

/** Nobody reads more; what one file may cost has to end somewhere. */
const MOST_TABLES = 300;
const LONGEST_TABLE = 8000;

const ROW_ATTRIBUTES = /\[\s*(?:InlineData|TestCase|DataRow|Arguments)\s*\(|#\[\s*(?:case|test_case)\b/g;
// Each ends with the bracket that opens its rows.
const TABLES =
  /\.(?:each|for|forEach|cases)\s*\(\s*\[|\bparametrize\s*\([^[\]()]{0,300}(?:[[(][^[\]()]{0,300}[\])]\s*,)?\s*\[|\]struct\s*\{[^{}]{0,2000}\}\s*\{|\]map\[[^\]]{0,200}\][^{\n]{0,200}\{|@(?:ValueSource|CsvSource)\s*\([^{}]{0,300}\{|->with\s*\(\s*\[|\barguments\s*:\s*\[/g;

/** The elements of a list, with any brackets inside them, that opens at a place. A comma at the end adds none. */
function elementsAt(code: string, open: number): number {
  let depth = 0;
  let elements = 0;
  let isEmpty = true;
  for (let at = open; at < Math.min(code.length, open + LONGEST_TABLE); at += 1) {
    const character = code.charAt(at);
    if (depth >= 1 && /\S/.test(character) && !(depth === 1 && /[,)\]}]/.test(character))) isEmpty = false;
    if (/[([{]/.test(character)) depth += 1;
    else if (/[)\]}]/.test(character)) {
      depth -= 1;
      if (depth === 0) return elements + (isEmpty ? 0 : 1);
    } else if (depth === 1 && character === ',') {
      if (!isEmpty) elements += 1;
      isEmpty = true;
    }
  }
  return elements;
}
