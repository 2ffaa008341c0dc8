import { type Argument, argument, firstRefusal, type Refusal, type Scene } from '../scene.ts';

const LONG = /^--(upload-pack|receive-pack|exec|extcmd|open-files-in-pager|tool-command)=(.*)$/s;
const SEPARATE: Record<string, RegExp | undefined> = {
  rebase: /^(-x|--exec)$/,
  difftool: /^(-x|--extcmd)$/,
  clone: /^(-u|--upload-pack)$/,
  fetch: /^--upload-pack$/,
  'ls-remote': /^(--upload-pack|--exec)$/,
};

/** Judges the programs that a git command starts itself: `rebase -x`, `bisect run`, `submodule foreach`, `ext::` addresses. */
export function judgeStartedByGit(
  subcommand: string,
  list: readonly Argument[],
  outer: Scene,
): Refusal | undefined {
  const scene: Scene = { ...outer, depth: outer.depth + 1 };
  const run = programAfter(subcommand, list);
  const started = run && scene.judge.program(run, { piped: false }, scene);
  if (started) return started;
  return firstRefusal(list, (item, at) => {
    const text = LONG.exec(item.text)?.[2] ?? afterAddress(item.text) ?? pagerOf(subcommand, item.text);
    const next = SEPARATE[subcommand]?.test(item.text) ? list[at + 1]?.text : undefined;
    if (text === undefined && next === undefined) return undefined;
    return scene.judge.script(text ?? next ?? '', scene);
  });
}

function programAfter(subcommand: string, list: readonly Argument[]): Argument[] | undefined {
  const [first] = list;
  if (subcommand === 'for-each-repo')
    return [argument('git'), ...list.filter((item) => !item.text.startsWith('--'))];
  const word = subcommand === 'bisect' ? 'run' : subcommand === 'submodule' ? 'foreach' : undefined;
  const at = list.findIndex((item) => item.text === word);
  if (word === undefined || at < 0 || (word === 'run' && first?.text !== 'run')) return undefined;
  const rest = list.slice(at + 1).filter((item, index) => index > 0 || item.text !== '--recursive');
  // `foreach` gives a single word to the shell.
  return rest.length === 1 ? [argument('eval'), ...rest] : rest;
}

const afterAddress = (text: string): string | undefined =>
  /^ext::(.*)$/s.exec(text)?.[1]?.replace(/% /g, '\\ ').replace(/%/g, ' ');

const pagerOf = (subcommand: string, text: string): string | undefined =>
  subcommand === 'grep' ? /^-O(.+)$/s.exec(text)?.[1] : undefined;
