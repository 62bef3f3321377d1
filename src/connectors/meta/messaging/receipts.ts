import type { InboundItem, ReactionItem, ReceiptItem } from '../../kit/item';
import { momentIn, textIn, valuesIn } from '../values';
import type { TalkEvent } from './talk';

/** What came to the customer: single messages, and all up to a time. */
export function readDelivery({ values, threadKey, isOurs, at }: TalkEvent): InboundItem[] {
  // that the account has seen what the customer wrote says nothing of what it wrote itself
  if (isOurs) return [];
  const delivery = valuesIn(values, 'delivery');
  const until = momentIn(delivery, 'watermark');
  const told = { type: 'receipt', status: 'DELIVERED' } as const;
  const mids = Array.isArray(delivery.mids) ? delivery.mids : [];
  const single = mids
    .filter((mid): mid is string => typeof mid === 'string' && mid !== '')
    .map((externalId): ReceiptItem => ({ ...told, at: until ?? at, about: { externalId } }));
  return [...single, ...(until ? [{ ...told, at: until, about: { threadKey } }] : [])];
}

/** What the customer has seen: all up to a time, or a message, which stands for all before it. */
export function readRead({ values, threadKey, isOurs, at }: TalkEvent): InboundItem[] {
  if (isOurs) return [];
  const read = valuesIn(values, 'read');
  const told = { type: 'receipt', status: 'READ' } as const;
  const [until, externalId] = [momentIn(read, 'watermark'), textIn(read, 'mid')];
  if (externalId) return [{ ...told, at, about: { externalId } }];
  return until ? [{ ...told, at: until, about: { threadKey } }] : [];
}

/** One reaction of each: a new one takes the place of the one before. */
export function readReaction({ values, customer, isOurs, at }: TalkEvent): InboundItem[] {
  const told = valuesIn(values, 'reaction');
  const externalId = textIn(told, 'mid');
  if (!externalId) return [];
  const own = { type: 'reaction', externalId, actor: isOurs ? null : customer, at } as const;
  const none: ReactionItem = { ...own, reaction: null, removed: true };
  if (textIn(told, 'action') === 'unreact') return [none];
  const reaction = textIn(told, 'emoji') ?? textIn(told, 'reaction') ?? 'other';
  return [none, { ...own, reaction, removed: false }];
}
