// Writes what is derived from the code: the tool reference and the JSON schema of pitcrew.yml. `--check` writes
// nothing and fails where a file differs, so that neither can drift.
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { configSchema } from '../src/config/schema.ts';
import { toolReference } from './tool-reference.ts';

const check = process.argv.includes('--check');
const files: Record<string, string> = {
  'docs/tool-reference.md': toolReference(),
  'pitcrew.schema.json': `${JSON.stringify({ title: 'pitcrew.yml', ...z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' }) }, null, 2)}\n`,
};

for (const [path, text] of Object.entries(files)) {
  if (!check) writeFileSync(path, text);
  else if (read(path) !== text) {
    console.error(`${path} is out of date: run npm run generate.`);
    process.exitCode = 1;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
