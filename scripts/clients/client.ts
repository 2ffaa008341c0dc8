import type { Wire } from './conversation.ts';

/** Where a client is tried: its own home, and a scripted model. */
export interface Setting {
  home: string;
  /** The repository that the client is started in. */
  repository: string;
  /** The scripted model's address. */
  model: string;
}

/** A client of another maker: how it is installed, told of the scripted model, and asked without a terminal. */
export interface OtherClient {
  id: 'codex' | 'gemini' | 'opencode';
  title: string;
  npm: string;
  /** The version that the script was written against; a run is the same everywhere. */
  version: string;
  wire: Wire;
  /** The program and its first arguments, below the folder that it was installed into. */
  command(folder: string): string[];
  /** What a person of this client has in the home before Pitcrew comes: the model, and everything that calls home switched off. */
  furnish(setting: Setting): Promise<void>;
  env(setting: Setting): Record<string, string>;
  /** Arguments for one question without a terminal. */
  ask(question: string): string[];
  /** Arguments that use the server's prompt `sentry` instead; undefined where the client offers a server's prompts to nobody. */
  askByPrompt?(request: string): string[];
  /** Further arguments by which the person allows the calls beforehand; undefined where the client asks nobody. */
  allow?: string[];
}
