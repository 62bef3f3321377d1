/** Where mails are forwarded to, how many of the archive, and on how many connections. */
export interface ForwardOrder {
  url: string;
  secret: string;
  mails: number;
  connections: number;
}

export interface ReadOrder {
  mails: number;
}

/** What it took to read all of them in one process, one after the other. */
export interface ReadResult {
  seconds: number;
  cpuMs: number;
  /** Largest resident memory in MiB. */
  peakMb: number;
}

export type MailSkills = {
  /** Hands all in; gives the seconds until the last was accepted. */
  forward: { order: ForwardOrder; result: number };
  /** Takes them apart with the library alone. */
  parse: { order: ReadOrder; result: ReadResult };
  /** Has the connector say what they mean. */
  normalise: { order: ReadOrder; result: ReadResult };
};
