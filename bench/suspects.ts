import { type CrashCase, loadCorpus } from './corpus/corpus.ts';
import { hitRate, type Ranking, rankCase } from './corpus/hit-rates.ts';
import { atLeast, type Figure, rounded } from './figure.ts';

/**
 * How often the file that a fix belongs in is the first suspect, or among the first three, over the crashes of bench/corpus: in all,
 * for the half on which the ranking was tuned and the half that was held out, by language and by layout.
 */
export async function suspects(): Promise<Figure[]> {
  const rankings: Ranking[] = [];
  for (const crash of await loadCorpus()) rankings.push(await rankCase(crash));
  const { cases, top1, top3 } = hitRate(rankings);
  const detail = `${cases} crashes; missed: ${missed(rankings)}`;
  return [
    atLeast({ name: 'guilty file is the first suspect', value: percent(top1), unit: '%', detail }, 80),
    atLeast({ name: 'guilty file is among the first three', value: percent(top3), unit: '%' }, 95),
    ...groups(rankings, 'half'),
    ...groups(rankings, 'language'),
    ...groups(rankings, 'layout'),
  ];
}

function groups(
  rankings: readonly Ranking[],
  by: keyof CrashCase & ('half' | 'language' | 'layout'),
): Figure[] {
  const values = [...new Set(rankings.map(({ crash }) => crash[by]))].sort();
  return values.map((value) => {
    const rate = hitRate(rankings.filter(({ crash }) => crash[by] === value));
    return {
      name: `  ${by} ${value}: first (first three)`,
      value: percent(rate.top1),
      unit: `% (${percent(rate.top3)} %), n=${rate.cases}`,
    };
  });
}

const percent = (share: number): number => rounded(share * 100, 1);

const missed = (rankings: readonly Ranking[]): string =>
  rankings
    .filter(({ rank }) => rank !== 1)
    .map(({ crash, rank }) => `${crash.name} (${rank === 0 ? 'not among them' : `place ${rank}`})`)
    .join(', ') || 'none';
