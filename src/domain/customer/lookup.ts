import { z } from 'zod';
import { join, sql, type Sql } from '../../db/sql';
import { ChannelKind } from '../channel/kinds';
import { email, id, line } from '../kit/input';

const identity = z.object({
  channelKind: z.enum(ChannelKind),
  scope: line(500)
    .nullish()
    .transform((scope) => scope ?? ''),
  externalId: line(500),
});

/** The ways to name one customer: exactly one of them is given. */
export const customerLookup = z
  .object({
    id: id('Customer').nullish(),
    email: email.nullish(),
    externalRef: line(200).nullish(),
    identity: identity.nullish(),
  })
  .refine((by) => Object.values(by).filter((value) => value != null).length === 1, {
    message: 'Give exactly one of id, email, externalRef and identity.',
  });

export type CustomerLookup = z.output<typeof customerLookup>;

/** The condition on customer `c` that a lookup stands for. */
export function matches(by: CustomerLookup, workspaceId: string): Sql {
  if (by.id != null) return sql`c.id = ${by.id}`;
  if (by.email != null) return sql`c.email = ${by.email}`;
  if (by.externalRef != null) return sql`c.external_ref = ${by.externalRef}`;
  const { channelKind, scope, externalId } = by.identity!;
  return sql`c.id = (select i.customer_id from customer_identity i
    where i.workspace_id = ${workspaceId}
      and (i.channel_kind, i.scope, i.external_id) = (${join([channelKind, scope, externalId])}))`;
}
