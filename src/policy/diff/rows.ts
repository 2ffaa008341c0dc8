/** How many inputs a test runs over: rows of tables, and attributes that hold one row each. 0 where it has no table. */
export function rowsIn(code: string): number {
  const attributes = code.match(ROW_ATTRIBUTES)?.length ?? 0;
  let rows = attributes;
  for (const match of code.matchAll(TABLES)) rows += elementsAt(code, match.index + match[0].length - 1);
  return rows;
}

const ROW_ATTRIBUTES = /\[\s*(?:InlineData|TestCase|DataRow|Arguments)\s*\(|#\[\s*(?:case|test_case)\b/g;
// Each ends with the bracket that opens its rows.
const TABLES =
  /\.(?:each|for|forEach|cases)\s*\(\s*\[|\bparametrize\s*\([^[\]()]*(?:[[(][^[\]()]*[\])]\s*,)?\s*\[|\]struct\s*\{[^{}]*\}\s*\{|\]map\[[^\]]*\][^{\n]*\{|@(?:ValueSource|CsvSource)\s*\([^{}]*\{|->with\s*\(\s*\[|\barguments\s*:\s*\[/g;

/** The elements of a list, with any brackets inside them, that opens at a place. A comma at the end adds none. */
function elementsAt(code: string, open: number): number {
  let depth = 0;
  let elements = 0;
  let isEmpty = true;
  for (let at = open; at < code.length; at += 1) {
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
