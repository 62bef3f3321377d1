import { z } from 'zod';
import { CustomerIdentity } from '../../entities';
import { ChannelKind } from '../channel/kinds';
import { defineCommand } from '../kit/command';
import { DomainError, ErrorCode, notFound } from '../kit/errors';
import { newId } from '../kit/ids';
import { id, line, optional } from '../kit/input';
import { lockCustomer } from './find-customer';

/** Gives a customer one more handle. Adding a handle that the customer has already changes nothing. */
export const addCustomerIdentity = defineCommand({
  name: 'customerIdentityAdd',
  input: z.object({
    customerId: id('Customer'),
    input: z.object({
      channelKind: z.enum(ChannelKind),
      scope: optional(line(500)),
      externalId: line(500),
      handle: optional(line(200)),
      displayName: optional(line(200)),
    }),
  }),
  async run(work, { customerId, input }) {
    const { manager, actor, now } = work;
    if (!(await lockCustomer(work, { id: customerId }))) throw notFound('customer', ['customerId']);
    const key = {
      workspaceId: actor.workspaceId,
      channelKind: input.channelKind,
      scope: input.scope ?? '',
      externalId: input.externalId,
    };
    const existing = await manager.findOneBy(CustomerIdentity, key);
    if (existing && existing.customerId !== customerId) {
      const message = 'Another customer has this identity.';
      throw new DomainError(ErrorCode.CONFLICT, message, ['input', 'externalId']);
    }
    if (existing) return { result: { customerId, identityId: existing.id } };
    const identityId = newId();
    const { handle, displayName } = input;
    await manager.insert(CustomerIdentity, {
      ...key,
      id: identityId,
      customerId,
      handle,
      displayName,
      createdAt: now,
    });
    return {
      result: { customerId, identityId },
      events: [{ type: 'customer.identity_added', subjectId: customerId, data: { identityId } }],
    };
  },
});
