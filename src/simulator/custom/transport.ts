/** A message that the company sent. */
export interface SentByCompany {
  externalId: string;
  sentAt: string;
  body: string;
}

/** What the transport keeps. */
export interface Transport {
  accounts: readonly string[];
  secret: string;
  /** Sent messages by client key: more than one of a key is a double. */
  messages: Map<string, SentByCompany[]>;
}
