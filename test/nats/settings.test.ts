import { ConfigError, loadConfig } from '../../src/config/config';
import { natsConfig } from './nats-world';

test('without NATS_URL there is no NATS, whatever else is set', () => {
  expect(loadConfig({ PARLEY_NATS_STREAM: 'OTHER' }).nats).toBeUndefined();
});

test('one URL is enough', () => {
  expect(natsConfig({ url: 'nats://nats.internal:4222' })).toEqual({
    servers: ['nats.internal:4222'],
    tls: false,
    stream: 'PARLEY',
    replicas: 1,
  });
});

test('several URLs are one cluster with one sign-in, encrypted when one of them says so', () => {
  const url = 'nats://me:p%40ss%25@one:4222, tls://two:4223,nats://me:p%40ss%25@[::1]:4224';
  const env = { PARLEY_NATS_STREAM: 'parley_2', PARLEY_NATS_REPLICAS: '3' };
  expect(natsConfig({ url }, env)).toEqual({
    servers: ['one:4222', 'two:4223', '[::1]:4224'],
    tls: true,
    user: 'me',
    password: 'p@ss%',
    stream: 'parley_2',
    replicas: 3,
  });
});

test('a name without a password is a token', () => {
  expect(natsConfig({ url: 'tls://s3cret@nats.internal' })).toMatchObject({ token: 's3cret' });
});

test.each([
  ['NATS_URL', 'nats.internal:4222', 'must be URLs that begin with nats:// or tls://'],
  ['NATS_URL', 'ws://nats.internal', 'must be URLs that begin with nats:// or tls://'],
  ['NATS_URL', 'nats://', 'must be URLs that begin with nats:// or tls://'],
  ['NATS_URL', 'nats://one/path', 'must be URLs that begin with nats:// or tls://'],
  ['NATS_URL', 'nats://one,', 'must be URLs that begin with nats:// or tls://'],
  ['NATS_URL', 'nats://a:hidden@one,nats://b:hidden@two', 'must name the same user, or token'],
  ['NATS_URL', 'nats://a:hidden%zz@one', 'must write a % in a password as %25'],
  ['PARLEY_NATS_STREAM', 'my stream', 'must be 1 to 64 letters, digits, dashes or underscores'],
  ['PARLEY_NATS_STREAM', 'a.b', 'must be 1 to 64 letters, digits, dashes or underscores'],
  ['PARLEY_NATS_REPLICAS', '6', 'must be a whole number from 1 to 5'],
])('%s=%s is refused in words that quote no secret', (name, value, message) => {
  const load = () => loadConfig({ NATS_URL: 'nats://one', [name]: value });
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(`${name}: ${message}`);
  expect(load).not.toThrow(/hidden/);
});
