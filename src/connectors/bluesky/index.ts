import { defineConnector } from '../kit/connector';
import { manifest } from './manifest';
import { fetchMedia } from './media';
import { normalise } from './normalise';
import { findSent, plannedId, remove, send } from './send';
import { connect, disconnect, probe } from './session';
import { source } from './source';

export const bluesky = defineConnector({
  manifest,
  normalise,
  source,
  send,
  plannedId,
  findSent,
  remove,
  fetchMedia,
  connect,
  probe,
  disconnect,
});
