import type { ConnectorContext, GivenReaction, TargetMessage } from '../kit/connector';
import type { GraphRefusal } from '../meta/graph-refusal';
import { graphOf } from './account';
import { MESSAGES, recipientOf } from './send-message';

/** 100/33: there is no such object, or not any longer. */
const isGone = ({ code, subcode }: GraphRefusal) => code === 100 && subcode === 33;

/** Doing any of this twice changes nothing, so no outcome is left open. */
const again = { changes: false } as const;

export async function remove(
  { externalId }: TargetMessage,
  context: ConnectorContext,
): Promise<void> {
  await graphOf(context).callUnless(isGone, { method: 'DELETE', path: externalId, ...again });
}

export async function hide(
  { externalId }: TargetMessage,
  hidden: boolean,
  context: ConnectorContext,
): Promise<void> {
  const json = { is_hidden: hidden };
  await graphOf(context).call({ method: 'POST', path: externalId, json, ...again });
}

/** Of comments there is but the like; in Messenger one reaction takes the place of another. */
export async function react(
  message: TargetMessage,
  { reaction, removed }: GivenReaction,
  context: ConnectorContext,
): Promise<{ replacesOthers: boolean }> {
  const { externalId, conversation } = message;
  if (conversation.visibility === 'PUBLIC') {
    const method = removed ? 'DELETE' : 'POST';
    await graphOf(context).call({ method, path: `${externalId}/likes`, ...again });
  } else {
    await act(message, context, {
      sender_action: removed ? 'unreact' : 'react',
      payload: { message_id: externalId, ...(!removed && { reaction }) },
    });
  }
  return { replacesOthers: true };
}

export async function markRead(message: TargetMessage, context: ConnectorContext): Promise<void> {
  await act(message, context, { sender_action: 'mark_seen' });
}

async function act(
  { conversation }: TargetMessage,
  context: ConnectorContext,
  action: object,
): Promise<void> {
  await graphOf(context).call({
    ...{ method: 'POST', path: `${context.channel.externalId}/messages`, bucket: MESSAGES },
    json: { recipient: recipientOf({ conversation }), ...action },
    ...again,
  });
}

/** Authors of comments have the id under which Messenger knows them; the answer tells if not. */
export function privateThread({ author, externalId }: TargetMessage): string {
  return author?.externalId ?? `comment:${externalId}`;
}
