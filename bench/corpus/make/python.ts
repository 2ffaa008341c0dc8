import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inbox } from './inbox.ts';
import { type Crash, fact, finish, type Program } from './program.ts';

/** Runs the program under the distribution's sentry_sdk (Debian: python3-sentry-sdk) and takes what it sent. */
export async function crashPython(program: Program, inbox: Inbox): Promise<Crash> {
  await writeFile(
    join(program.scratch, 'sitecustomize.py'),
    `import sentry_sdk\nsentry_sdk.init(${JSON.stringify(inbox.dsn)})\n`,
  );
  const libraries = program.facts.path ? [join(program.folder, program.facts.path)] : [];
  // The distribution's own interpreter has its packages; one from elsewhere mostly does not.
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  const ended = await finish(python, [join(program.folder, fact(program, 'run'))], {
    cwd: program.folder,
    env: { PYTHONPATH: [program.scratch, ...libraries].join(':'), PYTHONDONTWRITEBYTECODE: '1' },
  });
  const event = inbox.take().at(-1);
  if (!event) throw new Error(`no event from ${python}:\n${ended.stdout}${ended.stderr}`);
  return { event };
}
