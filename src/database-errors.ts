import { ConfigError } from './config/config';
import { DatabaseRefused } from './db/migrate';

/** What to do about errors of a connection: of the network by their codes, of PostgreSQL by SQLSTATE. */
const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: start PostgreSQL, or correct host and port',
  ECONNRESET: 'it closes the connection: is it a PostgreSQL?',
  ENOTFOUND: 'there is no host of that name: correct the host',
  EAI_AGAIN: 'the name of the host could not be looked up: correct it, or check the network',
  EHOSTUNREACH: 'there is no way to that host: correct it, or check the network',
  ENETUNREACH: 'there is no way to that host: correct it, or check the network',
  ETIMEDOUT: 'it does not answer: correct host and port, or check firewalls between',
  '28P01': 'it refuses the password: correct user and password',
  '28000': 'it refuses the user: correct user and password, or its pg_hba.conf',
  '3D000': 'it has no such database: create it, or correct the name',
  '42501': 'it refuses the user a right that Parley needs',
  '53300': 'it has too many connections: raise its max_connections, or lower PARLEY_POOL_SIZE',
  '57P03': 'it is starting or stopping: try again in a moment',
};

/**
 * Says in one line why the server of DATABASE_URL can't be used and what to do; null for an error of
 * another kind. The password is never shown.
 * @param error as thrown when the application was started.
 */
export function explainDatabaseError(error: unknown, databaseUrl: string): Error | null {
  if (!(error instanceof Error)) return null;
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : null;
  if (url === null || error instanceof URIError) {
    const hint = 'characters such as @ : / # ? % in user or password have to be percent-encoded';
    return new ConfigError(
      `DATABASE_URL can't be read: it has to look like postgres://USER:PASSWORD@HOST:5432/DATABASE; ${hint}.`,
    );
  }
  const remedy = remedyOf(error);
  if (!remedy) return null;
  const where = `${url.username && `user ${decodeURIComponent(url.username)}, `}${url.host}${url.pathname}`;
  const said = error.message === '' ? '' : ` (${error.message})`;
  return new DatabaseRefused(
    `The server of DATABASE_URL (${where}) can't be used: ${remedy}${said}.`,
  );
}

function remedyOf(error: Error): string | null {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && code in remedies) return remedies[code]!;
  if (/timeout/i.test(error.message)) return remedies.ETIMEDOUT!;
  if (/^Connection terminated/.test(error.message)) return remedies.ECONNRESET!;
  // of certificates, and of a server that offers no encryption
  if (/certificate|SSL|self.signed/i.test(error.message)) {
    return 'no encrypted connection comes about: correct sslmode';
  }
  return null;
}
