import type { Connector } from '../kit/connector';

/** Whoever gave no address can't be answered. */
export const unreachable: NonNullable<Connector['unreachable']> = ({ platform }) =>
  typeof platform['email'] === 'string'
    ? null
    : 'The form was sent without an e-mail address: there is nowhere to answer to.';
