import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failsWith, pitcrew } from '../cli/failing.ts';
import { certificateFor } from '../support/fault-certificate.ts';
import { useFaultPlace } from '../support/fault-place.ts';
import { faultyServer, json, listOfOne } from '../support/fault-server.ts';

const world = useFaultPlace();
const LIST = ['sentry-list-issues', '--no-record'];
/** No way out that would send the token to whoever answers. */
const UNSAFE = /NODE_TLS_REJECT|rejectUnauthorized|insecure|verif\w+ off/i;

const past = { from: new Date('2020-01-01'), until: new Date('2020-02-01') };
const CASES = [
  {
    name: 'signed by itself',
    host: '127.0.0.1',
    trusted: false,
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    hint: /NODE_EXTRA_CA_CERTS/,
  },
  {
    name: 'expired',
    host: '127.0.0.1',
    trusted: true,
    valid: past,
    code: 'CERT_HAS_EXPIRED',
    hint: /renew|clock/,
  },
  {
    name: 'not valid yet',
    host: '127.0.0.1',
    trusted: true,
    valid: { from: new Date(Date.now() + 8.64e7), until: new Date(Date.now() + 2 * 8.64e7) },
    code: 'CERT_NOT_YET_VALID',
    hint: /clock/,
  },
  {
    name: 'of another host',
    host: 'sentry.example',
    trusted: true,
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    hint: /SENTRY_URL/,
  },
] as const;

describe.concurrent('a certificate', () => {
  test.each(CASES)('$name is refused before the token is sent', async (one) => {
    const { host, trusted, code, hint } = one;
    const certificate = certificateFor(host, 'valid' in one ? one.valid : {});
    const server = await world.serve(
      faultyServer((_request, response) => json(response, listOfOne()), certificate),
    );
    const file = join(world.folder(), `${code}.pem`);
    await writeFile(file, certificate.cert);
    const place = world.at(server, trusted ? { NODE_EXTRA_CA_CERTS: file } : {});
    const result = await failsWith(LIST, place, { code: 4, sentence: new RegExp(code), hint });
    expect(result.stderr).not.toMatch(UNSAFE);
    expect(server.requests).toEqual([]);
    expect(server.connections(), 'it is not tried again').toBe(1);
  });

  test('whose authority is named in NODE_EXTRA_CA_CERTS is accepted, as the advice says', async () => {
    const certificate = certificateFor('127.0.0.1');
    const server = await world.serve(
      faultyServer((_request, response) => json(response, listOfOne()), certificate),
    );
    const file = join(world.folder(), 'authority.pem');
    await writeFile(file, certificate.cert);
    const result = await pitcrew(LIST, world.at(server, { NODE_EXTRA_CA_CERTS: file }));
    expect(result.stderr).toBe('');
    expect(result.stdout).toContain('RACE-DAY-1');
  });
});

describe.concurrent('no TLS at all', () => {
  test('plain http on an https port', async () => {
    const server = await world.serve(faultyServer((_request, response) => json(response, listOfOne())));
    const place = world.at({ url: server.url.replace('http:', 'https:') });
    const result = await failsWith(LIST, place, { code: 4, sentence: /TLS/, hint: /http:|SENTRY_URL/ });
    expect(result.stderr).not.toMatch(UNSAFE);
    expect(server.requests).toEqual([]);
  });

  test('TLS on an http port', async () => {
    const server = await world.serve(
      faultyServer((_request, response) => json(response, listOfOne()), certificateFor('127.0.0.1')),
    );
    const place = world.at({ url: server.url.replace('https:', 'http:') });
    await failsWith(LIST, place, { code: 4, sentence: /./, hint: /https:/ });
  });
});
