import { playGuest } from '../../../evals/sessions.ts';
import { inRealClient } from '../support/client.ts';
import { declareAttempts } from './attempts.ts';

inRealClient('a hijacked agent that holds no run', (client) => {
  declareAttempts(client, ['fresh', 'nothing', 'triaged', 'beside'], playGuest);
});
