import { untrustedLine } from '../../core/untrusted.ts';
import type { ExceptionRecord, SentryEvent } from '../event.ts';
import { frameLine } from './frame-line.ts';
import type { LocatedFrame } from './locate.ts';
import { safeLine, withoutPersons } from './safe-values.ts';
import { crumbText, requestUrl, telling, usefulTags } from './sections.ts';
import type { Suspect } from './suspects.ts';

/** A frame as data: clean, with its place in the checkout. */
export interface EvidenceFrame {
  /** As the platform writes it, with the local path. Of the crash frame only. */
  text?: string;
  function?: string;
  /** As reported; only where no local path was found. */
  file?: string;
  line?: number;
  inApp: boolean;
  localPath?: string;
  localLine?: number;
  /** How the event's source compares with the checkout. */
  source?: string;
}

export interface EvidenceData {
  shortId: string;
  eventId: string;
  title: string;
  platform: string;
  dateCreated?: string;
  release?: string;
  environment?: string;
  /** Outermost first. */
  exceptions: { type: string; value: string; handled?: boolean }[];
  message?: string;
  crashFrame?: EvidenceFrame;
  /** The stack of the outermost exception, crash first, in-app frames only where there are any. */
  frames: EvidenceFrame[];
  suspects: Suspect[];
  tags: { key: string; value: string }[];
  breadcrumbs: { timestamp?: string; category?: string; level?: string; text: string }[];
  request?: { method?: string; url: string };
  /** True when the crashing line is not in the checkout any more. */
  lineGone: boolean;
}

/** What a failing test is compared with, to tell whether it fails for the incident's own reason. */
export interface IncidentReason {
  types: string[];
  messages: string[];
  frames: { function?: string; file?: string }[];
}

const MOST_FRAMES = 20;

/** The evidence as JSON: the same facts as the text, with the same care. */
export function summarise(
  shortId: string,
  event: SentryEvent,
  stack: readonly LocatedFrame[],
  suspects: readonly Suspect[],
): EvidenceData {
  const inApp = stack.filter((located) => located.frame.inApp);
  const crash = inApp[0] ?? stack[0];
  const shown = (inApp.length > 0 ? inApp : stack).slice(0, MOST_FRAMES);
  return {
    shortId: untrustedLine(shortId, 80),
    eventId: untrustedLine(event.id, 40),
    title: safeLine(event.title, 200),
    platform: untrustedLine(event.platform, 30),
    dateCreated: event.dateCreated,
    release: cleanOf(event.release, 120),
    environment: cleanOf(event.environment, 60),
    exceptions: outermostFirst(event).map(({ type, value, handled }) => ({
      type: untrustedLine(type, 120),
      value: safeLine(value, 500),
      handled,
    })),
    message: cleanOf(event.message, 500),
    crashFrame: crash && { text: frameLine(crash, event.platform), ...frameData(crash) },
    frames: shown.map(frameData),
    suspects: [...suspects],
    tags: usefulTags(event.tags, 30),
    breadcrumbs: telling(event.breadcrumbs, 10).map((crumb) => ({
      timestamp: crumb.timestamp,
      category: cleanOf(crumb.category, 40),
      level: cleanOf(crumb.level, 20),
      text: crumbText(crumb),
    })),
    request: event.request && { method: cleanOf(event.request.method, 10), url: requestUrl(event.request) },
    lineGone: crash?.state === 'gone',
  };
}

/** The reason of the incident: types and messages of the whole chain, the frames nearest to the crash. */
export function reasonOf(event: SentryEvent, stacks: readonly (readonly LocatedFrame[])[]): IncidentReason {
  const chain = outermostFirst(event);
  const near = stacks.flatMap((stack) => {
    const inApp = stack.filter((located) => located.frame.inApp);
    return (inApp.length > 0 ? inApp : stack).slice(0, 5);
  });
  const message = chain.length === 0 ? (event.message ?? event.title) : event.message;
  return {
    types: distinct(chain.map(({ type }) => untrustedLine(type, 120))),
    messages: distinct(
      [...chain.map(({ value }) => value), message ?? ''].map((text) => untrustedLine(text, 500)),
    ),
    frames: near.slice(0, 15).map((located) => ({
      function: cleanOf(located.frame.function, 200),
      file: located.path ?? cleanOf(located.frame.file ?? located.frame.absolutePath, 200),
    })),
  };
}

const outermostFirst = (event: SentryEvent): ExceptionRecord[] => event.exceptions.toReversed().slice(0, 10);

function frameData(located: LocatedFrame): EvidenceFrame {
  const { frame } = located;
  return {
    function: cleanOf(frame.function, 200),
    file: located.path ? undefined : cleanOf(frame.file ?? frame.absolutePath, 200),
    line: frame.line,
    inApp: frame.inApp,
    localPath: located.path,
    localLine: located.line,
    source: located.state,
  };
}

const cleanOf = (text: string | undefined, most: number): string | undefined =>
  text === undefined ? undefined : withoutPersons(untrustedLine(text, most)) || undefined;

const distinct = (texts: readonly string[]): string[] => [...new Set(texts.filter((text) => text !== ''))];
