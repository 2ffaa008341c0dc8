import { untrustedLine } from '../core/untrusted.ts';
import { type Checkout, gitAhead, gitRead, nulSeparated } from './git.ts';
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

export interface Comparison {
  /**
   * Finds the commit of a Sentry release (a commit id, a tag, `app@1.2.3`, `1.2.3+id`), and what happened to the files
   * (relative to the root) between it and the checkout. A release that names nothing here is answered as unknown, never
   * as unchanged. To be called once.
   */
  with(release: string, files: readonly string[] | Promise<readonly string[]>): Promise<ReleaseComparison>;
  /** Ends what was started, when there is no release to compare with. */
  abandon(): void;
}

/**
 * Whether what crashed may be fixed already. All of git's processes start here, to be told the release and the files when
 * these are known: a caller that waits for Sentry meanwhile hardly waits for git. Throws as `gitRead`, from `with`.
 */
export function startComparison(repository: Checkout): Comparison {
  const refs = knownRefs(repository);
  const range = Promise.withResolvers<string>();
  const files = Promise.withResolvers<readonly string[]>();
  const counted = distance(repository, range.promise);
  const touching = commitsTouching(repository, range.promise, files.promise);
  for (const begun of [refs, counted, touching, range.promise, files.promise]) begun.catch(() => {});
  const abandon = (): void => {
    range.reject(new Error('There is nothing to compare with.'));
    files.reject(new Error('There is nothing to compare with.'));
  };
  return {
    abandon,
    with: async (named, paths) => {
      try {
        const release = untrustedLine(named, 200);
        const known = await refs;
        const found = await findRelease(repository, release, known);
        if (found === undefined) return unknownRelease(release);
        if (found.sha === known.head) return sameCommit(release, found);
        range.resolve(`${found.sha}...${known.head}`);
        files.resolve(await paths);
        const [{ behind, ahead }, commits] = await Promise.all([counted, touching]);
        const more = commits.length > MOST_COMMITS;
        return {
          known: true,
          release,
          ...found,
          ahead,
          behind,
          commits: commits.slice(0, MOST_COMMITS),
          more,
        };
      } finally {
        abandon();
      }
    },
  };
}

function unknownRelease(release: string): ReleaseComparison {
  const note = `No tag or commit of this checkout is called ${release || 'like the release'}; fetch tags if it should be.`;
  return { known: false, release, note };
}

const sameCommit = (release: string, found: { ref: string; sha: string }): ReleaseComparison => ({
  known: true,
  release,
  ...found,
  ahead: 0,
  behind: 0,
  commits: [],
  more: false,
});

interface KnownRefs {
  head: string;
  /** Commits by `refs/tags/NAME`; an annotated tag leads to its commit. */
  tags: ReadonlyMap<string, string>;
}

/** HEAD and all tags in one question. */
async function knownRefs(repository: Checkout): Promise<KnownRefs> {
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

/** `range` is `FROM...TO`. */
async function distance(repository: Checkout, range: Promise<string>) {
  const question = range.then((symmetric) => `${symmetric}\n`);
  const counted = await gitAhead(repository, ['rev-list', '--left-right', '--count', '--stdin'], question);
  const [behind = 0, ahead = 0] = line(counted.stdout).split('\t').map(Number);
  return { behind, ahead };
}

async function commitsTouching(
  repository: Checkout,
  range: Promise<string>,
  files: Promise<readonly string[]>,
): Promise<{ sha: string; subject: string; date: string }[]> {
  const format = ['log', '-z', '--format=%H %cI %s', `--max-count=${MOST_COMMITS + 1}`, '--stdin'];
  const { stdout } = await gitAhead(repository, format, touchedSince(range, files));
  return nulSeparated(stdout).map((entry) => {
    const [sha = '', date = '', ...subject] = entry.split(' ');
    return { sha, subject: untrustedLine(subject.join(' '), 200), date };
  });
}

/** What `log --stdin` reads: the commits of the checkout since, then the paths. Without one: no commits. */
async function touchedSince(range: Promise<string>, files: Promise<readonly string[]>): Promise<string> {
  const [from = '', to = ''] = (await range).split('...');
  // One path a line: a name with a line break in it cannot be asked for.
  const paths = (await files).filter((path) => path !== '' && !path.includes('\n'));
  return paths.length === 0 ? `^${to}\n${to}\n` : [`^${from}`, to, '--', ...paths, ''].join('\n');
}
