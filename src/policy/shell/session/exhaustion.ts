import { refuse } from '../rules.ts';
import type { Argument, Refusal } from '../scene.ts';
import type { Command } from '../syntax.ts';

const MAX_BYTES = 4 * 1024 ** 3;
const UNITS: Record<string, number> = {
  '': 1,
  C: 1,
  B: 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
  P: 2 ** 50,
};
const ENDLESS_SOURCE = /^\/dev\/(zero|u?random|full)$/;

/** Judges what fills the disk: an endless source copied without a count, a file of more than 4 GiB. */
export function judgeExhaustion(name: string, list: readonly Argument[]): Refusal | undefined {
  const texts = list.map((item) => item.text);
  if (name === 'dd') return ddFills(texts) ? refuse('exhausts-machine') : undefined;
  if (name === 'fallocate' || name === 'truncate' || name === 'mkfile') {
    const size = texts.map(
      (text, at) =>
        /^(?:-l|-s|--length|--size)=?(.*)$/.exec(text)?.[1] ||
        (/^(-l|-s|--length|--size)$/.test(texts[at - 1] ?? '') ? text : ''),
    );
    return [...size, name === 'mkfile' ? (texts[0] ?? '') : ''].some((text) => bytes(text) > MAX_BYTES)
      ? refuse('exhausts-machine')
      : undefined;
  }
  if (name === 'mkfs' || name.startsWith('mkfs.')) return refuse('exhausts-machine');
  return undefined;
}

/** Bytes of a size as `10G` or `512K`; 0 when it is none. */
function bytes(text: string): number {
  const match = /^[+<>/%-]?(\d+)([cbKMGTP]?)(?:i?B)?$/i.exec(text);
  return match ? Number(match[1]) * (UNITS[(match[2] ?? '').toUpperCase()] ?? 1) : 0;
}

function ddFills(texts: readonly string[]): boolean {
  const value = (key: string): string =>
    texts.find((text) => text.startsWith(`${key}=`))?.slice(key.length + 1) ?? '';
  if (value('of').startsWith('/dev/') && value('of') !== '/dev/null') return true;
  if (!ENDLESS_SOURCE.test(value('if')) || value('of') === '/dev/null') return false;
  return value('count') === '' || bytes(value('count')) * (bytes(value('bs')) || 512) > MAX_BYTES;
}

const BREAKS = /^(break|exit|return|sleep|read|wait|timeout|inotifywait)$/;
const SOURCES = /^(yes|cat|tail|tr|base64|openssl|pv)$/;

/**
 * Judges endless writing and endless starting of processes: `while true` with a redirection to a file or with `&` and
 * nothing that ends or slows it, and an endless source led into a file. An endless loop as such is the client's own
 * timeout's business.
 */
export function judgeLoops(commands: readonly Command[]): Refusal | undefined {
  const start = commands.findIndex((command) => isEndless(command));
  if (start >= 0) {
    const body = commands.slice(start + 1);
    const ends = body.some((command) => BREAKS.test(firstText(command)));
    if (!ends && body.some((command) => writesFile(command) || command.background))
      return refuse('exhausts-machine');
  }
  const filling = commands.some((command) => writesFile(command) && isEndlessSource(command));
  return filling ? refuse('exhausts-machine') : undefined;
}

const isEndless = (command: Command): boolean =>
  (command.after === 'while' && /^(true|:|1)$/.test(firstText(command))) ||
  (command.after === 'until' && firstText(command) === 'false');

const isEndlessSource = (command: Command): boolean =>
  firstText(command) === 'yes' ||
  (SOURCES.test(firstText(command)) &&
    command.words.slice(1).some((word) => ENDLESS_SOURCE.test(textOf(word))));

const writesFile = ({ redirections }: Command): boolean =>
  redirections.some(
    ({ operator, target }) => /^(&?>>?|>\||&>>?)$/.test(operator) && !/^\/dev\//.test(textOf(target)),
  );

const textOf = (word: Command['words'][number] | undefined): string =>
  (word ?? []).map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');

const firstText = (command: Command): string => textOf(command.words[0]);
