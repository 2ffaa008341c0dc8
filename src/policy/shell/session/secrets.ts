import { mayBe } from '../names.ts';
import { hasOption, readOptions } from '../options.ts';
import { refuse, refuseHolder } from '../rules.ts';
import { type Argument, firstRefusal, type Refusal, type Scene } from '../scene.ts';
import type { Piece } from '../syntax.ts';

const SECRET_NAME = /(TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|KEY|SENTRY_(AUTH|DSN)|_AUTH$|_PAT$)/;
const SECRET_FILE =
  /(^|\/)(\.env(\.(?!example|sample|template|dist|defaults)[\w.-]+)?|\.sentryclirc|\.netrc|_netrc|\.git-credentials|\.npmrc|\.pypirc|\.envrc|id_(rsa|ed25519|ecdsa|dsa)|hosts\.yml|\.credentials\.json)$|^\/proc\/[^/]+\/environ$|\.config\/gh(\/|$)|(^|\/)\.(ssh|aws|gnupg)\/(?!known_hosts|config$)|\.config\/git\/credentials|\.docker\/config\.json$/;
// These name a file without showing what is in it.
const NAMES_ONLY = new Set(
  'ls test [ stat touch rm unlink chmod chown mkdir find fd docker podman git-check-ignore echo printf basename dirname realpath readlink gh'.split(
    ' ',
  ),
);
// Their first word is a pattern or an expression, not a file.
const PATTERN_FIRST = new Set('grep egrep fgrep rg ag ack sed awk gawk jq yq perl tr'.split(' '));

/** Whether a variable of this name holds a credential. */
export const isSecretVariable = (name: string): boolean => SECRET_NAME.test(name);

/** Refuses a word with the value of a credential, or of a variable whose name is itself computed. */
export function judgeVariableRead(
  piece: Extract<Piece, { kind: 'variable' }>,
  scene: Scene,
): Refusal | undefined {
  if (/^!./.test(piece.name)) return refuseHolder(scene, 'reads-secret');
  const set = scene.variables.get(piece.name);
  if (set || !isSecretVariable(piece.name)) return undefined;
  return refuseHolder(scene, 'reads-secret');
}

/** Refuses a file that holds credentials. */
export const judgeSecretFile = (item: Argument, scene: Scene): Refusal | undefined =>
  (item.glob && globMeets(item)) ||
  SECRET_FILE.test(item.text.toLowerCase()) ||
  /^\/proc\/.*environ/.test(item.text) ||
  (item.glob && /^\/proc\/[^/]+\/./.test(item.text))
    ? refuseHolder(scene, 'reads-secret')
    : undefined;

// `*` alone does not stand for a name with a dot in front.
const globMeets = (item: Argument): boolean =>
  /(^|\/)\.[^/]*$/.test(item.text) &&
  ['.env', '.env.local', '.netrc', '.sentryclirc', '.git-credentials', '.npmrc'].some((name) =>
    mayBe(item, name),
  );

/** Judges programs that print the environment, a credential store, or a file that holds credentials. */
export function judgeSecrets(name: string, list: readonly Argument[], scene: Scene): Refusal | undefined {
  if (printsEnvironment(name, list)) return refuse('reads-secret');
  // What `find` finds by such a name is shown by the program that it starts.
  const shown = name === 'find' && list.some((item) => item.text.startsWith('-exec'));
  if (NAMES_ONLY.has(name) && !shown) return undefined;
  if (name === 'git') return judgeGitRead(list, scene);
  const skipped = PATTERN_FIRST.has(name) ? list.findIndex((item) => !item.text.startsWith('-')) : -1;
  return firstRefusal(list, (item, at) => {
    if (at === skipped || /^--?env-file/.test(item.text)) return undefined;
    const value = item.text.replace(/^(--?[\w-]+=|[\w-]+=(?=@)|-[a-zA-Z](?=@))?@?(?=.)/, '');
    return judgeSecretFile({ ...item, text: value }, scene) ?? judgeSecretFile(item, scene);
  });
}

const BARE_PRINTERS = new Set(['export', 'declare', 'typeset', 'readonly', 'set', 'env']);

function printsEnvironment(name: string, list: readonly Argument[]): boolean {
  const texts = list.map((item) => item.text);
  const plain = texts.filter((text) => !/^-/.test(text));
  if (name === 'printenv')
    return plain.length === 0 || plain.some((text) => isSecretVariable(text) || /\0/.test(text));
  if (name === 'env') return envPrints(list);
  if (name === 'compgen') return texts.some((text) => /^-[a-z]*[ev]/.test(text));
  if (name === 'ps')
    return texts.some(
      (text, at) => at === 0 && /^[a-zA-Z]*[eE][a-zA-Z]*$/.test(text) && !text.startsWith('-'),
    );
  if (name === 'security') return texts.some((text) => text.startsWith('find-'));
  if (name === 'secret-tool' || name === 'pass' || name === 'keyring')
    return /^(lookup|show|get)$/.test(texts[0] ?? '');
  if (name === 'set') return list.length === 0;
  if (!BARE_PRINTERS.has(name)) return false;
  const shows = plain.length === 0 && !texts.some((text) => /^-[a-zA-Z]*f/i.test(text));
  return shows || (texts.some((text) => /^-[a-z]*p/.test(text)) && plain.every(isSecretVariable));
}

function envPrints(list: readonly Argument[]): boolean {
  const read = readOptions(list, {
    valued: 'uCSP',
    long: ['unset', 'chdir', 'split-string'],
    stopAtRest: true,
  });
  if (hasOption(read, 'S', 'split-string') || read.options.some(({ name }) => /^(help|version)$/.test(name)))
    return false;
  return (
    !hasOption(read, 'i', 'ignore-environment') && read.rest.every((item) => /^[A-Za-z_]\w*=/.test(item.text))
  );
}

function judgeGitRead(list: readonly Argument[], scene: Scene): Refusal | undefined {
  if (!list.some((item) => /^(show|diff|cat-file|grep|hash-object|blame)$/.test(item.text))) return undefined;
  return firstRefusal(list, (item) =>
    judgeSecretFile({ ...item, text: item.text.replace(/^[^/]*:/, '') }, scene),
  );
}
