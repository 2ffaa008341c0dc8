import { isWithin, pathOf } from '../paths.ts';
import { refuse } from '../rules.ts';
import type { Argument, Refusal, Scene } from '../scene.ts';

// Reads and reports; everything else of the command line consents, writes or starts something.
const PITCREW_READS = new Set(
  'sentry-list-issues sentry-issue-stats sentry-latest-event github-search-issues ledger-status doctor help version --help -h --version -v'.split(
    ' ',
  ),
);
const AGENTS = new Set(
  'claude claude-code codex gemini gemini-cli opencode aider cursor-agent goose amp qwen crush droid auggie cline kilo'.split(
    ' ',
  ),
);
const TERMINALS = new Set(
  'script expect tmux screen unbuffer dtach abduco zellij socat ttyd asciinema'.split(' '),
);
const AGENT_READS = /^(--version|-v|--help|-h|doctor|plugin|config|mcp)$/;

/** Judges the command line of Pitcrew, other agents, and terminals around them. */
export function judgeAgents(name: string, list: readonly Argument[], scene: Scene): Refusal | undefined {
  if (name === 'pitcrew') return judgePitcrew(list);
  if (name === 'node' || name === 'bun' || name === 'deno') {
    const at = list.findIndex((item) => !item.text.startsWith('-'));
    const script = list[at];
    return script && isPitcrew(script, scene) ? judgePitcrew(list.slice(at + 1)) : undefined;
  }
  if (AGENTS.has(name)) {
    const reads =
      AGENT_READS.test(list[0]?.text ?? '') &&
      !list.some((item) => /^(install|add|remove|set|uninstall|enable|disable|serve)/.test(item.text));
    return reads ? undefined : refuse('agent-in-agent');
  }
  const around =
    TERMINALS.has(name) && list.some(({ text }) => /pitcrew|claude|codex|gemini|opencode|aider/i.test(text));
  return around ? refuse('agent-in-agent') : undefined;
}

function judgePitcrew(list: readonly Argument[]): Refusal | undefined {
  const verb = list.find((item) => !/^--(json|quiet|verbose)$/.test(item.text));
  if (!verb || PITCREW_READS.has(verb.text)) return undefined;
  return list.some((item) => item.text === '--help') ? undefined : refuse('pitcrew-by-hand');
}

/** Whether a script is Pitcrew's own entry, by its name or because it lies in the plugin. */
function isPitcrew(item: Argument, scene: Scene): boolean {
  if (/(^|\/)pitcrew(\.[cm]?[jt]s)?$/.test(item.text) || /pitcrew\/(dist|bin|src\/cli)\//.test(item.text))
    return true;
  const path = pathOf(item, scene);
  return path !== undefined && scene.facts.privateFiles.some((own) => isWithin(path, own));
}
