import pino from 'pino';
import { Sequencer } from '../../src/events/sequencer';
import type { TestApp } from './app';
import { asOwner } from './owner';
import { until } from './process';

/** Gives every event that is committed its position: for an application that has no sequencer. */
export async function sequenceEvents(parley: Pick<TestApp, 'database'>): Promise<void> {
  const sequencer = new Sequencer({ url: parley.database.url, log: pino({ level: 'silent' }) });
  sequencer.start();
  try {
    await until(
      async () => (await asOwner(parley, 'select from event_outbox limit 1')).length === 0,
      'every event has its position',
    );
  } finally {
    await sequencer.stop();
  }
}
