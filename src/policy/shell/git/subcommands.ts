import { readOptions } from '../options.ts';
import { refuse, refuseHolder } from '../rules.ts';
import type { Argument, Refusal, Scene } from '../scene.ts';
import { INDEX_RULES } from './index-rules.ts';
import { REFERENCE_RULES } from './reference-rules.ts';
import { TREE_RULES } from './tree-rules.ts';

/** Judges one subcommand; `list` is what follows it. */
export type SubcommandRule = (list: readonly Argument[], scene: Scene) => Refusal | undefined;

const RULES: Record<string, SubcommandRule> = { ...INDEX_RULES, ...TREE_RULES, ...REFERENCE_RULES };

// git's own commands without a rule: an alias cannot take their names.
const HARMLESS = new Set(
  'annotate archive bisect blame bugreport bundle cat-file check-attr check-ignore check-mailmap check-ref-format cherry clone column count-objects credential credential-cache credential-store describe diagnose diff diff-files diff-index diff-tree difftool fast-export fetch fetch-pack fmt-merge-msg for-each-ref for-each-repo format-patch fsck get-tar-commit-id grep gui gitk hash-object help index-pack init init-db instaweb interpret-trailers log ls-files ls-remote ls-tree mailinfo mailsplit maintenance merge-base merge-file merge-tree mergetool mktag mktree multi-pack-index mv name-rev notes pack-objects pack-redundant pack-refs patch-id range-diff remote repack request-pull rerere rev-list rev-parse shortlog show show-branch show-index show-ref sparse-checkout status stripspace submodule tag unpack-file unpack-objects update-server-info upload-pack var verify-commit verify-pack verify-tag version whatchanged write-tree'.split(
    ' ',
  ),
);

// What a session that repairs leaves to fix_commit and github_create_draft_pr.
const BY_HAND = new Set(
  'commit push send-pack http-push commit-tree am update-index svn p4 send-email'.split(' '),
);
// What moves the branch or the files of the checkout in which it runs.
const MOVES = new Set('rebase merge pull cherry-pick revert am bisect switch'.split(' '));

/** The judgement of a subcommand of git itself, or undefined when it is none and so may be an alias. */
export function judgeSubcommandOf(
  name: string,
  list: readonly Argument[],
  scene: Scene,
): { refusal: Refusal | undefined } | undefined {
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  if (!rule && !HARMLESS.has(name) && !BY_HAND.has(name) && !MOVES.has(name)) return undefined;
  if (list.some((item) => item.text === '--help')) return { refusal: undefined };
  const refusal =
    skipsHooks(name, list) ?? stashes(name, list) ?? rule?.(list, scene) ?? judgeHolder(name, list, scene);
  return { refusal };
}

function skipsHooks(name: string, list: readonly Argument[]): Refusal | undefined {
  const end = list.findIndex((item) => item.text === '--');
  const options = end < 0 ? list : list.slice(0, end);
  const written = options.some(
    ({ text }, at) =>
      text.length >= 6 &&
      '--no-verify'.startsWith(text) &&
      !/^(-m|--message|--grep|-S|-G)$/.test(options[at - 1]?.text ?? ''),
  );
  return written && !/^(log|grep|show|diff|rev-parse)$/.test(name) ? refuse('hooks-off') : undefined;
}

/** `--autostash` takes the changes of the whole tree away, and leaves them on the shared stash where they conflict. */
function stashes(name: string, list: readonly Argument[]): Refusal | undefined {
  if (!/^(rebase|pull|merge)$/.test(name)) return undefined;
  const last = list.findLast(({ text }) => /^--(no-)?autost/.test(text));
  return last?.text.startsWith('--autost') ? refuse('git-stash') : undefined;
}

function judgeHolder(name: string, list: readonly Argument[], scene: Scene): Refusal | undefined {
  if (!scene.facts.holdsRuns) return undefined;
  if (name === 'credential' && list[0]?.text === 'fill') return refuse('reads-secret');
  if (name.startsWith('credential-')) return refuse('reads-secret');
  const dry = readOptions(list, { valued: 'm', long: ['message'] }).options.some(
    ({ name: option }) => option === 'dry-run',
  );
  if (BY_HAND.has(name) && !dry) return refuse('git-by-hand');
  return MOVES.has(name) && movesMain(name, list, scene)
    ? refuseHolder(scene, 'git-moves-checkout')
    : undefined;
}

function movesMain(name: string, list: readonly Argument[], { cwd, facts }: Scene): boolean {
  if (list.some((item) => /^--(abort|quit|show-current-patch)$/.test(item.text))) return false;
  if (name === 'bisect' && /^(log|view|visualize|terms)$/.test(list[0]?.text ?? '')) return false;
  return (
    cwd === undefined ||
    !facts.worktrees.some((worktree) => cwd === worktree || cwd.startsWith(`${worktree}/`))
  );
}
