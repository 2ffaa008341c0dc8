import type { ProofRecord } from '../src/core/check-record.ts';
import type { RunView } from './run.ts';

/** The shapes of what is known of an incident: its triage, who chose it, and the steps of its fix. Times are epoch milliseconds. */

export interface Triage {
  id: string;
  createdAt: number;
  /** The report that shows it, relative to the main checkout. */
  report: string;
  candidates: TriageCandidate[];
}

export interface TriageCandidate {
  /** Position in the table, from 1: what a person types. */
  index: number;
  incident: string;
  /** The tracker's own id of the issue. */
  issueId: string;
  shortId: string;
  title: string;
  permalink: string;
}

/** How a selection came about; `policy` is an unattended run that pitcrew.yml allows. */
export interface Selection {
  triage: string;
  incidents: string[];
  by: 'person' | 'policy';
  /** `elicitation`, `terminal`, `typed`, `pitcrew.yml`. */
  how: string;
  session: string;
  at: number;
}

export interface IncidentRecord {
  incident: string;
  /** The newest selection that names it. */
  selection?: Selection;
  /** Its candidate row in that selection's triage. */
  candidate?: TriageCandidate;
  /** The active run that holds it. */
  run?: RunView;
  steps: Partial<Steps>;
}

export interface Steps {
  worktree: { path: string; branch: string; base: string };
  /** A person allowed what speaks against a change; good for this very tree on this base, and for nothing else. */
  approval: {
    tree: string;
    baseTree: string;
    /** One sentence for each finding that they were shown. */
    findings: string[];
    by: 'person';
    how: 'elicitation' | 'terminal';
    at: number;
  };
  proof: ProofStep;
  commit: { sha: string; tree: string; branch: string; files: string[]; subject: string };
  pull_request: {
    number?: number;
    url?: string;
    draft: boolean;
    branch: string;
    /** The commit that was pushed or written as a patch. */
    sha: string;
    patch?: string;
    /** A person closed the pull request without merging it. */
    refused?: true;
  };
  resolution: { before: string; after: string; strategy: string; reason?: string };
}
export type StepName = keyof Steps;

export interface ProofStep extends ProofRecord {
  /** Tree of the worktree's changes that was tested; the commit has to have the same one. */
  tree: string;
  baseTree: string;
  /** What a person allowed in this tree, as `approval` recorded it. */
  approved?: string[];
}
