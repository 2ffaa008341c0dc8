import { expect, test } from 'vitest';
import { loadCorpus } from '../../../bench/corpus/corpus.ts';
import { hitRate, type Ranking, rankCase } from '../../../bench/corpus/hit-rates.ts';

// Floors, a case or two under what is reached (bench/corpus/README.md): a change of the ranking that costs more is seen here.
const FLOORS = {
  all: { top1: 0.8, top3: 0.95 },
  tuned: { top1: 0.8, top3: 0.95 },
  'held out': { top1: 0.8, top3: 0.95 },
  fresh: { top1: 0.65, top3: 0.85 },
};

test('the corpus is what it claims to be', async () => {
  const corpus = await loadCorpus();
  expect(corpus.length).toBeGreaterThanOrEqual(40);
  expect(new Set(corpus.map(({ language }) => language)).size).toBeGreaterThanOrEqual(4);
  const layouts = new Set(corpus.map(({ layout }) => layout));
  for (const layout of ['monorepo', 'container', 'bundled', 'minified']) expect(layouts).toContain(layout);
  for (const { name, files, guilty, event } of corpus) {
    expect(Object.keys(files), name).toContain(guilty);
    expect(JSON.stringify(event), name).not.toMatch(/pitcrew|"\/tmp\//);
  }
});

test('the guilty file is among the suspects as often as it was', async () => {
  const rankings: Ranking[] = [];
  for (const crash of await loadCorpus()) rankings.push(await rankCase(crash));
  for (const [name, floor] of Object.entries(FLOORS)) {
    const { top1, top3 } = hitRate(rankings.filter(({ crash }) => name === 'all' || crash.half === name));
    expect(top1, `${name}, first`).toBeGreaterThanOrEqual(floor.top1);
    expect(top3, `${name}, first three`).toBeGreaterThanOrEqual(floor.top3);
  }
});

test('frames of bundles lead to what was bundled', async () => {
  for (const crash of (await loadCorpus()).filter(({ layout }) => layout === 'bundled')) {
    const { suspects } = await rankCase(crash);
    for (const { path } of suspects) expect(Object.keys(crash.files), crash.name).toContain(path);
  }
});
