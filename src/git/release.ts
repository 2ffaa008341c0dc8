import { untrustedLine } from '../core/untrusted.ts';
import { type Checkout, gitRead, nulSeparated } from './git.ts';
import { line, resolveCommit } from './repository.ts';

export type ReleaseComparison =
  | { known: false; release: string; note: string }
  | {
      known: true;
      release: string;
      /** What in the repository the release's name led to: a tag or a commit id. */
      ref: string;
      sha: string;
      /** Commits of the checkout that the release does not have, and the reverse (0 on a straight line). */
      ahead: number;
      behind: number;
      /** Newest first: commits since the release that touched one of the files. */
      commits: { sha: string; subject: string; date: string }[];
      /** True when there were more than are listed. */
      more: boolean;
    };

const MOST_COMMITS = 20;

/**
 * Whether what crashed may be fixed already: finds the commit of a Sentry release (a commit id, a tag, `app@1.2.3`,
 * `1.2.3+id`), and what happened to the given files between it and the checkout. A release that names nothing here is
 * answered as unknown, never as unchanged.
 */
export async function compareWithRelease(options: {
  repository: Checkout;
  release: string;
  /** Relative to the root. What does not depend on them is asked before they are known. */
  files: readonly string[] | Promise<readonly string[]>;
  /** From `knownRefs`, where the caller asked for them already. */
  refs?: KnownRefs;
}): Promise<ReleaseComparison> {
  const { repository, files } = options;
  const release = untrustedLine(options.release, 200);
  const refs = options.refs ?? (await knownRefs(repository));
  const found = await findRelease(repository, release, refs);
  if (found === undefined) {
    const note = `No tag or commit of this checkout is called ${release || 'like the release'}; fetch tags if it should be.`;
    return { known: false, release, note };
  }
  const { head } = refs;
  const same = head === found.sha;
  const [{ behind, ahead }, commits] = await Promise.all([
    same ? { behind: 0, ahead: 0 } : distance(repository, found.sha, head),
    same ? [] : commitsTouching(repository, found.sha, head, files),
  ]);
  return {
    known: true,
    release,
    ...found,
    ahead,
    behind,
    commits: commits.slice(0, MOST_COMMITS),
    more: commits.length > MOST_COMMITS,
  };
}

export interface KnownRefs {
  head: string;
  /** Commits by `refs/tags/NAME`; an annotated tag leads to its commit. */
  tags: ReadonlyMap<string, string>;
}

/** HEAD and all tags in one question, which can be asked before the release is known. */
export async function knownRefs(repository: Checkout): Promise<KnownRefs> {
  // 1 is git's answer where there is no ref at all: before the first commit.
  const { stdout } = await gitRead(repository, ['show-ref', '--head', '--dereference'], { accept: [0, 1] });
  const tags = new Map<string, string>();
  let head = '';
  for (const row of stdout.split('\n')) {
    const [sha = '', ref = ''] = row.split(' ');
    if (ref === 'HEAD') head = sha;
    else if (ref.startsWith('refs/tags/')) tags.set(ref.replace(/\^\{\}$/, ''), sha);
  }
  return { head, tags };
}

async function findRelease(
  repository: Checkout,
  release: string,
  { tags }: KnownRefs,
): Promise<{ ref: string; sha: string } | undefined> {
  for (const name of namesFor(release)) {
    const isTag = name.startsWith('refs/tags/');
    const sha = isTag ? tags.get(name) : await resolveCommit(repository, name);
    if (sha !== undefined) return { ref: name.replace(/^refs\/tags\//, ''), sha };
  }
  return undefined;
}

/** `shop@1.2.3+5c9d2e1`: tags `shop@1.2.3+5c9d2e1`, `v1.2.3`, `1.2.3`, `shop-v1.2.3`, ..., then ids among the parts. */
export function namesFor(release: string): string[] {
  const at = release.lastIndexOf('@');
  const application = at > 0 ? release.slice(0, at) : '';
  const whole = release.slice(at + 1);
  const versions = [...new Set([whole, whole.split('+')[0] ?? ''])].map((version) =>
    version.replace(/^v/, ''),
  );
  const tags = [release, whole];
  for (const version of versions) {
    tags.push(`v${version}`, version, `release-${version}`, `release/${version}`);
    if (application)
      tags.push(`${application}@${version}`, `${application}-v${version}`, `${application}/v${version}`);
  }
  const ids = whole.split(/[^0-9a-z]+/i).filter((part) => /^[0-9a-f]{7,40}$/i.test(part));
  return [...new Set(tags)]
    .filter(isSafeName)
    .map((tag) => `refs/tags/${tag}`)
    .concat(ids);
}

/** No revision syntax: a release called `v1^{/secret}` or `a..b` names no tag. */
const isSafeName = (name: string): boolean =>
  /^[A-Za-z0-9_][\w.@+/-]{0,199}$/.test(name) && !/\.\.|@\{/.test(name);

async function distance(repository: Checkout, from: string, to: string) {
  const counted = await gitRead(repository, ['rev-list', '--left-right', '--count', `${from}...${to}`]);
  const [behind = 0, ahead = 0] = line(counted.stdout).split('\t').map(Number);
  return { behind, ahead };
}

async function commitsTouching(
  repository: Checkout,
  from: string,
  to: string,
  files: readonly string[] | Promise<readonly string[]>,
): Promise<{ sha: string; subject: string; date: string }[]> {
  const paths = await files;
  if (paths.length === 0) return [];
  const format = ['log', '-z', '--format=%H %cI %s', `--max-count=${MOST_COMMITS + 1}`, `${from}..${to}`];
  const { stdout } = await gitRead(repository, [...format, '--', ...paths]);
  return nulSeparated(stdout).map((entry) => {
    const [sha = '', date = '', ...subject] = entry.split(' ');
    return { sha, subject: untrustedLine(subject.join(' '), 200), date };
  });
}
