import type { Figure } from './figure.ts';
import type { Official } from './official.ts';

/** What every suite is given. */
export interface Bench {
  /** The official server, where it could be installed. */
  official: Official | undefined;
  /** Says what is being measured now, on stderr. */
  progress(line: string): void;
}

export type Suite = (bench: Bench) => Promise<Figure[]>;

/** Short enough for one line of a log. */
export const firstLine = (text: string): string => text.trim().split('\n', 1)[0]?.slice(0, 200) ?? '';
