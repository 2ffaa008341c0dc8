import { hasOption, readOptions } from '../options.ts';
import { refuse } from '../rules.ts';
import { type Argument, argument, type Refusal, type Scene } from '../scene.ts';
import { HOLE } from '../syntax.ts';

// What `gh` may do by hand: reading. `*` is every subcommand of the group.
const READS: Record<string, string | undefined> = {
  pr: 'view list diff checks status',
  issue: 'view list status',
  run: 'view list watch download',
  workflow: 'view list',
  release: 'view list download',
  repo: 'view list',
  gist: 'view list',
  label: 'list',
  cache: 'list',
  project: 'view list item-list field-list',
  variable: 'list get',
  ruleset: 'view list check',
  auth: 'status',
  config: 'get list',
  alias: 'list',
  extension: 'list search',
  search: '*',
  status: '*',
  help: '*',
  version: '*',
  completion: '*',
};

/** Judges `gh`: reading is free, writing is not a session's that holds runs. */
export function judgeGitHub(name: string, list: readonly Argument[], scene: Scene): Refusal | undefined {
  if (name !== 'gh' && name !== 'glab') return undefined;
  const read = readOptions(list, { valued: 'R', long: ['repo', 'hostname'] });
  const [group, verb] = read.rest;
  if (!group || list.some((item) => /^--(help|version)$/.test(item.text))) return undefined;
  if (
    group.text === 'auth' &&
    (verb?.text === 'token' || list.some((item) => /^(-t|--show-token)$/.test(item.text)))
  )
    return refuse('reads-secret');
  if (group.text === 'alias' && verb?.text === 'set')
    return judgeAliasOfGh(list, scene) ?? refuse('gh-by-hand');
  if (group.text === 'api') return judgeApi(list.slice(list.indexOf(group) + 1));
  const reads = Object.hasOwn(READS, group.text) ? READS[group.text] : undefined;
  if (reads === '*') return undefined;
  return reads?.split(' ').includes(verb?.text ?? '') ? undefined : refuse('gh-by-hand');
}

const judgeAliasOfGh = (list: readonly Argument[], scene: Scene): Refusal | undefined =>
  scene.judge.script(list.at(-1)?.text.replace(/^!/, '') ?? '', scene);

const API = {
  valued: 'XFfHqtp',
  long: ['method', 'field', 'raw-field', 'header', 'input', 'jq', 'template', 'hostname', 'preview', 'cache'],
};

function judgeApi(list: readonly Argument[]): Refusal | undefined {
  const read = readOptions(list, API);
  const method = read.options.find(({ name }) => name === 'X' || name === 'method')?.value ?? argument('');
  const fields = hasOption(read, 'fF', 'field', 'raw-field', 'input');
  if (read.rest[0]?.text === 'graphql') {
    const values = read.options.flatMap(({ value }) => value ?? []);
    const writes = values.some(({ text }) => /mutation|^query=@|\0/.test(text) && !text.startsWith('-'));
    return writes || hasOption(read, '', 'input') ? refuse('gh-by-hand') : undefined;
  }
  if (method.text === '') return fields ? refuse('gh-by-hand') : undefined;
  return /^(get|head)$/i.test(method.text) && !method.text.includes(HOLE) ? undefined : refuse('gh-by-hand');
}
