import { readOptions } from '../options.ts';
import { refuse } from '../rules.ts';
import type { Argument, Refusal, Scene } from '../scene.ts';
import { PARENT } from '../syntax.ts';

// Command lines as a process list shows them for what must go on: a pattern that meets one of them ends it.
const PROTECTED = [
  'node',
  'claude',
  'pitcrew',
  'bash',
  'zsh',
  'claude --resume',
  'node /home/user/plugins/pitcrew/dist/pitcrew.mjs mcp',
  'npm exec pitcrew mcp',
];
const MACHINE = new Set(['killall5', 'shutdown', 'reboot', 'poweroff', 'halt', 'init']);
const MAX_PATTERN = 80;

/** Judges what ends processes. */
export function judgeEnding(name: string, list: readonly Argument[], scene: Scene): Refusal | undefined {
  if (MACHINE.has(name)) return refuse('ends-process');
  if (name === 'kill') return endsProtected(list, scene) ? refuse('ends-process') : undefined;
  if (name === 'pkill' || name === 'killall' || name === 'skill' || name === 'pgrep' || name === 'pidof')
    return judgeByName(name, list, scene);
  return undefined;
}

function endsProtected(list: readonly Argument[], scene: Scene): boolean {
  const texts = list.map((item) => item.text);
  if (/^-[lL]$|^--(list|table)/.test(texts[0] ?? '')) return false;
  const dashes = texts.indexOf('--');
  const start =
    dashes >= 0
      ? dashes + 1
      : /^-[sn]$|^--(signal|queue)$/.test(texts[0] ?? '')
        ? 2
        : /^-/.test(texts[0] ?? '')
          ? 1
          : 0;
  const targets = list.slice(start);
  if (targets.some(({ text }) => text === PARENT || /^-\d|^[01]$/.test(text))) return true;
  if (targets.some(({ text }) => (scene.facts.ownProcesses ?? []).some((pid) => text === String(pid))))
    return true;
  // A computed target after a search for Pitcrew, the client or node is what that search found.
  return targets.some((item) => item.hole === 'computed') && scene.seen.has(SEARCHED);
}

// Not the name of a program: a search for a protected process was made.
const SEARCHED = '<search for a protected process>';

/** `ps aux | grep pitcrew` is a search too: what is ended after it may be what it found. */
export function noteSearch(name: string, list: readonly Argument[], scene: Scene): void {
  if (!/^(e?grep|rg|awk)$/.test(name) || !scene.seen.has('ps')) return;
  if (list.some(({ text }) => /pitcrew|claude|\bnode\b/i.test(text))) scene.seen.add(SEARCHED);
}

function judgeByName(name: string, list: readonly Argument[], scene: Scene): Refusal | undefined {
  const signals = list.filter((item) => !/^-(\d+|[A-Z]{2,}\d?|SIG[A-Z]+)$/.test(item.text));
  const read = readOptions(signals, {
    valued: 'sugtPUGo',
    long: ['signal', 'user', 'group', 'parent', 'terminal', 'euid', 'uid'],
  });
  const ends = name !== 'pgrep' && name !== 'pidof';
  const meets = read.rest.length === 0 || read.rest.some((item) => meetsProtected(item.text, name));
  if (!meets) return undefined;
  scene.seen.add(SEARCHED);
  return ends && !read.options.some(({ name: option }) => /^(l|list|help|version)$/.test(option))
    ? refuse('ends-process')
    : undefined;
}

function meetsProtected(pattern: string, name: string): boolean {
  if (name === 'killall' || name === 'pidof')
    return /^(node|claude|pitcrew|bash|zsh|sh|npm|tmux)$/i.test(pattern) || pattern.includes('\0');
  if (pattern.length > MAX_PATTERN || /[+*}]\)?[+*{]/.test(pattern) || pattern.includes('\0')) return true;
  try {
    const expression = new RegExp(pattern, 'i');
    return PROTECTED.some((line) => expression.test(line));
  } catch {
    return PROTECTED.some((line) => line.includes(pattern));
  }
}
