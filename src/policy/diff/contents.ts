import { SECRET_FINDERS } from '../../core/redact/finders.ts';
import { findIn } from '../../core/redact/replace.ts';
import type { FileChange, Finding } from './finding.ts';
import { addedLines, lineAt, type NumberedLine } from './lines.ts';

/** Findings for secrets and for characters that nobody sees, in what each file gains. */
export function judgeContents(files: readonly FileChange[]): Finding[] {
  return files.flatMap((file) => {
    const added = addedLines(file);
    return [...secrets(file, added), ...hidden(file, added)];
  });
}

/**
 * What the redaction engine finds in the new lines together (a key may span several) that the old text did not hold. A
 * vendor's token is known by its looks, and so is a random value beside a word like "password": these nobody may allow.
 * A plain word there may be a test's, so a person may say so.
 */
function secrets({ path, before = '' }: FileChange, added: readonly NumberedLine[]): Finding[] {
  // What stands for a secret in our own answers is none.
  const text = added
    .map((line) => line.text)
    .join('\n')
    .replaceAll('[secret:', '[secret_');
  const worst = new Map<string, Finding>();
  for (const { start, end, token } of findIn(text, SECRET_FINDERS)) {
    const value = text.slice(start, end);
    if (before.includes(value)) continue;
    const kind = token.replace(/^\[secret:|\]$/g, '');
    const approvable = BY_CONTEXT.test(kind) && !isRandom(value);
    const key = `${kind}${approvable}`;
    if (worst.has(key)) continue;
    const line = added[lineAt(text, start) - 1]?.number ?? 1;
    const sentence = `${path} gains what looks like a secret (${kind}).`;
    worst.set(key, { rule: 'secret', path, line, sentence, approvable });
  }
  return [...worst.values()];
}

/** Kinds that are known by what stands around them, not by their own looks. */
const BY_CONTEXT =
  /^(?:assignment|authorization|cookie|url-credentials|connection-string|sql-password|netrc|flag|basic|key-material)$/;

/** No word and no expression of a program: long, without breaks, letters and digits mixed. */
const isRandom = (value: string): boolean =>
  /^[\w+/=.~-]{16,}$/.test(value) && (value.match(/\d/g)?.length ?? 0) >= 3 && /[A-Za-z]/.test(value);

function hidden({ path, before = '', after = '' }: FileChange, added: readonly NumberedLine[]): Finding[] {
  if (after.includes('\0')) return [];
  for (const { number, text } of added) {
    // A byte order mark that the file always had comes along with any change of its first line.
    const line = number === 1 && before.startsWith('\ufeff') ? text.replace(/^\ufeff/, '') : text;
    const worst = DECEPTIVE.exec(line)?.[0];
    const mild = worst === undefined ? UNSEEN.exec(line.replace(JOINED_EMOJI, ''))?.[0] : undefined;
    const character = worst ?? mild;
    if (character === undefined) continue;
    const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    const sentence = `${path} gains a character that nobody sees (${code}).`;
    return [{ rule: 'hidden-characters', path, line: number, sentence, approvable: worst === undefined }];
  }
  return [];
}

// What makes code read otherwise than it runs ("Trojan Source", CVE-2021-42574), or hides text for a model: bidi
// overrides, embeddings and isolates; tags; control characters; letters without any ink.
const DECEPTIVE =
  /[\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e0fff}]|[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f-\u0084\u0086-\u009f]|[\u115f\u1160\u3164\uffa0\u2061-\u2065\u206a-\u206f\ufff0-\ufffb]/u;
// Legitimate in some scripts, so a person may allow it.
const UNSEEN = /\u034f|[\u00ad\u061c\u180e\u200b-\u200f\u2028\u2029\u2060\ufeff]/u;
const JOINED_EMOJI =
  /(?<=\p{Extended_Pictographic}|\ufe0f|[\u{1f3fb}-\u{1f3ff}])\u200d(?=\p{Extended_Pictographic})/gu;
