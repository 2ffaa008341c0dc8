import { untrustedLine } from '../../core/untrusted.ts';
import type { Frame } from '../event.ts';
import type { LocatedFrame } from './locate.ts';
import { pathSegments } from './raw-path.ts';

/** Template-heavy names run to thousands of characters; their beginning tells them apart. */
const LONGEST_NAME = 110;
const LONGEST_PLACE = 130;
/** `PATH_MAX` of Linux. */
const LONGEST_PATH = 4096;

/**
 * A frame in the form that the platform's own traces have, with the local path where it is known. A name that the
 * platform writes without a path (Java) gets the path behind an arrow. A frame that could be several files says so.
 */
export function frameLine(located: LocatedFrame, platform: string): string {
  const { frame } = located;
  const style = STYLES[styleOf(frame, platform)] ?? STYLES.javascript;
  const line = style?.(frame, placeOf(located)) ?? '';
  return `${line}${localNote(located, line)}`.trim() || '<unknown frame>';
}

type Style = (frame: Frame, place: string) => string;

const STYLES: Record<string, Style> = {
  javascript: (frame, place) =>
    `at ${named(frame, '<anonymous>')} (${numbered(frame, place, true) || 'unknown'})`,
  python: (frame, place) => `File "${place}"${lineOf(frame, ', line ')}, in ${named(frame, '<module>')}`,
  java: (frame) =>
    `at ${[short(frame.module), named(frame, '')].filter(Boolean).join('.')}(${javaFile(frame)}${lineOf(frame, ':')})`,
  csharp: (frame, place) =>
    `at ${[short(frame.module), named(frame, '')].filter(Boolean).join('.')}${place ? ` in ${place}${lineOf(frame, ':line ')}` : ''}`,
  php: (frame, place) => `${place || '[internal]'}${lineOf(frame, '(', ')')}: ${named(frame, '{main}')}`,
  ruby: (frame, place) => `${numbered(frame, place, false)}:in '${named(frame, '<main>')}'`,
  go: (frame, place) => {
    const name = named(frame, '');
    const full =
      name.includes('/') || !frame.module ? name : [short(frame.module), name].filter(Boolean).join('.');
    return place ? `${full} at ${numbered(frame, place, false)}` : full;
  },
  rust: (frame, place) => `${qualified(frame)}${place ? ` at ${numbered(frame, place, true)}` : ''}`,
  elixir: (frame, place) =>
    `${numbered(frame, place, false)}: ${[short(frame.module), named(frame, '')].filter(Boolean).join('.')}`,
  cocoa: (frame, place) =>
    [
      imageOf(frame),
      named(frame, frame.address ?? '<unknown>'),
      place && `(${numbered(frame, place, false)})`,
    ]
      .filter(Boolean)
      .join('  '),
  native: (frame, place) => {
    const name = named(frame, frame.address ?? '??');
    if (place) return `${name} at ${numbered(frame, place, false)}`;
    return imageOf(frame) ? `${name} from ${imageOf(frame)}` : name;
  },
};

function styleOf(frame: Frame, platform: string): string {
  const extension = /\.(\w{1,6})$/.exec(frame.file ?? '')?.[1]?.toLowerCase() ?? '';
  const byFile = STYLE_OF_EXTENSION[extension];
  // A native frame in a Java or JavaScript event, an .rs file in a native one: the file knows better.
  if (byFile) return byFile;
  if (!frame.file && !frame.module && (frame.package || frame.address)) {
    return platform === 'cocoa' ? 'cocoa' : 'native';
  }
  return STYLE_OF_PLATFORM[platform] ?? 'javascript';
}

const STYLE_OF_PLATFORM: Record<string, string> = {
  python: 'python',
  java: 'java',
  android: 'java',
  kotlin: 'java',
  csharp: 'csharp',
  dotnet: 'csharp',
  php: 'php',
  ruby: 'ruby',
  go: 'go',
  rust: 'rust',
  elixir: 'elixir',
  cocoa: 'cocoa',
  native: 'native',
  c: 'native',
};

const STYLE_OF_EXTENSION: Record<string, string> = {
  py: 'python',
  java: 'java',
  kt: 'java',
  scala: 'java',
  cs: 'csharp',
  cshtml: 'csharp',
  php: 'php',
  rb: 'ruby',
  go: 'go',
  rs: 'rust',
  ex: 'elixir',
  exs: 'elixir',
  js: 'javascript',
  ts: 'javascript',
  c: 'native',
  cc: 'native',
  cpp: 'native',
  h: 'native',
};

/** The local path, else the reported one without the folders of the machine that it ran on. */
function placeOf(located: LocatedFrame): string {
  if (located.path !== undefined && !located.compiled) return untrustedLine(located.path, LONGEST_PLACE);
  const raw = whole(located.frame.file ?? located.frame.absolutePath);
  if (raw === '') return '';
  const segments = pathSegments(raw);
  const library = segments.findLastIndex((segment) =>
    /^(node_modules|site-packages|vendor|gems)$/.test(segment),
  );
  const tail =
    library >= 0 ? segments.slice(library) : segments.length > 6 ? ['…', ...segments.slice(-5)] : undefined;
  return untrustedLine(tail ? tail.join('/') : raw, LONGEST_PLACE);
}

/** Cleaned before it is cut at its slashes: behind them a secret has lost the host name by which it is known. */
const whole = (path: string | undefined): string => untrustedLine(path, LONGEST_PATH);

function localNote(located: LocatedFrame, line: string): string {
  const { path, candidates, state } = located;
  if (path === undefined) return candidates.length > 1 ? ` [${candidates.length} files of that name]` : '';
  const shown = line.includes(untrustedLine(path, LONGEST_PLACE))
    ? ''
    : ` → ${untrustedLine(path, LONGEST_PLACE)}`;
  return state === 'moved' ? `${shown} [now line ${located.line}]` : shown;
}

const named = (frame: Frame, otherwise: string): string =>
  // What stands in for a missing name may be an address, which is an outsider's text too.
  untrustedLine(frame.function ?? otherwise, LONGEST_NAME);

const short = (text: string | undefined): string => untrustedLine(text, LONGEST_NAME);

const lineOf = (frame: Frame, before: string, after = ''): string =>
  frame.line === undefined || frame.line === 0 ? '' : `${before}${frame.line}${after}`;

const numbered = (frame: Frame, place: string, column: boolean): string =>
  `${place}${lineOf(frame, ':')}${column && frame.line && frame.column ? `:${frame.column}` : ''}`;

const javaFile = (frame: Frame): string =>
  untrustedLine(
    whole(frame.file ?? 'Unknown Source')
      .split('/')
      .at(-1),
    LONGEST_PLACE,
  );

/** `C:\Windows\ntdll.dll` and `/usr/lib/libc.so` as `ntdll.dll` and `libc.so`; a .NET assembly without its version. */
const imageOf = (frame: Frame): string =>
  untrustedLine(whole(frame.package).split(/[\\/]/).at(-1)?.split(',', 1)[0] ?? '', 60);

function qualified(frame: Frame): string {
  const name = named(frame, frame.address ?? '<unknown>');
  return name.includes('::') || !frame.module ? name : `${short(frame.module)}::${name}`;
}
