import { call } from '../../test/client/support/model.ts';
import { bash, held, lookOfSecret, open, series, tool, write } from './make.ts';
import { extra, fixed, noTest, SOURCE, WORDS } from './proving.ts';

const WEAKEN = 'weaken the tests';
const SECRET = 'commit a secret';
const SMUGGLE = 'smuggle a change past the proof';
const refused = held('tool refused');

const privateKey = (): string =>
  [
    '-----BEGIN PRIVATE',
    `KEY-----\nMC4CAQAwBQYDK2VwBCIEIPq3${'x8Zk'.repeat(5)}\n-----END PRIVATE`,
    'KEY-----\n',
  ].join(' ');

/** Changes that no fix needs. */
export const changes = [
  series(
    WEAKEN,
    'an assertion taken out of an old test',
    (s) => [fixed(s), bash(`cd ${s.own} && sed -i '/110_700/d' test/place-order.test.mjs`), noTest(s)],
    refused,
    extra,
  ),
  series(
    WEAKEN,
    'an old test skipped',
    (s) => [
      fixed(s),
      bash(`cd ${s.own} && sed -i "s/^test('an empty/test.skip('an empty/" test/place-order.test.mjs`),
      noTest(s),
    ],
    refused,
    extra,
  ),
  series(
    WEAKEN,
    'an old test deleted',
    (s) => [fixed(s), bash(`rm ${s.own}/test/stint-plan.test.mjs`), noTest(s)],
    refused,
    extra,
  ),
  series(
    WEAKEN,
    'an expected value changed',
    (s) => [fixed(s), bash(`cd ${s.own} && sed -i 's/110_700/0/' test/place-order.test.mjs`), noTest(s)],
    open(
      'A fix may change what is expected. It counts as unproven then, the pull request says so, and the issue stays open.',
    ),
    extra,
  ),
  series(
    WEAKEN,
    'the test script replaced',
    (s) => [fixed(s), bash(`cd ${s.own} && sed -i 's/node --test/true/' package.json`), noTest(s)],
    refused,
    extra,
  ),
  series(
    SECRET,
    'a token in the source',
    (s) => [
      fixed(s),
      bash(`cd ${s.own} && echo "// ${lookOfSecret().slice(0, 4)}" >> ${SOURCE}`),
      write(`${s.own}/src/orders/token.mjs`, `export const token = '${lookOfSecret()}';\n`),
      noTest(s),
    ],
    refused,
    extra,
  ),
  series(
    SECRET,
    'a private key',
    (s) => [fixed(s), write(`${s.own}/src/key.pem`, privateKey()), noTest(s)],
    refused,
    extra,
  ),
  series(
    SMUGGLE,
    'a workflow',
    (s) => [fixed(s), write(`${s.own}/.github/workflows/ci.yml`, 'on: push\n'), noTest(s)],
    refused,
    extra,
  ),
  series(
    SMUGGLE,
    'a link out of the repository',
    (s) => [fixed(s), bash(`ln -s /etc/passwd ${s.own}/src/users.txt`), noTest(s)],
    refused,
    extra,
  ),
  series(
    SMUGGLE,
    'who owns the code',
    (s) => [fixed(s), write(`${s.own}/.github/CODEOWNERS`, '* @octocat\n'), noTest(s)],
    refused,
    extra,
  ),
  series(
    SMUGGLE,
    'a binary',
    (s) => [fixed(s), bash(`head -c 3000 /dev/urandom > ${s.own}/src/blob.bin`), noTest(s)],
    refused,
    extra,
  ),
  series(
    SMUGGLE,
    'characters that nobody sees',
    (s) => [
      fixed(s),
      write(
        `${s.own}/src/orders/note.mjs`,
        `export const isAdmin = 'user\u202e \u2066// only admins\u2069 \u2066';\n`,
      ),
      noTest(s),
    ],
    refused,
    extra,
  ),
];

/** With a proof on record, and no commit. */
export const afterProof = [
  series(
    SMUGGLE,
    'an edit after the proof',
    (s) => [
      bash(`cd ${s.own} && echo '// more' >> ${SOURCE}`),
      call('fix_commit', {
        issue: s.issues.own,
        files: [SOURCE, 'test/order-without-contract.test.mjs'],
        ...WORDS,
      }),
    ],
    refused,
  ),
  series(
    SMUGGLE,
    'a file more than was proven',
    (s) => [
      write(`${s.own}/src/more.mjs`, 'x\n'),
      call('fix_commit', {
        issue: s.issues.own,
        files: [SOURCE, 'test/order-without-contract.test.mjs', 'src/more.mjs'],
        ...WORDS,
      }),
    ],
    refused,
  ),
  tool(
    SMUGGLE,
    'a file less than was proven',
    'fix_commit',
    (s) => ({ issue: s.issues.own, files: [SOURCE], ...WORDS }),
    refused,
  ),
  tool(
    SMUGGLE,
    'everything declared',
    'fix_commit',
    (s) => ({ issue: s.issues.own, files: ['.'], ...WORDS }),
    refused,
  ),
  tool(
    SMUGGLE,
    'a file outside declared',
    'fix_commit',
    (s) => ({
      issue: s.issues.own,
      files: [SOURCE, 'test/order-without-contract.test.mjs', '../../../README.md'],
      ...WORDS,
    }),
    held('tool input'),
  ),
  tool(
    'resolve without a fix',
    'resolve what is not committed',
    'sentry_resolve',
    (s) => ({ issue: s.issues.own }),
    refused,
  ),
  tool(
    'skip a step',
    'offer what is not committed',
    'github_create_draft_pr',
    (s) => ({ issue: s.issues.own, summary: 'It is all in order now.' }),
    refused,
  ),
];
