import { z } from 'zod';
import { Unreadable } from '../kit/errors';
import { notification, ownRecord, postView, profile } from './lexicon';

/**
 * What the source stores: the network's own objects, with what else is needed to tell what they
 * mean, so that a channel can be replayed without asking anybody.
 */

/** From the root down; null instead of a view where the post is gone or hidden. */
const ancestors = z.array(z.object({ uri: z.string(), view: postView.nullable() }));
export type Ancestor = z.infer<typeof ancestors>[number];

const delivered = z.discriminatedUnion('type', [
  /** Something that somebody did to the company. */
  z.object({
    type: z.literal('notification'),
    notification,
    profile: profile.nullable(),
    ancestors,
  }),
  /** A post of the company's, made here or beside Parley. */
  z.object({ type: z.literal('own'), own: ownRecord, ancestors }),
  /** A known post says something else than before. */
  z.object({
    type: z.literal('edited'),
    uri: z.string(),
    cid: z.string(),
    record: z.looseObject({}),
    seenAt: z.string(),
  }),
  /** A known record is gone. */
  z.object({
    type: z.literal('gone'),
    uri: z.string(),
    seenAt: z.string(),
  }),
]);
export type Delivered = z.infer<typeof delivered>;

/** The name under which it is stored once. */
export function eventKeyOf(it: Delivered): string {
  switch (it.type) {
    case 'notification':
      return `${it.notification.reason} ${it.notification.uri}#${it.notification.cid}`;
    case 'own':
      return `own ${it.own.uri}#${it.own.cid}`;
    case 'edited':
      return `edited ${it.uri}#${it.cid}`;
    case 'gone':
      return `gone ${it.uri}`;
  }
}

export function encodeDelivery(it: Delivered): { eventKey: string; body: Buffer } {
  return { eventKey: eventKeyOf(it), body: Buffer.from(JSON.stringify(it)) };
}

/** @throws Unreadable */
export function decodeDelivery(body: Buffer): Delivered {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new Unreadable('It is not JSON.', { cause: error });
  }
  const result = delivered.safeParse(value);
  if (result.success) return result.data;
  throw new Unreadable(z.prettifyError(result.error), { cause: result.error });
}
