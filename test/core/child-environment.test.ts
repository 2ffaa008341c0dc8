import { describe, expect, test } from 'vitest';
import { childEnvironment } from '../../src/core/run.ts';

describe('childEnvironment', () => {
  test('keeps what programs need', () => {
    const kept = {
      PATH: '/usr/bin',
      HOME: '/home/me',
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'C.UTF-8',
      TMPDIR: '/tmp',
      USER: 'me',
      SHELL: '/bin/sh',
      TERM: 'xterm',
      NODE_OPTIONS: '--no-warnings',
      CI: 'true',
      XDG_CONFIG_HOME: '/home/me/.config',
      GIT_AUTHOR_NAME: 'Me',
      MONKEY: 'banana',
      KEYBOARD_LAYOUT: 'de',
      AUTHOR: 'me',
      COMPATIBLE: 'yes',
    };
    expect(childEnvironment(kept)).toEqual(kept);
  });

  test.each([
    'SENTRY_AUTH_TOKEN',
    'SENTRY_ACCESS_TOKEN',
    'SENTRY_AUTH',
    'SENTRY_DSN',
    'GITHUB_TOKEN',
    'GH_TOKEN',
    'GH_ENTERPRISE_TOKEN',
    'GITLAB_PAT',
    'NPM_TOKEN',
    'NODE_AUTH_TOKEN',
    'ACTIONS_RUNTIME_TOKEN',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AZURE_CLIENT_SECRET',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'ANTHROPIC_API_KEY',
    'ANTHROPIC_AUTH_TOKEN',
    'OPENAI_API_KEY',
    'DB_PASSWORD',
    'REDIS_PASSWD',
    'SSH_PASSPHRASE',
    'SECRET_KEY_BASE',
    'JWT_SIGNING_KEY',
    'SESSION_COOKIE',
    'api_key',
    'github_token',
  ])('drops %s', (name) => {
    expect(childEnvironment({ [name]: 'value-of-a-credential', PATH: '/bin' })).toEqual({ PATH: '/bin' });
  });

  test.each(['PGPASSWORD', 'MYSQL_PWD', 'npm_config_//registry.npmjs.org/:_authToken'])(
    'drops %s',
    (name) => {
      expect(childEnvironment({ [name]: 'value-of-a-credential', PATH: '/bin' })).toEqual({ PATH: '/bin' });
    },
  );

  test('drops a held secret under whatever name it stands', () => {
    const env = { HARMLESS: 'sntryu_0123456789', OTHER: 'value', EMPTY: '' };
    expect(childEnvironment(env, ['sntryu_0123456789'])).toEqual({ OTHER: 'value', EMPTY: '' });
  });

  test('a value too short to be a secret does not empty the environment', () => {
    expect(childEnvironment({ CI: '1', LANG: 'C' }, ['1', 'C', ''])).toEqual({ CI: '1', LANG: 'C' });
  });

  test('leaves the given environment as it is', () => {
    const env = { GITHUB_TOKEN: 'ghp_x', PATH: '/bin' };
    childEnvironment(env);
    expect(env).toEqual({ GITHUB_TOKEN: 'ghp_x', PATH: '/bin' });
  });
});
