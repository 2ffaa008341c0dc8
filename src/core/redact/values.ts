/** True for what stands where a secret would, and is none: `null`, `<token>`, `${PASSWORD}`, `****`, `[Filtered]`. */
export const isPlaceholder = (value: string): boolean => PLACEHOLDER.test(value.slice(0, 200));

const PLACEHOLDER =
  /^(?:null|nil|none|undefined|true|false|nan|empty|string|str|text|number|boolean|bool|any|object|unknown|void|never|bytes?|int|symbol|function|required|optional|missing|invalid|expected|incorrect|wrong|denied|expired|changed|example|changeme|password|secret|token|salt|yes|no|on|off|self|this|new|await|typeof|return|async|import|require|readonly|\*{2,}|x{4,}|\.{2,}|-{2,}|_{2,}|[[<(]?(?:filtered|redacted|hidden|masked|scrubbed|removed|personal|secret)[\]>)]?|<[^>]{0,100}>?|\$\{?.{0,80}|\{\{?.{0,80}|%[sdvq@].{0,3}|%\(\w{1,40}\)s|:\w{1,40}|@\w{1,40}|#\{.{0,80})[.,;:!?)]{0,3}$/i;

/** Letters and digits, or more kinds of characters than a word has: `hunter2`, `k9$Qz`; not `userName`, `1700000000`. */
export const mixes = (value: string): boolean =>
  !isPlaceholder(value) && ((/\d/.test(value) && /[a-z]/i.test(value)) || isLongMixture(value));

/** A random run of letters alone changes its case more often than camel case does. */
function isLongMixture(value: string): boolean {
  if (value.length < 20 || /[\s.(){}[\]]/.test(value)) return false;
  return (value.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g) ?? []).length * 3 > value.length;
}

/** `process.env.TOKEN`, `user.password`, `this.#key`: an expression of a program. */
export const isExpression = (value: string): boolean =>
  /^[!&*]?[a-z_$][\w$]*(?:(?:\?\.|\.|::|->)#?[a-z_$][\w$]*)+[.;,]?$/i.test(value.slice(0, 300));
