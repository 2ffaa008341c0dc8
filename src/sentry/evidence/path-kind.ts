/** What a repository path is, by its name alone. Used to prefer, to punish and to refuse, never to prove. */

export const isTestPath = (path: string): boolean => TEST.test(path);
export const isBuiltPath = (path: string): boolean => BUILT.test(path);
export const isVendoredPath = (path: string): boolean => VENDORED.test(path);

/** How little a path is liked when several would fit: 0 is the application's own source. */
export const dislike = (path: string): number =>
  (isVendoredPath(path) ? 4 : 0) + (isBuiltPath(path) ? 2 : 0) + (isTestPath(path) ? 1 : 0);

/**
 * True for files that hold program text. Only these are opened: a frame is written by strangers, and must not
 * be able to name `.env`, a key or a credentials file and have its lines shown.
 */
export const isSourcePath = (path: string): boolean => SOURCE.test(path) && !PRIVATE.test(path);

/** True for scripts that a build may have made, and source maps. */
export const isScriptPath = (path: string): boolean => SCRIPT.test(path) && !PRIVATE.test(path);

const TEST =
  /(^|\/)(tests?|__tests__|specs?|e2e|fixtures|__fixtures__|__mocks__|testdata|[\w-]+[._-]tests?)\/|[._-](test|spec)\.[a-z]{1,6}$|(^|\/)test_[^/]*\.py$|[a-z\d]Tests?\.(java|kt|cs|php|swift|m|mm)$/;
const BUILT =
  /(^|\/)(dist|build|out|target|bin\/(?:Debug|Release)|obj|coverage|\.next|\.nuxt|\.output|\.svelte-kit)\/|\.min\.[cm]?js$|\.map$/;
const VENDORED =
  /(^|\/)(node_modules|vendor|third[_-]party|site-packages|bower_components|Pods|Carthage|\.venv|venv|\.cargo|\.yarn)\//;
const SOURCE =
  /\.([cm]?[jt]sx?|vue|svelte|astro|py|pyx|rb|erb|rake|php|phtml|java|kt|kts|scala|groovy|clj|cljs|go|rs|c|cc|cpp|cxx|h|hh|hpp|hxx|inl|m|mm|swift|cs|cshtml|razor|fs|vb|dart|ex|exs|eex|heex|erl|hs|ml|lua|pl|pm|r|jl|zig|nim|cr|html?|sql)$/i;
const SCRIPT = /\.[cm]?jsx?(\.map)?$/i;
const PRIVATE = /(^|\/)\.git\/|(^|\/)(secrets?|credentials?)\.[a-z]+$/i;
