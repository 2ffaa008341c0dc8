import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { untrustedLine } from '../../core/untrusted.ts';
import type { Repository } from '../../git/repository.ts';
import { clientPlace } from '../client-place.ts';
import type { Client, Place, Scope } from '../clients/client.ts';
import { CLIENTS, presenceOf } from '../clients/plan-wiring.ts';
import { isProgram, type World } from '../world.ts';
import { type Check, reporter } from './check.ts';
import { wiredServer } from './wired-server.ts';

const say = reporter('clients');

/** Whether the clients that are used here start this installation's server. */
export async function checkClients(world: World, repository: Repository): Promise<Check[]> {
  const place = await clientPlace(world, repository.mainCheckout);
  const found = CLIENTS.filter((client) => client.sign(place) !== undefined);
  const bundle = join(world.packageRoot, 'dist', 'pitcrew.mjs');
  const missing = existsSync(bundle)
    ? []
    : [
        say.fail(
          'bundle',
          `The bundled server is not there: ${bundle}.`,
          'Run npm install (or npm run build) in the clone of Pitcrew.',
        ),
      ];
  if (found.length === 0)
    return [
      ...missing,
      say.warn(
        'clients',
        'No MCP client was found.',
        'Install one, or wire one by hand: pitcrew init --client NAME.',
      ),
    ];
  return [...missing, ...(await Promise.all(found.map((client) => clientLine(client, place))))];
}

const SCOPES: readonly Scope[] = ['user', 'project'];

async function clientLine(client: Client, place: Place): Promise<Check> {
  const id = `client-${client.id}`;
  const seen = await Promise.all(SCOPES.map((scope) => presenceOf(client, place, scope)));
  if (seen.includes('same')) return say.ok(id, `${client.title} starts this Pitcrew`);
  const scope = SCOPES[seen.indexOf('other')];
  if (scope) return otherLine(client, place, scope);
  return say.warn(id, `${client.title} does not know Pitcrew.`, 'Run pitcrew init.');
}

/** What differs: another program is not this one; this one, started by another Node, is. */
async function otherLine(client: Client, place: Place, scope: Scope): Promise<Check> {
  const id = `client-${client.id}`;
  const next = 'Run pitcrew init, which shows the difference.';
  const wired = await wiredServer(await client.wiring(place, scope));
  if (!wired)
    return say.warn(id, `${client.title} knows another Pitcrew, or an earlier form of this one.`, next);
  const { found, wanted } = wired;
  const [program, own] = [found, wanted].map((server) => resolve(place.root, server.program));
  if (program !== own) {
    const isGone = isAbsolute(found.program) && !place.exists(found.program);
    const named = `${untrustedLine(found.program, 200)}${isGone ? ', which is not there' : ''}`;
    return say.warn(id, `${client.title} knows another Pitcrew: ${named}.`, next);
  }
  const starts = `${client.title} starts this Pitcrew`;
  if ((await presenceOf(client, withNode(place, found.command), scope)) !== 'same')
    return say.warn(id, `${starts}, but its settings are of an earlier form of it.`, next);
  const node = untrustedLine(found.command, 200);
  if (isAbsolute(found.command) && isProgram(found.command)) return say.ok(id, `${starts}, with ${node}`);
  return found.command === 'node'
    ? say.warn(id, `${starts} with the node in PATH, which is missing or too old.`, next)
    : say.warn(id, `${starts} with a Node that is not there: ${node}.`, next);
}

function withNode(place: Place, node: string): Place {
  const launch: Place['launch'] = (shared) => {
    const own = place.launch(shared);
    return own.command === place.node ? { ...own, command: node } : own;
  };
  return { ...place, node, launch };
}
