import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A temporary folder with these files, removed after the test. */
export function folderWith(files: Record<string, string> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pitcrew-checks-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export const node = JSON.stringify(process.execPath);

/** A module that crashes on an empty cart, as an incident in production did. */
export const BROKEN = `export const total = (cart) => cart.lines.reduce((sum, line) => sum + line.price, 0);\n`;
export const FIXED = `export const total = (cart) => (cart?.lines ?? []).reduce((sum, line) => sum + line.price, 0);\n`;

export const REPRODUCTION = `
import assert from 'node:assert/strict';
import test from 'node:test';
import { total } from './cart.mjs';
test('an absent cart costs nothing', () => assert.equal(total(undefined), 0));
`;

export const INCIDENT = {
  types: ['TypeError'],
  messages: ["Cannot read properties of undefined (reading 'lines')"],
  frames: [{ function: 'total', file: 'app:///src/cart.mjs' }],
};
