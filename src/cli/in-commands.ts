import { asTypedHere } from '../core/program-name.ts';
import { commands } from '../tools/registry.ts';

/**
 * Our own words about a next step, for a person who types: each tool becomes its command (`pitcrew ledger status`), and
 * each parameter between back-ticks its flag. Tools and parameters are those of the registry. Not for text that may hold
 * words of others: a name is a name there.
 */
export const inCommands = (text: string): string =>
  text
    .replace(TOOL, (_all, name: string) => `\`${commandLineOf(name)}\``)
    .replace(QUOTED_TOOL, (_all, name: string, rest: string) => `\`${commandLineOf(name)}${rest}\``)
    .replace(PARAMETER, (_all, name: string, value = '') => `\`--${name.replaceAll('_', '-')}${value}\``);

/** The same for this program as it lies here. */
export const ownWords = (text: string): string => asTypedHere(inCommands(text));

/** Of an answer, whose other lines may quote anybody, only what it says to do next. */
export const nextInOwnWords = (answer: string): string => answer.replace(NEXT, ownWords);

const NEXT = /(?<=^|\. )Next[:,] .*$/gm;

const commandLineOf = (tool: string): string =>
  `pitcrew ${tool.replace(/^ledger_/, 'ledger ').replaceAll('_', '-')}`;

const anyOf = (names: Iterable<string>): string => [...new Set(names)].join('|');
const TOOLS = anyOf(commands.map(({ name }) => name));
const PARAMETERS = anyOf(commands.flatMap(({ inputSchema }) => Object.keys(inputSchema.properties)));

/** No part of a path or of another word, and not between quotes: that is what somebody typed. */
const TOOL = new RegExp(`(?<![\\w./"\`-])(${TOOLS})(?![\\w/"-]|\\.\\w)`, 'g');
/** `ledger_takeover WEB-3F`, between back-ticks. */
const QUOTED_TOOL = new RegExp(`\`(${TOOLS})((?: [\\w.-]+)*)\``, 'g');
/** `wait_seconds` or `how: archive`, between back-ticks. */
const PARAMETER = new RegExp(`\`(${PARAMETERS})(?::( \\w+))?\``, 'g');
