import { z } from 'zod';
import { connectorActor } from '../../auth/actor';
import type { OpenChannel } from '../../connections/open-channel';
import type { Party } from '../../connectors/kit/item';
import { sql } from '../../db/sql';
import type { Sessions } from '../../db/sessions';
import type { UnitOfWork } from '../../db/unit-of-work';
import { applyItems, type ItemChannel } from '../inbound/apply-items';
import { defineCommand, runCommand, type Outcome } from '../kit/command';

/** What meeting customers takes. */
export interface Meeting {
  sessions: Sessions;
  units: UnitOfWork;
  clock: () => Date;
}

/** Somebody whom a chat's token stands for. */
export interface ChatPerson {
  customerId: string;
  displayName: string | null;
}

/** The channel as items come from it. */
export function itemChannelOf({ channelId, connector, channel, visibility }: OpenChannel) {
  const { name, identityScope } = channel;
  return { id: channelId, kind: connector.manifest.kind, name, identityScope, visibility };
}

/** The customer of this identity on the channel; made where there is none, renamed where told so. */
export async function meetCustomer(
  meeting: Meeting,
  open: OpenChannel,
  party: Party,
): Promise<ChatPerson> {
  const known = await findPerson(meeting, open, party.externalId);
  if (known && (!party.displayName || party.displayName === known.displayName)) return known;
  const channel = itemChannelOf(open);
  const actor = connectorActor(open.workspaceId, open.channelId, open.channel.name);
  const { units, clock } = meeting;
  const answer = await runCommand(units, actor, clock(), meetChatCustomer, { channel, party });
  const met = answer.ok ? await findPerson(meeting, open, party.externalId) : null;
  if (!met) throw new Error('A customer of a web chat could not be made.');
  return met;
}

const meetChatCustomer = defineCommand({
  name: 'chatCustomerMeet',
  input: z.custom<{ channel: ItemChannel; party: Party }>((value) => typeof value === 'object'),
  async run(work, { channel, party }): Promise<Outcome<object>> {
    const events = await applyItems(work, channel, [{ type: 'party', party, at: work.now }]);
    return { result: {}, events };
  },
});

/** The customer of this identity on the channel; null where there is none yet. */
export async function findPerson(
  { sessions }: Pick<Meeting, 'sessions'>,
  { workspaceId, connector, channel }: OpenChannel,
  externalId: string,
): Promise<ChatPerson | null> {
  const [person] = await sessions.objects<ChatPerson & Record<string, unknown>>(
    workspaceId,
    sql`select customer_id "customerId", display_name "displayName" from customer_identity
        where workspace_id = ${workspaceId} and channel_kind = ${connector.manifest.kind}
          and scope = ${channel.identityScope} and external_id = ${externalId}`,
  );
  return person ?? null;
}
