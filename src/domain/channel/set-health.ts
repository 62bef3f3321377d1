import { Not } from 'typeorm';
import { z } from 'zod';
import { Channel, ChannelState } from '../../entities';
import type { NewEvent } from '../../events/registry';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { healthParts, reportedHealth, type HealthReport, type StoredHealth } from './health';

const LONGEST_REASON = 500;

/** Says how a channel gets on; only what changes its health as a whole is an event. */
export const setChannelHealth = defineCommand({
  name: 'channelHealthSet',
  input: z.object({
    channelId: z.uuid(),
    part: z.enum(healthParts),
    health: z.enum(['OK', 'DEGRADED', 'NEEDS_RECONNECT']),
    reason: z.string().nullable(),
    at: z.date(),
  }),
  async run(work, { channelId, ...report }): Promise<Outcome<{ changed: boolean }>> {
    const events = await reportHealth(work, channelId, report);
    return { result: { changed: events.length > 0 }, events };
  },
});

/**
 * Takes in a report within a work's transaction.
 * @returns the event of the change; none where there is none.
 */
export async function reportHealth(
  work: Work,
  channelId: string,
  report: HealthReport,
): Promise<NewEvent[]> {
  const state = await lockState(work, channelId);
  if (!state) return [];
  const reason = report.reason === null ? null : presentable(report.reason);
  const after = reportedHealth(state, { ...report, reason });
  return after ? writeHealth(work, channelId, state, after) : [];
}

/** Forgets what all parts have told, because the account was just found to be well. */
export async function clearHealth(work: Work, channelId: string): Promise<NewEvent[]> {
  const state = await lockState(work, channelId);
  if (!state || Object.values(state.healthParts).every(({ health }) => health === 'OK')) return [];
  const well = {
    health: 'OK',
    healthReason: null,
    healthSince: work.now,
    healthParts: {},
  } as const;
  return writeHealth(work, channelId, state, well);
}

/** Null for a channel that no connector keeps in step. */
async function lockState(
  { manager, actor }: Work,
  channelId: string,
): Promise<ChannelState | null> {
  const { workspaceId } = actor;
  const isThere = await manager.existsBy(Channel, {
    ...{ workspaceId, id: channelId },
    status: Not('DISCONNECTED'),
  });
  if (!isThere) return null;
  const where = { workspaceId, channelId };
  return manager.findOne(ChannelState, { where, lock: { mode: 'pessimistic_write' } });
}

async function writeHealth(
  { manager, actor: { workspaceId } }: Work,
  channelId: string,
  before: StoredHealth,
  after: StoredHealth,
): Promise<NewEvent[]> {
  await manager.update(ChannelState, { workspaceId, channelId }, after);
  const [from, to] = [before.health, after.health];
  if (from === to) return [];
  return [{ type: 'channel.health_changed', subjectId: channelId, data: { from, to } }];
}

/** A reason as it can be stored and shown, whatever a platform put into it. */
function presentable(reason: string): string {
  const line = reason
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length > LONGEST_REASON
    ? `${line.slice(0, LONGEST_REASON - 1).toWellFormed()}…`
    : line;
}
