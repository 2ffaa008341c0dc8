import { posix } from 'node:path';
import { refuse } from '../rules.ts';
import type { Refusal, Scene } from '../scene.ts';
import { judgeCodeWrites } from './code-writes.ts';
import { isSecretVariable } from './secrets.ts';
import { mentionsService } from './services.ts';

const ENVIRONMENT = /process\.env|os\.environ|getenv|\bENV\b|%ENV|\$ENV|Deno\.env|Bun\.env|ENVIRON/;
const WHOLE_ENVIRONMENT =
  /(process\.env|os\.environ|Deno\.env\.toObject\(\)|Bun\.env|%ENV|\bENV(\.to_h)?)\s*([),;}\]]|$|\.(items|to_a|inspect))|(entries|keys|values|stringify|dict|print|puts)\s*\(?\s*(process\.env|os\.environ|%ENV|ENV)\s*[),\s]|\bin\s+ENVIRON\b|ENVIRON\s*\[\s*[a-z]\w*\s*\]/;
const WRITES =
  /write|append|unlink|remove|rename|rmSync|rmtree|truncate|copy|chmod|symlink|spew|delete|sqlite|\bexec(ute)?(script|many)?\b|open\s*\([^)]*["'][wax+]/i;
/** To a socket. */
const SPEAKS = /connect|AF_UNIX|IO::Socket|\bnet\b/i;
const LEDGER = /\.git\/pitcrew\b/;
const ENDS = /\bos\.kill|process\.kill|\bkillpg|\bkill\s*\(/;
const TERMINAL = /\bpty\b|pexpect|node-pty/;

/** Judges the code of a one-liner by the rules for sessions that hold runs: credentials, services, private files, processes. */
export function judgeCode(code: string, scene: Scene): Refusal | undefined {
  if (!scene.facts.holdsRuns) {
    const { guardFiles = [] } = scene.facts;
    return (WRITES.test(code) || SPEAKS.test(code)) &&
      (LEDGER.test(code) || guardFiles.some((own) => code.includes(own)))
      ? refuse('private-file')
      : judgeCodeWrites(code, scene);
  }
  if (
    ENVIRONMENT.test(code) &&
    (WHOLE_ENVIRONMENT.test(code) || (code.match(/\w+/g) ?? []).some(isSecretVariable))
  )
    return refuse('reads-secret');
  if (/\/proc\/[^/]+\/environ|\.sentryclirc|\.netrc|\.git-credentials|["'/]\.env["']/.test(code))
    return refuse('reads-secret');
  if (mentionsService(code, scene)) return refuse('service-api');
  if ((WRITES.test(code) && mentionsPrivate(code, scene)) || (SPEAKS.test(code) && LEDGER.test(code)))
    return refuse('private-file');
  if (ENDS.test(code) && /-1\b|ppid|claude|pitcrew/i.test(code)) return refuse('ends-process');
  if (TERMINAL.test(code) && /claude|pitcrew/i.test(code)) return refuse('agent-in-agent');
  return judgeCodeWrites(code, scene);
}

function mentionsPrivate(code: string, { facts }: Scene): boolean {
  const low = code.toLowerCase();
  if (/\.git\/(hooks|config|pitcrew|refs|objects|index|head)/.test(low)) return true;
  return facts.privateFiles.some(
    (path) => low.includes(path.toLowerCase()) || names(low, posix.basename(path).toLowerCase()),
  );
}

// As a name of its own: `gh` stands in many words, and `plugin` in many sentences.
const names = (text: string, name: string): boolean =>
  name.length > 3 && text.split(/[^\w.-]+/).includes(name);
