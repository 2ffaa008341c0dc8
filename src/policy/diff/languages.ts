export type Family =
  | 'javascript'
  | 'python'
  | 'go'
  | 'java'
  | 'kotlin'
  | 'csharp'
  | 'ruby'
  | 'php'
  | 'rust'
  | 'swift'
  | 'elixir'
  | 'c';

/** How a language writes what is not code. Enough to tell comments and strings from code, not to parse it. */
export interface Syntax {
  lineComments: readonly string[];
  blockComments: readonly (readonly [open: string, close: string])[];
  /** Longest first. `multiline` ones go on until they are closed, others end with their line. */
  strings: readonly { quote: string; multiline?: boolean }[];
  nestedComments?: boolean;
}

/** The language of a file by its name; undefined for what is no program text (documents, data, configuration). */
export function familyOf(path: string): Family | undefined {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
}

const list = (family: Family, extensions: string): [string, Family][] =>
  extensions.split(' ').map((extension) => [extension, family]);

const EXTENSIONS: Record<string, Family> = Object.fromEntries([
  ...list('javascript', 'js mjs cjs jsx ts mts cts tsx vue svelte astro'),
  ...list('python', 'py pyi'),
  ...list('go', 'go'),
  ...list('java', 'java groovy scala'),
  ...list('kotlin', 'kt kts'),
  ...list('csharp', 'cs'),
  ...list('ruby', 'rb rake'),
  ...list('php', 'php phpt'),
  ...list('rust', 'rs'),
  ...list('swift', 'swift'),
  ...list('elixir', 'ex exs'),
  ...list('c', 'c cc cpp cxx h hh hpp m mm dart'),
]);

const DOUBLE = { quote: '"' };
const SINGLE = { quote: "'" };
const SLASHES = { lineComments: ['//'], blockComments: [['/*', '*/']] } as const;
const TRIPLE = { quote: '"""', multiline: true };

export const SYNTAX: Record<Family, Syntax> = {
  javascript: { ...SLASHES, strings: [DOUBLE, SINGLE, { quote: '`', multiline: true }] },
  python: {
    lineComments: ['#'],
    blockComments: [],
    strings: [TRIPLE, { quote: "'''", multiline: true }, DOUBLE, SINGLE],
  },
  go: { ...SLASHES, strings: [DOUBLE, SINGLE, { quote: '`', multiline: true }] },
  java: { ...SLASHES, strings: [TRIPLE, DOUBLE, SINGLE] },
  kotlin: { ...SLASHES, strings: [TRIPLE, DOUBLE, SINGLE], nestedComments: true },
  csharp: { ...SLASHES, strings: [TRIPLE, DOUBLE, SINGLE] },
  ruby: { lineComments: ['#'], blockComments: [['\n=begin', '\n=end']], strings: [DOUBLE, SINGLE] },
  php: {
    lineComments: ['//', '#'],
    blockComments: [['/*', '*/']],
    strings: [
      { quote: '"', multiline: true },
      { quote: "'", multiline: true },
    ],
  },
  // A single quote also starts a lifetime, so characters are left as they are.
  rust: { ...SLASHES, strings: [{ quote: '"', multiline: true }], nestedComments: true },
  swift: { ...SLASHES, strings: [TRIPLE, DOUBLE], nestedComments: true },
  elixir: {
    lineComments: ['#'],
    blockComments: [],
    strings: [TRIPLE, { quote: "'''", multiline: true }, DOUBLE],
  },
  c: { ...SLASHES, strings: [DOUBLE, SINGLE] },
};
