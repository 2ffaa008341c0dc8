import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { crashFrame, parseEvent } from '../../../src/sentry/event.ts';
import { buildEvidence } from '../../../src/sentry/evidence/evidence.ts';
import { frameLine } from '../../../src/sentry/evidence/frame-line.ts';
import { checkoutWith, ISSUE } from './support.ts';

// Events of real programs lie beside the repository on machines of its makers; they are not ours to commit.
const FOLDER = join(import.meta.dirname, '../../../../shared/events');
const NAMES = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];
if (NAMES.length === 0) console.warn(`skipped: no real events in ${FOLDER}`);

describe.skipIf(NAMES.length === 0)('real events', () => {
  test.each(NAMES)('%s', async (name) => {
    const event = parseEvent(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')));
    const checkout = await checkoutWith({ 'src/main.ts': 'main();\n' });
    for (const detail of ['small', 'full'] as const) {
      const { text } = await buildEvidence({ event, issue: ISSUE, checkout, detail });
      const outermost = event.exceptions.at(-1);
      expect(text).toContain(
        (outermost?.type || outermost?.value || event.message || '?').split('\n')[0]?.slice(0, 100),
      );
      const crash = crashFrame(event);
      if (crash) expect(text).toContain(`> ${frameLine({ frame: crash, candidates: [] }, event.platform)}`);
      expect(text.length).toBeLessThan(detail === 'small' ? 5800 : 11_500);
    }
  });
});
