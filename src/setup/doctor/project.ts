import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { discoverChecks } from '../../checks/discover-checks.ts';
import { type CheckCommand, runCheck } from '../../checks/run-check.ts';
import type { Config } from '../../config/config.ts';
import { listFiles, type Repository } from '../../git/repository.ts';
import { withoutNpm } from '../clients/launch.ts';
import { discoverProject } from '../project/discover-project.ts';
import { isProgram, programFinder, type World } from '../world.ts';
import { type Check, reporter } from './check.ts';

const say = reporter('project');

/** Whether the checks that a fix has to pass can be run here; with `runThem`, whether they pass. */
export async function checkChecks(
  world: World,
  repository: Repository,
  config: Config,
  runThem: boolean,
): Promise<Check[]> {
  const root = repository.mainCheckout;
  const checks = config.checks ? configured(config) : await discoverChecks(root);
  const setup =
    config.setup === undefined ? [] : [{ name: 'setup', command: config.setup, timeoutSeconds: 0 }];
  const lines = [...checks, ...setup].map((check) => runnable(check, world, root));
  if (checks.length === 0) lines.unshift(await noChecks(world, repository, config));
  const installed = dependencies(root);
  if (!runThem) return [...lines, ...installed];
  const ran: Check[] = [];
  // One after the other: checks of one checkout get into each other's way.
  for (const check of checks) ran.push(await runOne(check, world, root));
  return [...lines, ...installed, ...ran];
}

const configured = (config: Config): CheckCommand[] =>
  (config.checks ?? []).map((check) =>
    typeof check === 'string'
      ? { name: check, command: check, timeoutSeconds: 600 }
      : { name: check.name ?? check.run, command: check.run, timeoutSeconds: check.timeout_seconds },
  );

async function noChecks(world: World, repository: Repository, config: Config): Promise<Check> {
  if (config.checks)
    return say.warn(
      'checks',
      `${config.source} names no checks: only the reproducing test is run.`,
      'Name commands under checks.',
    );
  const root = repository.mainCheckout;
  const files = await listFiles({ ...repository, root });
  const { checks } = await discoverProject({
    root,
    files,
    onPath: programFinder(withoutNpm(world.env.PATH ?? '')),
  });
  return checks.length > 0
    ? say.warn(
        'checks',
        `pitcrew.yml names no checks; this looks like: ${checks.map(({ command }) => command).join(', ')}.`,
        'Run pitcrew init, which offers to write them down.',
      )
    : say.warn(
        'checks',
        'No checks were found: only the reproducing test is run.',
        'Name commands under checks in pitcrew.yml.',
      );
}

function runnable({ name, command }: CheckCommand, world: World, root: string): Check {
  const id = name === 'setup' ? 'setup' : `check-${name}`;
  const missing = missingProgram(command, world, root);
  if (missing === undefined) return say.ok(id, `${name}: ${command}`);
  return say.fail(
    id,
    `${name}: ${command} cannot run, there is no ${missing}.`,
    `Install ${missing}, or correct the command in pitcrew.yml.`,
  );
}

/** The first program of the line that is not there. Only plain lines are understood; of others nothing is said. */
function missingProgram(command: string, world: World, root: string): string | undefined {
  const onPath = programFinder(world.env.PATH ?? '');
  let folder = root;
  for (const part of command.replace(/^\(|\)$/g, '').split(/\s*&&\s*/)) {
    if (/["'`$|;<>]/.test(part)) return undefined;
    const words = part
      .trim()
      .split(/\s+/)
      .filter((word) => !/^\w+=/.test(word));
    const [program = ''] = words;
    if (program === 'cd') {
      folder = join(folder, words[1] ?? '');
      continue;
    }
    if (program === '' || BUILT_IN.has(program)) continue;
    const isThere = program.includes('/') ? isProgram(join(folder, program)) : onPath(program);
    if (!isThere) return program;
  }
  return undefined;
}

const BUILT_IN = new Set(['test', 'true', 'false', 'exit', 'export', '.', 'set', '[', 'echo', 'exec', 'env']);

/** A Node project whose packages are not installed: the most common reason why no check runs. */
function dependencies(root: string): Check[] {
  const locks = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'];
  const lock = locks.find((name) => existsSync(join(root, name)));
  if (
    lock === undefined ||
    ['node_modules', '.pnp.cjs', '.pnp.js'].some((name) => existsSync(join(root, name)))
  )
    return [];
  return [
    say.warn(
      'dependencies',
      `${lock} is there, but no node_modules.`,
      'Install the packages of the project.',
    ),
  ];
}

async function runOne(check: CheckCommand, world: World, root: string): Promise<Check> {
  const record = await runCheck(check, { cwd: root, env: world.childEnv, signal: world.signal });
  const seconds = `${(record.durationMs / 1000).toFixed(1)} s`;
  const id = `ran-${check.name}`;
  if (record.exitCode === 0) return say.ok(id, `${check.name} passes, in ${seconds}`);
  const why = record.timedOut
    ? `did not end within ${check.timeoutSeconds} s`
    : `ends with exit code ${record.exitCode}`;
  const last = record.tail.trimEnd().split('\n').slice(-3).join(' | ').slice(0, 300);
  return say.fail(
    id,
    `${check.name} ${why}, in ${seconds}${last === '' ? '' : `: ${last}`}`,
    `Make ${check.command} pass on the base: a check that fails there proves nothing about a fix.`,
  );
}
