import type { ConnectedChannel } from '../kit/connector';
import type { OwnNames } from './own-ids';

/** How a connection to a mail server is protected. */
export type Security = 'TLS' | 'STARTTLS' | 'NONE';

/** A mail server. */
export interface MailServer {
  host: string;
  port: number;
  security: Security;
}

/** The channel's settings, as the manifest describes them. */
export interface MailSettings extends OwnNames {
  senderName: string | null;
  /** Further addresses whose mail comes to the mailbox, in lower case. */
  aliases: readonly string[];
  imap: MailServer | null;
  smtp: MailServer | null;
  folders: readonly string[];
  historyDays: number;
  pollSeconds: number;
  userName: string;
  password: string | null;
  oauth: { tokenUrl: string; clientId: string; clientSecret: string | null } | null;
  refreshToken: string | null;
  accessToken: string | null;
  accessTokenUntil: Date | null;
  /** PEM of an authority to trust beside the usual ones. */
  certificate: string | null;
  copyToSelf: boolean;
  webhookSecret: string | null;
}

/** Reads a channel's settings. */
export function mailSettings(channel: ConnectedChannel): MailSettings {
  const { settings } = channel;
  const text = (key: string) => {
    const value = settings[key];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const number = (key: string, otherwise: number) =>
    typeof settings[key] === 'number' ? settings[key] : otherwise;
  const list = (key: string) =>
    Array.isArray(settings[key]) ? settings[key].filter((item) => typeof item === 'string') : [];
  const server = (kind: 'imap' | 'smtp'): MailServer | null => {
    const host = text(`${kind}Host`);
    const security = (text(`${kind}Security`) ?? defaults[kind].security) as Security;
    return host === null
      ? null
      : { host, security, port: number(`${kind}Port`, defaults[kind].port) };
  };
  const address = (text('address') ?? channel.externalId).toLowerCase();
  const tokenUrl = text('tokenUrl');
  const clientId = text('clientId');
  const until = text('accessTokenUntil');
  const folders = list('folders');
  return {
    address,
    replyPattern: text('replyAddress')?.toLowerCase() ?? null,
    senderName: text('senderName'),
    aliases: list('aliases').map((alias) => alias.toLowerCase()),
    imap: server('imap'),
    smtp: server('smtp'),
    folders: folders.length > 0 ? folders : ['INBOX'],
    historyDays: number('historyDays', 30),
    pollSeconds: number('pollSeconds', 60),
    userName: text('userName') ?? address,
    password: text('password'),
    oauth: tokenUrl && clientId ? { tokenUrl, clientId, clientSecret: text('clientSecret') } : null,
    refreshToken: text('refreshToken'),
    accessToken: text('accessToken'),
    accessTokenUntil: until === null ? null : new Date(until),
    certificate: text('certificate'),
    copyToSelf: settings['copyToSelf'] !== false,
    webhookSecret: text('webhookSecret'),
  };
}

export const defaults = {
  imap: { port: 993, security: 'TLS' },
  smtp: { port: 587, security: 'STARTTLS' },
} as const;

/** Whether an address is one of the mailbox's own. */
export function isOwnAddress(address: string, settings: MailSettings): boolean {
  const given = address.toLowerCase();
  return given === settings.address || settings.aliases.includes(given);
}
