import type { Account, ConnectorContext } from '../kit/connector';

/** A form is nobody's account: it is its own channel. */
export function connect({ channel }: ConnectorContext): Promise<Account> {
  const { title } = channel.settings;
  return Promise.resolve({
    externalId: channel.id,
    ...(typeof title === 'string' && { name: title }),
  });
}
