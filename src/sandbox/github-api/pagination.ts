import { asNumber } from '../loose.ts';
import type { Call } from '../router.ts';

/** GitHub's pages: 30 unless asked, never more than 100; nonsense counts as not given. */
const DEFAULT_PAGE = 30;
const MAX_PAGE = 100;

export interface Paged<Item> {
  items: Item[];
  headers: Record<string, string>;
}

/** The page that `per_page` and `page` name, with GitHub's Link header where there are several. */
export function pageOf<Item>(call: Call, apiUrl: string, all: readonly Item[]): Paged<Item> {
  const size = Math.min(wholeNumber(call.query.get('per_page')) ?? DEFAULT_PAGE, MAX_PAGE);
  const page = wholeNumber(call.query.get('page')) ?? 1;
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (rel: string, to: number): string => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(to));
    return `<${apiUrl}${call.path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link('prev', page - 1)] : []),
    ...(page < last ? [link('next', page + 1), link('last', last)] : []),
    ...(page > 1 ? [link('first', 1)] : []),
  ];
  return {
    items: all.slice((page - 1) * size, page * size),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}

function wholeNumber(text: string | null): number | null {
  const number = asNumber(text);
  return number !== null && Number.isInteger(number) && number > 0 ? number : null;
}
