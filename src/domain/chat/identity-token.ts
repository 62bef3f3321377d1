import { z } from 'zod';
import { Unauthenticated } from '../../auth/refusals';
import { email, line } from '../kit/input';

/** Whom the company's own server vouches for. */
export interface CustomerClaims {
  /** The customer's id at the company. */
  subject: string;
  name: string | null;
  email: string | null;
  /** Milliseconds since the epoch; from then on the token is refused. */
  validUntil: number;
}

/** How far the company's clock may be off, in seconds. */
const CLOCK_TOLERANCE = 30;

const claims = z.object({
  sub: z.string().regex(/^[\x21-\x7e]{1,255}$/),
  exp: z.number(),
  name: line(200).nullable().catch(null),
  email: email.nullable().catch(null),
});

/** The channel, `chn_…`, that a token says it is for; nothing is proven by that. */
export async function audienceOf(token: string): Promise<string> {
  const { decodeJwt, errors } = await import('jose');
  try {
    const { aud } = decodeJwt(token);
    if (typeof aud === 'string') return aud;
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
  }
  throw new Unauthenticated('customer token without one audience');
}

/**
 * Checks a token by the channel's secret.
 * @throws Unauthenticated for one that doesn't hold.
 */
export async function verifyIdentityToken(
  token: string,
  { audience, secret, now }: { audience: string; secret: string; now: Date },
): Promise<CustomerClaims> {
  const { jwtVerify, errors } = await import('jose');
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      audience,
      algorithms: ['HS256'],
      clockTolerance: CLOCK_TOLERANCE,
      requiredClaims: ['sub', 'exp'],
      currentDate: now,
    });
    const parsed = claims.safeParse(payload);
    if (!parsed.success) throw new Unauthenticated('customer token with an unusable claim');
    const { sub, exp, name, email: address } = parsed.data;
    const validUntil = (exp + CLOCK_TOLERANCE) * 1_000;
    return { subject: sub, name, email: address, validUntil };
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    // the error's message can quote what is in the token, its code can't
    throw new Unauthenticated(`customer token refused: ${error.code}`);
  }
}
