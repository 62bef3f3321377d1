import type { Logger } from 'pino';
import { z } from 'zod';
import type { OidcConfig } from '../config/config';
import { line } from '../domain/kit/input';
import { Unauthenticated } from './refusals';

/** What the issuer vouches for in a token that holds. */
export interface Identity {
  issuer: string;
  /** Names the person for ever, within the issuer. */
  subject: string;
  /** In lower case; null when the token has none, or one that the issuer didn't verify. */
  verifiedEmail: string | null;
  name: string | null;
  /** Milliseconds since the epoch; from then on the token is refused. */
  validUntil: number;
}

export interface AccessTokensOptions {
  oidc: OidcConfig;
  clock: () => Date;
  log: Pick<Logger, 'warn'>;
}

/** Asymmetric ones only: with HS256 and its like, anybody who knows the public key could sign. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** How far the issuer's clock may be off, in seconds. */
const CLOCK_TOLERANCE = 30;
/** All in milliseconds. */
const KEYS_TIMEOUT = 3_000;
const KEYS_MAX_AGE = 600_000;
/** A token signed by an unknown key has the keys fetched again, but no more often than this. */
const KEYS_COOLDOWN = 10_000;
/** The same for an issuer that didn't answer. */
const KEYS_HOLD_OFF = 1_000;

const claims = z.object({
  // OpenID Connect Core, section 2
  sub: z.string().regex(/^[\x20-\x7e]{1,255}$/),
  exp: z.number(),
  email: line(254).nullable().catch(null),
  email_verified: z.boolean().catch(false),
  name: line(200).nullable().catch(null),
});

/** The algorithm that a signed JWT names: three parts, and a header with `alg`; null for anything else. */
export function algorithmOf(token: string): string | null {
  const [, header] = /^([\w-]+)\.[\w-]+\.[\w-]*$/.exec(token) ?? [];
  if (!header) return null;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
    return typeof parsed === 'object' && parsed !== null && 'alg' in parsed
      ? String(parsed.alg)
      : null;
  } catch {
    return null;
  }
}

/** Whether this has the form of a signed JWT. */
export function looksLikeJwt(token: string): boolean {
  return algorithmOf(token) !== null;
}

/** Checks access tokens of one OpenID Connect issuer against the keys that it publishes. */
export class AccessTokens {
  private verifier: Promise<(token: string) => Promise<object>> | undefined;
  /** When the keys last couldn't be fetched, in milliseconds since the epoch. */
  private failedAt = -Infinity;

  constructor(private readonly options: AccessTokensOptions) {}

  /**
   * Whom the token stands for.
   * @throws Unauthenticated for a token that doesn't hold, and for every token while the issuer's
   * keys are needed and can't be had.
   */
  async verify(token: string): Promise<Identity> {
    const verify = await (this.verifier ??= this.createVerifier());
    const parsed = claims.safeParse(await verify(token));
    if (!parsed.success) throw new Unauthenticated('access token with an unusable claim');
    const { sub, exp, email, email_verified, name } = parsed.data;
    return {
      issuer: this.options.oidc.issuer,
      subject: sub,
      verifiedEmail: email_verified && email ? email.toLowerCase() : null,
      name,
      validUntil: (exp + CLOCK_TOLERANCE) * 1_000,
    };
  }

  private async createVerifier(): Promise<(token: string) => Promise<object>> {
    const { createRemoteJWKSet, customFetch, errors, jwtVerify } = await import('jose');
    const { oidc, clock, log } = this.options;
    const keys = createRemoteJWKSet(new URL(oidc.jwksUrl), {
      timeoutDuration: KEYS_TIMEOUT,
      cooldownDuration: KEYS_COOLDOWN,
      cacheMaxAge: KEYS_MAX_AGE,
      [customFetch]: (url: string, init: RequestInit) => this.fetchKeys(url, init),
    });
    return async (token) => {
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer: oidc.issuer,
          audience: oidc.audience,
          algorithms,
          clockTolerance: CLOCK_TOLERANCE,
          requiredClaims: ['sub', 'exp'],
          currentDate: clock(),
        });
        return payload;
      } catch (error) {
        if (error instanceof KeysUnavailable) throw new Unauthenticated('no keys of the issuer');
        // a key that the issuer publishes and that can't be used, one that is too short for example
        if (!(error instanceof errors.JOSEError)) {
          log.warn({ err: error }, 'an access token could not be checked');
          throw new Unauthenticated('access token that could not be checked');
        }
        // the error's message can quote what is in the token, its code can't
        throw new Unauthenticated(`access token refused: ${error.code}`);
      }
    };
  }

  private async fetchKeys(url: string, init: RequestInit): Promise<Response> {
    const now = this.options.clock().getTime();
    const sinceFailure = now - this.failedAt;
    if (sinceFailure >= 0 && sinceFailure < KEYS_HOLD_OFF) throw new KeysUnavailable();
    try {
      const response = await fetch(url, init);
      if (response.status !== 200) throw new Error(`The answer has the status ${response.status}.`);
      const published: unknown = await response.json();
      return Response.json(z.object({ keys: z.array(z.looseObject({})) }).parse(published));
    } catch (error) {
      this.failedAt = now;
      this.options.log.warn(
        { err: error, url },
        'the keys of the OpenID Connect issuer are missing',
      );
      throw new KeysUnavailable();
    }
  }
}

/** The issuer's keys couldn't be fetched; told in the log where it happened. */
class KeysUnavailable extends Error {}
