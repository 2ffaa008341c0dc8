import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '../../git/repository.ts';
import { clientPlace } from '../client-place.ts';
import type { Client, Place, Scope } from '../clients/client.ts';
import { CLIENTS, presenceOf } from '../clients/plan-wiring.ts';
import type { World } from '../world.ts';
import { type Check, reporter } from './check.ts';

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

async function clientLine(client: Client, place: Place): Promise<Check> {
  const id = `client-${client.id}`;
  const scopes: Scope[] = ['user', 'project'];
  const seen = await Promise.all(scopes.map((scope) => presenceOf(client, place, scope)));
  if (seen.includes('same')) return say.ok(id, `${client.title} starts this Pitcrew`);
  return seen.includes('other')
    ? say.warn(
        id,
        `${client.title} knows another Pitcrew, or an earlier form of this one.`,
        'Run pitcrew init, which shows the difference.',
      )
    : say.warn(id, `${client.title} does not know Pitcrew.`, 'Run pitcrew init.');
}
