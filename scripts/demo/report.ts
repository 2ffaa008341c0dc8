import { run } from '../../src/core/run.ts';
import type { CrewResult } from './crew.ts';
import type { Stage } from './stage.ts';

export const say = (text: string): void => console.log(text);

/** Indents a tool's answer, so that what Pitcrew says stands apart from what the demo says. */
export const quote = (text: string): void => console.log(text.replace(/^/gm, '    '));

export async function printSummary(
  stage: Stage,
  result: CrewResult,
  data: { requests: { sentry: number; github: number }; durationMs: number },
): Promise<void> {
  say('\nSummary');
  for (const issue of result.issues) {
    const proof = issue.proof ? `red ${issue.proof.before}, green ${issue.proof.after}` : 'no proof';
    say(
      `  ${issue.shortId.padEnd(12)} ${issue.outcome.padEnd(8)} ${proof.padEnd(18)} ${issue.commit?.slice(0, 12) ?? '-'}  ${issue.pullRequest ?? issue.reason ?? '-'}`,
    );
  }
  for (const refusal of result.refused) say(`  ${refusal.shortId.padEnd(12)} refused  ${refusal.reason}`);
  say(
    `  ${data.requests.sentry} requests to Sentry, ${data.requests.github} to GitHub, ${(data.durationMs / 1000).toFixed(1)} s in all`,
  );
  const log = await run('git', ['log', '--oneline', '--graph', '--all', '-20'], {
    cwd: stage.repository,
    env: stage.env,
    timeoutMs: 10_000,
  });
  say('\ngit log --oneline --graph --all');
  quote(log.stdout.trimEnd());
  say('\nTo look at (deleted at the end, unless --keep)');
  for (const [name, path] of result.paths) say(`  ${name.padEnd(16)} ${path}`);
}
