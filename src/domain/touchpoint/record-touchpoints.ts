import { z } from 'zod';
import { seesChannel, type Actor } from '../../auth/actor';
import { queryObjects } from '../../db/sessions';
import { sql } from '../../db/sql';
import { findCustomers } from '../customer/find-customers';
import { defineCommand, type Outcome, type Work } from '../kit/command';
import { ErrorCode, notFound, type Problem } from '../kit/errors';
import { newId } from '../kit/ids';
import { insertTouchpoints, type NewTouchpoint } from './insert-touchpoints';
import { touchpointInput, type TouchpointInput } from './touchpoint-input';

export const MOST_TOUCHPOINTS = 500;

/** What became of one touchpoint of a batch. */
export interface TouchpointOutcome {
  outcome: 'CREATED' | 'UNCHANGED' | 'REJECTED';
  touchpointId: string | null;
  userErrors: Problem[];
}

interface Candidate {
  index: number;
  input: TouchpointInput;
}

/**
 * Records touchpoints that other systems tell of. Each has its own outcome: bad ones are rejected and
 * the rest is recorded; the same (source, externalId) again changes nothing.
 */
export const recordTouchpoints = defineCommand({
  name: 'touchpointRecord',
  input: z.object({
    input: z
      .array(z.unknown())
      .min(1, 'Must have at least one touchpoint.')
      .max(MOST_TOUCHPOINTS, `Must be at most ${MOST_TOUCHPOINTS} touchpoints.`),
  }),
  async run(work, { input }): Promise<Outcome<{ items: TouchpointOutcome[] }>> {
    const items: TouchpointOutcome[] = [];
    const candidates: Candidate[] = [];
    for (const [index, raw] of input.entries()) {
      const parsed = touchpointInput.safeParse(raw);
      if (parsed.success) candidates.push({ index, input: parsed.data });
      else items[index] = rejected(problemsOf(parsed.error, ['input', String(index)]));
    }
    const references = await readReferences(work, candidates);
    const accepted: (NewTouchpoint & { index: number })[] = [];
    for (const [position, candidate] of candidates.entries()) {
      const customerId = references.customers[position] ?? null;
      const problems = [
        ...missing(candidate, customerId, references),
        ...outOfSight(work.actor, candidate),
      ];
      if (problems.length > 0) items[candidate.index] = rejected(problems);
      else accepted.push({ ...candidate, id: newId(), customerId: customerId! });
    }
    const { recorded, events } = await insertTouchpoints(work, accepted);
    for (const [position, { index }] of accepted.entries()) {
      items[index] = { ...recorded[position]!, userErrors: [] };
    }
    return { result: { items }, events };
  },
});

interface References {
  customers: (string | null)[];
  stages: ReadonlySet<string>;
  channels: ReadonlySet<string>;
}

async function readReferences(work: Work, candidates: readonly Candidate[]): Promise<References> {
  const { session, actor } = work;
  const channelIds = candidates.flatMap(({ input }) => input.channelId ?? []);
  const stages = await queryObjects<{ key: string }>(
    session,
    sql`select key from lifecycle_stage where workspace_id = ${actor.workspaceId}`,
  );
  const channels = await queryObjects<{ id: string }>(
    session,
    sql`select id from channel
        where workspace_id = ${actor.workspaceId} and id = any(${channelIds}::uuid[])`,
  );
  return {
    customers: await findCustomers(
      work,
      candidates.map(({ input }) => input.customer),
    ),
    stages: new Set(stages.map(({ key }) => key)),
    channels: new Set(channels.map(({ id }) => id).filter((id) => seesChannel(actor, id))),
  };
}

function missing(
  { index, input: { channelId, stage } }: Candidate,
  customerId: string | null,
  { channels, stages }: References,
): Problem[] {
  const path = ['input', index];
  return [
    ...(customerId ? [] : notFound('customer', [...path, 'customer']).problems),
    ...(channelId && !channels.has(channelId)
      ? notFound('channel', [...path, 'channelId']).problems
      : []),
    ...(stage && !stages.has(stage)
      ? notFound('lifecycle stage', [...path, 'stage']).problems
      : []),
  ];
}

/** What has no channel is for those who see all of them. */
function outOfSight({ channelIds }: Actor, { index, input }: Candidate): Problem[] {
  if (channelIds === null || input.channelId) return [];
  const message = 'You are limited to some channels, so name the channel that it happened on.';
  const path = ['input', String(index), 'channelId'];
  return [{ code: ErrorCode.FORBIDDEN, message, path }];
}

function rejected(userErrors: Problem[]): TouchpointOutcome {
  return { outcome: 'REJECTED', touchpointId: null, userErrors };
}

function problemsOf(error: z.ZodError, prefix: string[]): Problem[] {
  return error.issues.map(({ message, path }) => ({
    code: ErrorCode.INVALID_INPUT,
    message,
    path: [...prefix, ...path.map(String)],
  }));
}
