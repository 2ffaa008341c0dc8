/** One thing that was measured, and what the same work costs elsewhere. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What it should come to, for people: `<= 1.25`. */
  reach?: string;
  reached?: boolean;
  /** How it was got: the raw numbers behind a ratio. */
  detail?: string;
  /** The same work done by others, in the same unit. */
  references?: Reference[];
}

export interface Reference {
  name: string;
  value: number;
  /** Where the value comes from; absent: measured in this run. */
  cited?: string;
}

export const atMost = (figure: Omit<Figure, 'reach' | 'reached'>, most: number): Figure => ({
  ...figure,
  reach: `<= ${most}`,
  reached: figure.value <= most,
});

export const atLeast = (figure: Omit<Figure, 'reach' | 'reached'>, least: number): Figure => ({
  ...figure,
  reach: `>= ${least}`,
  reached: figure.value >= least,
});

/** The middle of an odd number of measurements. */
export function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Rounded away from our favour is the caller's business; this only cuts digits that mean nothing. */
export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

export const span = (values: number[], unit: string): string =>
  `median ${Math.round(median(values))} ${unit} (${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))}, n=${values.length})`;
