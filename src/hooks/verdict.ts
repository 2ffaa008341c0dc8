/** What a hook says: nothing at all, or no with the reason and what to do instead. */
export type HookVerdict = { allow: true } | { allow: false; reason: string; instead: string };

export const ALLOW: HookVerdict = { allow: true };
export const deny = (reason: string, instead: string): HookVerdict => ({ allow: false, reason, instead });

/** The client's form of a refusal: the model reads the reason as the tool's answer. */
export function renderVerdict(verdict: HookVerdict): string {
  if (verdict.allow) return '';
  return JSON.stringify({
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: `refused by Pitcrew: ${verdict.reason}\nNext step: ${verdict.instead}`,
    },
  });
}
