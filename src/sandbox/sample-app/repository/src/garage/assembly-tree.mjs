/**
 * The mass of a part with everything mounted on it, in grams. `parts` maps a part's name to
 * `{ grams, mounts: [names] }`.
 */
export function weigh(name, parts) {
  const part = parts[name];
  let grams = part.grams;
  for (const mounted of part.mounts) {
    grams += weigh(mounted, parts);
  }
  return grams;
}
