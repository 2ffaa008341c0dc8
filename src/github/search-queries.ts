/** What of an event may name the same fault in an issue. All of it is untrusted. */
export interface RelatedSignals {
  /** Outermost last or first: each is looked for. */
  exceptionTypes: string[];
  message: string;
  /** In-app functions, the crash frame's first. */
  functions: string[];
  /** Paths of in-app files, the crash frame's first. */
  files: string[];
  title: string;
  platform?: string;
  release?: string;
}

/**
 * At most four exact queries over the issues of one repository: the message's longest stretch of plain words,
 * the title's where it differs, exception type with crash function, and the crash file's name. Everything that
 * comes from the event stands between quotes, without the characters that could end them, so that it can bring
 * neither a qualifier nor an operator; each query has at most 256 characters, GitHub's limit.
 */
export function relatedQueries(repository: string, signals: RelatedSignals): string[] {
  const scope = `repo:${repository} is:issue`;
  const message = distinctiveWords(signals.message);
  const title = distinctiveWords(signals.title);
  const type = signals.exceptionTypes.map(word).find((name) => name !== '') ?? '';
  const crashFunction = signals.functions.find(isTellingFunction) ?? '';
  const terms = [
    message ? [message] : [],
    title && !overlap(title, message) ? [title] : [],
    crashFunction ? [type, word(crashFunction)] : [],
    signals.files[0] && isTellingFile(signals.files[0]) ? [word(baseName(signals.files[0]))] : [],
  ];
  const queries = terms.flatMap((found) => {
    const words = found.filter((text) => text !== '');
    const query = [scope, ...words.map((text) => `"${text}"`)].join(' ');
    return words.length > 0 && query.length <= MAX_QUERY ? [query] : [];
  });
  return [...new Set(queries)];
}

/** Names that half of all programs have say nothing. */
export const isTellingFunction = (name: string): boolean => {
  const last = word(name.split(/[.:#/]/).at(-1) ?? '');
  return last.length >= 4 && !COMMON_FUNCTIONS.has(last.toLowerCase());
};

export const isTellingFile = (path: string): boolean => {
  const stem = baseName(path).replace(/\..*$/, '').toLowerCase();
  return stem.length >= 3 && !COMMON_FILES.has(stem);
};

export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? '';

/**
 * The longest stretch of `text` that is likely to stand in a report word for word: cut at quotes, brackets and
 * words with digits (ids, amounts, addresses). Empty where nothing telling is left.
 */
export function distinctiveWords(text: string): string {
  const stretches = text
    .slice(0, 2000)
    .replace(/(["'`])[^"'`\n]{0,200}\1/g, '\n')
    .replace(/\S*[0-9/\\@]\S*/g, '\n')
    .split(/[^\p{L}\p{N}\s_.-]+|\n/u)
    .map((stretch) => word(stretch).split(' ').slice(0, MAX_WORDS).join(' '));
  const longest = stretches.reduce((best, stretch) => (stretch.length > best.length ? stretch : best), '');
  return longest.length >= 8 ? longest : '';
}

const MAX_QUERY = 256;
const MAX_WORDS = 9;
const MAX_TERM = 90;

const COMMON_FUNCTIONS = new Set(
  'main,call,apply,bind,next,then,catch,emit,handle,handler,handlerequest,callback,invoke,execute,process,render,update,init,start,constructor,anonymous,default,wrapper,wrapped,dispatch,listener,module,object,closure,lambda,run_app,__call__,__init__'.split(
    ',',
  ),
);
const COMMON_FILES = new Set(
  'index,main,app,utils,util,helpers,mod,lib,__init__,server,client,common'.split(','),
);

/** Letters, digits, `_`, `.`, `-` and single spaces: what may stand between quotes. */
function word(text: string): string {
  const plain = text
    .slice(0, 500)
    .replace(/[^\p{L}\p{N}_.-]+/gu, ' ')
    .trim();
  return plain.length <= MAX_TERM ? plain : plain.slice(0, MAX_TERM).replace(/ \S*$/, '').trim();
}

/** A title often repeats the message: one query is enough then. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return a !== '' && b !== '' && (a.includes(b) || b.includes(a));
}
