import { expect, test } from 'vitest';
import { DAY, errorEvent, HOUR, NOW, type Trial, trial } from './support/sandbox.ts';

/** Four issues: A frequent, B fatal with two users, C a stale warning, D a message in another project. */
async function populated(): Promise<Trial> {
  const one = await trial({ projects: ['pitstop', 'web'] });
  const at = (ago: number) => ({ timestamp: (NOW - ago) / 1000 });
  for (const ago of [3 * DAY, 2 * DAY, HOUR])
    await one.crash(
      errorEvent('TypeError', 'x is undefined', ['total'], {
        ...at(ago),
        release: 'shop@1.0.0',
        environment: 'production',
        user: { id: '1' },
      }),
    );
  for (const user of ['1', '2'])
    await one.crash(
      errorEvent('RangeError', 'no payment', ['pay'], {
        ...at(5 * HOUR),
        level: 'fatal',
        release: 'shop@1.1.0',
        environment: 'staging',
        user: { id: user },
        tags: { team: 'money' },
      }),
    );
  await one.crash(errorEvent('Warning', 'slow disk', ['save'], { ...at(20 * DAY), level: 'warning' }));
  await one.crash({ message: 'stock (low)', level: 'info', ...at(10 * HOUR) }, 'web');
  return one;
}

const [A, B, C, D] = ['PITSTOP-1', 'PITSTOP-2', 'PITSTOP-3', 'WEB-1'];

const SEARCHES: [query: string, more: string, expected: string[] | number][] = [
  ['', '', [A, B, D, C]],
  ['is:unresolved issue.category:error', '', [A, B, D, C]],
  ['is:resolved', '', []],
  ['level:fatal', '', [B]],
  ['!level:fatal', '', [A, D, C]],
  ['level:[fatal, warning]', '', [B, C]],
  ['release:shop@1.0.0', '', [A]],
  ['release:shop@1.*', '', [A, B]],
  ['release:latest', '', [B]],
  ['!has:release', '', [D, C]],
  ['environment:staging', '', [B]],
  ['team:money', '', [B]],
  ['lastSeen:-24h', '', [A, B, D]],
  ['lastSeen:+7d', '', [C]],
  ['firstSeen:>2026-11-20', '', [B, D]],
  ['firstSeen:-2d', '', [B, D]],
  ['age:+2d', '', [A, C]],
  ['times_seen:>=2', '', [A, B]],
  ['error.type:*Error', '', [A, B]],
  ['title:"*no payment*"', '', [B]],
  ['payment', '', [B]],
  ['"x is undefined"', '', [A]],
  ['(low)', '', 400],
  ['is:unresolved OR is:resolved', '', 400],
  ['is:nonsense', '', 400],
  ['lastSeen:soon', '', 400],
  ['', '&project=web', [D]],
  ['', '&project=1&project=2', [A, B, D, C]],
  ['', '&project=-1', [A, B, D, C]],
  ['', '&project=nowhere', 403],
  ['', '&environment=production', [A]],
  ['', '&environment=production&environment=staging', [A, B]],
  ['', '&statsPeriod=14d', [A, B, D]],
  ['', '&start=2026-11-01T00:00:00&end=2026-11-18T00:00:00', [A]],
  ['', '&start=2026-11-01', 400],
  ['', '&sort=freq', [A, B, D, C]],
  ['', '&sort=user', [B, A, D, C]],
  ['', '&sort=new', [B, D, A, C]],
  ['', '&sort=trends&statsPeriod=3d', [B, D, A]],
  ['', '&sort=recommended', [A, B, D, C]],
  ['', '&sort=sideways', 400],
  ['', '&limit=0', 400],
  ['', '&cursor=back', 400],
  ['PITSTOP-3', '&shortIdLookup=1', [C]],
];

test('filters, spans, sorts: what is found and in which order, and what is refused', async () => {
  const { get } = await populated();
  for (const [query, more, expected] of SEARCHES) {
    const path = `/api/0/organizations/pitstop/issues/?query=${encodeURIComponent(query)}${more}`;
    const { status, body } = await get(path);
    const found = status === 200 ? body.map((issue: { shortId: string }) => issue.shortId) : status;
    expect.soft(found, `${query} ${more}`).toEqual(expected);
    if (status !== 200) expect.soft(body.detail, `${query} ${more}`).toMatch(/\w/);
  }
});

test('counts are those of the period, beside those of all time', async () => {
  const { get } = await populated();
  const { body } = await get('/api/0/organizations/pitstop/issues/?query=level:error&statsPeriod=24h');
  expect(body).toMatchObject([
    { count: '1', userCount: 1, lifetime: { count: '3' }, firstSeen: '2026-11-17T12:00:00.000Z' },
  ]);
  const bars = body[0].stats['24h'];
  expect(bars).toHaveLength(24);
  expect(bars.reduce((sum: number, [, count]: [number, number]) => sum + count, 0)).toBe(1);
});

test('pages by the Link header, 100 at most, and ends', async () => {
  const { sandbox, crash, get } = await trial();
  for (let index = 0; index < 103; index += 1)
    await crash(errorEvent('Error', 'x', [`step${String.fromCharCode(97 + (index % 26))}${index}`]));
  const seen: string[] = [];
  let path: string | undefined = '/api/0/organizations/pitstop/issues/?limit=500&query=is:unresolved';
  const sizes = [];
  while (path) {
    const { body, headers } = await get(path);
    expect(headers.get('x-hits')).toBe('103');
    sizes.push(body.length);
    seen.push(...body.map((issue: { id: string }) => issue.id));
    const link = headers.get('link') ?? '';
    expect(link).toMatch(/rel="previous"; results="(true|false)"; cursor="[\d:]+", </);
    const [, next, more] = /<([^>]+)>; rel="next"; results="(true|false)"; cursor="0:\d+:0"/.exec(link) ?? [];
    path = more === 'true' ? next?.replace(sandbox.url, '') : undefined;
  }
  expect(sizes).toEqual([100, 3]);
  expect(new Set(seen).size).toBe(103);
});

test('the deprecated list of one project, and no bulk update', async () => {
  const { get, put } = await populated();
  const { body } = await get('/api/0/projects/pitstop/web/issues/');
  expect(body).toMatchObject([{ shortId: D, project: { slug: 'web', id: '2' } }]);
  const bulk = await put('/api/0/organizations/pitstop/issues/?id=1', { status: 'resolved' });
  expect(bulk).toMatchObject({ status: 405, body: { detail: 'Method "PUT" not allowed.' } });
});
