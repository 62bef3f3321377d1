import { z } from 'zod';
import { connectorActor } from '../../src/auth/actor';
import type { InboundItem, MessageItem } from '../../src/connectors/kit/item';
import { applyItems, type ItemChannel } from '../../src/domain/inbound/apply-items';
import { defineCommand, runCommand } from '../../src/domain/kit/command';
import type { TestApp } from '../support/app';
import type { Client } from '../support/client';
import { uuid } from '../support/owner';
import { makeChannel, unique } from '../support/world';

const takeItems = defineCommand({
  name: 'itemsTake',
  input: z.object({
    channel: z.custom<ItemChannel>(),
    items: z.custom<InboundItem[]>(Array.isArray),
  }),
  run: async (work, { channel, items }) => ({
    result: {},
    events: await applyItems(work, channel, items),
  }),
});

/** A connected channel as tests of items see it. */
export interface ItemsWorld {
  owner: Client;
  workspaceId: string;
  channelId: string;
  channel: ItemChannel;
  /** What a connector says has happened, taken in by one command. */
  take: (...items: InboundItem[]) => Promise<void>;
}

/** A new workspace with a channel. */
export async function itemsWorld(
  parley: TestApp,
  input: { kind?: string; visibility?: 'PUBLIC' | 'PRIVATE' } = {},
): Promise<ItemsWorld> {
  const { owner, workspaceId } = await parley.workspace();
  const { kind = 'X', visibility = 'PRIVATE' } = input;
  const channelId = await makeChannel(owner, { kind, visibility });
  const channel = { id: uuid(channelId), kind, name: 'Acme', identityScope: '', visibility };
  const actor = connectorActor(workspaceId, channel.id, 'a connector');
  return {
    owner,
    workspaceId,
    channelId,
    channel,
    async take(...items) {
      const answer = await runCommand(parley.app.units, actor, parley.now(), takeItems, {
        channel,
        items,
      });
      if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
    },
  };
}

/** Noon of the day on which the tests' talk takes place, and some minutes. */
export function at(minutes: number): Date {
  return new Date(Date.UTC(2026, 1, 1, 12) + minutes * 60_000);
}

/** A message; whatever is left out is made up. */
export function message(told: Partial<MessageItem> = {}): MessageItem {
  return {
    type: 'message',
    threadKey: 'thread',
    externalId: unique('message'),
    direction: 'INBOUND',
    author: { externalId: 'ada', displayName: 'Ada' },
    sentAt: at(0),
    body: 'Where is my parcel?',
    ...told,
  };
}
