import { Pool } from 'undici';

/** The request by which a contender is given a message. */
export interface Publication {
  url: string;
  headers: Record<string, string>;
  /**
   * `{{n}}` is the number of the message, `{{now}}` the moment in ISO 8601, `{{lane}}` one of a few
   * hundred names that take turns.
   */
  body: string;
  /** What the answer has to contain. */
  accepted: string;
}

const LANES = 200;

/** Hands messages to a server, over connections that stay open. */
export class Publisher {
  private readonly pool: Pool;
  private readonly path: string;

  /** @param connections most requests under way; more wait for their turn. */
  constructor(
    private readonly publication: Publication,
    connections: number,
  ) {
    const { origin, pathname } = new URL(publication.url);
    this.path = pathname;
    this.pool = new Pool(origin, { connections });
  }

  /** @returns the server's answer; rejects when it is not the one that says yes. */
  async publish(n: number): Promise<string> {
    const { headers, body, accepted } = this.publication;
    const { statusCode, body: answer } = await this.pool.request({
      path: this.path,
      method: 'POST',
      headers,
      body: body
        .replaceAll('{{n}}', String(n))
        .replaceAll('{{lane}}', `lane-${n % LANES}`)
        .replaceAll('{{now}}', new Date().toISOString()),
    });
    const text = await answer.text();
    if (statusCode === 200 && text.includes(accepted)) return text;
    throw new Error(`message ${n} was answered with ${statusCode}: ${text.slice(0, 500)}`);
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}
