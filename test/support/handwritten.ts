import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Handwritten {
  add(title: string, paths: string[], status: string, hoursAgo?: number): void;
  /** Started just now, with its paths as they are typed. */
  addPlain(title: string, paths: string): void;
  /** Takes every entry out again, as a person would; the rest of the file stays. */
  remove(): void;
}

/** A person who keeps `.claude/active-runs.md` by hand, beside whatever Pitcrew writes there. */
export function writtenByHand({ repository }: { repository: string }): Handwritten {
  const file = join(repository, '.claude', 'active-runs.md');
  let written: string[] = [];
  const write = (title: string, paths: string, status: string, hoursAgo: number) => {
    const at = new Date(Date.now() - hoursAgo * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
    const entry = [`- **[${at} UTC] ${title}**`, `  - Paths: ${paths}`, `  - Status: ${status}`, ''].join(
      '\n',
    );
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${textOf(file)}\n${entry}`);
    written.push(entry);
  };
  return {
    add: (title, paths, status, hoursAgo = 0.1) =>
      write(title, paths.map((path) => `\`${path}\``).join(', '), status, hoursAgo),
    addPlain: (title, paths) => write(title, paths, 'started', 0.1),
    remove() {
      if (written.length === 0) return;
      writeFileSync(
        file,
        written.reduce((text, entry) => text.replace(entry, ''), textOf(file)),
      );
      written = [];
    },
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
