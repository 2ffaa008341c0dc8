/** A place for registrations, as one process of the race sees it. */
export interface Store {
  /** False where another one holds it already; resolves when the store has said that it is written down. */
  register(registration: Registration): Promise<boolean>;
  close(registration: Registration): Promise<void>;
  end(): Promise<void>;
}

/** What every store is asked to write down: one issue and one file of it, both of nobody else. */
export interface Registration {
  issue: string;
  path: string;
}

export interface Opened {
  /** The folder that all processes of one race share. */
  folder: string;
  worker: number;
}
export type OpenStore = (options: Opened) => Promise<Store>;

export const registrationOf = (worker: number, n: number): Registration => ({
  issue: `WEB-${worker * 10_000 + n}`,
  path: `src/part-${worker}/file-${n}.ts`,
});
