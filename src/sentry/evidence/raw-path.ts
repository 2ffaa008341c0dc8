/** The most that is read of a reported path: its end is what names the file. */
const LONGEST_PATH = 1024;

/**
 * A path as some runtime, bundler or container wrote it, cut down to plain segments: no scheme, host, drive, bundler
 * prefix, query, `.` or `..`. Empty where it names no file (`<anonymous>`, `node:fs`, `[native code]`).
 */
export function pathSegments(raw: string): string[] {
  const tail = raw.slice(-LONGEST_PATH);
  if (/[\u0000<>]|\[native code\]|^node:|^native$|^external /.test(tail)) return [];
  const path = withoutPrefixes(decoded(tail).replaceAll('\\', '/'));
  if (path.includes('\u0000')) return [];
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments;
}

function withoutPrefixes(path: string): string {
  return (
    path
      // jar:file:/srv/app.jar!/com/acme/Foo.class
      .replace(/^jar:.*!\//, '')
      // package:shop/cart.dart lies in lib/cart.dart
      .replace(/^package:[^/]+\//, 'lib/')
      .replace(/^webpack-internal:\/\/\/(?:\([\w-]+\)\/)?/, '')
      // webpack://name/./src, app:///src, file:///srv, http://host:3000/src
      .replace(/^[a-z][a-z0-9+.-]{1,30}:\/\/(?:[^/]*\/)?/i, '')
      .replace(/^\/?@(?:fs|id)\//, '')
      .replace(/^~\//, '')
      .replace(/^\/?[A-Za-z]:\//, '')
      // vite's ?t=1700000000, webpack's ?a1b2
      .replace(/\?[^/]*$/, '')
  );
}

function decoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
