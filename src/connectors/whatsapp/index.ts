import { defineConnector } from '../kit/connector';
import { announce, connect, disconnect, probe, register } from './connect';
import { manifest } from './manifest';
import { fetchMedia } from './media';
import { normalise } from './normalise';
import { findSent, markRead, react, send } from './send';
import { templates } from './templates';
import { webhook } from './webhook';

export const whatsapp = defineConnector({
  manifest,
  webhook,
  normalise,
  send,
  findSent,
  react,
  markRead,
  templates,
  fetchMedia,
  connect,
  register,
  announce,
  probe,
  disconnect,
});
