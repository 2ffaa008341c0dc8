import { expandText } from './expand.ts';
import { pathOf } from './paths.ts';
import { refuseHolder } from './rules.ts';
import type { Argument, Refusal, Scene } from './scene.ts';
import { judgeSecretFile } from './session/secrets.ts';
import { mentionsService } from './session/services.ts';
import { judgeWrite } from './session/writes.ts';
import type { Command, Redirection } from './syntax.ts';

/** Judges what a command writes and reads by redirection, and notes the files that it writes. */
export function judgeRedirections(command: Command, scene: Scene): Refusal | undefined {
  for (const redirection of command.redirections) {
    if (redirection.body || redirection.operator === '<<<') continue;
    for (const item of expandText(redirection.target, scene)) {
      const refusal = judgeRedirection(redirection, item, command, scene);
      if (refusal) return refusal;
    }
  }
  return undefined;
}

function judgeRedirection(
  redirection: Redirection,
  item: Argument,
  command: Command,
  scene: Scene,
): Refusal | undefined {
  if (/^(\d+|-)$/.test(item.text) && redirection.operator.endsWith('&')) return undefined;
  if (redirection.operator.startsWith('<') && redirection.operator !== '<>')
    return judgeSecretFile(item, scene);
  if (/^\/dev\/(tcp|udp)\//.test(item.text) && mentionsService(item.text, scene))
    return refuseHolder(scene, 'service-api');
  const path = pathOf(item, scene);
  if (path !== undefined && !path.startsWith('/dev/')) {
    if (scene.written.has(path) && scene.written.get(path) === undefined) return undefined;
    scene.written.set(path, writtenText(command, scene));
  }
  return judgeWrite(item, scene);
}

/** The text that a command certainly puts out: a here-document of `cat`, or what `echo` and `printf` are given. */
function writtenText(command: Command, scene: Scene): string | undefined {
  const words = command.words.map((word) => expandText(word, scene));
  const name = words[0]?.[0]?.text;
  const body = command.redirections.find((redirection) => redirection.body)?.body;
  const items = name === 'cat' && body ? [expandText(body, scene)] : words.slice(1);
  if (name !== 'cat' && name !== 'echo' && name !== 'printf') return undefined;
  if (name === 'cat' && !body) return undefined;
  if (items.some((item) => item.length !== 1 || item[0]?.hole === 'computed')) return undefined;
  return items
    .map((item) => item[0]?.text ?? '')
    .join(' ')
    .replaceAll('\\n', '\n');
}
