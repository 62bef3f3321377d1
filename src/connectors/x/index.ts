import { defineConnector } from '../kit/connector';
import { manifest } from './manifest';
import { normalise } from './normalise';
import { webhook } from './webhook';

export const x = defineConnector({
  manifest,
  webhook,
  normalise,
});
