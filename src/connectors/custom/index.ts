import { defineConnector } from '../kit/connector';
import { manifest } from './manifest';
import { normalise } from './normalise';
import { findSent, send } from './send';
import { webhook } from './webhook';

export const custom = defineConnector({ manifest, webhook, normalise, send, findSent });
