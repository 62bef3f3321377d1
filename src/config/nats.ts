/** An existing NATS with JetStream, which the event log is relayed to and API processes are fed from. */
export interface NatsConfig {
  /** Addresses of one cluster, without credentials. */
  servers: readonly string[];
  /** Whether one address begins with tls://, so that no connection may go without. */
  tls: boolean;
  /** Name of the stream; in lower case also the first word of its subjects. */
  stream: string;
  /** How many servers keep a copy of the stream. */
  replicas: number;
  user?: string;
  password?: string;
  token?: string;
}

type Credentials = Pick<NatsConfig, 'user' | 'password' | 'token'>;

/**
 * Reads `nats://user:password@host:4222,tls://…`: one cluster, and so one sign-in.
 * @throws Error whose message says what is wrong with it, without quoting it.
 */
export function parseNatsUrl(text: string): Pick<NatsConfig, 'servers' | 'tls'> & Credentials {
  const urls = text.split(',').map((part) => parseServer(part.trim()));
  const signIns = urls.map(credentialsOf).filter(({ user, token }) => user ?? token);
  if (new Set(signIns.map((signIn) => JSON.stringify(signIn))).size > 1) {
    throw new Error('must name the same user, or token, in every URL');
  }
  return {
    servers: urls.map(({ host }) => host),
    tls: urls.some(({ protocol }) => protocol === 'tls:'),
    ...signIns[0],
  };
}

const FORM = 'must be URLs that begin with nats:// or tls://, separated by commas';

function parseServer(text: string): URL {
  if (!/^(nats|tls):\/\//i.test(text) || !URL.canParse(text)) throw new Error(FORM);
  const url = new URL(text);
  if (!url.hostname || url.pathname.length > 1 || url.search || url.hash) throw new Error(FORM);
  return url;
}

/** A name without a password is a token. */
function credentialsOf({ username, password }: URL): Credentials {
  if (!username) return {};
  const user = decode(username);
  return password ? { user, password: decode(password) } : { token: user };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('must write a % in a password as %25, and other special characters alike');
  }
}
