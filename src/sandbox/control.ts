import { tryParseJson } from '../core/json.ts';
import { type Misbehaviours, misbehaviourOf } from './misbehave.ts';
import type { RequestLog } from './request-log.ts';
import { type Answer, type Call, createRouter, Fault } from './router.ts';
import { accessOf, credentialOf } from './store/secrets.ts';

/** `/__sandbox/...`: for a test or bench in another process to arrange trouble and to count requests. */
export function createControl(token: string, rules: Misbehaviours, log: RequestLog) {
  const router = createRouter({
    'POST /__sandbox/misbehave': async (call) => {
      const rule = misbehaviourOf(tryParseJson((await call.bytes(MAX_RULE_BYTES)).toString('utf8')));
      if (typeof rule === 'string') throw new Fault(400, { detail: rule });
      rules.add(rule);
      return { status: 201, body: rule };
    },
    'POST /__sandbox/behave': () => {
      rules.clear();
      return { status: 200, body: {} };
    },
    'GET /__sandbox/requests': () => ({ status: 200, body: { ...log.counts(), log: log.entries() } }),
  });
  return async (call: Call): Promise<Answer> => {
    const given = credentialOf(call.headers.authorization);
    if (accessOf(given, token, []) !== 'write') throw new Fault(401, { detail: 'Invalid token' });
    const answer = await router(call);
    if (answer === 'no-path' || 'allowed' in answer) throw new Fault(404, { detail: 'no such endpoint' });
    return answer;
  };
}

const MAX_RULE_BYTES = 64 * 1024;
