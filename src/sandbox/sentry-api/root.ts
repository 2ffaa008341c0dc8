import type { Handler } from '../router.ts';
import { type Access, accessOf, credentialOf } from '../store/secrets.ts';
import { MEMBER_DETAIL } from './context.ts';

const READ = ['event:read', 'org:read', 'project:read', 'project:releases'] as const;

const SCOPES: Record<Exclude<Access, 'none'>, readonly string[]> = {
  read: READ,
  write: [...READ, 'event:write'],
};

/** `GET /api/0/`: who asks, and what the token may do. The one endpoint that also answers without a token. */
export const getRoot =
  (token: string, readOnlyTokens: readonly string[]): Handler =>
  (call) => {
    const access = accessOf(credentialOf(call.headers.authorization), token, readOnlyTokens);
    const isKnown = access !== 'none';
    return {
      status: 200,
      body: {
        version: '0',
        auth: isKnown ? { scopes: SCOPES[access] } : null,
        user: isKnown ? { ...MEMBER_DETAIL } : null,
      },
    };
  };
