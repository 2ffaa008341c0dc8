import {
  type Discover,
  type Folder,
  jsonRecord,
  type NamedCommand,
  recordOf,
  type SetupCommand,
  yamlRecord,
} from './folder.ts';

/** package.json, with the package manager that its lockfile or its `packageManager` names. */
export const discoverNode: Discover = async (folder) => {
  const text = await folder.read('package.json');
  if (text === undefined) return undefined;
  const manifest = jsonRecord(text);
  const manager = managerOf(folder, manifest);
  const isWorkspace = await hasWorkspaces(folder, manifest);
  const scripts = recordOf(manifest.scripts);
  const checks = CHECKS.flatMap(({ name, scripts: names }) => {
    const script = names.find((one) => isUsable(scripts[one]));
    if (script === undefined) return [];
    const unasked = isUsable(scripts[name]) ? { unasked: `${manager.run} ${name}` } : {};
    return [{ name, command: `${manager.run} ${script}`, ...unasked }];
  });
  const typed = withTypeCheck(checks, folder, manifest, manager);
  const all =
    typed.some(({ name }) => name === 'test') || !isWorkspace ? typed : [...typed, ...inWorkspaces(manager)];
  const setup = setupOf(folder, manager, isWorkspace);
  return {
    kind: `${manager.name}${isWorkspace ? ' workspace' : ''}`,
    checks: all,
    ...(setup ? { setup } : {}),
    ...(all.length === 0
      ? { notes: [`${inFolder(folder)}package.json has no script for types, build or tests.`] }
      : {}),
  };
};

/** Common names of a script for each check, the first that is there counts. */
const CHECKS: readonly { name: string; scripts: readonly string[] }[] = [
  { name: 'typecheck', scripts: ['typecheck', 'type-check', 'check-types', 'check:types', 'types', 'tsc'] },
  { name: 'check', scripts: ['check'] },
  { name: 'build', scripts: ['build'] },
  { name: 'test', scripts: ['test:ci', 'test', 'test:unit', 'unit'] },
];

interface Manager {
  name: string;
  lockfiles: readonly string[];
  run: string;
  exec: string;
  install: string;
  /** Runs the script `test` wherever a workspace has one. */
  everywhere: string;
}

const MANAGERS: readonly Manager[] = [
  {
    name: 'pnpm',
    lockfiles: ['pnpm-lock.yaml'],
    run: 'pnpm run',
    exec: 'pnpm exec',
    install: 'pnpm install --frozen-lockfile',
    everywhere: 'pnpm --recursive --if-present run test',
  },
  {
    name: 'yarn',
    lockfiles: ['yarn.lock'],
    run: 'yarn run',
    exec: 'yarn',
    install: 'yarn install --immutable',
    everywhere: 'yarn workspaces foreach --all run test',
  },
  {
    name: 'bun',
    lockfiles: ['bun.lock', 'bun.lockb'],
    run: 'bun run',
    exec: 'bunx',
    install: 'bun install --frozen-lockfile',
    everywhere: "bun run --filter '*' test",
  },
  {
    name: 'npm',
    lockfiles: ['package-lock.json', 'npm-shrinkwrap.json'],
    run: 'npm run',
    exec: 'npx --no-install',
    install: 'npm ci',
    everywhere: 'npm run test --workspaces --if-present',
  },
];
/** Yarn 1 has other flags. Its lockfile says so in its second line. */
const CLASSIC_YARN = { install: 'yarn install --frozen-lockfile', everywhere: 'yarn workspaces run test' };
const NPM = MANAGERS[3] as Manager;

function managerOf(folder: Folder, manifest: Readonly<Record<string, unknown>>): Manager {
  const named = /^(npm|pnpm|yarn|bun)@(\d+)/.exec(String(manifest.packageManager ?? ''));
  const locked = MANAGERS.find(({ lockfiles }) => lockfiles.some(folder.has));
  const manager = MANAGERS.find(({ name }) => name === named?.[1]) ?? locked ?? NPM;
  const isClassic = manager.name === 'yarn' && (named ? named[2] === '1' : !folder.has('.yarnrc.yml'));
  return isClassic ? { ...manager, ...CLASSIC_YARN } : manager;
}

async function hasWorkspaces(folder: Folder, manifest: Readonly<Record<string, unknown>>): Promise<boolean> {
  if (manifest.workspaces !== undefined) return true;
  const packages = yamlRecord(await folder.read('pnpm-workspace.yaml')).packages;
  return Array.isArray(packages) && packages.length > 0;
}

/** Not what `npm init` writes, and nothing that waits for a person. */
const isUsable = (script: unknown): boolean =>
  typeof script === 'string' &&
  !script.includes('no test specified') &&
  !/--watch(?!=false|All=false)\b/.test(script);

/** TypeScript without a script for it: the compiler alone, unless the build runs it. */
function withTypeCheck(
  checks: NamedCommand[],
  folder: Folder,
  manifest: Readonly<Record<string, unknown>>,
  { exec }: Manager,
): NamedCommand[] {
  const scripts = recordOf(manifest.scripts);
  const uses = (name: string) =>
    recordOf(manifest.devDependencies)[name] ?? recordOf(manifest.dependencies)[name];
  const isChecked =
    checks.some(({ name }) => name === 'typecheck' || name === 'check') ||
    /\btsc\b/.test(String(scripts.build ?? ''));
  if (isChecked || !folder.has('tsconfig.json') || uses('typescript') === undefined) return checks;
  return [{ name: 'typecheck', command: `${exec} tsc --noEmit` }, ...checks];
}

const inWorkspaces = ({ everywhere }: Manager): NamedCommand[] => [{ name: 'test', command: everywhere }];

function setupOf(folder: Folder, manager: Manager, isWorkspace: boolean): SetupCommand | undefined {
  if (!manager.lockfiles.some(folder.has)) return undefined;
  if (manager.name === 'yarn' && ['.pnp.cjs', '.pnp.js'].some(folder.has))
    return {
      command: manager.install,
      needed: true,
      why: "yarn's plug'n'play looks for packages from the worktree's own files",
    };
  if (folder.path !== '')
    return {
      command: manager.install,
      needed: true,
      why: `Node does not find ${folder.path}/node_modules of the checkout from a worktree`,
    };
  return isWorkspace
    ? {
        command: manager.install,
        needed: true,
        why: "the checkout's node_modules link to the checkout's packages, not to the worktree's",
      }
    : {
        command: manager.install,
        needed: false,
        why: "Node finds the checkout's node_modules from a worktree inside it",
      };
}

const inFolder = ({ path }: Folder): string => (path === '' ? '' : `${path}/`);
