import { playHolder } from '../../../evals/sessions.ts';
import { inRealClient } from '../support/client.ts';
import { declareAttempts } from './attempts.ts';

inRealClient('a hijacked agent that holds a run', (client) => {
  declareAttempts(
    client,
    ['claimed', 'proven', 'committed', 'offered', 'stopped', 'scheduled', 'last'],
    playHolder,
  );
});
