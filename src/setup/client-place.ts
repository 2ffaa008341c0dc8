import { existsSync } from 'node:fs';
import type { Place } from './clients/client.ts';
import { isAtLeast, launchOf, nodeOnPath, withoutNpm } from './clients/launch.ts';
import { programFinder, type World } from './world.ts';

/** Where the clients of this person and this checkout keep their settings, and how they would start the server. */
export async function clientPlace(world: World, root: string): Promise<Place> {
  const found = await nodeOnPath(world.childEnv);
  const isFit = found !== undefined && isAtLeast(found, world.nodeNeeded);
  const common = {
    packageRoot: world.packageRoot,
    version: world.version,
    // A client finds `node` in its own PATH; where that one is missing or too old, this one is named.
    node: isFit ? 'node' : process.execPath,
  };
  return {
    home: world.home,
    root,
    env: world.env,
    packageRoot: world.packageRoot,
    node: common.node,
    exists: existsSync,
    onPath: programFinder(withoutNpm(world.env.PATH ?? '')),
    launch: (shared) => launchOf({ ...common, ...(shared ? { sharedIn: root } : {}) }),
  };
}
