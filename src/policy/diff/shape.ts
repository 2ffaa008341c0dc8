import type { DiffRules, FileChange, Finding, RuleName } from './finding.ts';
import { normalised } from './protected-paths.ts';

/** A text of more bytes than this is neither read nor reviewed by anybody; source files of 256 KiB are generated. */
export const HUGE_BYTES = 256 * 1024;

/** Findings for the size of the whole change, and for kinds of change that a fix does not need. */
export function judgeShape(files: readonly FileChange[], rules: DiffRules): Finding[] {
  return [...caps(files, rules), ...files.flatMap(judgeFile)];
}

function caps(files: readonly FileChange[], { maxFiles, maxLines }: DiffRules): Finding[] {
  const lines = files.reduce((sum, file) => sum + file.linesAdded + file.linesRemoved, 0);
  const largest = [...files].sort((one, other) => linesOf(other) - linesOf(one))[0]?.path ?? '';
  return [
    ...(files.length > maxFiles
      ? [found('too-many-files', largest, `${files.length} files change; at most ${maxFiles} may.`)]
      : []),
    ...(lines > maxLines
      ? [found('too-many-lines', largest, `${lines} lines change; at most ${maxLines} may.`)]
      : []),
  ];
}

const linesOf = (file: FileChange): number => file.linesAdded + file.linesRemoved;

function judgeFile(file: FileChange): Finding[] {
  const { path } = file;
  const found = [badPath(path), caseCollision(file)];
  if (isSubmodule(file)) {
    const sentence = `${path} is a submodule: it brings in code that this diff does not show.`;
    return [...found, never('submodule', path, sentence)].filter(isFinding);
  }
  return [...found, link(file), modeChange(file), ...contentKind(file)].filter(isFinding);
}

function badPath(path: string): Finding | undefined {
  const segments = path.replaceAll('\\', '/').split('/');
  const leaves =
    path.startsWith('/') || /^[A-Za-z]:/.test(path) || segments.some((segment) => /^\.{0,2}$/.test(segment));
  if (leaves) return never('bad-path', path, `${path} is not a path inside the repository.`);
  // `.git` also as file systems that ignore case, some characters, ends or streams (`.git::$DATA`) would reach it.
  const isGit = normalised(path)
    .split('/')
    .some((segment) => /^(\.git|git~\d)(:.*)?$/i.test(segment));
  if (isGit) return never('bad-path', path, `${path} belongs to git itself.`);
  if (/[\p{Cc}\p{Cf}]/u.test(path))
    return never('bad-path', path, 'A path holds characters that nobody sees.');
  return undefined;
}

function caseCollision({ path, namesake }: FileChange): Finding | undefined {
  if (namesake === undefined) return undefined;
  const sentence = `${path} and ${namesake} are the same file where case or Unicode form does not count.`;
  return never('case-collision', path, sentence);
}

function link(file: FileChange): Finding | undefined {
  const { path, mode, oldMode, after = '' } = file;
  if (mode === LINK) {
    if (leavesRepository(path, after)) {
      return never('symbolic-link', path, `${path} is a symbolic link that leads out of the repository.`);
    }
    const what =
      oldMode === LINK ? 'leads elsewhere now' : oldMode ? 'becomes a symbolic link' : 'is a symbolic link';
    return found('symbolic-link', path, `${path} ${what}.`);
  }
  if (oldMode === LINK) return found('symbolic-link', path, `${path} is a symbolic link no more.`);
  return undefined;
}

function leavesRepository(path: string, target: string): boolean {
  if (/^([/\\]|[A-Za-z]:)/.test(target)) return true;
  let depth = path.split('/').length - 1;
  for (const segment of target.split(/[/\\]/)) {
    if (segment === '..') depth -= 1;
    else if (segment !== '.' && segment !== '') depth += 1;
    if (depth < 0 || /^\.git$/i.test(segment)) return true;
  }
  return false;
}

function modeChange({ path, oldMode, mode }: FileChange): Finding | undefined {
  if (mode !== EXECUTABLE || oldMode === EXECUTABLE) {
    const lost = mode === PLAIN && oldMode === EXECUTABLE;
    return lost ? found('mode-change', path, `${path} loses its executable bit.`) : undefined;
  }
  return found('mode-change', path, `${path} becomes executable.`);
}

function contentKind({ path, mode, size, before, after }: FileChange): (Finding | undefined)[] {
  if (mode === undefined || mode === LINK) return [];
  if (size > HUGE_BYTES) {
    return [never('huge-file', path, `${path} has ${size} bytes; nobody can judge more than ${HUGE_BYTES}.`)];
  }
  if (after === undefined)
    return [never('huge-file', path, `${path} could not be read, so nobody judged it.`)];
  if (after.includes('\0')) return [found('binary-file', path, `${path} is a binary file.`)];
  const isNew = after.includes('\ufffd') && !before?.includes('\ufffd');
  return isNew ? [found('not-utf8', path, `${path} is not valid UTF-8.`)] : [];
}

const isSubmodule = (file: FileChange): boolean => file.mode === SUBMODULE || file.oldMode === SUBMODULE;
const isFinding = (finding: Finding | undefined): finding is Finding => finding !== undefined;
const found = (rule: RuleName, path: string, sentence: string): Finding => ({
  rule,
  path,
  sentence,
  approvable: true,
});
const never = (rule: RuleName, path: string, sentence: string): Finding => ({
  rule,
  path,
  sentence,
  approvable: false,
});

const PLAIN = '100644';
const EXECUTABLE = '100755';
const LINK = '120000';
const SUBMODULE = '160000';
