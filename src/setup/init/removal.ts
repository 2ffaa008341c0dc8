import { basename, dirname } from 'node:path';
import { gitRead } from '../../git/git.ts';
import { atMainCheckout, openRepository, type Repository } from '../../git/repository.ts';
import { type Change, textOf, writes } from '../changes.ts';
import { clientPlace } from '../client-place.ts';
import { type Client, type Place, type Scope, shownPath } from '../clients/client.ts';
import { CLIENTS, planWiring } from '../clients/plan-wiring.ts';
import { openReceipt, type Receipt } from '../receipt.ts';
import type { World } from '../world.ts';

/**
 * What takes the wiring out again: for this person and in the repository around the current folder, of the named
 * clients or of all, and then a pitcrew.yml too that nobody has touched or committed since init wrote it. Files that are
 * as init left them get back what they were, to the byte. Input errors where there is no repository.
 */
export async function planRemoval(world: World, clients?: readonly Client[]): Promise<Change[]> {
  const repository = await openRepository({ cwd: world.cwd, env: world.env });
  const place = await clientPlace(world, repository.mainCheckout);
  const receipt = await openReceipt(world.env, world.home);
  const scopes: Scope[] = ['user', 'project'];
  const found = await Promise.all(
    (clients ?? CLIENTS).flatMap((client) =>
      scopes.map((scope) => planWiring(client, place, scope, 'remove')),
    ),
  );
  const config = clients ? [] : await planConfigRemoval({ place, repository, receipt });
  // A client may use one file for both.
  const changes = new Map([...config, ...found.flat()].map((change) => [change.path, change]));
  return [...changes.values()].map((change) => asItWas(change, receipt));
}

function asItWas(change: Change, receipt: Receipt): Change {
  const { path, before } = change;
  const wasThere = receipt.wasThere(path);
  if (!writes(change) || before === undefined || wasThere === undefined) return change;
  const emptied = change.emptied?.filter(
    (folder) => !path.startsWith(`${folder}/`) || receipt.madeFolder(folder) !== false,
  );
  const { after, ...rest } = { ...change, ...(emptied ? { emptied } : {}) };
  const original = receipt.originalOf(path, before);
  if (original?.text !== undefined) return { ...rest, action: 'change', after: original.text };
  if (original) return { ...rest, action: 'delete' };
  // Edited since: it is not known any more what it was, but it was there.
  const empty = path.endsWith('.toml') ? '' : '{}\n';
  if (change.action === 'delete' && wasThere) return { ...rest, action: 'change', after: empty };
  return after === undefined ? rest : { ...rest, after };
}

async function planConfigRemoval(options: {
  place: Place;
  repository: Repository;
  receipt: Receipt;
}): Promise<Change[]> {
  const { place, repository, receipt } = options;
  const path = receipt.paths.find((one) => dirname(one) === place.root && CONFIG.test(basename(one)));
  const before = path && (await textOf(path));
  if (path === undefined || before === undefined) return [];
  const original = receipt.originalOf(path, before);
  if (!original || (await isCommitted(repository, basename(path)))) return [];
  const shown = shownPath(path, place);
  if (original.text === undefined)
    return [
      { path, shown, action: 'delete', before, lines: ['- all of it: it is as pitcrew init wrote it'] },
    ];
  const lines = ['- what pitcrew init added'];
  return [{ path, shown, action: 'change', before, after: original.text, lines }];
}

const CONFIG = /^pitcrew\.ya?ml$/;

/** Whether git has the file as it is now: then it is the team's. */
async function isCommitted(repository: Repository, name: string): Promise<boolean> {
  const checkout = atMainCheckout(repository);
  const status = await gitRead(checkout, ['status', '--porcelain', '--branch', '--ignored', '--', name]);
  return !/^(?!##)/m.test(status.stdout.trimEnd());
}
