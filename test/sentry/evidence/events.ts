/** Events as SDKs send them, written for these tests, and the repositories that they come from. */

const BASE = { event_id: '0123456789abcdef0123456789abcdef', timestamp: 1_770_000_000, level: 'error' };

export const NODE_FILES = {
  'src/users.ts': `import { find } from './store.ts';

export async function loadUser(id: string) {
  const row = await find(id);
  // Rows of deleted users are null.
  return row.name.trim();
}
`,
  'src/routes.ts': `import { loadUser } from './users.ts';

export async function showUser(request, response) {
  const user = await loadUser(request.params.id);
  response.send(user);
}
`,
  'src/store.ts': 'export const find = async (id: string) => rows.get(id) ?? null;\n',
  'test/users.test.ts': "test('loadUser', () => {});\n",
};

export const NODE_EVENT = {
  ...BASE,
  platform: 'node',
  release: 'shop-api@1.4.2',
  environment: 'production',
  transaction: 'GET /users/:id',
  tags: { runtime: 'node v24.1.0', url: 'https://shop.example.com/users/7', handled: 'no' },
  user: { id: '7', email: 'ann@example.com', ip_address: '203.0.113.9' },
  exception: {
    values: [
      {
        type: 'TypeError',
        value: "Cannot read properties of null (reading 'name')",
        mechanism: { type: 'onunhandledrejection', handled: false },
        stacktrace: {
          frames: [
            {
              filename: 'node:internal/process/task_queues',
              function: 'processTicksAndRejections',
              lineno: 105,
              colno: 5,
              in_app: false,
            },
            {
              filename: '/app/node_modules/express/lib/router/layer.js',
              function: 'handle',
              lineno: 95,
              colno: 5,
              in_app: false,
            },
            {
              filename: '/app/src/routes.ts',
              function: 'showUser',
              lineno: 4,
              colno: 22,
              in_app: true,
              pre_context: ['', 'export async function showUser(request, response) {'],
              context_line: '  const user = await loadUser(request.params.id);',
              post_context: ['  response.send(user);', '}'],
            },
            {
              filename: '/app/src/users.ts',
              function: 'loadUser',
              lineno: 5,
              colno: 14,
              in_app: true,
              pre_context: ['export async function loadUser(id: string) {', '  const row = await find(id);'],
              context_line: '  return row.name.trim();',
              post_context: ['}'],
              vars: { id: '7', apiToken: 'abcdef' },
            },
          ],
        },
      },
    ],
  },
  breadcrumbs: {
    values: [
      { timestamp: 1_769_999_990, category: 'tracing', level: 'debug', message: 'span started' },
      {
        timestamp: 1_769_999_997.5,
        type: 'http',
        category: 'http',
        data: {
          method: 'GET',
          url: 'https://auth.example.com/me?access_token=abc123&page=2',
          status_code: 200,
        },
      },
      { timestamp: 1_769_999_999.2, category: 'console', level: 'warning', message: 'user 7 was deleted' },
    ],
  },
  request: {
    method: 'GET',
    url: 'https://shop.example.com/users/7',
    query_string: 'full=1&token=abc123',
    headers: {
      Accept: 'application/json',
      Authorization: 'Bearer abc123def456',
      Cookie: 'sid=1',
      'X-Forwarded-For': '203.0.113.9',
    },
    cookies: { sid: '1' },
  },
  contexts: { os: { name: 'Linux', version: '6.1' } },
  extra: { attempt: 2, session: { password: 'hunter22' } },
};

export const PYTHON_FILES = {
  'shop/orders.py': `from shop import store


def place(order):
    try:
        return store.save(order)
    except KeyError as error:
        raise OrderError(f"order {order.id} could not be placed") from error
`,
  'shop/store.py': `ROWS = {}


def save(order):
    return ROWS[order.customer]
`,
};

export const PYTHON_EVENT = {
  ...BASE,
  platform: 'python',
  exception: {
    values: [
      {
        type: 'KeyError',
        value: "'ann'",
        stacktrace: {
          frames: [
            {
              filename: 'shop/orders.py',
              abs_path: '/srv/shop/orders.py',
              module: 'shop.orders',
              function: 'place',
              lineno: 6,
              in_app: true,
              context_line: '        return store.save(order)',
            },
            {
              filename: 'shop/store.py',
              abs_path: '/srv/shop/store.py',
              module: 'shop.store',
              function: 'save',
              lineno: 5,
              in_app: true,
              context_line: '    return ROWS[order.customer]',
            },
          ],
        },
      },
      {
        type: 'OrderError',
        module: 'shop.errors',
        value: 'order 17 could not be placed',
        mechanism: { type: 'logging', handled: true },
        stacktrace: {
          frames: [
            {
              filename: 'celery/app/trace.py',
              abs_path: '/usr/lib/python3/dist-packages/celery/app/trace.py',
              function: 'trace_task',
              lineno: 451,
              in_app: false,
            },
            {
              filename: 'shop/orders.py',
              abs_path: '/srv/shop/orders.py',
              module: 'shop.orders',
              function: 'place',
              lineno: 8,
              in_app: true,
              context_line: '        raise OrderError(f"order {order.id} could not be placed") from error',
            },
          ],
        },
      },
    ],
  },
};

export const JAVA_FILES = {
  'billing/src/main/java/com/acme/billing/Invoice.java': `package com.acme.billing;

public class Invoice {
  public long perItem() {
    return total / items.size();
  }
}
`,
  'billing/src/main/java/com/acme/billing/Printer.java': 'package com.acme.billing;\n',
};

export const JAVA_EVENT = {
  ...BASE,
  platform: 'java',
  exception: {
    values: [
      {
        type: 'ArithmeticException',
        module: 'java.lang',
        value: '/ by zero',
        stacktrace: {
          frames: [
            {
              filename: 'Thread.java',
              module: 'java.lang.Thread',
              function: 'run',
              lineno: 1583,
              in_app: false,
            },
            {
              filename: 'Printer.java',
              module: 'com.acme.billing.Printer',
              function: 'lambda$print$0',
              lineno: 31,
              in_app: true,
            },
            {
              filename: 'Invoice.java',
              module: 'com.acme.billing.Invoice',
              function: 'perItem',
              lineno: 5,
              in_app: true,
            },
          ],
        },
      },
    ],
  },
};

export const NATIVE_EVENT = {
  ...BASE,
  platform: 'native',
  level: 'fatal',
  threads: {
    values: [
      {
        id: 1,
        name: 'worker',
        stacktrace: { frames: [{ function: 'epoll_wait', package: '/usr/lib/libc.so.6', in_app: false }] },
      },
      {
        id: 0,
        name: 'main',
        crashed: true,
        stacktrace: {
          frames: [
            {
              function: '_start',
              package: '/opt/shop/bin/viewer',
              instruction_addr: '0x401000',
              in_app: false,
            },
            {
              function: 'main',
              package: '/opt/shop/bin/viewer',
              filename: 'main.cc',
              abs_path: '/build/src/main.cc',
              lineno: 3,
              in_app: true,
            },
            {
              function: 'mesh::Loader::load',
              package: '/opt/shop/bin/viewer',
              filename: 'mesh_loader.cc',
              abs_path: '/build/src/mesh_loader.cc',
              lineno: 2,
              in_app: true,
            },
            { instruction_addr: '0x7f0012ab', package: '/usr/lib/libmesh.so.2', in_app: false },
            {
              function: 'memcpy',
              package: '/usr/lib/libc.so.6',
              instruction_addr: '0x7f001234',
              in_app: false,
            },
          ],
        },
      },
    ],
  },
};

export const NATIVE_FILES = {
  'src/mesh_loader.cc':
    'void Loader::load(const Header& header) {\n  memcpy(vertices, header.data, header.size);\n}\n',
  'src/main.cc': '#include "mesh_loader.h"\nint main() {\n  mesh::Loader().load(read());\n}\n',
};

export const MINIFIED_EVENT = {
  ...BASE,
  platform: 'javascript',
  exception: {
    values: [
      {
        type: 'Error',
        value: 'Cart is locked by another session (cart 1234)',
        stacktrace: {
          frames: [
            {
              filename: 'https://cdn.example.com/assets/main.4f3a2b.js',
              function: 'e',
              lineno: 1,
              colno: 48_211,
              in_app: true,
              context_line: '{snip} throw new Error("Cart is locked by another session (cart "+t+")") {snip}',
            },
          ],
        },
      },
    ],
  },
};

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: program text of the incident.
export const MINIFIED_FILES = {
  'web/src/cart.ts':
    'export function open(id: number) {\n  throw new Error(`Cart is locked by another session (cart ${id})`);\n}\n',
  'web/src/other.ts': 'export const nothing = 1;\n',
  'web/test/cart.test.ts': "expect(() => open(1)).toThrow('Cart is locked by another session');\n",
};

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: program text of the incident.

export const MESSAGE_EVENT = {
  ...BASE,
  platform: 'python',
  level: 'warning',
  logentry: {
    message: 'payment provider %s answered too late',
    formatted: 'payment provider stripe answered too late',
  },
};

export const MESSAGE_FILES = {
  'shop/pay.py': 'log.warning("payment provider %s answered too late", name)\n',
};
