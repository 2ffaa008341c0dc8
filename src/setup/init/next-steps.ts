import type { Client } from '../clients/client.ts';
import type { Survey } from './survey.ts';

export type State = 'nothing_to_do' | 'planned' | 'declined' | 'applied';

/** What a person does after init, in this order. Nothing after a plan that was not carried out. */
export function nextSteps(state: State, { config, sentry }: Survey, clients: readonly Client[]): string[] {
  if (state === 'planned' || state === 'declined') return [];
  const others = clients.filter(({ id }) => id !== 'claude').map(({ title }) => title);
  return [
    ...(state === 'applied' && config.source === undefined
      ? [
          'Next: commit pitcrew.yml, so that colleagues and worktrees have it; agents go by the committed one.',
        ]
      : []),
    ...(sentry.tokenPlace === undefined
      ? ['Next: put a Sentry token where the line under Missing says.']
      : []),
    'Next: pitcrew doctor walks the whole chain.',
    ...(clients.some(({ id }) => id === 'claude') ? ['Next: in Claude Code, /sentry top 3.'] : []),
    ...(others.length > 0
      ? [`Next: restart ${others.join(', ')} where it is running, and ask for "the top 3 Sentry issues".`]
      : []),
  ];
}
