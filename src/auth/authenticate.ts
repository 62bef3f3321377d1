import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { OidcConfig } from '../config/config';
import type { Sessions } from '../db/sessions';
import { hashToken } from '../domain/access/tokens';
import { uuidOf } from '../domain/kit/ids';
import { AccessTokens, algorithmOf } from './access-tokens';
import type { Actor } from './actor';
import { AdmissionCache, type Admission } from './admission-cache';
import { ApiKeyUsage } from './api-key-usage';
import { findApiKey } from './find-api-key';
import { Memberships } from './memberships';
import { OriginRefused, Unauthenticated } from './refusals';

/** What a request says about its caller. */
export interface Credentials {
  /** The Authorization header. */
  authorization?: string;
  /** The Parley-Workspace header: a workspace's id, `wsp_…`. */
  workspace?: string;
  /** The Origin header, by which browsers tell whose page a script is on. */
  origin?: string;
}

/** Tells whom an end customer's token stands for. */
export interface CustomerTokens {
  /** @throws Unauthenticated for a token that doesn't hold. */
  admit(token: string): Promise<Admission>;
}

/** What tokens of anonymous visitors begin with. */
export const VISITOR_PREFIX = 'parley_chat_';

export interface AuthenticatorOptions {
  /** Connections of the API's role, bound to a workspace for what is written. */
  sessions: Sessions;
  /** The pool beneath them, for the look-ups that no workspace is known for yet. */
  pool: Pool;
  /** Absent: no user can sign in, only API keys can. */
  oidc?: OidcConfig;
  /** Finds the end customers behind their tokens. */
  customers?: CustomerTokens;
  clock: () => Date;
  log: Pick<Logger, 'debug' | 'warn'>;
}

/** Longer than any header that the HTTP server takes; tokens also come over WebSockets. */
const LONGEST_TOKEN = 16_384;

/**
 * Tells who is calling, from an API key or an access token.
 *
 * Look-ups are kept for a moment (see {@link AdmissionCache}), so that a caller in steady use costs
 * no query. A revocation holds at once in the process that calls {@link forget}; in every other one
 * a key is refused after 2 s at the most and a user after 5 s. Time alone bounds this: a notice from
 * the database that gets lost with its connection would leave a revoked key in use.
 */
export class Authenticator {
  private readonly keys: AdmissionCache;
  private readonly users: AdmissionCache;
  private readonly customers: AdmissionCache;
  private readonly usage: ApiKeyUsage;
  private readonly memberships: Memberships;
  private readonly accessTokens: AccessTokens | null;

  constructor(private readonly options: AuthenticatorOptions) {
    const { oidc } = options;
    this.keys = new AdmissionCache({ ...options, refreshAfter: 1_000, trustFor: 2_000 });
    this.users = new AdmissionCache({ ...options, refreshAfter: 2_000, trustFor: 5_000 });
    this.customers = new AdmissionCache({ ...options, refreshAfter: 1_000, trustFor: 2_000 });
    this.usage = new ApiKeyUsage(options);
    this.memberships = new Memberships(options);
    this.accessTokens = oidc ? new AccessTokens({ ...options, oidc }) : null;
  }

  /**
   * The actor behind a request: the same frozen object each time, for as long as nothing about it
   * changes. Cheap enough to be asked again for every operation and event of a socket.
   * @throws Unauthenticated when the caller isn't known, WorkspaceAmbiguous when a user has to name
   * the workspace, OriginRefused for an end customer on a foreign page; any other error is a fault
   * of ours.
   */
  async authenticate({ authorization, workspace, origin }: Credentials): Promise<Actor> {
    try {
      const [, token] = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '') ?? [];
      if (!token || token.length > LONGEST_TOKEN) throw new Unauthenticated('no usable token');
      const workspaceId = workspace === undefined ? null : uuidOf('Workspace', workspace);
      if (workspace !== undefined && !workspaceId) throw new Unauthenticated('no such workspace');
      const algorithm = algorithmOf(token);
      // issuers of users never sign with a shared secret, companies for their customers always do
      if (algorithm === 'HS256' || token.startsWith(VISITOR_PREFIX)) {
        const actor = await this.customer(token, workspaceId);
        // what is no browser sends no origin
        if (origin === undefined || actor.origins?.includes(origin)) return actor;
        throw new OriginRefused(origin);
      }
      if (this.accessTokens && algorithm !== null) {
        return await this.user(this.accessTokens, token, workspaceId);
      }
      return await this.apiKey(token, workspaceId);
    } catch (error) {
      if (error instanceof Unauthenticated) {
        this.options.log.debug({ reason: error.reason }, 'a caller was refused');
      }
      throw error;
    }
  }

  /** Drops what is known of an API key or user; to be called after its change is committed. */
  forget(actorId: string): void {
    this.keys.forget(actorId);
    this.users.forget(actorId);
    this.customers.forget(actorId);
  }

  /** Finishes what goes on in the background: look-ups, and writing when keys were used. */
  async settle(): Promise<void> {
    const caches = [this.keys, this.users, this.customers];
    await Promise.all([...caches.map((cache) => cache.settle()), this.usage.flush()]);
  }

  /** The same for the last time; the pool may be closed afterwards. */
  async close(): Promise<void> {
    await Promise.all([this.settle(), this.usage.close()]);
  }

  private async apiKey(token: string, workspaceId: string | null): Promise<Actor> {
    const hash = hashToken(token);
    const actor = await this.keys.admit(hash.toString('base64'), () =>
      findApiKey(this.options.pool, hash),
    );
    if (workspaceId !== null && actor.workspaceId !== workspaceId) {
      throw new Unauthenticated('API key of another workspace');
    }
    this.usage.note(actor);
    return actor;
  }

  private async customer(token: string, workspaceId: string | null): Promise<Actor> {
    const { customers } = this.options;
    if (!customers) throw new Unauthenticated('no end customers are taken here');
    const actor = await this.customers.admit(hashToken(token).toString('base64'), () =>
      customers.admit(token),
    );
    if (workspaceId !== null && actor.workspaceId !== workspaceId) {
      throw new Unauthenticated('customer of another workspace');
    }
    return actor;
  }

  private user(tokens: AccessTokens, token: string, workspaceId: string | null): Promise<Actor> {
    const key = `${hashToken(token).toString('base64')} ${workspaceId ?? ''}`;
    return this.users.admit(key, async (): Promise<Admission> => {
      const identity = await tokens.verify(token);
      const actor = await this.memberships.actorOf(identity, workspaceId);
      return { actor, validUntil: identity.validUntil };
    });
  }
}
