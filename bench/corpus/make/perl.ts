import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Crash, fact, finish, type Program } from './program.ts';

/** Runs the program with a handler that prints the stack when it dies, in the form of Sentry::Raven. */
export async function crashPerl(program: Program): Promise<Crash> {
  await writeFile(join(program.scratch, 'Reporter.pm'), REPORTER);
  const { stderr } = await finish(
    'perl',
    [`-I${program.scratch}`, '-MReporter', join(program.folder, fact(program, 'run'))],
    { cwd: program.folder },
  );
  const [, json] = /^@died (.*)$/m.exec(stderr) ?? [];
  if (json === undefined) throw new Error(`nothing died in:\n${stderr}`);
  const { message, frames } = JSON.parse(json) as { message: string; frames: Record<string, unknown>[] };
  const stacktrace = { frames: frames.map((frame) => absolute(frame, program.folder)).reverse() };
  return {
    event: {
      platform: 'perl',
      level: 'error',
      exception: { values: [{ type: 'Die', value: message.trim(), stacktrace }] },
    },
  };
}

const absolute = (frame: Record<string, unknown>, folder: string): Record<string, unknown> => {
  const path = String(frame.filename);
  return { ...frame, filename: path.startsWith('/') ? path : `${folder}/${path}` };
};

const REPORTER = `
package Reporter;
use strict;
use warnings;
use JSON::PP;

$SIG{__DIE__} = sub {
    my ($message) = @_;
    return if !defined $^S || $^S;
    my @frames;
    for (my $depth = 0; my @at = caller $depth; $depth++) {
        my @outer = caller $depth + 1;
        push @frames, {
            module => $at[0], filename => $at[1], lineno => $at[2] + 0,
            function => @outer ? $outer[3] : 'main',
        };
    }
    print STDERR '@died ', JSON::PP->new->canonical->encode({ message => "$message", frames => \\@frames }), "\\n";
};

1;
`;
