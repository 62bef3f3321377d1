import { z } from 'zod';
import { instant, isShallow } from '../../domain/kit/input';
import type { InboundItem } from './item';

/** Longest id of anything on a platform: PostgreSQL indexes it beside two ids of ours. */
const LONGEST_ID = 500;
const MOST_ID_BYTES = 1_300;
const LONGEST_LOOK_UP = 400;
const LONGEST_NAME = 1_000;
const LONGEST_BODY = 262_144;
const LONGEST_URL = 8_192;
/** Of structured facts, in bytes of JSON. */
const LARGEST_FACTS = 65_536;
/** Of the parts of a message, which may hold it as HTML. */
const LARGEST_CONTENT = 2 * 1024 * 1024;
const DEEPEST = 12;
const MOST_PARTS = 200;
/** Most items that one delivery may hold. */
export const MOST_ITEMS = 10_000;

/** How values that JSON has no form for are written. */
export interface Leaves {
  instant: z.ZodType<Date>;
  order: z.ZodType<bigint>;
  bytes: z.ZodType<Buffer>;
}

/** As `normalise` gives them. */
const values: Leaves = {
  instant,
  order: z
    .bigint('must be a bigint')
    .min(-(2n ** 63n))
    .max(2n ** 63n - 1n),
  bytes: z.custom<Buffer>((value) => Buffer.isBuffer(value), 'must be a Buffer'),
};

const moment = z.iso.datetime({
  offset: true,
  error: 'must be a moment in ISO 8601, such as 2026-03-01T12:00:00Z',
});

/** As they stand in JSON. */
const written: Leaves = {
  instant: moment.transform((text) => new Date(text)).pipe(instant),
  order: z
    .union([z.int(), z.string().regex(/^-?\d{1,18}$/)], 'must be a whole number')
    .transform(BigInt),
  bytes: z.base64('must be base64').transform((text) => Buffer.from(text, 'base64')),
};

const word = z
  .string()
  .min(1, 'must not be empty')
  .max(LONGEST_ID, `must be at most ${LONGEST_ID} characters`)
  .refine((value) => Buffer.byteLength(value) <= MOST_ID_BYTES, {
    message: `must be at most ${MOST_ID_BYTES} bytes in UTF-8`,
  });
const text = (longest: number) => z.string().max(longest, `must be at most ${longest} characters`);
const name = text(LONGEST_NAME).nullish();
const url = text(LONGEST_URL).nullish();

/** A JSON object of a limited size. */
function facts(largest: number) {
  return z
    .record(z.string(), z.unknown(), 'must be an object')
    .refine((value) => isShallow(value, DEEPEST), {
      message: `must be nested at most ${DEEPEST} levels deep`,
      abort: true,
    })
    .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= largest, {
      message: `must be at most ${largest} bytes of JSON`,
    });
}

const someFacts = facts(LARGEST_FACTS);

/** The shape of items; see `item.ts` for what they mean. */
function itemShape({ instant: at, order, bytes }: Leaves) {
  const party = z.strictObject({
    externalId: word,
    handle: name,
    displayName: name,
    email: text(320).nullish(),
    phone: text(64).nullish(),
    aliases: z.array(word).max(20).optional(),
    profile: someFacts.optional(),
  });
  const post = z.strictObject({
    externalId: word,
    publishedAt: at,
    body: text(LONGEST_BODY).nullish(),
    url,
    authorName: name,
    platform: someFacts.optional(),
  });
  const attachment = z.strictObject({
    fileName: name,
    contentType: text(255).nullish(),
    byteSize: z.int().min(0).nullish(),
    url,
    externalId: text(LONGEST_URL).nullish(),
    bytes: bytes.nullish(),
    contentId: name,
    failure: text(LONGEST_BODY).nullish(),
  });
  const answer = z.strictObject({
    key: text(LONGEST_NAME),
    label: text(LONGEST_BODY),
    value: text(LONGEST_BODY),
  });
  const message = z.strictObject({
    type: z.literal('message'),
    threadKey: word,
    namesake: z.object({ fingerprint: word, externalId: word }).optional(),
    relatedTo: z.array(word).max(MOST_PARTS).optional(),
    isWithCustomer: z.boolean().optional(),
    externalId: word,
    direction: z.enum(['INBOUND', 'OUTBOUND'], 'must be INBOUND or OUTBOUND'),
    author: z
      .union([party, z.strictObject({ name: text(LONGEST_NAME) })], {
        error: 'must be a party with an externalId, or { name }',
      })
      .nullable(),
    customer: party.nullish(),
    sentAt: at,
    orderKey: order.optional(),
    body: text(LONGEST_BODY),
    replyTo: word.nullish(),
    visibility: z.enum(['PUBLIC', 'PRIVATE'], 'must be PUBLIC or PRIVATE').nullish(),
    subject: text(LONGEST_NAME).nullish(),
    post: post.nullish(),
    attachments: z.array(attachment).max(MOST_PARTS).optional(),
    content: facts(LARGEST_CONTENT).nullish(),
    clientKey: word.nullish(),
    editedAt: at.nullish(),
    platform: someFacts.nullish(),
    conversationPlatform: someFacts.nullish(),
    answers: z.array(answer).max(MOST_PARTS).optional(),
    isAutomatic: z.boolean().optional(),
  });
  const edit = z.strictObject({
    ...{ type: z.literal('edit'), externalId: word, body: text(LONGEST_BODY), editedAt: at },
  });
  const deletion = z.strictObject({
    ...{ type: z.literal('deletion'), externalId: word, deletedAt: at },
  });
  const hiding = z.strictObject({
    ...{ type: z.literal('hiding'), externalId: word, hidden: z.boolean(), at },
  });
  const reaction = z.strictObject({
    ...{ type: z.literal('reaction'), externalId: word, actor: party.nullable() },
    ...{ reaction: word.nullable(), removed: z.boolean(), at, reactionId: word.nullish() },
  });
  const receipt = z.strictObject({
    type: z.literal('receipt'),
    status: z.enum(['SENT', 'DELIVERED', 'READ', 'FAILED']),
    at,
    about: z.union(
      [
        z.strictObject({ externalId: word }),
        z.strictObject({ clientKey: word, externalId: word.optional() }),
        z.strictObject({ threadKey: word }),
      ],
      'must have one of externalId, clientKey and threadKey',
    ),
    failure: z.strictObject({ code: text(100), message: text(LONGEST_NAME) }).optional(),
    platform: someFacts.optional(),
  });
  const conversation = z.strictObject({
    ...{ type: z.literal('conversation'), threadKey: word, platform: someFacts, at },
  });
  const touchpoint = z.strictObject({
    ...{ type: z.literal('touchpoint'), party, externalId: word, occurredAt: at },
    touchpoint: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'must be in snake_case'),
    properties: someFacts.optional(),
  });
  const partyNews = z.strictObject({
    ...{ type: z.literal('party'), party, at, formerExternalId: word.nullish() },
  });
  const template = z.strictObject({
    type: z.literal('template'),
    name: word,
    language: word,
    status: z.enum(['APPROVED', 'PENDING', 'REJECTED', 'PAUSED', 'DISABLED', 'OTHER']),
    reason: text(LONGEST_NAME).nullable(),
    at,
  });
  const health = z.strictObject({
    type: z.literal('health'),
    health: z.enum(['OK', 'DEGRADED', 'NEEDS_RECONNECT']),
    reason: text(LONGEST_NAME).nullable(),
    at,
  });
  const shapes = [message, edit, deletion, hiding, reaction, receipt, touchpoint] as const;
  const posted = z.strictObject({ type: z.literal('post'), post });
  return [...shapes, conversation, partyNews, posted, template, health] as const;
}

/** Only connectors can look something up. */
const lookUp = z.strictObject({
  type: z.literal('lookUp'),
  key: word.max(LONGEST_LOOK_UP, `must be at most ${LONGEST_LOOK_UP} characters`),
  about: someFacts,
});

const itemsOf = <
  Shapes extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]],
>(
  shapes: Shapes,
) =>
  z
    .array(
      z.discriminatedUnion('type', shapes, {
        error: 'must be an object with one of the types of items',
      }),
      'must be a list',
    )
    .max(MOST_ITEMS, `must be at most ${MOST_ITEMS}`);

const normalised = itemsOf([...itemShape(values), lookUp]);

/** Items in JSON: moments in ISO 8601, bytes in base64. */
export const writtenItems: z.ZodType<InboundItem[]> = itemsOf(itemShape(written));

/**
 * Checks what a connector made of a delivery.
 * @throws BadItems with what is wrong with it.
 */
export function checkItems(items: unknown): InboundItem[] {
  const parsed = normalised.safeParse(items);
  if (parsed.success) return parsed.data;
  throw new BadItems(wordsOf(parsed.error));
}

/** Raised for items that can't be taken in. */
export class BadItems extends Error {}

/** The first few problems in words: where each is, and what it should be. */
export function wordsOf({ issues }: z.ZodError): string {
  const few = issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  const more = issues.length > few.length ? ` (and ${issues.length - few.length} more)` : '';
  return `${few.join('; ')}${more}`;
}
