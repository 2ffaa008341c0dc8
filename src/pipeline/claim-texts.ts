import { pathText } from '../../ledger/apply/settle.ts';
import type { GivenPort, PathClaim, Run } from '../../ledger/ledger.ts';
import { overlaps } from '../../ledger/overlap.ts';

export { pathText };

/** `port:3000 (of 3000-3999)`: a port that was given for a range says so. */
export const resourceTexts = (resources: readonly string[], ports: readonly GivenPort[]): string[] =>
  resources.map((resource) => {
    const given = ports.find(({ port }) => resource === `port:${port}`);
    return given ? `${resource} (of ${given.range.replace('port:', '')})` : resource;
  });

/** What a claim covers, for programs: `shared` are those of the paths that others may hold too. */
export const claimData = ({ paths, resources }: Pick<Run, 'paths' | 'resources'>, ports: GivenPort[]) => ({
  paths: paths.map(({ glob }) => glob),
  shared: paths.filter(({ mode }) => mode === 'shared').map(({ glob }) => glob),
  resources,
  ports: ports.map(({ range, port }) => ({ range, port })),
});

/** A sentence for each path that is shared in vain: the same claim has some of it alone. */
export function sharedInVain(paths: readonly PathClaim[]): string[] {
  const alone = paths.filter(({ mode }) => mode === 'exclusive');
  return paths.flatMap(({ glob, mode }) => {
    const held = mode === 'shared' ? alone.find((path) => overlaps(path.glob, glob)) : undefined;
    return held ? [`Nobody else can share ${glob} yet: ${held.glob} is this session's alone.`] : [];
  });
}
