/**
 * Whether a command is plainly harmless, for everybody: only literal words, only reading and building. The judge
 * proper allows all of these too; this answers first because a hook starts anew for every command, and loading the
 * judge costs more than the rest of it. False means "ask the judge".
 */
export function isPlainlyHarmless(command: string): boolean {
  const text = command.trim().replace(QUIET, '');
  if (text.length > MAX_LENGTH || !LITERAL.test(text) || SUSPECT.test(text)) return false;
  return text.split(SEPARATOR).every((part) => isHarmless(part.trim().split(' ').filter(Boolean)));
}

const MAX_LENGTH = 500;
// Redirections that write nothing.
const QUIET = / (?:[12]?>\/dev\/null|2>&1)(?= |$)/g;
const LITERAL = /^[\w./:=,@%+ &|;-]+$/;
const SEPARATOR = /&&|\|\||[|;]/;
// Names of services, agents and credentials, files with a dot in front, and options that start programs or write files.
const SUSPECT =
  /(?<!&)&(?!&)|pitcrew|claude|sentry|github|environ|hosts\.yml|(^|[/=:, ])(id|_net)_?|(^|[/=:, ])\.[a-z_]| -(O|o|-output|-pre|-eval|-ext|-textconv|-open|-exec)/i;

const READERS = new Set(
  'ls cat head tail wc grep rg sort uniq cut pwd which stat du df date true false echo nl diff cmp sleep cd tsc vitest jest eslint prettier pytest'.split(
    ' ',
  ),
);
const GIT_READERS = new Set([
  'status',
  'diff',
  'log',
  'show',
  'blame',
  'rev-parse',
  'ls-files',
  'describe',
  'shortlog',
]);
const BUILDERS: Record<string, string | undefined> = {
  npm: 'test t ci install',
  pnpm: 'test install',
  yarn: 'test install',
  npx: 'tsc vitest jest eslint prettier biome',
  cargo: 'test build check clippy fmt',
  go: 'test build vet',
  make: 'test build check lint all',
};

function isHarmless([program = '', verb = '', ...rest]: readonly string[]): boolean {
  if ([verb, ...rest].includes('git') || writes(program, [verb, ...rest])) return false;
  if (READERS.has(program)) return true;
  if (program === 'git') return GIT_READERS.has(verb);
  return (BUILDERS[program] ?? '').split(' ').includes(verb) && verb !== '';
}

/** Formatters write where they are told to; `sort` and `rg` write or start something by options of several spellings; `uniq` writes its second file. */
function writes(program: string, list: readonly string[]): boolean {
  const outside = list.some((word) => /^(\/|\.\.)/.test(word));
  if (outside && list.some((word) => /^(-w|--write|--fix)/.test(word))) return true;
  if (program === 'sort') return list.some((word) => /^-([a-z]*o|-[oc])/i.test(word));
  if (program === 'rg') return list.some((word) => word.startsWith('--h'));
  return program === 'uniq' && list.filter((word) => !word.startsWith('-')).length > 1;
}
