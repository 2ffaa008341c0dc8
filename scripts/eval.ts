// `npm run eval`: what a hijacked agent tries in the real client, and the decisions of the scenarios beside the skill.
import { parseArgs } from 'node:util';
import { evaluate } from '../evals/evaluate.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    agent: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run eval -- [--json] [--only WORD] [--agent claude]

  --json          the same facts for programs
  --only WORD     attempts and scenarios whose goal or name has the word
  --agent claude  the scenarios with a live model, at the cost of your own ANTHROPIC_API_KEY; no attempts`);
} else if (values.agent !== undefined && values.agent !== 'claude') {
  console.error(`There is no agent "${values.agent}". The only one is claude.`);
  process.exitCode = 2;
} else {
  process.exitCode = await evaluate({
    json: values.json,
    only: values.only.toLowerCase(),
    live: values.agent === 'claude',
    env: process.env,
    print: (text) => console.log(text),
    note: (text) => console.error(text),
  });
}
