import { optionValues, readOptions } from '../options.ts';
import { type Argument, argument } from '../scene.ts';

/** The words of a program's arguments that name files which it writes or takes away. */
export const writtenBy = (name: string, list: readonly Argument[]): Argument[] =>
  (Object.hasOwn(WRITERS, name) ? WRITERS[name] : undefined)?.(list) ?? [];

type Targets = (list: readonly Argument[]) => Argument[];

/** `s/a/b/w file`, and `w file` alone or behind an address in numbers. */
const WRITES_BY_SED =
  /s([^\w\s])(?:(?!\1)[^\n])*\1(?:(?!\1)[^\n])*\1[gipI\d]*w\s+(\S+)|(?:^|[;$}\d])\s*w\s+(\S+)\s*$/;

const every: Targets = (list) => readOptions(list, {}).rest;
const afterFirst: Targets = (list) => readOptions(list, {}).rest.slice(1);
const edited: Targets = (list) => {
  const read = readOptions(list, { valued: 'ef', attached: 'i', long: ['expression', 'file'] });
  const inPlace = read.options.some(({ name }) => name === 'i' || name.startsWith('in-place'));
  const written = list.flatMap(({ text }) => WRITES_BY_SED.exec(text)?.slice(2).find(Boolean) ?? []);
  if (written.length > 0 && !inPlace) return written.map(argument);
  const scripted = read.options.some(({ name }) => /^(e|f|expression|file)$/.test(name));
  return inPlace ? read.rest.slice(scripted ? 0 : 1) : [];
};
const last: Targets = (list) => {
  const read = readOptions(list, {
    valued: 'tSmog',
    long: ['target-directory', 'suffix', 'mode', 'owner', 'group'],
  });
  const folder = optionValues(read, 't', 'target-directory');
  return folder.length > 0 ? folder : read.rest.slice(-1);
};
const optioned =
  (...names: string[]): Targets =>
  (list) =>
    optionValues(
      readOptions(list, { valued: names.filter((name) => name.length === 1).join(''), long: names }),
      ...names,
    );

// Which of a program's words name files that it writes or takes away.
const WRITERS: Record<string, Targets | undefined> = {
  tee: every,
  rm: every,
  rmdir: every,
  unlink: every,
  shred: every,
  touch: every,
  mkdir: every,
  mkfifo: every,
  sponge: every,
  mv: every,
  truncate: (list) => readOptions(list, { valued: 'sr', long: ['size', 'reference'] }).rest,
  cp: last,
  install: last,
  ln: last,
  rsync: last,
  scp: last,
  chmod: (list) => list.filter((item) => !/^(-[RvfcHLP]+|--.*)$/.test(item.text)).slice(1),
  chown: afterFirst,
  chgrp: afterFirst,
  chattr: afterFirst,
  setfacl: every,
  sed: edited,
  gsed: edited,
  perl: (list) => (list.some((item) => /^-[a-zA-Z0-9]*i/.test(item.text)) ? afterCode(list) : []),
  ruby: (list) => (list.some((item) => /^-[a-z]*i/.test(item.text)) ? afterCode(list) : []),
  dd: (list) =>
    list.filter((item) => item.text.startsWith('of=')).map((item) => ({ ...item, text: item.text.slice(3) })),
  sort: optioned('o', 'output'),
  curl: optioned('o', 'output', 'output-dir'),
  wget: optioned('O', 'output-document', 'P', 'directory-prefix'),
  tar: optioned('C', 'directory'),
  unzip: optioned('d'),
  patch: (list) => [...every(list).slice(0, 1), ...optioned('o', 'output')(list)],
  ed: every,
  ex: every,
  vi: every,
  vim: every,
  nvim: every,
  nano: every,
  emacs: every,
  fallocate: (list) => readOptions(list, { valued: 'lo', long: ['length', 'offset'] }).rest,
  find: (list) =>
    list.some((item) => item.text === '-delete')
      ? list.slice(
          0,
          Math.max(
            0,
            list.findIndex((item) => item.text.startsWith('-')),
          ),
        )
      : [],
  git: (list) => [
    ...list
      .filter((item) => /^--output(-directory)?=/.test(item.text))
      .map((item) => ({ ...item, text: item.text.replace(/^[^=]*=/, '') })),
    ...(/^(archive|format-patch)$/.test(list[0]?.text ?? '') ? optioned('o')(list) : []),
    ...(list[0]?.text === 'bundle' && list[1]?.text === 'create' ? every(list.slice(2)).slice(0, 1) : []),
  ],
  uniq: afterFirst,
  split: afterFirst,
  csplit: optioned('f', 'prefix'),
  bsdtar: optioned('C', 'directory'),
  cpio: optioned('D', 'directory'),
  gpg: optioned('o', 'output'),
  openssl: (list) => list.filter((_, at) => list[at - 1]?.text === '-out'),
  mktemp: optioned('p', 'tmpdir'),
  black: every,
  rustfmt: every,
  dos2unix: every,
  gofmt: (list) => (list.some((item) => item.text === '-w') ? every(list) : []),
  prettier: (list) => (list.some((item) => /^(-w|--write)$/.test(item.text)) ? every(list) : []),
  eslint: (list) => (list.some((item) => item.text === '--fix') ? every(list) : []),
  yq: (list) => (list.some((item) => /^(-i|--inplace)$/.test(item.text)) ? afterFirst(list) : []),
  awk: (list) => printedTo(list),
  gawk: (list) => printedTo(list),
};

/** `print > "file"` in the program of awk. */
function printedTo(list: readonly Argument[]): Argument[] {
  const named = list.flatMap((item) =>
    [...item.text.matchAll(/>\s*"([^"]+)"/g)].map((match) => match[1] ?? ''),
  );
  return named.filter((text) => !text.startsWith('/dev/')).map(argument);
}

const afterCode: Targets = (list) => {
  const read = readOptions(list, { valued: 'e', attached: 'i' });
  return read.rest;
};
