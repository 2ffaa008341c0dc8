/** The paths found, and how many segments from the end they share with what was asked for. */
export interface SuffixMatch {
  depth: number;
  /** Longest common end. One where it is certain, several where the end does not tell them apart; at most `MOST`. */
  paths: string[];
  /** True where the one path is wholly contained in the end of what was asked for (`/srv/app/a/b.ts` for `a/b.ts`). */
  whole: boolean;
}

interface Bucket {
  paths: string[];
  /** Filled when first needed: the bucket's paths by the next segment from the end. */
  next?: Map<string, Bucket>;
  /** The path that ends here, having no further segment. */
  whole?: string;
}

/** Candidates that are kept where an end is shared by many files. */
const MOST = 20;

/**
 * Finds repository paths by their end. Built in one pass over the paths; a look-up costs the number of its
 * segments, as each bucket is split by its next segment at most once, whatever the order of the questions.
 */
export class SuffixIndex {
  readonly #fold: boolean;
  readonly #byName = new Map<string, Bucket>();

  /** `fold` compares without regard to case. */
  constructor(paths: Iterable<string>, fold: boolean) {
    this.#fold = fold;
    for (const path of paths) addTo(this.#byName, this.#key(path.slice(path.lastIndexOf('/') + 1)), path);
  }

  find(segments: readonly string[]): SuffixMatch | undefined {
    let bucket = this.#byName.get(this.#key(segments.at(-1) ?? ''));
    if (!bucket) return undefined;
    let depth = 1;
    for (; depth < segments.length; depth += 1) {
      const next = this.#split(bucket, depth).get(this.#key(segments[segments.length - 1 - depth] ?? ''));
      if (!next) break;
      bucket = next;
    }
    this.#split(bucket, depth);
    const paths = bucket.whole === undefined ? bucket.paths.slice(0, MOST) : [bucket.whole];
    return { depth, paths, whole: bucket.whole !== undefined };
  }

  #split(bucket: Bucket, depth: number): Map<string, Bucket> {
    if (bucket.next) return bucket.next;
    bucket.next = new Map();
    for (const path of bucket.paths) {
      const segments = path.split('/');
      const segment = segments[segments.length - 1 - depth];
      if (segment === undefined) bucket.whole ??= path;
      else addTo(bucket.next, this.#key(segment), path);
    }
    return bucket.next;
  }

  #key(segment: string): string {
    return this.#fold ? segment.toLowerCase() : segment;
  }
}

function addTo(buckets: Map<string, Bucket>, key: string, path: string): void {
  const bucket = buckets.get(key);
  if (bucket) bucket.paths.push(path);
  else buckets.set(key, { paths: [path] });
}
