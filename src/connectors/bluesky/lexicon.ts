import { z } from 'zod';
import { OutcomeUnknown, RetryLater } from '../kit/errors';
import { parseAtUri } from './at-uri';

/** What Parley reads of the network's records and views; what else they hold is kept as it came. */

const atUri = z.string().refine((uri) => parseAtUri(uri) !== null, 'is no name of a record');
const moment = z.string().refine((time) => !Number.isNaN(Date.parse(time)), 'is no moment');

export const strongRef = z.looseObject({ uri: z.string(), cid: z.string() });
export type StrongRef = Pick<z.infer<typeof strongRef>, 'uri' | 'cid'>;

const facet = z.looseObject({
  features: z.array(z.looseObject({ $type: z.string(), did: z.string().optional() })),
});

export const post = z.looseObject({
  text: z.string(),
  createdAt: z.string(),
  langs: z.array(z.string()).optional(),
  reply: z.looseObject({ root: strongRef, parent: strongRef }).optional(),
  facets: z.array(facet).optional().catch(undefined),
  embed: z.looseObject({ $type: z.string() }).optional().catch(undefined),
});
export type Post = z.infer<typeof post>;

/** A person: the short form beside a post, or the long one of `getProfiles`. */
export const profile = z.looseObject({
  did: z.string(),
  handle: z.string(),
  displayName: z.string().optional(),
  avatar: z.string().optional(),
  description: z.string().optional(),
  followersCount: z.number().optional(),
  followsCount: z.number().optional(),
  postsCount: z.number().optional(),
  verification: z
    .looseObject({
      verifiedStatus: z.string().optional(),
      trustedVerifierStatus: z.string().optional(),
    })
    .optional(),
});
export type Profile = z.infer<typeof profile>;

export const postView = z.looseObject({
  uri: atUri,
  cid: z.string(),
  author: profile,
  record: z.looseObject({ $type: z.string().optional() }),
  indexedAt: moment,
});
export type PostView = z.infer<typeof postView>;

export const notification = z.looseObject({
  uri: atUri,
  cid: z.string(),
  author: profile,
  reason: z.string(),
  reasonSubject: z.string().optional(),
  record: z.looseObject({ $type: z.string().optional() }),
  indexedAt: moment,
});
export type Notification = z.infer<typeof notification>;

/** One of the company's own records, as its server lists it. */
export const ownRecord = z.looseObject({
  uri: atUri,
  cid: z.string(),
  value: z.looseObject({ $type: z.string().optional() }),
});
export type OwnRecord = z.infer<typeof ownRecord>;

/**
 * An answer of the network's, checked.
 * @throws RetryLater, or OutcomeUnknown after a change, where it is something else: half an answer,
 *   or the page of something in between.
 */
export function read<T>(shape: z.ZodType<T>, answer: unknown, changes = false): T {
  const result = shape.safeParse(answer);
  if (result.success) return result.data;
  const words = `Bluesky's answer is not what was asked for: ${z.prettifyError(result.error)}`;
  throw changes ? new OutcomeUnknown(words) : new RetryLater(words);
}
