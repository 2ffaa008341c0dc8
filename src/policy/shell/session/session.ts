import type { Argument, Refusal, Scene } from '../scene.ts';
import { judgeAgents } from './agents.ts';
import { judgeExhaustion } from './exhaustion.ts';
import { judgeGitHub } from './github.ts';
import { judgeEnding, noteSearch } from './processes.ts';
import { judgeSecrets } from './secrets.ts';
import { judgeServices } from './services.ts';
import { judgeFileChanges } from './writes.ts';

const RULES = [
  judgeGitHub,
  judgeAgents,
  judgeServices,
  judgeSecrets,
  judgeEnding,
  judgeExhaustion,
  judgeFileChanges,
];

/** The rules for a session which itself holds live runs; of them, those that keep others' work hold for every session. */
export function judgeSession(name: string, list: readonly Argument[], scene: Scene): Refusal | undefined {
  if (!scene.facts.holdsRuns) return judgeEnding(name, list, scene) ?? judgeFileChanges(name, list, scene);
  noteSearch(name, list, scene);
  for (const rule of RULES) {
    const refusal = rule(name, list, scene);
    if (refusal) return refusal;
  }
  return undefined;
}
