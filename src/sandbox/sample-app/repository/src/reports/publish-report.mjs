export class ReportPublishError extends Error {
  static {
    this.prototype.name = 'ReportPublishError';
  }
}

/** Writes a race report to the store; a store that is busy is tried again, `publishAttempts` times in all. */
export async function publishReport(report, store, { publishAttempts }) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await writeReport(report, store);
      return { id: report.id, attempt };
    } catch (error) {
      if (attempt === publishAttempts || !isBusy(error)) throw error;
    }
  }
}

async function writeReport(report, store) {
  try {
    await store.put(report.id, render(report));
  } catch (error) {
    throw new ReportPublishError('Could not publish the race report', { cause: error });
  }
}

function render({ title, results }) {
  return [title, ...results.map(({ car, position }) => `${position}. car ${car}`)].join('\n');
}

function isBusy(error) {
  return error.code === 'EBUSY';
}
