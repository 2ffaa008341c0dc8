import type { Family } from '../../../src/policy/diff/languages.ts';

/** Each family with an extension of it. */
export const languagesForTest: [Family, string][] = [
  ['javascript', 'ts'],
  ['python', 'py'],
  ['go', 'go'],
  ['java', 'java'],
  ['kotlin', 'kt'],
  ['csharp', 'cs'],
  ['ruby', 'rb'],
  ['php', 'php'],
  ['rust', 'rs'],
  ['swift', 'swift'],
  ['elixir', 'exs'],
  ['c', 'cc'],
];
