import { type Discover, jsonRecord, type NamedCommand, recordOf } from './folder.ts';

/** Cargo.toml. A package that is also a workspace leaves its members out unless told otherwise. */
export const discoverCargo: Discover = async (folder) => {
  const text = await folder.read('Cargo.toml');
  if (text === undefined) return undefined;
  const isBoth = /^\[workspace\]/m.test(text) && /^\[package\]/m.test(text);
  const flags = isBoth ? ' --workspace' : '';
  return {
    kind: /^\[workspace\]/m.test(text) ? 'Cargo workspace' : 'Cargo',
    checks: [
      { name: 'check', command: `cargo check${flags}`, unasked: 'cargo check' },
      { name: 'test', command: `cargo test${flags}`, unasked: 'cargo test' },
    ],
  };
};

export const discoverGo: Discover = async (folder) =>
  folder.has('go.mod')
    ? {
        kind: 'Go',
        checks: [
          { name: 'build', command: 'go build ./...', unasked: 'go build ./...' },
          { name: 'test', command: 'go test ./...', unasked: 'go test ./...' },
        ],
      }
    : undefined;

/** A solution, or without one the projects. With several of either, `dotnet` has to be told which. */
export const discoverDotnet: Discover = async (folder) => {
  const solutions = folder.names(/\.slnx?$/i);
  const projects = folder.names(/\.(cs|fs|vb)proj$/i);
  const targets = solutions.length > 0 ? solutions : projects;
  const [first, ...others] = targets;
  if (first === undefined) return undefined;
  const target = others.length > 0 ? ` ${/\s/.test(first) ? `"${first}"` : first}` : '';
  return {
    kind: '.NET',
    checks: [
      { name: 'build', command: `dotnet build${target} --nologo` },
      { name: 'test', command: `dotnet test${target} --nologo` },
    ],
    ...(others.length > 0
      ? { notes: [`There are ${targets.length} of ${targets.slice(0, 5).join(', ')}: the first is used.`] }
      : {}),
  };
};

export const discoverRuby: Discover = async (folder) => {
  const gemfile = await folder.read('Gemfile');
  if (gemfile === undefined) return undefined;
  const locked = (await folder.read('Gemfile.lock')) ?? '';
  const uses = (gem: string) => gemfile.includes(gem) || locked.includes(gem);
  const rakefile = (await folder.read('Rakefile')) ?? '';
  const test =
    uses('rspec') && folder.has('spec')
      ? 'bundle exec rspec'
      : folder.has('bin/rails') && folder.has('test')
        ? 'bin/rails test'
        : /TestTask|task[ (]:?['"]?test\b/.test(rakefile)
          ? 'bundle exec rake test'
          : undefined;
  return {
    kind: 'Ruby (Bundler)',
    checks: [
      ...(folder.has('sorbet') ? [{ name: 'typecheck', command: 'bundle exec srb tc' }] : []),
      ...(test ? [{ name: 'test', command: test }] : []),
    ],
    setup: {
      command: 'bundle install',
      needed: false,
      why: 'gems are shared by all folders unless bundler is set to another path',
    },
  };
};

export const discoverPhp: Discover = async (folder) => {
  const text = await folder.read('composer.json');
  if (text === undefined) return undefined;
  const manifest = jsonRecord(text);
  const scripts = recordOf(manifest.scripts);
  const uses = (name: string) => recordOf(manifest['require-dev'])[name] ?? recordOf(manifest.require)[name];
  const usesPhpunit =
    uses('phpunit/phpunit') !== undefined || ['phpunit.xml', 'phpunit.xml.dist'].some(folder.has);
  const usesPhpstan = ['phpstan.neon', 'phpstan.neon.dist', 'phpstan.dist.neon'].some(folder.has);
  const test =
    scripts.test !== undefined ? 'composer run-script test' : usesPhpunit ? 'vendor/bin/phpunit' : undefined;
  return {
    kind: 'PHP (Composer)',
    checks: [
      ...(usesPhpstan ? [{ name: 'typecheck', command: 'vendor/bin/phpstan analyse --no-progress' }] : []),
      ...(test ? [{ name: 'test', command: test }] : []),
    ],
    setup: {
      command: 'composer install --no-interaction',
      needed: true,
      why: "the folder vendor lies in the checkout and is not the worktree's",
    },
  };
};

/** A Makefile beside one of the others mostly wraps the same commands: it is asked only where nothing else is known. */
export const discoverMake: Discover = async (folder) => {
  const name = ['GNUmakefile', 'makefile', 'Makefile'].find(folder.has);
  const text = name === undefined ? undefined : await folder.read(name);
  if (text === undefined) return undefined;
  const targets = ['typecheck', 'check', 'build', 'test'].filter((target) =>
    new RegExp(`^${target}\\s*:(?![:=])`, 'm').test(text),
  );
  return targets.length === 0 ? undefined : { kind: 'make', checks: targets.map(makeCheck) };
};

function makeCheck(target: string): NamedCommand {
  const command = `make ${target}`;
  return { name: target, command, ...(/^(check|test)$/.test(target) ? { unasked: command } : {}) };
}
