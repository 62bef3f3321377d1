import { ImapFlow, type ImapFlowError } from 'imapflow';
import type { ConnectorContext } from '../kit/connector';
import { Rejected, RetryLater } from '../kit/errors';
import { mailSettings } from './settings';
import { SignInRefused, withSignIn } from './sign-in';
import { findHost } from './tls-rules';

/** In milliseconds. */
const LONGEST_STEP = 15_000;
/** Bytes of one message that are taken at once; larger ones are cut. */
export const LARGEST_MAIL = 40 * 1024 * 1024;

/**
 * Signs in to the mailbox's IMAP server.
 * @throws ReconnectNeeded where it refuses the mailbox, RetryLater where it can't be reached.
 */
export async function openMailbox(context: ConnectorContext): Promise<ImapFlow> {
  const settings = mailSettings(context.channel);
  const { imap } = settings;
  if (!imap) throw new Rejected('NOT_CONFIGURED', 'The channel names no IMAP server.');
  const { address, servername, tls } = await findHost(context, imap, settings);
  return withSignIn(context, async (credentials) => {
    context.signal.throwIfAborted();
    const { user } = credentials;
    const client = new ImapFlow({
      host: address,
      servername,
      tls,
      port: imap.port,
      secure: imap.security === 'TLS',
      ...(imap.security === 'TLS' ? {} : { doSTARTTLS: imap.security === 'STARTTLS' }),
      auth:
        'password' in credentials
          ? { user, pass: credentials.password }
          : { user, accessToken: credentials.accessToken },
      logger: false,
      clientInfo: { name: 'Parley' },
      disableAutoIdle: true,
      disableCompression: true,
      connectionTimeout: LONGEST_STEP,
      greetingTimeout: LONGEST_STEP,
      maxLineLength: 4 * 1024 * 1024,
      maxLiteralSize: LARGEST_MAIL + 1024 * 1024,
      maxResponseSize: LARGEST_MAIL + 8 * 1024 * 1024,
    });
    // told by what is awaited meanwhile
    client.on('error', () => undefined);
    const close = () => client.close();
    context.signal.addEventListener('abort', close, { once: true });
    client.once('close', () => context.signal.removeEventListener('abort', close));
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.close();
      throw inWords(error as ImapFlowError, imap.host);
    }
  });
}

function inWords(error: ImapFlowError, host: string): Error {
  if (error.authenticationFailed) {
    // a server that is busy says so with the same word of refusal
    const busy = /^(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)$/.test(error.serverResponseCode ?? '');
    const said = (error.responseText ?? error.message).slice(0, 200);
    if (!busy) return new SignInRefused(said);
    return new RetryLater(`The mail server ${host} lets nobody in for now: ${said}`);
  }
  return new RetryLater(
    `The mail server ${host} can’t be reached by IMAP: ${error.message}`,
    undefined,
    {
      cause: error,
    },
  );
}
