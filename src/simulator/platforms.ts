import { custom } from './custom';
import { facebook } from './facebook';
import { instagram } from './instagram';
import type { Platform } from './platform';
import { whatsapp } from './whatsapp';
import { x } from './x';

/** Every platform that can be simulated, by the name of its connector. */
export const platforms: Readonly<Record<string, Platform<unknown>>> = {
  custom,
  facebook,
  instagram,
  whatsapp,
  x,
};
