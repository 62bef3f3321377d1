import { OriginRefused, Unauthenticated, type Refusal } from '../../auth/refusals';
import { Unconfirmed } from '../live/live-admissions';

/** Why a socket is closed: the codes of graphql-transport-ws, and two of ours. */
export const CloseCode = {
  /** The server stops. */
  GOING_AWAY: 1001,
  /** More was sent than may be before the socket is admitted. */
  TOO_LARGE: 1009,
  /** Nothing can be checked now. */
  TRY_AGAIN_LATER: 1013,
  BAD_REQUEST: 4400,
  UNAUTHENTICATED: 4401,
  /** A user has to name the workspace, or a customer's token is used on a foreign page. */
  FORBIDDEN: 4403,
  DUPLICATE_ID: 4409,
  /** The peer reads too slowly. */
  SLOW_CONSUMER: 4413,
  FAULT: 4500,
} as const;

/** A code, and words of at most 123 bytes. */
export type Close = readonly [code: number, reason: string];

/** How a socket is closed that isn't admitted, or no longer. */
export function closeFor(reason: Refusal | Unconfirmed): Close {
  if (reason instanceof Unconfirmed) return [CloseCode.TRY_AGAIN_LATER, reason.message];
  if (reason instanceof Unauthenticated) {
    const message = `${reason.code}: send authorization: "Bearer …" (API key or access token) in connection_init.`;
    return [CloseCode.UNAUTHENTICATED, message];
  }
  if (reason instanceof OriginRefused) {
    const message = `${reason.code}: add this page’s origin, to the letter, to the channel’s setting “origins”.`;
    return [CloseCode.FORBIDDEN, message];
  }
  const message = `${reason.code}: name one of your workspaces by parley-workspace: "wsp_…" in connection_init.`;
  return [CloseCode.FORBIDDEN, message];
}

/** How a socket is closed whose peer reads too slowly. */
export function slowConsumer(resumeAfter: number | null): Close {
  const next = resumeAfter === null ? 'subscribe again' : `resume after ${resumeAfter}`;
  return [CloseCode.SLOW_CONSUMER, `SLOW_CONSUMER: ${next}`];
}
