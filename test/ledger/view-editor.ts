// A person's program that writes entries into the list as fast as it can, in one of the ways in which programs save.
import { appendFileSync, closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';

const [file = '', way = '', count = '0'] = process.argv.slice(2);
const entry = (at: number) =>
  `- **[2026-05-09 19:10] /entry ${at} by ${way}**\n  - Paths: \`src/${way}-${at}.ts\`\n  - Status: started\n`;

const WAYS: Record<string, (text: string) => void> = {
  appends: (text) => appendFileSync(file, text),
  /** As `cat >> FILE` does it: opened a good while before it is written. */
  'appends slowly': (text) => {
    const open = openSync(file, 'a');
    pause(Math.random() * 4);
    writeSync(open, text);
    closeSync(open);
  },
  'saves in place': (text) => writeFileSync(file, readFileSync(file, 'utf8') + text),
  /** Emptied first, written later: the file is empty for a moment. */
  'saves in place slowly': (text) => {
    const before = readFileSync(file, 'utf8');
    const open = openSync(file, 'w');
    pause(Math.random() * 4);
    writeSync(open, before + text);
    closeSync(open);
  },
};

const write = WAYS[way];
if (!write) throw new Error(`unknown way ${way}`);
for (let at = 0; at < Number(count); at++) {
  write(entry(at));
  pause(Math.random() * 4);
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
