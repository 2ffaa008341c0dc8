import { pathText } from '../../ledger/apply/settle.ts';
import type { GivenPort, Run } from '../../ledger/ledger.ts';

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
