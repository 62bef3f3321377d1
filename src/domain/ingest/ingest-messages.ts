import { z } from 'zod';
import { defineCommand, type Outcome } from '../kit/command';
import { ingestItems } from './ingest';
import type { Ingested, InboundItem } from './item';

/** Takes a batch of messages in; for connectors and importers, which have checked the items. */
export const ingestMessages = defineCommand({
  name: 'messagesIngest',
  input: z.object({ items: z.custom<InboundItem[]>(Array.isArray) }),
  async run(work, { items }): Promise<Outcome<{ ingested: Ingested[] }>> {
    const { ingested, events } = await ingestItems(work, items);
    return { result: { ingested }, events };
  },
});
