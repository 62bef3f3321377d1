import { bluesky } from './bluesky';
import { contactForm } from './contact-form';
import { custom } from './custom';
import { email } from './email';
import { facebook } from './facebook';
import { instagram } from './instagram';
import type { Connector } from './kit/connector';
import { webChat } from './web-chat';
import { whatsapp } from './whatsapp';
import { x } from './x';

/** Every connector, by its id: a new one is a folder and a line here. */
export const connectors: Readonly<Record<string, Connector>> = {
  bluesky,
  'contact-form': contactForm,
  custom,
  email,
  facebook,
  instagram,
  'web-chat': webChat,
  whatsapp,
  x,
};
