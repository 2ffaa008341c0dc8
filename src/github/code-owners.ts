import picomatch from 'picomatch';

/** Where GitHub looks for the file, in this order; the first that exists counts alone. */
export const CODE_OWNERS_PATHS = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

export interface Owners {
  /** Logins. */
  users: string[];
  /** `organization/team`. */
  teams: string[];
}

/**
 * The owners of `files` (relative, `/` between segments) by a CODEOWNERS text, as GitHub reads it: for each file the
 * last matching line counts, also when it names nobody; a line with an error is skipped. Owners given as e-mail
 * addresses are left out, since a review cannot be requested from an address; so is `author`.
 */
export function ownersOf(text: string, files: readonly string[], author?: string): Owners {
  const rules = parseRules(text);
  const owners = files.flatMap((file) => rules.findLast((rule) => rule.matches(file))?.owners ?? []);
  const isAuthor = (name: string) => name.toLowerCase() === author?.toLowerCase();
  const names = unique(owners.filter((owner) => owner.startsWith('@')).map((owner) => owner.slice(1)));
  return {
    users: names.filter((name) => !name.includes('/') && !isAuthor(name)),
    teams: names.filter((name) => name.includes('/')),
  };
}

interface Rule {
  matches: (file: string) => boolean;
  owners: string[];
}

const OWNER = /^(@[a-z0-9][\w.-]*(\/[\w.-]+)?|[^@\s]+@[^@\s]+)$/i;
/** GitHub reads at most 3 MB; a pattern this long is no pattern. */
const MAX_TEXT = 3 * 1024 * 1024;
const MAX_PATTERN = 500;

function parseRules(text: string): Rule[] {
  return text
    .slice(0, MAX_TEXT)
    .split(/\r?\n/)
    .flatMap((line) => {
      const [pattern, ...rest] = line.trim().match(/(?:\\\s|\S)+/g) ?? [];
      if (!pattern || pattern.startsWith('#') || pattern.length > MAX_PATTERN || /^!|[[\]]/.test(pattern))
        return [];
      const comment = rest.findIndex((word) => word.startsWith('#'));
      const owners = comment < 0 ? rest : rest.slice(0, comment);
      return owners.every((owner) => OWNER.test(owner)) ? [{ matches: matcher(pattern), owners }] : [];
    });
}

/** gitignore's rules without negation and ranges, but `dir/*` stays in its folder, as GitHub has it. */
function matcher(pattern: string): Rule['matches'] {
  const anchored = pattern.slice(0, -1).includes('/');
  const relative = pattern.replace(/^\//, '');
  const glob = anchored ? relative : `**/${relative}`;
  const globs = glob.endsWith('/') ? [`${glob}**`] : /(^|\/)\*$/.test(glob) ? [glob] : [glob, `${glob}/**`];
  return picomatch(globs, { dot: true, nonegate: true, nobrace: true, nobracket: true, noextglob: true });
}

/** Without repetitions, whatever the case; the first spelling stays. */
function unique(names: readonly string[]): string[] {
  return [...new Map([...names].reverse().map((name) => [name.toLowerCase(), name])).values()].reverse();
}
