import { fetchLevels } from './supplier-client.mjs';

/**
 * Takes over the levels of every supplier onto the shelf. A supplier that does not answer is named in `failed`
 * and does not keep the others from being read.
 */
export async function refreshStock(suppliers, shelf) {
  const failed = [];
  suppliers.forEach(async (supplier) => {
    try {
      takeOver(fetchLevels(supplier), shelf);
    } catch {
      failed.push(supplier.name);
    }
  });
  return { parts: shelf.size, failed };
}

async function takeOver(levels, shelf) {
  for (const [part, quantity] of await levels) {
    shelf.set(part, (shelf.get(part) ?? 0) + quantity);
  }
}
