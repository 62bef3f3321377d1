import type {
  ConnectedChannel,
  ConnectorContext,
  GivenReaction,
  TargetMessage,
} from '../kit/connector';
import { openInstagram } from './client';
import { talkerOf } from './sign-in';

/** Hides a comment from all but its author, or shows it again. */
export async function hide(
  { externalId }: TargetMessage,
  hidden: boolean,
  context: ConnectorContext,
): Promise<void> {
  const graph = await openInstagram(context);
  const params = { hide: String(hidden) };
  await graph.call({ method: 'POST', path: externalId, params, changes: false });
}

/** Deletes a comment: our own, or one below our own posts. */
export async function remove(
  { externalId }: TargetMessage,
  context: ConnectorContext,
): Promise<void> {
  const graph = await openInstagram(context);
  // what is gone already is just as well
  await graph.callUnless(({ code, subcode }) => code === 100 && subcode === 33, {
    ...{ method: 'DELETE', path: externalId, changes: false },
  });
}

/** Loves a direct message, or takes that back. */
export async function react(
  { externalId, conversation }: TargetMessage,
  { reaction, removed }: GivenReaction,
  context: ConnectorContext,
): Promise<{ replacesOthers: true }> {
  await act(context, conversation, {
    sender_action: removed ? 'unreact' : 'react',
    payload: { message_id: externalId, ...(!removed && { reaction }) },
  });
  return { replacesOthers: true };
}

/** Shows the customer that their messages were seen. */
export async function markRead(
  { conversation }: TargetMessage,
  context: ConnectorContext,
): Promise<void> {
  await act(context, conversation, { sender_action: 'mark_seen' });
}

/** Comments and direct messages know people by the same ids. */
export function privateThread({ author, externalId }: TargetMessage): string {
  return author?.externalId ?? `comment:${externalId}`;
}

async function act(
  context: ConnectorContext,
  { customer, threadKey }: TargetMessage['conversation'],
  action: object,
): Promise<void> {
  const graph = await openInstagram(context);
  const channel: ConnectedChannel = context.channel;
  await graph.call({
    ...{ method: 'POST', path: `${talkerOf(channel)}/messages`, changes: false },
    json: { recipient: { id: customer?.externalId ?? threadKey }, ...action },
  });
}
