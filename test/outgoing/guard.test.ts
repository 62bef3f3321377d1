import { parseOutgoingAllow } from '../../src/config/outgoing';
import { OutgoingGuard, OutgoingRefused } from '../../src/outgoing/guard';
import type { HostLookup } from '../../src/outgoing/host-lookup';
import { isPublicAddress } from '../../src/outgoing/public-address';

/** Names as a name server of somebody's might answer; everything else is not there. */
const names: Record<string, string[]> = {
  'public.example': ['93.184.215.14'],
  'both.example': ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  'private.example': ['10.1.2.3'],
  'half.example': ['93.184.215.14', '127.0.0.1'],
  'six.example': ['::1'],
  'mapped.example': ['::ffff:169.254.169.254'],
  'metadata.example': ['169.254.169.254'],
  'partner.internal': ['10.9.0.7'],
};

const find: HostLookup = (name) => {
  const addresses = names[name];
  if (!addresses) return Promise.reject(new Error('queryA ENOTFOUND'));
  return Promise.resolve(
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  );
};

const guard = (allow = '') => new OutgoingGuard(parseOutgoingAllow(allow), find);

/** What the guard says of a URL; null when it lets it pass. */
async function verdict(url: string, allow?: string): Promise<string | null> {
  try {
    await guard(allow).check(new URL(url));
    return null;
  } catch (error) {
    if (!(error instanceof OutgoingRefused)) throw error;
    return error.message;
  }
}

const NOT_PUBLIC = expect.stringContaining('not on the public internet') as string;

describe('without anything allowed', () => {
  test.each([
    'https://public.example/hook',
    'https://PUBLIC.example./hook',
    'https://both.example:8443/',
    'https://93.184.215.14/',
    'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/',
  ])('%s passes', async (url) => {
    expect(await verdict(url)).toBeNull();
  });

  test.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://127.255.255.254/',
    'https://0x7f.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://017700000001/',
    'https://0177.0.0.1/',
    'https://１２７.０.０.１/',
    'https://0/',
    'https://0.0.0.0/',
    'https://[::]/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::127.0.0.1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[64:ff9b:1::1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[fc00::1]/',
    'https://[fd00:ec2::254]/',
    'https://[ff02::1]/',
    'https://[100::1]/',
    'https://[2001:db8::1]/',
    'https://[3fff::1]/',
    'https://[4000::1]/',
    'https://[5f00::1]/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://100.100.100.200/',
    'https://168.63.129.16/',
    'https://192.0.0.192/',
    'https://192.0.2.1/',
    'https://198.18.0.1/',
    'https://198.51.100.1/',
    'https://203.0.113.1/',
    'https://224.0.0.1/',
    'https://240.0.0.1/',
    'https://255.255.255.255/',
    'https://private.example/',
    'https://half.example/',
    'https://six.example/',
    'https://mapped.example/',
    'https://metadata.example/',
    'https://private.example:443/',
  ])('%s is refused', async (url) => {
    expect(await verdict(url)).toEqual(NOT_PUBLIC);
  });

  test('a name that nobody has is refused with the name', async () => {
    expect(await verdict('https://nobody.example/')).toBe(
      'There is no host of the name nobody.example.',
    );
  });

  test('plain http is refused, but a private host for being private', async () => {
    expect(await verdict('http://public.example/')).toContain('Must begin with https://');
    expect(await verdict('http://93.184.215.14/')).toContain('Must begin with https://');
    expect(await verdict('http://10.0.0.1/')).toEqual(NOT_PUBLIC);
  });

  test('a name that takes for ever is refused', async () => {
    jest.useFakeTimers();
    try {
      const slow = new OutgoingGuard(
        { names: [], networks: [] },
        () => new Promise(() => undefined),
      );
      const answer = slow.check(new URL('https://slow.example/')).catch((error: Error) => error);
      await jest.advanceTimersByTimeAsync(7_000);
      expect(((await answer) as Error).message).toContain('could not be looked up in time');
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('what is allowed', () => {
  test.each([
    ['http://127.0.0.1:8080/', '127.0.0.0/8'],
    ['http://[::ffff:127.0.0.1]/', '127.0.0.0/8'],
    ['http://127.0.0.1/', '::ffff:127.0.0.0/104'],
    ['http://[::1]/', '10.0.0.0/8, ::1'],
    ['https://private.example/', '10.0.0.0/8'],
    ['http://private.example/', '10.1.2.3'],
    ['http://partner.internal/', 'partner.internal'],
    ['http://PARTNER.internal./', 'Partner.Internal'],
    ['http://half.example/', '127.0.0.1,93.184.215.14'],
    ['https://half.example/', '127.0.0.1'],
    ['http://public.example/', '93.184.0.0/16'],
  ])('%s passes where %s is', async (url, allow) => {
    expect(await verdict(url, allow)).toBeNull();
  });

  test.each([
    ['https://10.2.0.1/', '10.1.0.0/16'],
    ['https://private.example/', 'partner.internal'],
    ['https://sub.partner.internal/', 'partner.internal'],
    ['https://six.example/', '127.0.0.0/8'],
    ['http://half.example/', '93.184.215.14'],
  ])('%s is refused where %s is', async (url, allow) => {
    expect(await verdict(url, allow)).not.toBeNull();
  });
});

test.each([
  '10.0.0.0/33',
  '10.0.0/8',
  '127.1',
  '0x7f.0.0.1',
  '2130706433',
  'http://partner.internal',
  'partner.internal:80',
  'a b',
  '*.internal',
  '-a.example',
  'fe80::1%eth0/64x',
])('PARLEY_OUTGOING_ALLOW: %s is told to be wrong', (text) => {
  expect(() => parseOutgoingAllow(`127.0.0.1,${text}`)).toThrow(JSON.stringify(text));
});

test('what is no address at all is not public', () => {
  for (const text of ['', 'localhost', '1.2.3', '1.2.3.4.5', ':::']) {
    expect([text, isPublicAddress(text)]).toEqual([text, false]);
  }
});
