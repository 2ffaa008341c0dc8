import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../core/clock.ts';
import { inputError, messageOf } from '../core/errors.ts';
import { envelope } from '../core/json.ts';
import { childEnvironment } from '../core/run.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';

/** `pitcrew sandbox`: runs the inbox until it is interrupted, and says where SDKs and tools find it. */
export async function runSandbox(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  const sandbox = await startSandbox({
    dataDirectory: resolve(options.data ?? join('.pitcrew', 'sandbox')),
    port: portOf(options.port),
    clock: systemClock,
    env: childEnvironment(process.env),
    ...(options.organization ? { organization: options.organization } : {}),
    ...(options.project ? { projects: options.project } : {}),
    ...(options.repository ? { repository: options.repository } : {}),
    ...(options.remote ? { remote: options.remote } : {}),
  });
  print(sandbox, options);
  await interrupted();
  await sandbox.close();
}

function readOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        organization: { type: 'string' },
        project: { type: 'string', multiple: true },
        repository: { type: 'string' },
        remote: { type: 'string' },
        json: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw inputError(
      `pitcrew sandbox: ${untrustedLine(messageOf(error), 200).replace(/\.$/, '')}.`,
      'pitcrew sandbox --help shows its flags.',
    );
  }
}

function portOf(text: string | undefined): number {
  const port = Number(text ?? 0);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw inputError(`--port needs a number from 0 to 65535, not "${text}".`, 'For example: --port 9999');
}

function print(
  sandbox: Sandbox,
  options: { json?: boolean | undefined; organization?: string | undefined },
): void {
  const organization = options.organization ?? 'pitstop';
  const settings = {
    SENTRY_DSN: sandbox.dsn(),
    SENTRY_URL: sandbox.url,
    SENTRY_ORG: organization,
    SENTRY_AUTH_TOKEN: sandbox.token,
    GITHUB_API_URL: sandbox.githubUrl,
    GITHUB_TOKEN: sandbox.githubToken,
  };
  if (options.json) {
    process.stdout.write(`${JSON.stringify(envelope(settings))}\n`);
    return;
  }
  const exports = Object.entries(settings).map(([name, value]) => `export ${name}=${value}`);
  process.stdout.write(`The sandbox listens on this machine only. In your app's shell, and in the one that runs Pitcrew:

${exports.join('\n')}

Its tokens are worth nothing elsewhere. Ctrl-C ends it; its issues stay.
`);
}

const interrupted = (): Promise<void> =>
  new Promise((done) => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });
