/**
 * The figures in docs/decisions/0008-redaction.md: our rules beside secretlint's recommended preset on the same corpus,
 * and our rules on texts that the preset's own patterns describe. Not a test: the preset is no dependency. To run it:
 * `npm install --no-save @secretlint/core @secretlint/secretlint-rule-preset-recommend`, then
 * `node test/corpus/compare-secretlint.ts`.
 */
import fc from 'fast-check';
import { redact } from '../../src/core/redact.ts';
import { FORMS, leftOf } from './forms.ts';
import { ordinaryLines } from './ordinary.ts';
import { KINDS, SECRETS } from './secrets.ts';

interface Message {
  range: [number, number];
}

// By name, so that the type check does not ask for what is not installed.
const [core, preset] = await Promise.all(
  ['@secretlint/core', '@secretlint/secretlint-rule-preset-recommend'].map((name) => import(name)),
);
const config = {
  rules: [
    { id: '@secretlint/secretlint-rule-preset-recommend', rule: preset.creator, rules: [], options: {} },
  ],
};

async function lint(content: string): Promise<Message[]> {
  const source = { content, filePath: '/text.txt', ext: '.txt', contentType: 'text' };
  return (await core.lintSource({ source, options: { config, noPhysicFilePath: true } })).messages;
}

async function linted(text: string): Promise<string> {
  const messages = (await lint(text)).sort((one, other) => other.range[0] - one.range[0]);
  return messages.reduce((rest, { range: [from, to] }) => `${rest.slice(0, from)}[x]${rest.slice(to)}`, text);
}

console.log(`${SECRETS.length} secrets of ${KINDS.size} kinds: what leaves nothing behind`);
for (const [name, encode] of FORMS) {
  let preset = 0;
  let own = 0;
  for (const { text, secret } of SECRETS) {
    const around = `request failed: ${encode(text)} (attempt 2)`;
    if (leftOf(secret, await linted(around)) === undefined) preset += 1;
    if (leftOf(secret, redact(around)) === undefined) own += 1;
  }
  console.log(`${name.padEnd(20)} preset ${preset}, own ${own}`);
}

const lines = ordinaryLines();
const hits = { preset: 0, own: 0 };
let started = performance.now();
for (const { line } of lines) if ((await lint(line)).length > 0) hits.preset += 1;
const presetMs = performance.now() - started;
started = performance.now();
for (const { line } of lines) if (redact(line) !== line) hits.own += 1;
const ownMs = performance.now() - started;
console.log(`${lines.length} ordinary lines: preset ${hits.preset} hits, own ${hits.own}`);
console.log(`time for them: preset ${presetMs.toFixed(0)} ms, own ${ownMs.toFixed(0)} ms`);

console.log("texts made from the preset's own patterns, and how many of them our rules leave as they are");
for (const source of await presetPatterns()) {
  const plain = source
    .replace(/^\(\?<!\\p\{L\}\)/, '')
    .replace(/\(\?![^)]*\)$/, '')
    .replace(/\(\?<\w+>/g, '(')
    .replace(/\\b/g, '');
  const texts = fc.sample(fc.stringMatching(new RegExp(`^(?:${plain})$`)), { numRuns: 60, seed: 7 });
  const left = texts.filter((text) => redact(`x ${text} y`) === `x ${text} y`);
  console.log(`${String(left.length).padStart(2)}/60 ${source.slice(0, 80)}`);
}

/** The preset hides its patterns in functions; all of them reach `matchAll`. */
async function presetPatterns(): Promise<Set<string>> {
  const seen = new Set<string>();
  const original = String.prototype.matchAll;
  String.prototype.matchAll = function matchAll(this: string, pattern: RegExp) {
    seen.add(pattern.source);
    return original.call(this, pattern);
  };
  await lint('x');
  String.prototype.matchAll = original;
  return seen;
}
