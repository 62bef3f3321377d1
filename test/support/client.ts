/** An error outside `userErrors`, as it came over the wire. */
export interface WireError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; argument?: (string | number)[]; requestId?: string };
}

/** One answer of the API. */
export interface Answer<T = Record<string, unknown>> {
  status: number;
  data?: T | null;
  errors?: WireError[];
}

/** A caller of the API over real HTTP. */
export class Client {
  constructor(
    readonly url: string,
    readonly token: string | null,
    private readonly headers: Record<string, string> = {},
  ) {}

  /** The same caller with more headers. */
  with(headers: Record<string, string>): Client {
    return new Client(this.url, this.token, { ...this.headers, ...headers });
  }

  /** Asks, and gives the whole answer, errors and all. */
  async ask<T = Record<string, unknown>>(query: string, variables?: object): Promise<Answer<T>> {
    const response = await this.post(JSON.stringify({ query, variables }));
    return { status: response.status, ...((await response.json()) as Omit<Answer<T>, 'status'>) };
  }

  /** Asks for what must succeed; gives the data. */
  async query<T = Record<string, never>>(query: string, variables?: object): Promise<T> {
    const answer = await this.ask<T>(query, variables);
    if (answer.errors) throw new Error(`${query}\n${JSON.stringify(answer.errors, null, 2)}`);
    return answer.data!;
  }

  /** Sends bytes as they are. */
  post(body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.token !== null && { authorization: `Bearer ${this.token}` }),
        ...this.headers,
        ...headers,
      },
      body,
    });
  }
}
