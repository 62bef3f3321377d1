import type { Connector } from '../../connectors/kit/connector';
import type { Channel } from '../../entities';
import { uuidOf } from '../kit/ids';

type Connectors = Readonly<Record<string, Connector>>;

/** Whether a channel's messages go out by another one, which its settings name. */
export function isAnsweredElsewhere(
  connectors: Connectors,
  { connector }: Pick<Channel, 'connector'>,
): boolean {
  return connectors[connector ?? '']?.manifest.answersBy !== undefined;
}

/** UUID of the channel by which a channel's messages go out; null where its settings name none. */
export function linkedChannelId(
  connectors: Connectors,
  { connector, settings }: Pick<Channel, 'connector' | 'settings'>,
): string | null {
  const key = connectors[connector ?? '']?.manifest.answersBy;
  const named = key === undefined ? undefined : settings[key];
  return typeof named === 'string' ? uuidOf('Channel', named) : null;
}

/** Whether messages of other channels' conversations may go out by channels of a connector. */
export function mayCarry(connectors: Connectors, connectorId: string): boolean {
  return Object.values(connectors).some(({ manifest: { answersBy, settings } }) =>
    settings.some(
      (field) =>
        field.kind === 'channel' && field.key === answersBy && field.connector === connectorId,
    ),
  );
}
