// The copy of a ledger in a database has a form of its own, and its reader is as large as all the rest of what an edit
// loads: loaded only where there is such a copy.
export { readMirroredRuns } from '../../ledger/postgres/mirror.ts';
