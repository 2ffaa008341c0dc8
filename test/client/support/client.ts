import { describe, vi } from 'vitest';
import { type InstalledClient, installClient } from './install.ts';

export { answerQuestion } from './dialogs.ts';
export {
  type Headless,
  type HeadlessOptions,
  type HeadlessRun,
  runHeadless,
  startHeadless,
} from './headless.ts';
export { type ClientOptions, makeHome, type Permissions } from './home.ts';
export type { InstalledClient } from './install.ts';
export {
  call,
  type Model,
  type Script,
  type Seen,
  type ToolCall,
  type ToolResult,
  type Turn,
} from './model.ts';
export { type Key, openTerminal, type Terminal } from './terminal.ts';

// A run of the client takes seconds, and on a busy machine many of them.
vi.setConfig({ testTimeout: 150_000, hookTimeout: 150_000 });

const installed = await installClient();

/** Declares tests that need the real client; they are skipped where it cannot be installed (one loud line says why). */
export function inRealClient(name: string, body: (client: InstalledClient) => void): void {
  describe.skipIf(!installed.ok)(name, () => {
    if (installed.ok) body(installed.client);
  });
}
