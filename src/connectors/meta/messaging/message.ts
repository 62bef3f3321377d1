import type { InboundItem, MessageContent, MessageItem } from '../../kit/item';
import { idIn, listIn, textIn, valuesIn, type Values } from '../values';
import { readAttachments } from './attachments';
import { standbyHolding } from './handover';
import { readReferral, referralContent } from './referral';
import type { TalkEvent } from './talk';

/** A message, one of ours that comes back, or that one was taken back. */
export function readMessage(event: TalkEvent): InboundItem[] {
  const message = valuesIn(event.values, 'message');
  const externalId = textIn(message, 'mid');
  if (!externalId) return [];
  if (message.is_deleted === true) {
    return [{ type: 'deletion', externalId, deletedAt: event.at }];
  }
  const { files, content } = readAttachments(listIn(message, 'attachments'));
  const parts = { ...content, ...partsOf(message, event) };
  const item: MessageItem = {
    ...outlineOf(event, externalId, textIn(message, 'text') ?? ''),
    orderKey: orderOf(message.seq),
    replyTo: textIn(valuesIn(message, 'reply_to'), 'mid'),
    ...(files.length > 0 && { attachments: files }),
    ...(Object.keys(parts).length > 0 && { content: parts }),
    ...(event.isOurs && { clientKey: clientKeyOf(message, event) }),
  };
  const appId = idIn(message, 'app_id');
  const referral = valuesIn(message, 'referral');
  return [
    { ...item, ...(appId && { platform: { ...item.platform, appId } }) },
    ...readReferral(event, referral, externalId),
  ];
}

/** Our own key, where the message is by our app: what other tools write there is theirs. */
function clientKeyOf(message: Values, { appId }: TalkEvent): string | null {
  const by = idIn(message, 'app_id');
  return appId === null || by === null || by === appId ? textIn(message, 'metadata') : null;
}

function partsOf(message: Values, { values, isStandby }: TalkEvent): MessageContent {
  const text = textIn(message, 'text');
  const payload = textIn(valuesIn(message, 'quick_reply'), 'payload');
  const story = valuesIn(valuesIn(message, 'reply_to'), 'story');
  const [storyUrl, storyId] = [textIn(story, 'url'), idIn(story, 'id')];
  const commands = listIn(message, 'commands').flatMap((it) => textIn(it, 'name') ?? []);
  return {
    ...(payload && { choice: { ...(text && { title: text }), payload } }),
    ...((storyUrl || storyId) && {
      story: { ...(storyUrl && { url: storyUrl }), ...(storyId && { externalId: storyId }) },
    }),
    ...(isStandby && { standby: true }),
    ...(message.is_unsupported === true && { unsupported: 'unsupported' }),
    ...referralContent(valuesIn(message, 'referral'), valuesIn(values, 'prior_message')),
    ...(commands.length > 0 && { commands }),
  };
}

/** A message was edited; where the message itself never came, this is what there is of it. */
export function readEdit(event: TalkEvent): InboundItem[] {
  const edit = valuesIn(event.values, 'message_edit');
  const externalId = textIn(edit, 'mid');
  if (!externalId || typeof edit.text !== 'string') return [];
  return [{ ...outlineOf(event, externalId, edit.text), editedAt: event.at }];
}

/** What every message of a talk has. */
export function outlineOf(event: TalkEvent, externalId: string, body: string): MessageItem {
  const { threadKey, customer, isOurs, at, isStandby } = event;
  return {
    type: 'message',
    ...{ threadKey, externalId, body, customer, sentAt: at, visibility: 'PRIVATE' },
    direction: isOurs ? 'OUTBOUND' : 'INBOUND',
    author: isOurs ? null : customer,
    ...(isStandby && {
      platform: { isStandby },
      conversationPlatform: { ...standbyHolding(at) },
    }),
  };
}

function orderOf(seq: unknown): bigint {
  return typeof seq === 'number' && Number.isSafeInteger(seq) && seq > 0 ? BigInt(seq) : 0n;
}
