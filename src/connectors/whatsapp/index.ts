import { defineConnector } from '../kit/connector';
import { connect, disconnect, probe, register } from './connect';
import { manifest } from './manifest';
import { fetchMedia } from './media';
import { normalise } from './normalise';
import { findSent, markRead, react, send } from './send';
import { webhook } from './webhook';

export const whatsapp = defineConnector({
  manifest,
  webhook,
  normalise,
  send,
  findSent,
  react,
  markRead,
  fetchMedia,
  connect,
  register,
  probe,
  disconnect,
});
