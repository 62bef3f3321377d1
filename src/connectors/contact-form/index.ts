import { defineConnector } from '../kit/connector';
import { connect } from './account';
import { manifest } from './manifest';
import { normalise } from './normalise';
import { webhook } from './webhook';

export const contactForm = defineConnector({ manifest, webhook, normalise, connect });
