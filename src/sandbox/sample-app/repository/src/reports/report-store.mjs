export class StoreBusyError extends Error {
  static {
    this.prototype.name = 'StoreBusyError';
  }

  code = 'EBUSY';
}

/** The archive's store. `busyFor` counts the writes that still find it locked by the archive's own backup. */
export function openStore({ busyFor }) {
  const reports = new Map();
  let refusals = busyFor;
  return {
    reports,
    async put(id, text) {
      if (refusals > 0) {
        refusals -= 1;
        throw new StoreBusyError('Report store is locked by another writer');
      }
      reports.set(id, text);
    },
  };
}
