import { defineConnector } from '../kit/connector';
import { hide, markRead, privateThread, react, remove } from './actions';
import { connect, disconnect, probe, register } from './connect';
import { findSent } from './find-sent';
import { lookUp } from './look-up';
import { manifest } from './manifest';
import { normalise } from './normalise';
import { send } from './send';
import { unreachable } from './unreachable';
import { webhook } from './webhook';

export const instagram = defineConnector({
  ...{ manifest, webhook, normalise, lookUp, send, findSent, unreachable },
  ...{ hide, remove, react, markRead, privateThread },
  ...{ connect, register, probe, disconnect },
});
