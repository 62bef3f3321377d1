import type { Actor } from '../../src/auth/actor';
import { AdmissionCache, type Admission } from '../../src/auth/admission-cache';
import { Unauthenticated } from '../../src/auth/refusals';

let now: number;
let lookUps: string[];
let faults: unknown[];
let cache: AdmissionCache;

beforeEach(() => {
  now = 1_000_000;
  lookUps = [];
  faults = [];
  cache = new AdmissionCache({
    refreshAfter: 1_000,
    trustFor: 2_000,
    clock: () => new Date(now),
    log: { debug: (fault: unknown) => void faults.push(fault) },
  });
});

test('looks up a credential once while its answer is young', async () => {
  await admit('a');
  now += 999;
  await admit('a');
  expect(lookUps).toEqual(['a']);
});

test('requests that arrive together share one look-up', async () => {
  await Promise.all([admit('a'), admit('a'), admit('b')]);
  expect(lookUps).toEqual(['a', 'b']);
});

test('checks an answer again in the background, without a wait and once', async () => {
  await admit('a');
  now += 1_000;
  const slow = gate<Admission>();
  const first = await cache.admit('a', () => slow.promise);
  await admit('a');
  expect(first.id).toBe('a');
  expect(lookUps).toEqual(['a']);
  slow.open(admissionOf('a'));
  await cache.settle();
  now += 999;
  await admit('a');
  expect(lookUps).toEqual(['a']);
});

test('refuses from the moment when the background check says so', async () => {
  await admit('a');
  now += 1_000;
  await cache.admit('a', refuse);
  await cache.settle();
  await expect(admit('a')).rejects.toThrow(Unauthenticated);
  expect(lookUps).toEqual(['a']);
});

test('does not use an answer that rested too long', async () => {
  await admit('a');
  now += 2_000;
  await expect(cache.admit('a', refuse)).rejects.toThrow(Unauthenticated);
});

test('counts the age of an answer from when the look-up began', async () => {
  const slow = gate<Admission>();
  const first = cache.admit('a', () => slow.promise);
  now += 1_999;
  slow.open(admissionOf('a'));
  await first;
  now += 1;
  await expect(cache.admit('a', refuse)).rejects.toThrow(Unauthenticated);
});

test('does not take an answer for young after the clock was set back', async () => {
  await admit('a');
  now -= 3_600_000;
  await expect(cache.admit('a', refuse)).rejects.toThrow(Unauthenticated);
});

test('a fault of the background check leaves the answer in place until it is too old', async () => {
  await admit('a');
  now += 1_500;
  await Promise.all([cache.admit('a', fail), cache.admit('a', fail)]);
  await cache.settle();
  await expect(cache.admit('a', fail)).resolves.toMatchObject({ id: 'a' });
  await cache.settle();
  now += 500;
  await expect(cache.admit('a', fail)).rejects.toThrow('no connection');
  await expect(admit('a')).resolves.toMatchObject({ id: 'a' });
  // two background checks failed; the requests that shared one told it once
  expect(faults).toHaveLength(2);
});

test('looks up again after what it knows was forgotten', async () => {
  await Promise.all([admit('a'), admit('b')]);
  cache.forget('a');
  await expect(cache.admit('a', refuse)).rejects.toThrow(Unauthenticated);
  await admit('b');
  expect(lookUps).toEqual(['a', 'b']);
});

test('does not believe a look-up that began before a revocation', async () => {
  const slow = gate<Admission>();
  const answers = [() => slow.promise, refuse];
  const early = cache.admit('a', () => answers.shift()!());
  cache.forget('a');
  const late = admit('a');
  slow.open(admissionOf('a'));
  await expect(early).rejects.toThrow(Unauthenticated);
  await expect(late).rejects.toThrow(Unauthenticated);
  await expect(admit('a')).rejects.toThrow(Unauthenticated);
  expect(lookUps).toEqual([]);
});

test('keeps an actor the same object for as long as nothing about it changes', async () => {
  const first = await admit('a');
  now += 5_000;
  const second = await admit('a');
  expect(second).toBe(first);
  now += 5_000;
  const renamed = await cache.admit('a', () => Promise.resolve(admissionOf('a', { name: 'new' })));
  expect(renamed).toMatchObject({ id: 'a', name: 'new' });
});

test('refuses a credential that expires while its answer is kept', async () => {
  const expiring = () => Promise.resolve(admissionOf('a', {}, now + 500));
  await cache.admit('a', expiring);
  now += 499;
  await cache.admit('a', expiring);
  now += 1;
  await expect(admit('a')).rejects.toThrow(Unauthenticated);
  expect(lookUps).toEqual([]);
});

test('keeps a refusal for a second and no longer', async () => {
  await expect(cache.admit('a', refuse)).rejects.toThrow(Unauthenticated);
  now += 999;
  await expect(admit('a')).rejects.toThrow(Unauthenticated);
  now += 1;
  await expect(admit('a')).resolves.toMatchObject({ id: 'a' });
});

test('a flood of wrong credentials displaces no right one and is not all remembered', async () => {
  await admit('right');
  for (let i = 0; i < 25_000; i++) await cache.admit(`wrong ${i}`, refuse).catch(() => undefined);
  await admit('right');
  expect(lookUps).toEqual(['right']);
  await expect(cache.admit('wrong 24999', fail)).rejects.toThrow(Unauthenticated);
  await expect(cache.admit('wrong 0', fail)).rejects.toThrow('no connection');
});

function admit(id: string): Promise<Actor> {
  return cache.admit(id, () => {
    lookUps.push(id);
    return Promise.resolve(admissionOf(id));
  });
}

function refuse(): Promise<Admission> {
  return Promise.reject(new Unauthenticated('test'));
}

function fail(): Promise<Admission> {
  return Promise.reject(new Error('no connection'));
}

function admissionOf(id: string, change: Partial<Actor> = {}, validUntil: number | null = null) {
  const actor: Actor = {
    kind: 'API_KEY',
    workspaceId: 'w',
    id,
    name: id,
    permissions: new Set(),
    channelIds: null,
    ...change,
  };
  return { actor, validUntil };
}

function gate<T>() {
  let open: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (open = resolve));
  return { promise, open: (value: T) => open(value) };
}
