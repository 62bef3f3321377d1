/** Asks the server as any other program does. */
export class GraphClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** @throws Error with what was refused. */
  async ask<T>(query: string, variables: object = {}): Promise<T> {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${this.token}`,
    };
    const body = JSON.stringify({ query, variables });
    const response = await fetch(this.url, { method: 'POST', headers, body });
    const { data, errors } = (await response.json()) as {
      data?: T;
      errors?: { message: string }[];
    };
    if (errors || !data) throw new Error(errors?.map(({ message }) => message).join(' '));
    return data;
  }
}

/** What a mutation was refused for. */
export interface UserError {
  message: string;
}

/** @throws Error with what was refused. */
export function allowed<T extends { userErrors: UserError[] }>(payload: T): T {
  const { userErrors } = payload;
  if (userErrors.length === 0) return payload;
  throw new Error(userErrors.map(({ message }) => message).join(' '));
}
