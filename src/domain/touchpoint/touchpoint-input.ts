import { z } from 'zod';
import { customerLookup } from '../customer/lookup';
import { OWN_SOURCE } from '../ingest/touchpoints';
import { id, instant, jsonObject, line, optional } from '../kit/input';

const money = z.object({
  amount: z.string().regex(/^-?\d{1,14}(\.\d{1,6})?$/, 'Must be a decimal number such as 12.50.'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'Must be an ISO 4217 code such as EUR.'),
});

const snakeCase = 'Must be lower snake case, such as ad_click.';
const range = 'Must be from -1 to 1.';

/** One touchpoint as another system states it. */
export const touchpointInput = z.object({
  customer: customerLookup,
  type: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, snakeCase),
  source: line(100).refine((source) => source !== OWN_SOURCE, 'Is reserved for Parley itself.'),
  externalId: line(200),
  occurredAt: instant,
  stage: optional(line(50)),
  channelId: optional(id('Channel')),
  properties: optional(jsonObject),
  cost: optional(money),
  value: optional(money),
  // to the precision that is kept; PostgreSQL refuses what is too close to zero for it
  sentiment: optional(z.number().min(-1, range).max(1, range).transform(Math.fround)),
});

export type TouchpointInput = z.output<typeof touchpointInput>;
