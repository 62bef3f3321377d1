import { defineConnector } from '../kit/connector';
import { Unreadable } from '../kit/errors';
import { manifest } from './manifest';

/**
 * A message is delivered by being stored: customers read it from Parley itself. So its id is our own,
 * sending it again changes nothing, and nothing ever comes from a platform.
 */
export const webChat = defineConnector({
  manifest,
  plannedId: ({ clientKey }) => `sent:${clientKey}`,
  send: ({ clientKey }) =>
    Promise.resolve({ externalId: `sent:${clientKey}`, status: 'DELIVERED' as const }),
  // ids of customers are the company's own, and one channel's secret vouches for that channel only
  connect: ({ channel: { id } }) => Promise.resolve({ externalId: id, identityScope: id }),
  normalise: () => {
    throw new Unreadable('Nothing is delivered to a web chat: customers use the API.');
  },
});
