export class SupplierUnavailableError extends Error {
  static {
    this.prototype.name = 'SupplierUnavailableError';
  }
}

/** The stock levels a supplier reports, `[part, quantity]` each; the gateway has put its answer into the job. */
export async function fetchLevels(supplier) {
  const answer = await supplier.answer;
  if (answer.status !== 200) {
    throw new SupplierUnavailableError(`Supplier answered ${answer.status}`);
  }
  return answer.levels;
}
