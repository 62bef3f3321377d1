import { bluesky } from './bluesky';
import { custom } from './custom';
import { email } from './email';
import type { Connector } from './kit/connector';
import { webChat } from './web-chat';

/** Every connector, by its id: a new one is a folder and a line here. */
export const connectors: Readonly<Record<string, Connector>> = {
  bluesky,
  custom,
  email,
  'web-chat': webChat,
};
