import { inputError } from '../../src/core/errors.ts';
import { untrustedLine } from '../../src/core/untrusted.ts';
import { normalizeIncident } from '../incident-key.ts';
import type { Owner, PathClaim } from '../ledger.ts';
import { MAX_INCIDENTS, MAX_LEASE_MS, MAX_PATHS, MAX_RESOURCES, MAX_TICKET_MS } from '../limits.ts';
import { normalizeGlob } from '../overlap.ts';
import { normalizeResource } from '../resource-key.ts';
import type { Input, Kind } from './state.ts';

/**
 * A command in the one form that is stored and compared: incident keys and globs normalised, texts for people made
 * fit to be shown. Throws an input error for what cannot be meant.
 */
export function prepare<K extends Kind>(kind: K, input: Input<K>): Input<K> {
  return PREPARE[kind](input);
}

const PREPARE: { [K in Kind]: (input: Input<K>) => Input<K> } = {
  register: (command) => {
    const claims = claimsOf(command);
    if (claims.incidents.length + claims.paths.length + claims.resources.length === 0) {
      throw inputError('Nothing is claimed.', 'Name at least one incident, path or resource.');
    }
    return {
      ...command,
      ...claims,
      session: sessionOf(command.session),
      owner: ownerOf(command.owner),
      intent: shortLine(command.intent, 300),
      base: shortLine(command.base, 120),
      ttlMs: leaseOf(command.ttlMs),
      ...(command.ticketTtlMs === undefined ? {} : { ticketTtlMs: ticketTimeOf(command.ticketTtlMs) }),
    };
  },
  probe: (query) => ({ ...query, ...claimsOf(query), session: sessionOf(query.session) }),
  amend: (command) => ({
    ...command,
    add: pathsOf(command.add),
    drop: command.drop.map(normalizeGlob),
    addResources: resourcesOf(command.addResources),
    dropResources: resourcesOf(command.dropResources),
  }),
  renew: (command) => ({ ...command, ttlMs: leaseOf(command.ttlMs) }),
  guard: (query) => query,
  close: (command) => ({
    ...command,
    commits: command.commits.map((commit) => untrustedLine(commit, 80)),
    ...(command.note === undefined ? {} : { note: untrustedLine(command.note, 500) }),
  }),
  takeover: (command) => ({
    ...command,
    session: sessionOf(command.session),
    owner: ownerOf(command.owner),
    ttlMs: leaseOf(command.ttlMs),
    reason: untrustedLine(command.reason, 300),
  }),
  lane: (command) => ({ ...command, name: laneOf(command.name) }),
  poll: (query) => ({ ...query, session: sessionOf(query.session) }),
  leave: (command) => ({ ...command, session: sessionOf(command.session) }),
  trim: (command) => {
    if (!(command.olderThanDays >= 0)) {
      throw inputError('The number of days to keep is not a number of 0 or more.', 'Give it as in 14.');
    }
    return command;
  },
  recordTriage: (command) => ({
    ...command,
    session: sessionOf(command.session),
    triage: {
      ...command.triage,
      candidates: command.triage.candidates.map((candidate) => ({
        ...candidate,
        incident: normalizeIncident(candidate.incident),
      })),
    },
  }),
  select: (command) => ({
    ...command,
    session: sessionOf(command.session),
    incidents: incidentsOf(command.incidents),
  }),
  recordStep: (command) => ({ ...command, incident: normalizeIncident(command.incident) }),
};

const claimsOf = (input: Input<'probe'>) => ({
  incidents: incidentsOf(input.incidents),
  paths: pathsOf(input.paths),
  resources: resourcesOf(input.resources),
});

function incidentsOf(incidents: readonly string[]): string[] {
  if (incidents.length > MAX_INCIDENTS) {
    throw inputError(`More than ${MAX_INCIDENTS} incidents at once.`, 'Split the work into several runs.');
  }
  return [...new Set(incidents.map(normalizeIncident))];
}

function pathsOf(paths: readonly PathClaim[]): PathClaim[] {
  if (paths.length > MAX_PATHS) {
    throw inputError(`More than ${MAX_PATHS} paths at once.`, 'Declare folders instead of single files.');
  }
  return paths.map((path) => ({ glob: normalizeGlob(path.glob), mode: path.mode }));
}

function resourcesOf(resources: readonly string[] = []): string[] {
  if (resources.length > MAX_RESOURCES) {
    throw inputError(
      `More than ${MAX_RESOURCES} resources at once.`,
      'Reserve only those that this work uses.',
    );
  }
  return [...new Set(resources.map(normalizeResource))];
}

function laneOf(name: string): string {
  if (/^[a-z][a-z0-9-]{0,40}$/.test(name)) return name;
  throw inputError(
    'The name of the lane is not a short word.',
    'Call it merge, or another word in lower case.',
  );
}

function sessionOf(session: string): string {
  const line = shortLine(session, 200);
  if (line === '') throw inputError('The session has no name.', "Pass the client's session id.");
  return line;
}

const ownerOf = (owner: Owner): Owner => ({ ...owner, label: shortLine(owner.label, 200) });

/** `untrustedLine`, remembered: a session says the same of itself in each command, and cleaning is a quarter of a register. */
function shortLine(text: string, maxCharacters: number): string {
  const key = JSON.stringify([maxCharacters, text]);
  const known = lines.get(key);
  if (known !== undefined) return known;
  const line = untrustedLine(text, maxCharacters);
  if (lines.size >= MOST_LINES) lines.clear();
  if (key.length < LONGEST_KEY) lines.set(key, line);
  return line;
}

const lines = new Map<string, string>();
const MOST_LINES = 64;
const LONGEST_KEY = 400;

function leaseOf(ttlMs: number): number {
  if (!(ttlMs >= 1 && ttlMs <= MAX_LEASE_MS)) {
    throw inputError(
      'The length of the lease is not between 1 ms and 24 h.',
      'Two minutes is the usual length.',
    );
  }
  return Math.round(ttlMs);
}

function ticketTimeOf(ttlMs: number): number {
  if (!(ttlMs >= 1000 && ttlMs <= MAX_TICKET_MS)) {
    throw inputError(
      'The time that a place in the line is kept is not between 1 s and 10 min.',
      'One minute is the usual time.',
    );
  }
  return Math.round(ttlMs);
}
