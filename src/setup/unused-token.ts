/**
 * What to say of tokens that lie where no tool reads them: those mostly belong to a bundler's plugin and may only
 * upload releases. Two texts to put before and behind others, both empty where there is none.
 */
export function unusedToken(places: readonly string[]): { fact: string; move: string } {
  if (places.length === 0) return { fact: '', move: '' };
  const where = places.slice(0, 6).join(', ');
  return {
    fact: ` There is one in ${where}, which Pitcrew does not use: such tokens mostly may only upload releases.`,
    move: 'If the one that is there may read issues, copy it into ~/.sentryclirc, below [auth], as token=... Otherwise: ',
  };
}
