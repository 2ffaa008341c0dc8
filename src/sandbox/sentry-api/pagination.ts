import { asNumber } from '../loose.ts';
import { type Answer, type Call, Fault } from '../router.ts';

export interface Page {
  limit: number;
  offset: number;
}

export const MAX_PAGE = 100;

/** `limit` (or `per_page`) and `cursor` of a request; a limit over 100 counts as 100. Faults: 400. */
export function pageOf(call: Call, most = MAX_PAGE): Page {
  const given = call.query.get('limit') ?? call.query.get('per_page');
  const limit = given === null || given === '' ? most : asNumber(given);
  if (limit === null || !Number.isInteger(limit) || limit < 1)
    throw new Fault(400, { detail: `Invalid limit parameter: '${given}'.` });
  return { limit: Math.min(limit, most), offset: offsetOf(call.query.get('cursor')) };
}

/**
 * A page with Sentry's Link header. Both relations are always there; `results` says which of them leads
 * anywhere. A cursor is `0:offset:is-previous`.
 */
export function paged(url: string, call: Call, page: Page, items: unknown[], hasMore: boolean): Answer {
  const link = (rel: string, offset: number, results: boolean): string => {
    const cursor = `0:${offset}:${rel === 'previous' ? 1 : 0}`;
    const query = new URLSearchParams(call.query);
    query.set('cursor', cursor);
    return `<${url}${call.path}?${query}>; rel="${rel}"; results="${results}"; cursor="${cursor}"`;
  };
  const previous = link('previous', Math.max(0, page.offset - page.limit), page.offset > 0);
  const next = link('next', page.offset + page.limit, hasMore);
  return { status: 200, body: items, headers: { link: `${previous}, ${next}` } };
}

/** Pages a list that is wholly at hand. */
export function pagedList(url: string, call: Call, all: readonly unknown[]): Answer {
  const page = pageOf(call);
  const end = page.offset + page.limit;
  return paged(url, call, page, all.slice(page.offset, end), all.length > end);
}

function offsetOf(cursor: string | null): number {
  if (cursor === null || cursor === '') return 0;
  const match = /^\d+:(\d{1,9}):[01]$/.exec(cursor);
  if (!match) throw new Fault(400, { detail: 'Invalid cursor parameter.' });
  return Number(match[1]);
}
