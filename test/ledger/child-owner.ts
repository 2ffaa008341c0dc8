// Says who it is, then waits to be ended.
import { currentOwner } from '../../ledger/owner.ts';

process.stdout.write(`${JSON.stringify(currentOwner({ label: 'child' }))}\n`);
setInterval(() => {}, 1000);
