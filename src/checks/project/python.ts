import type { Discover, Folder, NamedCommand, SetupCommand } from './folder.ts';

const MARKS = [
  'pyproject.toml',
  'setup.py',
  'setup.cfg',
  'requirements.txt',
  'Pipfile',
  'pytest.ini',
  'tox.ini',
];

/** A Python project, with the tool that its lockfile names (uv, poetry, pdm, pipenv) or plain pip. */
export const discoverPython: Discover = async (folder) => {
  if (!MARKS.some(folder.has)) return undefined;
  const texts = await Promise.all(
    [...MARKS, 'requirements-dev.txt', 'dev-requirements.txt'].map(folder.read),
  );
  const all = texts.join('\n');
  const pyproject = texts[0] ?? '';
  const tool = toolOf(folder, pyproject);
  const checks = [
    ...(usesMypy(folder, all) ? [{ name: 'typecheck', command: tool.module(mypyCommand(pyproject)) }] : []),
    ...(usesPyright(folder, pyproject) ? [{ name: 'typecheck', command: tool.program('pyright') }] : []),
    ...testsOf(folder, all, tool),
  ];
  return {
    kind: `Python (${tool.name})`,
    checks,
    ...(tool.setup ? { setup: tool.setup } : {}),
    ...(checks.length === 0 ? { notes: ['No pytest, unittest, mypy or pyright was recognised.'] } : {}),
  };
};

interface Tool {
  name: string;
  /** The interpreter of the project's environment. */
  python: string;
  /** How a module of Python is run. */
  module(words: string): string;
  /** How a program of the environment is run. */
  program(words: string): string;
  setup?: SetupCommand;
}

const OWN_ENVIRONMENT = 'each folder has an environment of its own';

function toolOf(folder: Folder, pyproject: string): Tool {
  const runner = (name: string, install: string): Tool => ({
    name,
    python: `${name} run python`,
    module: (words) => `${name} run ${words}`,
    program: (words) => `${name} run ${words}`,
    setup: { command: install, needed: true, why: OWN_ENVIRONMENT },
  });
  if (folder.has('uv.lock') || /^\[tool\.uv\b/m.test(pyproject)) return runner('uv', 'uv sync');
  if (folder.has('poetry.lock') || /^\[tool\.poetry\]/m.test(pyproject))
    return runner('poetry', 'poetry install');
  if (folder.has('pdm.lock')) return runner('pdm', 'pdm sync');
  if (folder.has('Pipfile')) return runner('pipenv', 'pipenv sync --dev');
  // Debian and macOS have no `python`.
  const python = !folder.onPath('python') && folder.onPath('python3') ? 'python3' : 'python';
  return {
    name: 'pip',
    python,
    module: (words) => `${python} -m ${words}`,
    program: (words) => words,
  };
}

const usesMypy = (folder: Folder, text: string): boolean =>
  folder.has('mypy.ini') || folder.has('.mypy.ini') || /^\[(tool\.)?mypy\]/m.test(text);

/** Without files in its settings mypy has to be told where to look. */
const mypyCommand = (pyproject: string): string =>
  /\[tool\.mypy\][^[]*^\s*(files|packages|modules)\s*=/m.test(pyproject) ? 'mypy' : 'mypy .';

const usesPyright = (folder: Folder, pyproject: string): boolean =>
  folder.has('pyrightconfig.json') || /^\[tool\.(based)?pyright\]/m.test(pyproject);

function testsOf(folder: Folder, text: string, tool: Tool): NamedCommand[] {
  const usesPytest =
    /\bpytest\b/.test(text) || ['pytest.ini', 'conftest.py', 'tests/conftest.py'].some(folder.has);
  if (usesPytest) {
    const command = `${tool.module('pytest')} -q`;
    const isPlain = ['pyproject.toml', 'pytest.ini'].some(folder.has);
    return [{ name: 'test', command, ...(isPlain ? { unasked: command } : {}) }];
  }
  if (folder.has('manage.py')) return [{ name: 'test', command: `${tool.python} manage.py test` }];
  const hasTests = ['tests', 'test'].some(folder.has) || folder.names(/^test_.*\.py$/).length > 0;
  return hasTests ? [{ name: 'test', command: `${tool.python} -m unittest discover` }] : [];
}
