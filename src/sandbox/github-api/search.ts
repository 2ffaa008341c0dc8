import type { Handler } from '../router.ts';
import { type GithubContext, githubError, invalid } from './context.ts';
import { hasLabel } from './issues.ts';
import { pageOf } from './pagination.ts';
import { allIssues, commentsOf, type IssueRow, listIn } from './rows.ts';
import { type Phrase, parseSearch, type Qualifier, type SearchQuery, wordsOf } from './search-query.ts';
import { issueView } from './views.ts';

const MAX_QUERY = 256;
const MAX_OPERATORS = 5;

/** `GET /search/issues`, lexical: every word or phrase must stand in what `in:` names. */
export const searchIssues =
  (context: GithubContext): Handler =>
  (call) => {
    const text = call.query.get('q') ?? '';
    if (text.trim() === '') throw invalid({ resource: 'Search', field: 'q', code: 'missing' });
    if (text.length > MAX_QUERY) throw refused('The search is longer than 256 characters.');
    if ((text.match(/\b(AND|OR|NOT)\b/g) ?? []).length > MAX_OPERATORS)
      throw refused('More than five AND / OR / NOT operators were used.');
    const query = parseSearch(text);
    checkKind(query);
    const places = placesOf(query);
    const hits = inScope(context, query)
      .filter((row) => query.qualifiers.every((one) => passes(row, one)))
      .map((row) => ({ row, score: scoreOf(context, row, query.groups, places) }))
      .filter((hit) => hit.score > 0);
    const sort = call.query.get('sort') ?? sortOf(query);
    const sign = call.query.get('order') === 'asc' ? 1 : -1;
    const key = ({ row, score }: (typeof hits)[number]): number =>
      sort === 'created'
        ? row.created_at
        : sort === 'updated'
          ? row.updated_at
          : sort === 'comments'
            ? commentsOf(context.database, row.id).length
            : score;
    hits.sort((one, other) => sign * (key(one) - key(other)) || other.row.number - one.row.number);
    const { items, headers } = pageOf(call, context.apiUrl(), hits);
    return {
      status: 200,
      headers,
      body: {
        total_count: hits.length,
        incomplete_results: false,
        search_type: 'lexical',
        items: items.map(({ row, score }) => ({ ...issueView(context, row), score })),
      },
    };
  };

/** GitHub no longer searches both kinds at once. */
function checkKind({ qualifiers }: SearchQuery): void {
  const kinds = ['issue', 'pr', 'pull-request'];
  if (!qualifiers.some(({ name, value }) => (name === 'is' || name === 'type') && kinds.includes(value)))
    throw refused("Query must include 'is:issue' or 'is:pull-request'");
}

function inScope(context: GithubContext, { qualifiers }: SearchQuery): IssueRow[] {
  const { repository } = context;
  const wanted = qualifiers.filter(({ name }) => ['repo', 'org', 'user'].includes(name));
  const [owner] = repository?.split('/') ?? [];
  const isKnown = ({ name, value }: Qualifier) =>
    value.toLowerCase() === (name === 'repo' ? repository : owner)?.toLowerCase();
  if (!wanted.every(isKnown))
    throw invalid({
      resource: 'Search',
      field: 'q',
      code: 'invalid',
      message:
        'The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them.',
    });
  return repository === null ? [] : allIssues(context.database, repository);
}

function passes(row: IssueRow, { name, value, negated }: Qualifier): boolean {
  const test = TESTS[name];
  return test === undefined || test(row, value) !== negated;
}

const TESTS: Record<string, ((row: IssueRow, value: string) => boolean) | undefined> = {
  is: (row, value) => isState(row, value),
  type: (row, value) => isState(row, value),
  state: (row, value) => row.state === value,
  label: (row, value) => value.split(',').some((label) => hasLabel(row, label.replace(/^"(.*)"$/, '$1'))),
  no: (row, value) => value !== 'label' || listIn(row.labels_json).length === 0,
  author: (row, value) => row.author.toLowerCase() === value.replace(/^@/, '').toLowerCase(),
  head: (row, value) => row.head_ref?.startsWith(value) ?? false,
  base: (row, value) => row.base_ref === value,
  draft: (row, value) => (row.draft === 1) === (value === 'true'),
  created: (row, value) => isDated(row.created_at, value),
  updated: (row, value) => isDated(row.updated_at, value),
  closed: (row, value) => row.closed_at !== null && isDated(row.closed_at, value),
};

function isState(row: IssueRow, value: string): boolean {
  if (value === 'issue') return row.is_pull === 0;
  if (value === 'pr' || value === 'pull-request') return row.is_pull === 1;
  if (value === 'open' || value === 'closed') return row.state === value;
  if (value === 'draft') return row.draft === 1;
  if (value === 'merged') return false;
  return true;
}

/** `>2026-01-01`, `<=...`, `2026-01-01..2026-02-01` (either end may be `*`), or one day. */
function isDated(at: number, value: string): boolean {
  const day = 86_400_000;
  const [from = '', to] = value.split('..', 2);
  if (to !== undefined)
    return (from === '*' || at >= Date.parse(from)) && (to === '*' || at < Date.parse(to) + day);
  const [, operator = '', date = ''] = /^(>=|<=|>|<|)(.+)$/.exec(value) ?? [];
  const time = Date.parse(date);
  // A date stands for its whole day; a time for that moment.
  const end = date.includes('T') ? time : time + day - 1;
  if (Number.isNaN(time))
    throw invalid({ resource: 'Search', field: 'q', code: 'invalid', message: `${value} is not a date` });
  if (operator === '>') return at > end;
  if (operator === '>=') return at >= time;
  if (operator === '<') return at < time;
  if (operator === '<=') return at <= end;
  return at >= time && at <= end;
}

type Place = 'title' | 'body' | 'comments';

function placesOf({ qualifiers }: SearchQuery): Place[] {
  const named = qualifiers.filter(({ name }) => name === 'in').flatMap(({ value }) => value.split(','));
  const places = (['title', 'body', 'comments'] as const).filter((place) => named.includes(place));
  return places.length > 0 ? places : ['title', 'body', 'comments'];
}

const sortOf = ({ qualifiers }: SearchQuery): string | undefined =>
  qualifiers.find(({ name }) => name === 'sort')?.value.split('-')[0];

/** 0 for no match; else 1 and more, a title counting three times a body. */
function scoreOf(
  context: GithubContext,
  row: IssueRow,
  groups: readonly Phrase[][],
  places: readonly Place[],
): number {
  const texts: Record<Place, () => string> = {
    title: () => row.title,
    body: () => row.body ?? '',
    comments: () =>
      commentsOf(context.database, row.id)
        .map((comment) => comment.body)
        .join(' \n '),
  };
  const indexed = places.map((place) => ({
    weight: place === 'title' ? 3 : 1,
    words: ` ${wordsOf(texts[place]())} `,
  }));
  const weightOf = ({ words, negated }: Phrase): number => {
    const found = indexed.filter((place) => place.words.includes(` ${words} `));
    const weight = found.reduce((sum, place) => sum + place.weight, 0);
    return negated ? (weight === 0 ? 1 : 0) : weight;
  };
  const weights = groups.map((group) => Math.max(...group.map(weightOf)));
  return weights.includes(0) ? 0 : 1 + weights.reduce((sum, weight) => sum + weight, 0);
}

const refused = (message: string) => githubError(422, 'Validation Failed', [{ message, resource: 'Search' }]);
