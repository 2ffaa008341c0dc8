import { redact } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Lines on stderr only: stdout belongs to MCP messages and to the answers of commands. Secrets are taken out. */
export function stderrLog(least: LogLevel = 'warn'): Log {
  const write = (level: LogLevel) => (message: string) => {
    if (RANK[level] >= RANK[least]) process.stderr.write(`pitcrew ${level}: ${redact(message)}\n`);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
