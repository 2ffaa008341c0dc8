import { tryParseJson } from '../core/json.ts';

/**
 * What an organization token (`sntrys_<base64 of JSON>_<secret>`) says about itself: its organization and the region
 * that it belongs to. Empty for every other kind of token.
 */
export function readOrganizationToken(token: string): { organization?: string; url?: string } {
  const payload = token.startsWith('sntrys_') ? token.slice('sntrys_'.length).split('_')[0] : undefined;
  if (!payload) return {};
  const json = tryParseJson(Buffer.from(payload, 'base64').toString('utf8'));
  if (typeof json !== 'object' || json === null) return {};
  const organization = textIn(json, 'org');
  const url = textIn(json, 'region_url') ?? textIn(json, 'url');
  return { ...(organization ? { organization } : {}), ...(url ? { url } : {}) };
}

function textIn(json: object, name: string): string | undefined {
  const value: unknown = Reflect.get(json, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
