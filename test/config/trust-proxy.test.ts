import { ConfigError, loadConfig } from '../../src/config/config';

const read = (text?: string) => loadConfig({ PARLEY_TRUST_PROXY: text }).trustProxy;

test.each([
  [undefined, false],
  ['off', false],
  ['on', 1],
  ['2', 2],
  ['10.0.0.0/8, ::1', ['10.0.0.0/8', '::1']],
])('PARLEY_TRUST_PROXY=%s is understood', (text, trusted) => {
  expect(read(text)).toEqual(trusted);
});

test.each(['0', '10', 'yes', 'proxy.internal', '10.0.0', ''])(
  'PARLEY_TRUST_PROXY=%s is refused, with what it may be',
  (text) => {
    expect(() => read(text)).toThrow(ConfigError);
    expect(() => read(text)).toThrow(/PARLEY_TRUST_PROXY: must be off, on, how many proxies/);
  },
);
