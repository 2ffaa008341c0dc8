import type { Frame } from '../event.ts';

/** A path to look for, and how many of its last segments must be found for it to count. */
export interface PathQuery {
  segments: string[];
  minimum: number;
}

/**
 * Where a frame's module or function says that its file is, for platforms that name code by package and not by path.
 * Most telling first.
 */
export function moduleQueries(frame: Frame, platform: string): PathQuery[] {
  if (isJvm(frame, platform)) return jvmQueries(frame);
  if (isRust(frame, platform)) return rustQueries(frame);
  if (platform === 'csharp' || platform === 'dotnet') return classQueries(frame.module, 'cs');
  if (platform === 'php') return classQueries(phpClass(frame), 'php');
  if (platform === 'python') return pythonQueries(frame.module);
  if (platform === 'cocoa') return [...objectiveCQueries(frame.function), ...classFileQueries(frame)];
  if (platform === 'native' || platform === 'c') return classFileQueries(frame);
  return frame.module?.includes('/') ? javaScriptModuleQueries(frame.module) : [];
}

/** True where the file name alone says nothing, because the package decides (`Foo.java` is in every project). */
export const moduleDecides = (frame: Frame, platform: string): boolean =>
  isJvm(frame, platform) && (frame.module?.includes('.') ?? false);

function isJvm(frame: Frame, platform: string): boolean {
  return /^(java|kotlin|scala|android|groovy|clojure)$/.test(platform) || JVM_FILE.test(frame.file ?? '');
}

const JVM_FILE = /\.(java|kts?|scala|groovy|clj)$/;

function jvmQueries(frame: Frame): PathQuery[] {
  const parts = identifiers(frame.module?.split('$')[0], '.');
  const name = parts.pop();
  if (name === undefined || parts.length === 0) return [];
  const file = frame.file?.split('/').at(-1);
  const stem = name.replace(/Kt$/, '');
  const files =
    file && JVM_FILE.test(file)
      ? [file]
      : [`${name}.java`, `${name}.kt`, `${stem}.kt`, `${name}.scala`, `${name}.groovy`];
  const exact = files.map((found) => query([...parts, found], parts.length + 1));
  // Kotlin lets a module leave out the common root of its packages.
  const short = files.filter((found) => found.endsWith('.kt')).map((found) => query([...parts, found], 2));
  return [...exact, ...short];
}

function isRust(frame: Frame, platform: string): boolean {
  return (
    platform === 'rust' ||
    (frame.file?.endsWith('.rs') ?? false) ||
    (platform === 'native' && /^<?[a-z_][a-z0-9_]*::[a-z_]/.test(frame.function ?? ''))
  );
}

/** `crate_name::a::b::function`: `a/b.rs` or `a/b/mod.rs` below the crate's `src`, longest module path first. */
function rustQueries(frame: Frame): PathQuery[] {
  const named = (frame.function?.includes('::') ? frame.function : undefined) ?? frame.module ?? '';
  // <shop::cart::Cart as core::fmt::Display>::fmt; shop::cart::add::{{closure}}; shop::List<T>::push
  const plain =
    named
      .slice(0, 400)
      .replace(/^</, '')
      .split(/ as |[<>{(]/, 1)[0] ?? '';
  const parts = identifiers(plain, '::');
  const crate = parts.shift();
  if (crate === undefined || RUST_OWN.test(crate)) return [];
  const folders = [...new Set([crate, crate.replaceAll('_', '-')])];
  const tails: string[][] = [];
  for (let depth = Math.min(parts.length, 8); depth > 0; depth -= 1) {
    const modules = parts.slice(0, depth);
    tails.push([...modules.slice(0, -1), `${modules.at(-1)}.rs`], [...modules, 'mod.rs']);
  }
  const inCrate = tails.flatMap((tail) =>
    folders.map((folder) => query([folder, 'src', ...tail], tail.length + 2)),
  );
  const anywhere = tails.map((tail) => query(['src', ...tail], tail.length + 1));
  const roots = ['lib.rs', 'main.rs'].flatMap((file) =>
    folders.map((folder) => query([folder, 'src', file], 3)),
  );
  return [...inCrate, ...anywhere, ...roots];
}

const RUST_OWN = /^(core|std|alloc|rustc|backtrace|tokio|futures\w*|__rust\w*|_)$/;

/** Namespaces mostly follow folders, from some root that the project file sets: the end has to agree. */
function classQueries(name: string | undefined, extension: string): PathQuery[] {
  const parts = identifiers(name?.split(/[+`<[/]/, 1)[0], /[.\\]/);
  const last = parts.pop();
  if (last === undefined || CLR_OWN.test(parts[0] ?? '')) return [];
  return [query([...parts, `${last}.${extension}`], Math.min(2, parts.length + 1))];
}

const CLR_OWN = /^(System|Microsoft|Illuminate|Symfony)$/;

const phpClass = (frame: Frame): string | undefined =>
  frame.function?.includes('\\') ? frame.function.split('::', 1)[0] : frame.module;

function pythonQueries(module: string | undefined): PathQuery[] {
  const parts = identifiers(module, '.');
  const last = parts.at(-1);
  if (last === undefined || last.startsWith('__')) return [];
  const folder = parts.slice(0, -1);
  return [query([...folder, `${last}.py`], parts.length), query([...parts, '__init__.py'], parts.length + 1)];
}

function objectiveCQueries(name: string | undefined): PathQuery[] {
  const found = /^[-+]\[([A-Za-z_]\w{0,100})/.exec(name ?? '')?.[1];
  return found ? ['m', 'mm', 'swift'].map((extension) => query([`${found}.${extension}`], 1)) : [];
}

/**
 * C++ and Swift name no file where symbols are all there is: `render::MeshLoader::draw(int)` lies, by most people's habit, in
 * `MeshLoader.cc` or `mesh_loader.cc`, in or below a folder `render`.
 */
function classFileQueries(frame: Frame): PathQuery[] {
  if (frame.file !== undefined || frame.absolutePath !== undefined) return [];
  const parts = (frame.function ?? '').slice(0, 400).split(/[<(]/, 1)[0]?.split(/::|\./) ?? [];
  const owner = parts.at(-2);
  if (owner === undefined || !/^[A-Z]\w{3,80}$/.test(owner) || CPP_OWN.test(parts[0] ?? '')) return [];
  const snake = owner.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  return [...new Set([owner, snake, snake.replaceAll('_', '-')])].flatMap((stem) =>
    ['cc', 'cpp', 'cxx', 'mm', 'swift', 'c'].map((extension) =>
      query([...parts.slice(0, -2), `${stem}.${extension}`], 1),
    ),
  );
}

const CPP_OWN = /^(std|__gnu_cxx|boost|absl|folly|QtPrivate|Swift)$/;

function javaScriptModuleQueries(module: string): PathQuery[] {
  const segments = module.split('/').filter((segment) => segment !== '' && !/^\.{1,2}$/.test(segment));
  const last = segments.pop();
  if (last === undefined || segments.length === 0) return [];
  return ['ts', 'tsx', 'js', 'jsx', 'mjs', 'vue'].map((extension) =>
    query([...segments, `${last}.${extension}`], 2),
  );
}

/** The package folder of a Go function: `github.com/acme/shop/cart.(*Cart).Add` lies in `.../shop/cart/`. */
export function goFolder(frame: Frame): { segments: string[]; name: string } | undefined {
  const full = frame.function?.includes('/')
    ? frame.function
    : `${frame.module ?? ''}.${frame.function ?? ''}`;
  const slash = full.lastIndexOf('/');
  const dot = full.indexOf('.', slash + 1);
  if (dot < 1) return undefined;
  const segments = full.slice(0, dot).split('/').filter(Boolean);
  const name = /([A-Za-z_]\w*)(?:\.func\d+)*(?:\[\.\.\.\])?$/.exec(full.slice(dot + 1, dot + 200))?.[1];
  return name && segments.length > 0 ? { segments, name } : undefined;
}

const query = (segments: string[], minimum: number): PathQuery => ({ segments, minimum });

/** The leading parts that look like names; a part that does not ends the list. */
function identifiers(text: string | undefined, separator: string | RegExp): string[] {
  const parts = (text ?? '').slice(0, 400).split(separator);
  const end = parts.findIndex((part) => !/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(part));
  return end < 0 ? parts : parts.slice(0, end);
}
