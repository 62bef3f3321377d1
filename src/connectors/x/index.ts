import { defineConnector } from '../kit/connector';
import { fetchMedia, hide, privateThread, react, remove } from './actions';
import { announce, connect, disconnect, probe } from './connect';
import { findSent } from './find-sent';
import { manifest } from './manifest';
import { normalise } from './normalise';
import { send } from './send';
import { source } from './source';
import { webhook } from './webhook';

export const x = defineConnector({
  manifest,
  webhook,
  normalise,
  source,
  send,
  findSent,
  remove,
  hide,
  react,
  privateThread,
  fetchMedia,
  connect,
  announce,
  probe,
  disconnect,
});
