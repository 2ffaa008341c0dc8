import { inputError } from '../core/errors.ts';
import { type Checkout, gitRead } from './git.ts';

/** Without this git makes up an address from the names of the user and the machine. */
export const OWN_IDENTITY = ['-c', 'user.useConfigOnly=true'];

/** Throws `input` where git was never told who commits: every commit would fail, or publish a made-up address. */
export async function requireIdentity(checkout: Checkout): Promise<void> {
  const asked = await gitRead(checkout, [...OWN_IDENTITY, 'var', 'GIT_COMMITTER_IDENT'], {
    accept: [0, 128],
  });
  if (asked.code === 0) return;
  throw inputError(
    'git does not know who commits.',
    'Set it once: git config --global user.name "Your Name", and user.email the same way.',
  );
}
