import type { Run } from '../ledger.ts';
import type { Claims, Request } from './conflicts.ts';
import type { Input } from './state.ts';

/** What a command asks for, as it is compared. */
export const requestOf = ({ session, incidents, paths, resources }: Input<'probe'>): Request => ({
  session,
  incidents,
  paths,
  resources: resources ?? [],
});

/** The session's runs that `request` goes on with, oldest first. Without incidents the rest tells whether this is the same work. */
export function ownRuns(active: readonly Run[], request: Request): Run[] {
  const wanted = globsOf(request);
  return active
    .filter((run) => run.session === request.session)
    .filter((run) =>
      request.incidents.length > 0
        ? run.incidents.some((incident) => request.incidents.includes(incident))
        : run.incidents.length === 0 && globsOf(run) === wanted,
    )
    .sort((a, b) => a.startedAt - b.startedAt || a.fence - b.fence);
}

const globsOf = (claims: Pick<Claims, 'paths' | 'resources'>): string =>
  [...claims.paths.map((path) => path.glob), ...claims.resources].sort().join('\n');
