// The tests of the contract, which know no engine, on this one.
import { describe } from 'vitest';
import { openDesksOn } from '../helpers.ts';
import { enginesOf, serverForThisFile } from './desks.ts';

const server = await serverForThisFile();
if (server) openDesksOn(enginesOf(server));

describe.skipIf(!server)('on PostgreSQL', async () => {
  await import('../rules.test.ts');
  await import('../records.test.ts');
  await import('../line.test.ts');
  await import('../resources.test.ts');
  await import('../ports.test.ts');
  await import('../view.test.ts');
});
