import { refuse, refuseUnreadable } from '../rules.ts';
import { type Argument, argument, type Refusal, type Scene } from '../scene.ts';

// Settings whose value git starts as a program.
const RUN_SETTINGS =
  /^(core\.(editor|pager|sshcommand|askpass|fsmonitor|gitproxy|alternaterefscommand)|sequence\.editor|diff\.external|diff\..*\.(command|textconv)|pager\..*|(merge|diff)tool\..*\.cmd|mergetool\..*|merge\..*\.driver|filter\..*\.(clean|smudge|process)|credential(\..*)?\.helper|gpg\.(.*\.)?program|remote\..*\.(uploadpack|receivepack|vcs)|uploadpack\.packobjectshook|browser\..*\.cmd|man\..*\.cmd|interactive\.difffilter|trailer\..*\.(command|cmd)|init\.templatedir)$/i;
const HOOK_SETTINGS =
  /^(core\.hookspath|hook\..*|include\.path|includeif\..*\.path|core\.worktree|core\.bare|extensions\..*|receive\..*|branch\..*\.rebase)$/i;
const SWITCHES_OFF =
  /^(HUSKY|LEFTHOOK|HUSKY_SKIP_HOOKS|PRE_COMMIT_ALLOW_NO_CONFIG|OVERCOMMIT_DISABLE|SKIP|SKIP_HOOKS|GIT_HOOKS_DISABLED)$/;

// More than anybody sets for git; each is looked at for every git call.
const MAX_VARIABLES = 40;

/** Judges one git setting, written for one call (`git -c`) or for good (`git config`). */
export function judgeGitSetting(
  key: string,
  value: Argument,
  scene: Scene,
  span: 'for this call' | 'for good',
): Refusal | undefined {
  const alias = /^alias\.([^.]+)(?:\.command)?$/i.exec(key)?.[1];
  if (alias !== undefined) return judgeAliasSetting(alias, value, scene);
  if (HOOK_SETTINGS.test(key) && !(span === 'for this call' && /^core\.bare$/i.test(key)))
    return refuse('hooks-off');
  if (/^clean\.requireforce$/i.test(key)) return refuse('git-clean');
  if (/^(rebase|merge)\.autostash$/i.test(key) && !/^(false|no|off|0|)$/i.test(value.text))
    return refuse('git-stash');
  if (/^remote\..*\.mirror$/i.test(key) || (/^remote\..*\.push$/i.test(key) && /^[+:]/.test(value.text)))
    return refuse('git-force-push');
  if (span === 'for good' && /^(remote\..*\.(push)?url|url\..*\.(push)?insteadof)$/i.test(key))
    return refuse('git-rewrite', 'Other sessions push there.');
  if (!RUN_SETTINGS.test(key)) return undefined;
  return value.hole === 'computed'
    ? refuseUnreadable(scene)
    : scene.judge.script(value.text.replace(/^!/, ''), scene);
}

function judgeAliasSetting(name: string, value: Argument, scene: Scene): Refusal | undefined {
  scene.gitAliases.set(name, value.text);
  if (value.hole === 'computed') return refuseUnreadable(scene);
  const text = value.text;
  const script = text.startsWith('!') ? text.slice(1) : `git ${text}`;
  return scene.judge.script(script, { ...scene, lenient: true }) && refuse('git-alias');
}

/** Judges what the environment tells git: settings in `GIT_CONFIG_…`, other program folders, hooks switched off. */
export function judgeGitEnvironment(scene: Scene): Refusal | undefined {
  if (scene.gitVariables.size > MAX_VARIABLES) return refuse('unreadable');
  for (const name of scene.gitVariables) {
    const value = scene.variables.get(name) ?? { known: [], hole: 'none' };
    if (SWITCHES_OFF.test(name) && value.known.some((text) => text !== '')) return refuse('hooks-off');
    if (name === 'GIT_EXEC_PATH' || name === 'GIT_CONFIG_PARAMETERS' || name === 'GIT_TEMPLATE_DIR')
      return refuse('unreadable');
    if (/^GIT_CONFIG(_GLOBAL|_SYSTEM)?$/.test(name) && value.known.some((text) => text !== '/dev/null'))
      return refuse('unreadable');
    const number = /^GIT_CONFIG_KEY_(\d+)$/.exec(name)?.[1];
    if (number === undefined) continue;
    const set = scene.variables.get(`GIT_CONFIG_VALUE_${number}`);
    for (const key of value.known) {
      for (const text of set?.known ?? ['']) {
        const refusal = judgeGitSetting(key, argument(text), scene, 'for this call');
        if (refusal) return refusal;
      }
    }
    if (value.hole !== 'none') return refuseUnreadable(scene);
  }
  return undefined;
}
