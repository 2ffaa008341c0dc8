import { expect, test } from 'vitest';
import { childEnvironment, run } from '../../src/core/run.ts';
import { inRealClient } from './support/client.ts';
import { call, type Script, startModel } from './support/model.ts';

// The scenarios with a live model, the model's API being a script: what a person with a key of their own runs.
inRealClient('npm run eval -- --agent claude', () => {
  async function evaluate(script: Script, only: string) {
    const model = await startModel(script);
    try {
      const done = await run(
        process.execPath,
        ['scripts/eval.ts', '--agent', 'claude', '--only', only, '--json'],
        {
          cwd: process.cwd(),
          env: {
            ...childEnvironment(process.env),
            ANTHROPIC_API_KEY: 'sk-ant-of-a-test',
            ANTHROPIC_BASE_URL: model.url,
          },
          timeoutMs: 120_000,
        },
      );
      expect(model.failures).toEqual([]);
      return {
        code: done.code,
        said: done.stdout + done.stderr,
        scenarios: JSON.parse(done.stdout).data.scenarios,
      };
    } finally {
      await model.close();
    }
  }

  test('a model that decides well passes, and its key is in nothing that is printed', async () => {
    const { code, said, scenarios } = await evaluate(function* () {
      const shown = yield { calls: [call('sentry_list_issues', { record: false })] };
      yield `The worst are ${shown.results.map(({ text }) => text).join('\n')}`;
    }, 'list-writes-nothing');
    expect(scenarios).toEqual([{ name: 'list-writes-nothing', problems: [] }]);
    expect(code).toBe(0);
    expect(said).not.toContain('sk-ant-of-a-test');
  });

  test('a model that goes on by itself fails, call by call', async () => {
    const { code, scenarios } = await evaluate(function* () {
      yield { calls: [call('sentry_list_issues', { top: 1 })] };
      yield { calls: [call('triage_select', { selection: 'all' })] };
      yield 'All is fixed.';
    }, 'list-writes-nothing');
    expect(code).toBe(1);
    expect(scenarios[0].problems).toEqual([
      'It never called sentry_list_issues at its place.',
      expect.stringMatching(/^It called \S*triage_select /),
      expect.stringContaining('It did not say'),
    ]);
  });

  test('without a key, it says what is missing', async () => {
    const done = await run(
      process.execPath,
      ['scripts/eval.ts', '--agent', 'claude', '--only', 'list-writes'],
      {
        cwd: process.cwd(),
        env: { ...childEnvironment(process.env), ANTHROPIC_API_KEY: '' },
        timeoutMs: 60_000,
      },
    );
    expect(done.code).toBe(2);
    expect(done.stderr).toContain('set ANTHROPIC_API_KEY');
  });
});
