import { isShell, programName } from './names.ts';
import { readOptions } from './options.ts';
import { type Argument, argument } from './scene.ts';

/** What a program starts in another place, which may be this machine or see this checkout. */
interface Started {
  programs: Argument[][];
  scripts: Argument[];
}

const NOTHING: Started = { programs: [], scripts: [] };

/** `ssh localhost '…'`; another machine is another matter. */
export function unwrapSsh(list: readonly Argument[]): Started {
  const read = readOptions(list, { valued: 'bcDEeFIiJLlmOopQRSWw', stopAtRest: true });
  const [host, ...command] = read.rest;
  if (!/^([^@]*@)?(localhost|127\.[\d.]+|::1|\[::1\])$/.test(host?.text ?? '')) return NOTHING;
  return command.length === 0
    ? NOTHING
    : { programs: [], scripts: [argument(command.map((item) => item.text).join(' '))] };
}

/** `docker run -v "$PWD":/work image git …`: a container that was given a folder of this machine. */
export function unwrapContainer(list: readonly Argument[]): Started {
  const mounts = list.some(({ text }) => /^(-v|--volume|--mount)/.test(text));
  if (list[0]?.text !== 'run' || !mounts) return NOTHING;
  const at = list.findIndex(({ text }, index) => {
    const name = programName(text.replace(/:[\w.-]+$/, ''));
    return index > 0 && (name === 'git' || isShell(name));
  });
  const program = list[at];
  return program
    ? {
        programs: [[argument(programName(program.text.replace(/:[\w.-]+$/, ''))), ...list.slice(at + 1)]],
        scripts: [],
      }
    : NOTHING;
}
