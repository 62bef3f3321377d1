import { Readable } from 'node:stream';
import SMTPConnection, { type SMTPError } from 'nodemailer/lib/smtp-connection';
import XOAuth2 from 'nodemailer/lib/xoauth2';
import type { ConnectorContext } from '../kit/connector';
import { OutcomeUnknown, ReconnectNeeded, Rejected, RetryLater } from '../kit/errors';
import { mailSettings } from './settings';
import { SignInRefused, withSignIn, type Credentials } from './sign-in';
import { failureOf } from './status-words';
import { findHost } from './tls-rules';

/** In milliseconds. */
const LONGEST_STEP = 15_000;
/** How long a server may think about a whole message. */
const LONGEST_ANSWER = 60_000;

export interface Envelope {
  from: string;
  /** Whom it is for. */
  recipient: string;
  /** Where a hidden copy goes; null for none. */
  copy: string | null;
}

/**
 * Hands a message in.
 * @throws as `errors.ts` says; OutcomeUnknown only once the server has asked for the message.
 */
export async function handIn(
  context: ConnectorContext,
  envelope: Envelope,
  raw: Buffer,
): Promise<void> {
  await withSmtp(context, async (connection) => {
    let isAsked = false;
    let refused: SMTPError | null = null;
    const message = Readable.from(
      (function* () {
        refused = refusedAmong(connection, envelope.recipient);
        // the copy alone would look as if it had been sent: without the end of it the server drops it
        if (refused) throw refused;
        isAsked = true;
        yield raw;
      })(),
    );
    const { recipient, copy } = envelope;
    const to = [recipient, ...(copy === null ? [] : [copy])];
    try {
      await step(connection, (done) =>
        connection.send({ from: envelope.from, to, size: raw.length }, message, done),
      );
    } catch (error) {
      throw inWords(refused ?? error, isAsked);
    } finally {
      message.destroy();
    }
  });
}

/** The server's answer about a recipient that it refused, once it asks for the message all the same. */
function refusedAmong(connection: SMTPConnection, recipient: string): SMTPError | null {
  const { _envelope: tracked } = connection as unknown as { _envelope?: Partial<Tracked> };
  if (!tracked?.rejected?.includes(recipient)) return null;
  const errors = tracked.rejectedErrors ?? [];
  return errors.find((error) => error.recipient === recipient) ?? errors[0] ?? null;
}

interface Tracked {
  rejected: string[];
  rejectedErrors: SMTPError[];
}

/** Signs in and out again. */
export function greetSmtp(context: ConnectorContext): Promise<void> {
  return withSmtp(context, () => Promise.resolve());
}

async function withSmtp(
  context: ConnectorContext,
  use: (connection: SMTPConnection) => Promise<void>,
): Promise<void> {
  const settings = mailSettings(context.channel);
  const { smtp } = settings;
  if (!smtp) throw new Rejected('NOT_CONFIGURED', 'The channel names no SMTP server.');
  const { address, servername, tls } = await findHost(context, smtp, settings);
  await withSignIn(context, async (credentials) => {
    context.signal.throwIfAborted();
    const connection = new SMTPConnection({
      host: address,
      servername,
      tls,
      port: smtp.port,
      secure: smtp.security === 'TLS',
      requireTLS: smtp.security === 'STARTTLS',
      ignoreTLS: smtp.security === 'NONE',
      name: settings.address.slice(settings.address.lastIndexOf('@') + 1),
      connectionTimeout: LONGEST_STEP,
      greetingTimeout: LONGEST_STEP,
      socketTimeout: LONGEST_ANSWER,
      socketCloseTimeout: 0,
    });
    const close = () => connection.close();
    context.signal.addEventListener('abort', close, { once: true });
    try {
      await step(connection, (done) => connection.connect(done)).catch((error: SMTPError) => {
        throw new RetryLater(
          `The mail server ${smtp.host} can’t be reached by SMTP: ${error.message}`,
        );
      });
      await step(connection, (done) => connection.login(authOf(credentials), done)).catch(notLetIn);
      await use(connection);
    } finally {
      context.signal.removeEventListener('abort', close);
      connection.quit();
      connection.close();
    }
  });
}

function authOf(credentials: Credentials) {
  const { user } = credentials;
  if ('password' in credentials) return { user, pass: credentials.password };
  return { user, oauth2: new XOAuth2({ user, accessToken: credentials.accessToken }) };
}

function notLetIn(error: SMTPError): never {
  const said = (error.response ?? error.message).slice(0, 200);
  const { responseCode } = error;
  // without a code, the token that was refused could not be renewed by the library, which has nothing to do it with
  if (
    responseCode !== undefined
      ? responseCode >= 500
      : error.code === 'EAUTH' || error.code === 'EOAUTH2'
  ) {
    throw new SignInRefused(said);
  }
  throw new RetryLater(`The mail server lets nobody in for now: ${said}`);
}

/** One step of the exchange; ends also where the connection does, which some steps are not told of. */
function step<T>(
  connection: SMTPConnection,
  start: (done: (error?: SMTPError | null, result?: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(error);
    const end = () => reject(new Error('The connection was closed.'));
    // those of earlier steps would stay, and nobody hears of a late error else
    connection.removeAllListeners('end');
    connection.on('error', fail);
    connection.once('end', end);
    start((error, result) => (error ? reject(error) : resolve(result as T)));
  });
}

function inWords(error: unknown, isAsked: boolean): Error {
  if (error instanceof Rejected || error instanceof RetryLater) return error;
  const { code, responseCode, message, rejectedErrors } = error as SMTPError;
  if (responseCode === undefined && code === 'EMESSAGE' && !isAsked) {
    // the server says at the greeting how much it takes
    return new Rejected('TOO_LARGE', 'The message is larger than the mail server takes.');
  }
  // of several refused recipients the first is the one that it is for
  if (responseCode !== undefined) {
    const [refused] = rejectedErrors ?? [];
    return refusal(refused ?? (error as SMTPError), refused !== undefined);
  }
  return isAsked
    ? new OutcomeUnknown(`The connection ended before the mail server had confirmed: ${message}`)
    : new RetryLater(`The mail server did not take the message: ${message}`);
}

function refusal(error: SMTPError | null, isOfRecipient: boolean): Error {
  const said = error?.response ?? error?.message ?? '';
  const reply = error?.responseCode ?? 550;
  if (reply < 500 || reply === 503) {
    // 421 ends the whole connection, whatever it answers
    return new RetryLater(`The mail server wants it later: ${said.slice(0, 300)}`, undefined, {
      isOfMessage: isOfRecipient && reply !== 421,
    });
  }
  if (reply === 530 || reply === 535) {
    return new ReconnectNeeded(
      `The mail server wants the mailbox to sign in: ${said.slice(0, 300)}`,
    );
  }
  const { code, message } = failureOf(null, said, reply);
  return new Rejected(code, message);
}
