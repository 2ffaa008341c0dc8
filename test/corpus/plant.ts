/** Gives the next text to plant; `where` says in which field it will stand, `most` how long it may be there. */
export type Next = (where: string, most?: number) => string;

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

export interface Fields {
  /** Of the crash frame; the exception's type and value are planted unless given. */
  file: string;
  type?: string;
  value?: string;
}

/** An event with a text of its own in every field that an SDK, or whoever has the public key, can write. */
export function plantedEvent(next: Next, { file, type, value }: Fields): Record<string, unknown> {
  const frame = (own: string) => ({
    filename: `app:///${own}`,
    abs_path: `/srv/${next('frame path')}/${own}`,
    module: next('frame module'),
    function: next('frame function'),
    package: next('frame package'),
    lineno: 2,
    colno: 3,
    in_app: true,
    pre_context: [next('source before'), next('source before')],
    context_line: next('source line'),
    post_context: [next('source after')],
    vars: { password: next('frame variable'), plain: next('frame variable'), [next('variable name')]: 1 },
  });
  return {
    release: `race-day@1.4.0+${next('release', 150)}`,
    environment: next('environment', 60),
    transaction: next('transaction'),
    culprit: next('culprit'),
    dist: next('dist', 60),
    server_name: next('server name'),
    logger: next('logger', 60),
    logentry: { message: next('message'), formatted: next('formatted message') },
    fingerprint: [next('fingerprint'), file],
    tags: { plain: next('tag'), token: next('tag'), [next('tag name', 30)]: 'x' },
    user: {
      id: next('user id'),
      email: next('user email'),
      username: next('user name'),
      ip_address: '203.0.113.77',
      data: { note: next('user data') },
    },
    exception: {
      values: [
        {
          type: 'InnerError',
          value: next('inner message'),
          module: next('exception module'),
          stacktrace: { frames: [frame('lib/inner.mjs')] },
        },
        {
          type: type ?? next('exception type', 200),
          value: value ?? next('exception message'),
          mechanism: { type: 'generic', handled: false, data: { note: next('mechanism') } },
          stacktrace: {
            frames: [
              { ...frame('lib/other.mjs'), in_app: false },
              { ...frame(file), filename: next('frame file'), in_app: false },
              frame(file),
            ],
          },
        },
      ],
    },
    threads: { values: [{ id: 1, name: next('thread'), crashed: true }] },
    breadcrumbs: {
      values: [
        { timestamp: 1_769_999_990, category: 'console', level: 'error', message: next('crumb message') },
        {
          timestamp: 1_769_999_991,
          category: 'http',
          type: 'http',
          data: {
            url: `https://api.example.test/v1?q=${encoded(next('crumb url'))}`,
            method: 'GET',
            status_code: 500,
          },
        },
        {
          timestamp: 1_769_999_992,
          category: 'query',
          message: next('crumb query'),
          data: { row: next('crumb data') },
        },
        {
          timestamp: 1_769_999_993,
          category: 'navigation',
          data: { from: `/a?${next('crumb from')}`, to: `/b#${next('crumb to')}` },
        },
        {
          timestamp: 1_769_999_994,
          category: next('crumb category', 40),
          data: { note: next('crumb data') },
        },
      ],
    },
    request: {
      method: 'POST',
      url: `https://shop.example.test/orders/${encoded(next('request url'))}`,
      query_string: `q=${encoded(next('request query'))}&token=${encoded(next('request query'))}`,
      headers: {
        Authorization: next('request header'),
        'X-Note': next('request header'),
        'User-Agent': next('request header'),
        Referer: `https://shop.example.test/?x=${encoded(next('request header'))}`,
      },
      cookies: { session: next('request cookie'), theme: next('request cookie') },
      env: { REMOTE_ADDR: '203.0.113.78', NOTE: next('request environment') },
      data: JSON.stringify({ form: { note: next('request data'), password: next('request data') } }),
    },
    contexts: {
      app: { note: next('context'), api_key: next('context') },
      [next('context name', 40)]: { deep: { deeper: next('context') } },
    },
    extra: {
      text: next('extra'),
      list: [next('extra'), { inner: next('extra') }],
      json: JSON.stringify({ body: next('extra') }),
      credentials: next('extra'),
    },
    modules: { 'left-pad': next('package version', 40) },
  };
}
