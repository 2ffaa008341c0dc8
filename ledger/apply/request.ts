import type { Run } from '../ledger.ts';
import type { Machine } from '../machine.ts';
import type { Claims, Request } from './conflicts.ts';
import { portsFor, withPorts } from './ports.ts';
import type { Input } from './state.ts';

/** What a command asks for, as it is compared. */
export const requestOf = ({ owner, freePorts, ...asked }: Input<'probe'> & { owner?: Machine }): Request => ({
  session: asked.session,
  incidents: asked.incidents,
  paths: asked.paths,
  resources: asked.resources ?? [],
  ...(owner ? { owner } : {}),
  ...(freePorts ? { freePorts } : {}),
});

/** The session's runs that `request` goes on with, oldest first. Without incidents the rest tells whether this is the same work. */
export function ownRuns(active: readonly Run[], request: Request): Run[] {
  return active
    .filter((run) => run.session === request.session)
    .filter((run) =>
      request.incidents.length > 0
        ? run.incidents.some((incident) => request.incidents.includes(incident))
        : run.incidents.length === 0 && isSameWork(run, request),
    )
    .sort((a, b) => a.startedAt - b.startedAt || a.fence - b.fence);
}

/** A range that was asked for has become a port. */
const isSameWork = (run: Run, request: Request): boolean =>
  globsOf(run) ===
  globsOf({ ...request, resources: withPorts(request.resources, portsFor(request, [run], [], []).given) });

const globsOf = (claims: Pick<Claims, 'paths' | 'resources'>): string =>
  [...claims.paths.map((path) => path.glob), ...claims.resources].sort().join('\n');
