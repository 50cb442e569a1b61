import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../server/config.ts';

describe('readConfig', () => {
  it('has defaults that work, frozen', () => {
    const config = readConfig({ PATH: '/bin' });
    expect(config).toMatchObject({
      dataFolder: resolve('data'),
      host: '127.0.0.1',
      port: 3000,
      password: null,
      maxUpload: 268_435_456,
      workers: 2,
      log: 'info',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it.each([
    ['10MB', 10_000_000],
    ['256MiB', 268_435_456],
    ['1.5 kib', 1536],
    ['1048576', 1_048_576],
  ])('reads %s as a size', (text, bytes) => {
    expect(readConfig({ TIDECAST_MAX_UPLOAD: text }).maxUpload).toBe(bytes);
  });

  it('leaves the variable of the benchmarks alone', () => {
    expect(readConfig({ TIDECAST_BENCH_DATA: '/somewhere' }).port).toBe(3000);
  });

  it.each([
    [{ TIDECAST_PROT: '80' }, 'TIDECAST_PROT is not a setting of Tidecast: did you mean TIDECAST_PORT?'],
    [{ tidecast_port: '80' }, 'tidecast_port is not a setting of Tidecast: did you mean TIDECAST_PORT?'],
    [
      { TIDECAST_PASWORD: 'correct horse' },
      'TIDECAST_PASWORD is not a setting of Tidecast: did you mean TIDECAST_PASSWORD?',
    ],
    [
      { TIDECAST_PORT: 'http' },
      'TIDECAST_PORT: found "http", expected a port from 0 to 65535, 0 for any free one (default 3000).',
    ],
    [
      { TIDECAST_PORT: '70000' },
      'TIDECAST_PORT: found "70000", expected a port from 0 to 65535, 0 for any free one (default 3000).',
    ],
    [
      { TIDECAST_DATA: ' ' },
      'TIDECAST_DATA: found " ", expected a folder for everything the program keeps (default ./data).',
    ],
    [
      { TIDECAST_MAX_UPLOAD: '10 parsecs' },
      'TIDECAST_MAX_UPLOAD: found "10 parsecs", expected a size such as 10MB, 256MiB or 1048576 (default 256MiB).',
    ],
    [
      { TIDECAST_MAX_UPLOAD: '0' },
      'TIDECAST_MAX_UPLOAD: found "0", expected a size such as 10MB, 256MiB or 1048576 (default 256MiB).',
    ],
    [
      { TIDECAST_WORKERS: '-1' },
      'TIDECAST_WORKERS: found "-1", expected how many jobs may run at a time, 1 to 64 (default 2).',
    ],
    [{ TIDECAST_LOG: 'loud' }, 'TIDECAST_LOG: found "loud", expected silent, info or debug (default info).'],
    [
      { TIDECAST_PASSWORD: 'secret' },
      'TIDECAST_PASSWORD: found 6 characters, expected at least 8 characters; needed on any address but loopback (default none).',
    ],
  ])('stops at %j with a sentence that names it', (env, sentence) => {
    expect(() => readConfig(env)).toThrow(expect.objectContaining({ code: 'invalid_request', message: sentence }));
  });

  it('lists the settings when no name is near', () => {
    expect(() => readConfig({ TIDECAST_COFFEE_TEMPERATURE: '80' })).toThrow(
      'TIDECAST_COFFEE_TEMPERATURE is not a setting of Tidecast: expected one of TIDECAST_DATA, TIDECAST_HOST',
    );
  });

  it('refuses an address others can reach without a password, and takes it with one', () => {
    expect(() => readConfig({ TIDECAST_HOST: '0.0.0.0' })).toThrow(
      'TIDECAST_HOST is 0.0.0.0, which others can reach, and TIDECAST_PASSWORD is not set: set a password, or stay on 127.0.0.1.',
    );
    expect(() => readConfig({ TIDECAST_HOST: '::' })).toThrow('TIDECAST_PASSWORD is not set');
    expect(readConfig({ TIDECAST_HOST: '0.0.0.0', TIDECAST_PASSWORD: 'correct horse' }).host).toBe('0.0.0.0');
  });

  it.each(['localhost', '::1', '127.0.0.2'])('needs no password on %s', (host) => {
    expect(readConfig({ TIDECAST_HOST: host }).password).toBeNull();
  });
});
