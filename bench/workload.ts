import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from '../test/support/stage.ts';

/** One of many issues of a web shop, with titles as long as real ones. */
export const listedCrash = (at: number) => ({
  user: { id: `customer-${at}` },
  exception: {
    values: [
      {
        type: 'TypeError',
        value: `Cannot read properties of undefined (reading 'shippingMethods${at}') while the cart is being restored`,
        stacktrace: {
          frames: [
            {
              filename: `app:///src/cart/restore-${at}.js`,
              function: `restoreCart${at}`,
              lineno: 40 + at,
              in_app: true,
            },
          ],
        },
      },
    ],
  },
});

/** A crash of an editor in native code: two of three frames are its own. */
export const nativeCrash = (frames: number) => ({
  platform: 'native',
  level: 'fatal',
  release: 'editor@2.14.0',
  environment: 'production',
  exception: {
    values: [
      {
        type: 'EXC_BAD_ACCESS / KERN_INVALID_ADDRESS',
        value: 'Fatal Error: Segfault',
        stacktrace: { frames: Array.from({ length: frames }, (_, at) => nativeFrame(at)) },
      },
    ],
  },
});

/** 250 frames, 64 KB of extra data and 100 breadcrumbs. */
export const largeCrash = () => ({
  ...nativeCrash(250),
  platform: 'node',
  extra: Object.fromEntries(
    Array.from({ length: 64 }, (_, at) => [`state_${at}`, `value ${at} `.repeat(100).slice(0, 1000)]),
  ),
  breadcrumbs: {
    values: Array.from({ length: 100 }, (_, at) => ({
      timestamp: 1_763_000_000 + at,
      category: 'console',
      level: 'info',
      message: `step ${at} of the import finished`,
    })),
  },
});

const FILES = 12;

/** Puts the files that the native crashes name into the checkout, so that there are suspects to find. */
export async function addCrashedFiles(stage: Stage): Promise<void> {
  const folder = join(stage.repository, 'crates/workspace/src');
  await mkdir(folder, { recursive: true });
  const text = Array.from({ length: 400 }, (_, at) => `    // line ${at + 1}`).join('\n');
  for (let file = 0; file < FILES; file += 1) await writeFile(join(folder, `pane_${file}.rs`), `${text}\n`);
  await stage.git('add', '--all');
  await stage.git('commit', '--quiet', '--message', 'panes');
}

/**
 * What a good answer about a native crash names, as `[what, how it reads]`. The crash frame is the last one in its own code;
 * its file is the first suspect.
 */
export function neededFacts(frames: number): [string, RegExp][] {
  const own = Array.from({ length: frames }, (_, at) => at).filter((at) => at % 3 !== 0);
  const crash = own.at(-1) ?? 0;
  const next = own.at(-2) ?? 0;
  return [
    ['exception', /EXC_BAD_ACCESS/],
    ['message', /Segfault/],
    ['crash frame', new RegExp(`update_layout_${crash}\\b`)],
    ['its line', new RegExp(`pane_${crash % FILES}\\.rs:${100 + crash}\\b`)],
    ['next in-app frame', new RegExp(`update_layout_${next}\\b`)],
    [
      'suspect file',
      new RegExp(`suspect[^]*crates/workspace/src/pane_(${crash % FILES}|${next % FILES})\\.rs`, 'i'),
    ],
  ];
}

const nativeFrame = (at: number) => ({
  function: `editor::workspace::Pane<Item>::update_layout_${at}(gpui::Window&, gpui::Context<Pane>&)`,
  filename: `crates/workspace/src/pane_${at % FILES}.rs`,
  package: '/Applications/Editor.app/Contents/MacOS/editor',
  instruction_addr: `0x10${(0x4a31c0 + at * 64).toString(16)}`,
  lineno: 100 + at,
  in_app: at % 3 !== 0,
});
