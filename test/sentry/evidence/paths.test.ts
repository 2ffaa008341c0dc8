import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Frame } from '../../../src/sentry/event.ts';
import { isInside, pathIndex } from '../../../src/sentry/evidence/paths.ts';

const REPOSITORY = [
  'server.js',
  'index.js',
  'src/app.ts',
  'src/users.ts',
  'src/components/Cart.vue',
  'src/app/page.tsx',
  'packages/api/src/index.ts',
  'packages/api/src/orders.ts',
  'packages/api/test/orders.ts',
  'packages/web/src/index.ts',
  'packages/web/src/routes/checkout.tsx',
  'dist/users.js',
  'vendor/acme/pay/charge.php',
  'crates/cart-core/src/lib.rs',
  'crates/cart-core/src/pricing/mod.rs',
  'crates/cart-core/src/pricing/discount.rs',
  'crates/net/src/client.rs',
  'services/billing/src/main/java/com/acme/billing/Invoice.java',
  'services/billing/src/test/java/com/acme/billing/InvoiceTest.java',
  'services/shop/src/main/kotlin/cart/CartService.kt',
  'services/shop/src/main/kotlin/Main.kt',
  'shop/models/order.py',
  'shop/models/__init__.py',
  'manage.py',
  'MyApp/Pages/Index.cshtml.cs',
  'MyApp/Services/OrderService.cs',
  'cmd/shopd/main.go',
  'internal/cart/cart.go',
  'internal/cart/cart_test.go',
  'app/Http/Controllers/CartController.php',
  'app/models/user.rb',
  'lib/shop_web/cart_live.ex',
  'mobile/lib/cart_page.dart',
  'ios/Shop/CartViewController.swift',
  'ios/Shop/LegacyCart.m',
  'native/render/mesh_loader.cc',
  'src/Ünï/naïve file.ts',
];

const index = pathIndex(REPOSITORY);
const frameOf = (frame: Partial<Frame>): Frame => ({ inApp: true, context: [], ...frame });
const find = (platform: string, frame: Partial<Frame>) => index.find(frameOf(frame), platform);

describe('a frame is found in the repository', () => {
  test.each<[string, string, Partial<Frame>, string]>([
    [
      'a C++ class whose symbols name no file',
      'native',
      { function: 'render::MeshLoader::load(int)' },
      'native/render/mesh_loader.cc',
    ],
    ['the same path', 'node', { file: 'src/users.ts' }, 'src/users.ts'],
    ['an absolute path in a container', 'node', { file: '/usr/src/app/src/users.ts' }, 'src/users.ts'],
    ['/app holding a file of the root', 'node', { file: '/app/server.js' }, 'server.js'],
    ['/app/index.js although many folders have one', 'node', { file: '/app/index.js' }, 'index.js'],
    ['/var/task', 'node', { file: '/var/task/packages/api/src/orders.ts' }, 'packages/api/src/orders.ts'],
    [
      'a home folder',
      'node',
      { file: '/home/ci/srv/shop/packages/web/src/index.ts' },
      'packages/web/src/index.ts',
    ],
    ['file://', 'node', { file: 'file:///app/src/users.ts' }, 'src/users.ts'],
    ['app:///', 'javascript', { file: 'app:///src/app.ts' }, 'src/app.ts'],
    ['~/', 'javascript', { file: '~/src/app.ts' }, 'src/app.ts'],
    ['webpack with a name', 'javascript', { file: 'webpack://shop/./src/app.ts' }, 'src/app.ts'],
    ['webpack without a name', 'javascript', { file: 'webpack:///./src/app.ts' }, 'src/app.ts'],
    [
      'webpack with a loader query',
      'javascript',
      { file: 'webpack:///./src/components/Cart.vue?1a2b' },
      'src/components/Cart.vue',
    ],
    [
      'webpack-internal with a layer',
      'javascript',
      { file: 'webpack-internal:///(rsc)/./src/app/page.tsx' },
      'src/app/page.tsx',
    ],
    [
      'heads of ..',
      'javascript',
      { file: '../../packages/web/src/routes/checkout.tsx' },
      'packages/web/src/routes/checkout.tsx',
    ],
    [
      '.. in the middle',
      'javascript',
      { file: 'webpack:///../api/../api/src/orders.ts' },
      'packages/api/src/orders.ts',
    ],
    [
      'a development server',
      'javascript',
      { file: 'http://localhost:5173/src/app.ts?t=1700000000000' },
      'src/app.ts',
    ],
    [
      'vite /@fs/',
      'javascript',
      { file: 'http://localhost:5173/@fs/home/x/shop/src/app.ts?v=1' },
      'src/app.ts',
    ],
    [
      'a path relative to a package',
      'javascript',
      { file: 'src/routes/checkout.tsx' },
      'packages/web/src/routes/checkout.tsx',
    ],
    [
      'escaped characters',
      'javascript',
      { file: 'app:///src/%C3%9Cn%C3%AF/na%C3%AFve%20file.ts' },
      'src/Ünï/naïve file.ts',
    ],
    [
      'the absolute path where the name is cut',
      'node',
      { file: 'users.ts', absolutePath: '/app/src/users.ts' },
      'src/users.ts',
    ],
    [
      'another case',
      'csharp',
      { file: 'C:\\build\\myapp\\services\\orderservice.cs' },
      'MyApp/Services/OrderService.cs',
    ],
    [
      'a Windows path',
      'csharp',
      { file: 'D:\\a\\1\\s\\MyApp\\Pages\\Index.cshtml.cs' },
      'MyApp/Pages/Index.cshtml.cs',
    ],
    [
      'a C# namespace',
      'csharp',
      { module: 'MyApp.Services.OrderService', function: 'Place' },
      'MyApp/Services/OrderService.cs',
    ],
    [
      'a nested C# class',
      'csharp',
      { module: 'MyApp.Services.OrderService+<Place>d__3', function: 'MoveNext' },
      'MyApp/Services/OrderService.cs',
    ],
    [
      'a Java class',
      'java',
      { module: 'com.acme.billing.Invoice', file: 'Invoice.java' },
      'services/billing/src/main/java/com/acme/billing/Invoice.java',
    ],
    [
      'an inner Java class without a file',
      'java',
      { module: 'com.acme.billing.Invoice$Line$1' },
      'services/billing/src/main/java/com/acme/billing/Invoice.java',
    ],
    [
      'a Kotlin package below a left-out root',
      'java',
      { module: 'com.acme.cart.CartService', file: 'CartService.kt' },
      'services/shop/src/main/kotlin/cart/CartService.kt',
    ],
    [
      'a Python path',
      'python',
      { file: 'shop/models/order.py', module: 'shop.models.order' },
      'shop/models/order.py',
    ],
    ['a Python module only', 'python', { module: 'shop.models.order' }, 'shop/models/order.py'],
    ['a Python package', 'python', { module: 'shop.models' }, 'shop/models/__init__.py'],
    ['a Python script', 'python', { file: 'manage.py', absolutePath: '/srv/manage.py' }, 'manage.py'],
    [
      'a Go path',
      'go',
      { file: 'cart/cart.go', absolutePath: '/build/internal/cart/cart.go' },
      'internal/cart/cart.go',
    ],
    [
      'a Go path with -trimpath',
      'go',
      { absolutePath: 'github.com/acme/shop/internal/cart/cart.go' },
      'internal/cart/cart.go',
    ],
    [
      'a Go package only',
      'go',
      { module: 'github.com/acme/shop/internal/cart', function: '(*Cart).Add' },
      'internal/cart/cart.go',
    ],
    [
      'a Go function with its package',
      'go',
      { function: 'github.com/acme/shop/internal/cart.Add.func1' },
      'internal/cart/cart.go',
    ],
    [
      'a PHP path',
      'php',
      { file: '/var/www/app/Http/Controllers/CartController.php' },
      'app/Http/Controllers/CartController.php',
    ],
    [
      'a PHP class',
      'php',
      { function: 'App\\Http\\Controllers\\CartController::show' },
      'app/Http/Controllers/CartController.php',
    ],
    [
      'a Ruby path',
      'ruby',
      { file: 'app/models/user.rb', absolutePath: '/srv/shop/app/models/user.rb' },
      'app/models/user.rb',
    ],
    ['an Elixir path', 'elixir', { file: 'lib/shop_web/cart_live.ex' }, 'lib/shop_web/cart_live.ex'],
    ['a Dart package', 'dart', { file: 'package:mobile/cart_page.dart' }, 'mobile/lib/cart_page.dart'],
    [
      'a Swift file name',
      'cocoa',
      { file: 'CartViewController.swift', package: 'Shop' },
      'ios/Shop/CartViewController.swift',
    ],
    [
      'an Objective-C method',
      'cocoa',
      { function: '-[LegacyCart addItem:]', package: 'Shop' },
      'ios/Shop/LegacyCart.m',
    ],
    [
      'a native file name',
      'native',
      { file: 'mesh_loader.cc', absolutePath: 'C:\\b\\native\\render\\mesh_loader.cc' },
      'native/render/mesh_loader.cc',
    ],
    ['a Rust path', 'native', { file: 'crates/net/src/client.rs' }, 'crates/net/src/client.rs'],
    [
      'a Rust function in a hyphenated crate',
      'rust',
      { function: 'cart_core::pricing::discount::apply' },
      'crates/cart-core/src/pricing/discount.rs',
    ],
    [
      'a Rust module folder',
      'rust',
      { function: 'cart_core::pricing::total' },
      'crates/cart-core/src/pricing/mod.rs',
    ],
    [
      'a Rust trait implementation',
      'rust',
      { function: '<cart_core::pricing::discount::Rule as core::fmt::Display>::fmt' },
      'crates/cart-core/src/pricing/discount.rs',
    ],
    [
      'a Rust closure at the root',
      'rust',
      { function: 'cart_core::run::{{closure}}' },
      'crates/cart-core/src/lib.rs',
    ],
    [
      'a Rust function in a native event',
      'native',
      { function: 'net::client::connect' },
      'crates/net/src/client.rs',
    ],
    [
      'a vendored file',
      'php',
      { file: '/srv/www/vendor/acme/pay/charge.php', inApp: false },
      'vendor/acme/pay/charge.php',
    ],
    ['source before test', 'node', { file: 'orders.ts' }, 'packages/api/src/orders.ts'],
  ])('%s', (_name, platform, frame, path) => {
    expect(find(platform, frame)?.path).toBe(path);
  });

  test('a transpiled file leads to its source, which is said', () => {
    const sources = pathIndex(['packages/api/src/orders.ts', 'src/users.ts']);
    expect(sources.find(frameOf({ file: '/app/dist/users.js' }), 'node')).toEqual({
      path: 'src/users.ts',
      candidates: ['src/users.ts'],
      compiled: true,
    });
  });

  test('files that cannot be told apart are all named', () => {
    expect(find('node', { file: 'src/index.ts' })).toEqual({
      path: undefined,
      candidates: ['packages/api/src/index.ts', 'packages/web/src/index.ts'],
      compiled: false,
    });
  });
});

describe('a frame is not found where it would be a guess', () => {
  test.each<[string, string, Partial<Frame>]>([
    ['a built-in module', 'node', { file: 'node:internal/process/task_queues', inApp: false }],
    ['an old built-in module', 'node', { file: 'server.js', inApp: false }],
    ['an anonymous place', 'javascript', { file: '<anonymous>' }],
    ['native code', 'javascript', { file: '[native code]' }],
    [
      'a library with the name of our file',
      'node',
      { file: '/app/node_modules/express/server.js', inApp: false },
    ],
    [
      'a Python library',
      'python',
      { file: 'models/order.py', absolutePath: '/usr/lib/python3/site-packages/models/order.py' },
    ],
    ['another Java package', 'java', { module: 'org.other.Invoice', file: 'Invoice.java' }],
    [
      'a Go module in the cache',
      'go',
      { absolutePath: '/go/pkg/mod/github.com/a/internal/cart/cart.go', inApp: true },
    ],
    ['a Rust standard function', 'rust', { function: 'core::option::unwrap_failed' }],
    ['a bundle', 'javascript', { file: 'https://cdn.example.com/assets/main.4f3a.min.js' }],
    ['a common name in another folder', 'node', { file: '/opt/thing/utils.ts' }],
    ['nothing', 'node', {}],
  ])('%s', (_name, platform, frame) => {
    expect(find(platform, frame)).toBeUndefined();
  });
});

const SEGMENT = fc.oneof(
  fc.constantFrom(
    '..',
    '.',
    '',
    'src',
    'etc',
    'passwd',
    'users.ts',
    'C:',
    'index.ts',
    '%2e%2e',
    '\u0000',
    '\\',
    'app',
    'webpack:',
    'crates',
  ),
  fc.string({ maxLength: 12 }),
);
const PATH = fc.array(SEGMENT, { maxLength: 12 }).map((segments) => segments.join('/'));

test('whatever a frame says, the answer is a file of the repository', () => {
  const inside = new Set(REPOSITORY);
  const platforms = fc.constantFrom(
    'node',
    'javascript',
    'java',
    'python',
    'rust',
    'go',
    'php',
    'csharp',
    'cocoa',
    'native',
    'x',
  );
  const frames = fc.record(
    {
      file: PATH,
      absolutePath: PATH,
      module: fc.oneof(PATH, fc.string()),
      function: fc.oneof(PATH, fc.string()),
      inApp: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(frames, platforms, (frame, platform) => {
      const match = find(platform, frame);
      const named = [...(match?.candidates ?? []), ...(match?.path === undefined ? [] : [match.path])];
      expect(named.every((path) => inside.has(path))).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test('a list of files that leaves the repository is cut down to what does not', () => {
  const files = [
    '/etc/passwd.ts',
    '../out.ts',
    'a/../../b.ts',
    'C:/x.ts',
    'a\u0000.ts',
    'a//b.ts',
    './c.ts',
    'a\\b.ts',
    'ok/d.ts',
  ];
  expect(pathIndex(files).files).toEqual(['ok/d.ts']);
  fc.assert(
    fc.property(PATH, (path) => {
      if (isInside(path)) expect(posix.resolve('/r', path).startsWith('/r/')).toBe(true);
    }),
  );
});

test('thousands of files of one name and thousands of frames are no more than that', () => {
  const files = Array.from(
    { length: 30_000 },
    (_, i) => `packages/p${i % 3000}/src/m${Math.floor(i / 3000)}/index.ts`,
  );
  const many = pathIndex(files);
  const frames = Array.from({ length: 5000 }, (_, i) =>
    frameOf({ file: `/app/packages/p${i % 3000}/src/m3/index.ts`, line: i }),
  );
  for (const [i, frame] of frames.entries()) {
    expect(many.find(frame, 'node')?.path).toBe(`packages/p${i % 3000}/src/m3/index.ts`);
  }
  expect(many.find(frameOf({ file: `${'a/'.repeat(100_000)}index.ts` }), 'node')?.path).toBeUndefined();
});
