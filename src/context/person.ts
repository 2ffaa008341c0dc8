import { basename } from 'node:path';
import { agentOf, isInterpreter, KEEPS_SERVERS_WITH_IT, lower } from './agents.ts';
import { isInContainer } from './containers.ts';
import { type Process, processesAbove, thisProcess } from './processes.ts';

/** Set by coding agents in the shells that they run: whoever types there is no person, terminal or not. */
const AGENT_VARIABLES = new Set([
  'CLAUDECODE',
  'CLAUDE_CODE_ENTRYPOINT',
  'CODEX_SANDBOX',
  'CODEX_THREAD_ID',
  'GEMINI_CLI',
  'OPENCODE',
  'CURSOR_AGENT',
  'AI_AGENT',
]);

/** Programs that open terminals for people. */
const TERMINALS = new Set([
  ...[
    'login',
    'agetty',
    'getty',
    'sshd',
    'sshd-session',
    'dropbear',
    'mosh-server',
    'tmux',
    'screen',
    'zellij',
  ],
  ...[
    'xterm',
    'uxterm',
    'urxvt',
    'urxvtd',
    'rxvt',
    'st',
    'kitty',
    'alacritty',
    'foot',
    'ghostty',
    'rio',
    'contour',
  ],
  ...[
    'wezterm-gui',
    'gnome-terminal-server',
    'gnome-terminal-',
    'kgx',
    'ptyxis',
    'ptyxis-agent',
    'konsole',
    'yakuake',
  ],
  ...[
    'xfce4-terminal',
    'lxterminal',
    'mate-terminal',
    'qterminal',
    'deepin-terminal',
    'terminology',
    'tilix',
  ],
  ...['terminator', 'guake', 'tilda', 'hyper', 'tabby', 'warp', 'warp-terminal', 'terminal', 'iterm2'],
  ...[
    'code',
    'code-insiders',
    'codium',
    'code - oss',
    'cursor',
    'windsurf',
    'zed',
    'zed-editor',
    'emacs',
    'idea',
  ],
  ...['pycharm', 'webstorm', 'goland', 'rubymine', 'phpstorm', 'clion', 'rider', 'sessionleader'],
]);
/** The same where a version or a number belongs to the name, and the servers of editors that work over a network. */
const TERMINAL_NAME = /^(screen-[\d.]+|relay\(\d+\)|code helper.*)$/;
const EDITOR_SERVER = /\/\.(vscode|cursor|windsurf)-server(-insiders)?\//;

export interface Standing {
  /** The agent whose shell this is, where it is one's. */
  agent?: Process;
  /** Why what is typed here counts for nobody's word, as the middle of a sentence; absent for a person. */
  nobody?: string;
}

/**
 * Who sits before this process: told by its environment, and by the processes above it, which a program cannot hide as
 * easily. No person where an agent is above it; nor where nothing above it opens terminals for people, as when a program
 * made a terminal for itself and cut its ties. The first process of a container counts, in the terminal that was opened
 * with it.
 */
export function standingOf(env: NodeJS.ProcessEnv): Standing {
  const above = processesAbove();
  const agent = above.find((one) => agentOf(one) !== undefined);
  if (agent) return { agent, nobody: `an agent runs this shell (${labelOf(agent)})` };
  const named = [...AGENT_VARIABLES].find((name) => env[name] !== undefined);
  if (named !== undefined) return { nobody: `an agent runs this shell (${named} is set)` };
  const marked = above.find(({ variables }) => variables.some((name) => AGENT_VARIABLES.has(name)));
  if (marked) return { nobody: `an agent started what runs this shell (${marked.name}, pid ${marked.pid})` };
  // Windows shows no processes: there the environment has to do.
  if (process.platform === 'win32' || above.some(opensTerminals)) return {};
  if (!isTopsTerminal(above)) return { nobody: 'no program above this one is a terminal that people open' };
  if (isInContainer()) return {};
  return { nobody: 'a process namespace hides who opened this terminal, and it is no container' };
}

/**
 * Why nobody's word counts in this server, as the middle of a sentence: a command of an agent started it, or its client,
 * and then the agent may answer for the person. `undefined` where the client itself started it, also through `npx` or a
 * shell, and where that is not seen. `clientName` is what the client calls itself.
 */
export function startedByAgent(clientName: string): string | undefined {
  let below = thisProcess();
  let what = 'server';
  let isOthers = true;
  for (const one of processesAbove()) {
    const agent = agentOf(one);
    if (agent === undefined) {
      isOthers = true;
      continue;
    }
    // Two processes of one client may well have two sessions; another program between them is a command of its agent.
    isOthers ||= one.program !== below?.program;
    if (isOthers && one.session !== below?.session && KEEPS_SERVERS_WITH_IT.has(agent))
      return `a command of an agent started this ${what} (${labelOf(one)})`;
    if (what === 'server' && clientName === 'claude-code' && agent !== 'claude')
      return `the client calls itself ${clientName}, but it is not (${labelOf(one)})`;
    [below, what, isOthers] = [one, 'client', false];
  }
  return undefined;
}

const labelOf = (agent: Process): string => `${agentOf(agent)}, pid ${agent.pid}`;

function opensTerminals({ program, words }: Process): boolean {
  const script = isInterpreter(program) ? basename(words[1] ?? '') : '';
  const isKnown = (word: string) => TERMINALS.has(word) || TERMINAL_NAME.test(word);
  return isKnown(lower(program)) || TERMINALS.has(lower(script)) || EDITOR_SERVER.test(words.join(' '));
}

/** `docker run -it` and `docker exec -it`: the topmost process has the very terminal that we have. */
function isTopsTerminal(above: readonly Process[]): boolean {
  const top = above.at(-1);
  return (
    top !== undefined && top.parent === 0 && top.terminal !== '' && top.terminal === thisProcess()?.terminal
  );
}
