/** HTTP as connectors see it: bounded in time and size, to allowed hosts only. */

export interface ConnectorRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as a form. */
  form?: Record<string, string>;
  body?: Buffer | string;
  /** How many milliseconds all of it may take; absent: 15,000. */
  timeout?: number;
  /** Most bytes of the answer that are read; absent: 4 MiB. */
  largestAnswer?: number;
  /**
   * Whether the request changes something: then a failure after it was sent is an unknown outcome.
   * Absent: every method but GET does.
   */
  changes?: boolean;
  /** Which of the account's budgets it costs; absent: none. */
  bucket?: string;
}

export interface ConnectorResponse {
  status: number;
  /** By their names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** The body as JSON; null where it is none. */
  json(): unknown;
}

export interface ConnectorHttp {
  /**
   * Sends a request; answers of every status come back.
   * @throws RetryLater where it did not get there, Rejected where it must not,
   *   OutcomeUnknown where it may have got through.
   */
  request(request: ConnectorRequest): Promise<ConnectorResponse>;
}
