import { defineConnector } from '../kit/connector';
import { connect } from './account';
import { manifest } from './manifest';
import { normalise } from './normalise';
import { unreachable } from './unreachable';
import { webhook } from './webhook';

export const contactForm = defineConnector({ manifest, webhook, normalise, connect, unreachable });
