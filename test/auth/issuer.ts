import type { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OidcConfig } from '../../src/config/config';

type Claims = Record<string, unknown>;

/** An OpenID Connect issuer on the loopback interface: publishes its keys and signs tokens. */
export class Issuer {
  /** What the next requests for the keys are answered with. */
  status = 200;
  /** Requests for the keys so far. */
  requests = 0;
  /** Sent in place of the keys, when set. */
  document: string | undefined;
  private published: object[] = [];
  private signingKeys = new Map<string, webcrypto.CryptoKey>();

  private constructor(
    private readonly server: Server,
    readonly config: OidcConfig,
    private readonly clock: () => Date,
  ) {
    server.on('request', (_request, response) => {
      this.requests++;
      response.writeHead(this.status, { 'content-type': 'application/json' });
      response.end(this.document ?? JSON.stringify({ keys: this.published }));
    });
  }

  static async start(clock: () => Date): Promise<Issuer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const config = {
      issuer: 'https://login.example.com/',
      audience: 'parley',
      jwksUrl: `http://127.0.0.1:${port}/keys`,
    };
    const issuer = new Issuer(server, config, clock);
    await issuer.rotate('ES256');
    return issuer;
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Replaces every key by a new one. */
  async rotate(...algorithms: string[]): Promise<void> {
    this.published = [];
    this.signingKeys = new Map();
    for (const alg of algorithms) await this.addKey(alg);
  }

  /** A token that holds for ten minutes, unless the claims say otherwise; undefined leaves one out. */
  async token(claims: Claims = {}, header: { alg?: string } = {}): Promise<string> {
    const { SignJWT } = await import('jose');
    const alg = header.alg ?? 'ES256';
    const key = this.signingKeys.get(alg);
    if (!key) throw new Error(`There is no key for ${alg}.`);
    return new SignJWT(this.claims(claims))
      .setProtectedHeader({ alg, kid: this.keyId(alg) })
      .sign(key);
  }

  /** A token that anybody can make: the public key, which is no secret, serves as an HMAC secret. */
  async forgedToken(claims: Claims = {}): Promise<string> {
    const { SignJWT } = await import('jose');
    const secret = Buffer.from(JSON.stringify(this.published[0]));
    return new SignJWT(this.claims(claims))
      .setProtectedHeader({ alg: 'HS256', kid: this.keyId('ES256') })
      .sign(secret);
  }

  /** A token that says that it needs no signature. */
  unsignedToken(claims: Claims = {}): string {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    return `${encode({ alg: 'none' })}.${encode(this.claims(claims))}.`;
  }

  private async addKey(alg: string): Promise<void> {
    const { exportJWK, generateKeyPair } = await import('jose');
    const { publicKey, privateKey } = await generateKeyPair(alg);
    const kid = `key-${alg}-${Math.random()}`;
    this.published.push({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' });
    this.signingKeys.set(alg, privateKey);
  }

  private keyId(alg: string): string | undefined {
    return this.published
      .map((key) => key as { alg: string; kid: string })
      .find((key) => key.alg === alg)?.kid;
  }

  private claims(claims: Claims): Claims {
    const now = Math.floor(this.clock().getTime() / 1000);
    const { issuer: iss, audience: aud } = this.config;
    return { iss, aud, sub: 'ada', iat: now, exp: now + 600, ...claims };
  }
}
