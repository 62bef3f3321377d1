import { defineConnector } from '../kit/connector';
import { connect, probe } from './account';
import { findSent } from './find-sent';
import { manifest } from './manifest';
import { normalise } from './normalise';
import { plannedId, send } from './send';
import { source } from './source';
import { webhook } from './webhook';

export const email = defineConnector({
  manifest,
  webhook,
  normalise,
  source,
  send,
  plannedId,
  findSent,
  connect,
  probe,
});
