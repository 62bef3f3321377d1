import { healthy, reportedHealth, type HealthReport } from '../../src/domain/channel/health';

const noon = new Date('2026-03-01T12:00:00Z');
const at = (minutes: number) => new Date(noon.getTime() + minutes * 60_000);

const report = (part: HealthReport['part'], health: HealthReport['health'], minutes = 0) => ({
  ...{ part, health, at: at(minutes) },
  reason: health === 'OK' ? null : `${part} is ${health}`,
});

/** The health after some reports, one after the other. */
function after(...reports: HealthReport[]) {
  return reports.reduce((state, next) => reportedHealth(state, next) ?? state, healthy);
}

test('a report that all is well changes nothing where all was well', () => {
  expect(reportedHealth(healthy, report('SOURCE', 'OK'))).toBeNull();
});

test('trouble is told with its reason, and since when', () => {
  expect(after(report('SOURCE', 'DEGRADED', 1))).toMatchObject({
    health: 'DEGRADED',
    healthReason: 'SOURCE is DEGRADED',
    healthSince: at(1),
  });
});

test('the same trouble again changes nothing', () => {
  const state = after(report('SOURCE', 'DEGRADED', 1));
  expect(reportedHealth(state, report('SOURCE', 'DEGRADED', 2))).toBeNull();
});

test('what sends does not hide that nothing can be read', () => {
  const state = after(report('SOURCE', 'DEGRADED', 1), report('SENDER', 'OK', 2));
  expect(state).toMatchObject({ health: 'DEGRADED', healthReason: 'SOURCE is DEGRADED' });
});

test('the worst part counts, and when it is well the next one does', () => {
  const both = after(report('SOURCE', 'DEGRADED', 1), report('ACCOUNT', 'NEEDS_RECONNECT', 2));
  expect(both).toMatchObject({ health: 'NEEDS_RECONNECT', healthSince: at(2) });
  expect(reportedHealth(both, report('ACCOUNT', 'OK', 3))).toMatchObject({
    health: 'DEGRADED',
    healthReason: 'SOURCE is DEGRADED',
    healthSince: at(3),
  });
});

test('another reason for the same trouble is told, and since when stays', () => {
  const state = after(report('SENDER', 'DEGRADED', 1), {
    ...report('SENDER', 'DEGRADED', 2),
    reason: 'The mailbox is full.',
  });
  expect(state).toMatchObject({ healthReason: 'The mailbox is full.', healthSince: at(1) });
});

test('news that is older than what is known changes nothing', () => {
  const state = after(report('ACCOUNT', 'NEEDS_RECONNECT', 1), report('ACCOUNT', 'OK', 5));
  expect(state.health).toBe('OK');
  expect(reportedHealth(state, report('ACCOUNT', 'NEEDS_RECONNECT', 1))).toBeNull();
});
