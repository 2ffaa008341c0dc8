/** Shapes that SDKs, relays and people have been seen to send, and what the evidence of each has to name. */
export const ODD_EVENTS: { name: string; event: unknown; says: string[]; refused?: boolean }[] = [
  {
    name: 'an exception as a lone object, frames with nulls between them',
    event: {
      platform: 'python',
      exception: {
        type: 'ValueError',
        value: 'odd',
        stacktrace: { frames: [null, { function: 'load', filename: 'app/load.py', lineno: '12' }, null] },
      },
    },
    says: ['ValueError: odd', 'File "app/load.py", line 12, in load'],
  },
  {
    name: 'a list of exceptions without values around it',
    event: {
      exception: [
        { type: 'A', value: 'first' },
        { type: 'B', value: 'second' },
      ],
    },
    says: ['B: second', 'A: first'],
  },
  {
    name: 'exception values that are numbers, objects and lists',
    event: { exception: { values: [{ type: 'Error', value: { code: 7, why: 'teapot' } }] } },
    says: ['Error:', 'teapot'],
  },
  {
    name: 'an exception without a type',
    event: { platform: 'javascript', exception: { values: [{ value: 'Script error.' }] } },
    says: ['Script error.'],
  },
  {
    name: 'only a type',
    event: { platform: 'csharp', exception: { values: [{ type: 'System.NullReferenceException' }] } },
    says: ['System.NullReferenceException'],
  },
  {
    name: 'the stack of the exception in the thread that has its id',
    event: {
      platform: 'java',
      exception: { values: [{ type: 'ANR', value: 'Application Not Responding', thread_id: 1 }] },
      threads: {
        values: [
          {
            id: 2,
            name: 'pool',
            stacktrace: { frames: [{ module: 'com.acme.Pool', function: 'run', in_app: true }] },
          },
          {
            id: 1,
            name: 'main',
            crashed: true,
            stacktrace: {
              frames: [
                {
                  module: 'com.acme.ui.Screen',
                  function: 'draw',
                  filename: 'Screen.java',
                  lineno: 9,
                  in_app: true,
                },
              ],
            },
          },
        ],
      },
    },
    says: ['ANR: Application Not Responding', 'com.acme.ui.Screen.draw(Screen.java:9)'],
  },
  {
    name: 'a message with parameters that was not filled in',
    event: { platform: 'python', logentry: { message: 'order %s is late by %d days', params: ['o-7', 3] } },
    says: ['order'],
  },
  {
    name: 'a message as a plain text, a level of another spelling',
    event: { message: 'the queue is stuck', level: 'ERROR', tags: null, extra: [], contexts: 'none' },
    says: ['the queue is stuck'],
  },
  {
    name: 'a stack trace of its own, of the protocol before 7',
    event: {
      platform: 'php',
      'sentry.interfaces.Message': { message: 'Undefined index: price' },
      'sentry.interfaces.Stacktrace': {
        frames: [{ filename: '/var/www/html/src/Cart.php', function: 'total', lineno: 41, in_app: true }],
      },
    },
    says: ['Undefined index: price', 'Cart.php(41): total'],
  },
  {
    name: 'Go: vars for lines, modules with versions',
    event: {
      platform: 'go',
      exception: [
        {
          type: '*errors.errorString',
          value: 'no such order',
          stacktrace: {
            frames: [
              {
                function: 'main',
                module: 'main',
                abs_path: '/src/cmd/shopd/main.go',
                lineno: 12,
                in_app: true,
              },
              {
                function: '(*Store).Load',
                module: 'github.com/acme/shop/v2/internal/store',
                abs_path: '/src/internal/store/store.go',
                filename: 'internal/store/store.go',
                lineno: 88,
                in_app: true,
              },
            ],
          },
        },
      ],
    },
    says: ['*errors.errorString: no such order', '(*Store).Load'],
  },
  {
    name: 'Ruby: a load path as file name and a back-tick in the function',
    event: {
      platform: 'ruby',
      exception: {
        values: [
          {
            type: 'NoMethodError',
            value: "undefined method `price' for nil:NilClass",
            module: '',
            stacktrace: {
              frames: [
                {
                  abs_path: '/app/app/models/cart.rb',
                  filename: 'app/models/cart.rb',
                  function: 'block in total',
                  lineno: 5,
                  in_app: true,
                },
              ],
            },
          },
        ],
      },
    },
    says: ['NoMethodError: undefined method', "app/models/cart.rb:5:in 'block in total'"],
  },
  {
    name: 'Elixir: arity and module',
    event: {
      platform: 'elixir',
      exception: [
        {
          type: 'FunctionClauseError',
          value: 'no function clause matching in Shop.Cart.add/2',
          stacktrace: {
            frames: [
              {
                module: 'Shop.Cart',
                function: 'Shop.Cart.add/2',
                filename: 'lib/shop/cart.ex',
                lineno: 14,
                in_app: true,
              },
            ],
          },
        },
      ],
    },
    says: ['FunctionClauseError', 'lib/shop/cart.ex:14'],
  },
  {
    name: 'Dart: package paths and an obfuscated build',
    event: {
      platform: 'dart',
      exception: {
        values: [
          {
            type: '_TypeError',
            value: 'Null check operator used on a null value',
            stacktrace: {
              frames: [
                {
                  package: 'shop',
                  filename: 'cart_page.dart',
                  abs_path: 'package:shop/cart_page.dart',
                  function: '_CartPageState.build',
                  lineno: 20,
                  colno: 11,
                  in_app: true,
                },
                { platform: 'native', instruction_addr: '0x7f00001000', image_addr: '0x7f00000000' },
              ],
            },
          },
        ],
      },
    },
    says: ['_TypeError: Null check operator'],
  },
  {
    name: 'a native crash of addresses only',
    event: {
      platform: 'native',
      exception: {
        values: [
          {
            type: 'EXC_BAD_ACCESS',
            value: 'KERN_INVALID_ADDRESS at 0x0',
            stacktrace: {
              frames: [
                { instruction_addr: '0x100002000' },
                { instruction_addr: '0x100001000', package: '/opt/app' },
              ],
            },
          },
        ],
      },
    },
    says: ['EXC_BAD_ACCESS', '0x100001000'],
  },
  {
    name: 'an exception group, causes by parent',
    event: {
      platform: 'python',
      exception: {
        values: [
          {
            type: 'KeyError',
            value: "'b'",
            mechanism: { type: 'chained', exception_id: 2, parent_id: 0, source: 'exceptions[1]' },
          },
          {
            type: 'ValueError',
            value: 'a',
            mechanism: { type: 'chained', exception_id: 1, parent_id: 0, source: 'exceptions[0]' },
          },
          {
            type: 'ExceptionGroup',
            value: 'two failed (2 sub-exceptions)',
            mechanism: { exception_id: 0, is_exception_group: true },
          },
        ],
      },
    },
    says: ['ExceptionGroup: two failed', 'ValueError: a', 'KeyError'],
  },
  {
    name: 'a Content Security Policy report',
    event: {
      platform: 'javascript',
      logger: 'csp',
      message: "Blocked 'script' from 'evil.example.com'",
      csp: { effective_directive: 'script-src', blocked_uri: 'https://evil.example.com/x.js' },
    },
    says: ["Blocked 'script'"],
  },
  {
    name: 'React minified error with a component stack, frames from three hosts',
    event: {
      platform: 'javascript',
      exception: {
        values: [
          {
            type: 'Error',
            value:
              'Minified React error #185; visit https://reactjs.org/docs/error-decoder.html?invariant=185',
            stacktrace: {
              frames: [
                {
                  filename: 'https://cdn.example.net/react-dom.production.min.js',
                  function: 'Xa',
                  lineno: 12,
                  colno: 8812,
                  in_app: true,
                },
                {
                  filename: 'chrome-extension://abcdef/inject.js',
                  function: '?',
                  lineno: 1,
                  colno: 1,
                  in_app: true,
                },
                { filename: '<anonymous>', function: 'Array.map', in_app: true },
              ],
            },
          },
        ],
      },
    },
    says: ['Minified React error #185', '> at Array.map'],
  },
  {
    name: 'lines and columns as texts, negative and huge',
    event: {
      platform: 'node',
      exception: {
        values: [
          {
            type: 'Error',
            value: 'numbers',
            stacktrace: {
              frames: [
                { filename: 'a.js', function: 'a', lineno: -1, colno: -5, in_app: 'yes' },
                {
                  filename: 'b.js',
                  function: 'b',
                  lineno: 1e300,
                  colno: 'x',
                  in_app: true,
                  pre_context: 'no list',
                  context_line: 7,
                },
              ],
            },
          },
        ],
      },
    },
    says: ['Error: numbers', 'b.js'],
  },
  {
    name: 'an event of nothing but an id',
    event: { event_id: '0'.repeat(32) },
    says: [],
  },
  { name: 'a list', event: [1, 2, 3], says: [], refused: true },
  { name: 'a text', event: 'broken', says: [], refused: true },
  { name: 'null', event: null, says: [], refused: true },
];
