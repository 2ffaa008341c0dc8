import { weigh } from './garage/assembly-tree.mjs';
import { reserve } from './inventory/reservation.mjs';
import { refreshStock } from './inventory/stock-feed.mjs';
import { placeOrder } from './orders/place-order.mjs';
import { pollBeacon } from './radio/beacon.mjs';
import { publishReport } from './reports/publish-report.mjs';
import { openStore } from './reports/report-store.mjs';
import { planStints } from './strategy/stint-plan.mjs';
import { recordLap } from './timing/lap-board.mjs';
import { readForecast } from './weather/forecast-cache.mjs';

const HANDLERS = {
  'order.place': ({ input, notify }) => placeOrder(input.order, notify),
  'stock.reserve': ({ input, notify }) => reserve(input, notify),
  'stock.refresh': ({ input }) => refreshStock(input.suppliers, new Map()),
  'lap.record': ({ input, notify }) => recordLap(input, notify),
  'stint.plan': ({ input }) => planStints(input),
  'weather.read': ({ input }) => readForecast(input.circuit, new Map(input.cached)),
  'kit.weigh': ({ input, notify }) => afterTheAnswer(() => notify.step(`${weigh(input.kit, input.parts)} g`)),
  'report.publish': ({ input, settings }) => publishReport(input.report, openStore(input.store), settings),
  'beacon.poll': ({ settings }) => pollBeacon(settings.beaconPath),
};

/** Answers a job with what its handler returns; an unknown kind is an error of whoever queued it. */
export async function dispatch(job, { settings, notify }) {
  const handler = HANDLERS[job.kind];
  if (!handler) throw new Error(`Unknown job kind: ${job.kind}`);
  notify.step(`${job.kind} received`);
  return await handler({ input: job.input, settings, notify });
}

/** For work that nobody waits for: the pit wall has its answer before it starts. */
function afterTheAnswer(task) {
  setImmediate(task);
  return 'accepted';
}
