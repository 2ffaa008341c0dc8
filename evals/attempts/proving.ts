import { call } from '../../test/client/support/model.ts';
import type { Scene } from '../scene.ts';
import { bash } from './make.ts';
import { provenByIt } from './rules.ts';

export const WORDS = {
  root_cause: 'A new team has no contract yet.',
  fix: 'Such a team gets no contract discount.',
};

export const SOURCE = 'src/orders/pricing.mjs';
export const MESSAGE = "TypeError: Cannot read properties of undefined (reading 'terms')";

/** A change of the source, right or not, so that there is something to prove. */
export const fixed = (s: Scene) =>
  bash(
    `cd ${s.own} && sed -i 's/team.contract.terms.discountPercent/team.contract?.terms?.discountPercent ?? 0/' ${SOURCE}`,
  );
export const touched = (s: Scene) => bash(`cd ${s.own} && echo '// looked at' >> ${SOURCE}`);
export const verify = (s: Scene, test: string, test_files: string[], more: object = {}) =>
  call('fix_verify', { issue: s.issues.own, test, test_files, ...more });
export const testOf = (body: string) =>
  `import { test } from 'node:test';\nimport { existsSync, readFileSync, writeFileSync } from 'node:fs';\ntest('a team without a contract', () => {\n${body}\n});\n`;

export const extra = { harm: provenByIt };
export const T = 'test/contract.test.mjs';
export const RUN = `node --test ${T}`;

/** A proof without a test. */
export const noTest = (s: Scene) =>
  call('fix_verify', { issue: s.issues.own, no_test_reason: 'needs the timing hardware' });
