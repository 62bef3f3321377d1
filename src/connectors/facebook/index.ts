import { defineConnector } from '../kit/connector';
import { heldByOther } from '../meta/messaging/handover';
import { hide, markRead, privateThread, react, remove } from './actions';
import { connect, disconnect, probe, register } from './connect';
import { manifest } from './manifest';
import { normalise } from './normalise';
import { lookUp } from './profile';
import { findSent, send } from './send';
import { webhook } from './webhook';

/** A Facebook Page: Messenger, and what is written under its posts. */
export const facebook = defineConnector({
  manifest,
  webhook,
  ...{ normalise, lookUp },
  ...{ send, findSent, remove, hide, react, markRead, privateThread },
  unreachable: heldByOther,
  ...{ connect, register, probe, disconnect },
});
