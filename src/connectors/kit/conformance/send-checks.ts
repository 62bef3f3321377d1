import type { Logger } from 'pino';
import type { ConnectorContext } from '../connector';
import { OutcomeUnknown, ReconnectNeeded, Rejected, RetryLater } from '../errors';
import type { ConnectorHttp, ConnectorRequest, ConnectorResponse } from '../http';
import { isAmongHosts } from '../http-client';
import { channelOf } from './delivery-checks';
import type { Check, Subject } from './subject';

const AT = new Date('2026-11-22T12:00:00.000Z');

/** What the platform answers, and the classes of errors that can come of it. */
const answers: readonly [
  says: string,
  answer: Partial<ConnectorResponse> | Error,
  classes: readonly (new (...args: never[]) => Error)[],
][] = [
  ['429', { status: 429, headers: { 'retry-after': '7' } }, [RetryLater]],
  ['401', { status: 401 }, [ReconnectNeeded, RetryLater]],
  ['500', { status: 500 }, [OutcomeUnknown, RetryLater]],
  ['503', { status: 503, headers: { 'retry-after': '7' } }, [RetryLater, OutcomeUnknown]],
  ['a refusal', { status: 422, body: Buffer.from('{"error":"no"}') }, [Rejected, ReconnectNeeded]],
  ['garbage', { status: 200, body: Buffer.from('<html>') }, [OutcomeUnknown, RetryLater]],
  ['nothing in time', new OutcomeUnknown('No answer came in time.'), [OutcomeUnknown]],
  ['nothing at all', new RetryLater('Nothing listens there.'), [RetryLater]],
];

export const sendChecks: readonly Check[] = [
  {
    name: 'tells what may be tried again, what may not, and what is not known',
    async problems(subject) {
      const problems: string[] = [];
      if (!sends(subject)) return problems;
      for (const [says, answer, classes] of answers) {
        const error = await attempt(subject, () => answer);
        if (!classes.some((one) => error instanceof one)) {
          const names = classes.map(({ name }) => name).join(' or ');
          problems.push(`When the platform answers ${says}: ${String(error)} instead of ${names}.`);
        }
      }
      return problems;
    },
  },
  {
    name: 'speaks to its own hosts only, and never logs a secret',
    async problems(subject) {
      if (!sends(subject)) return [];
      const { manifest } = subject.connector;
      const lines: string[] = [];
      const urls: string[] = [];
      const answer = ({ url }: ConnectorRequest) => {
        urls.push(url);
        return { status: 500 };
      };
      await attempt(subject, answer, lines);
      const secrets = manifest.settings
        .filter(({ secret }) => secret)
        .map(({ key }) => subject.facts.settings[key])
        .filter((value) => typeof value === 'string' && value.length > 0) as string[];
      const hosts = [...manifest.hosts, ...namedHosts(subject)];
      return [
        ...urls
          .map((url) => new URL(url).hostname)
          .filter((host) => !isAmongHosts(host, hosts))
          .map((host) => `It speaks to ${host}, which the manifest does not name.`),
        ...secrets
          .filter((secret) => lines.some((line) => line.includes(secret)))
          .map(() => 'A secret stands in the log.'),
      ];
    },
  },
];

function sends({ connector, facts }: Subject): boolean {
  return connector.send !== undefined && facts.outbound !== null;
}

function namedHosts({ connector, facts }: Subject): string[] {
  return connector.manifest.settings.flatMap(({ key, kind }) => {
    const value = facts.settings[key];
    if (typeof value !== 'string') return [];
    if (kind === 'host') return [value];
    return kind === 'url' ? [new URL(value).hostname] : [];
  });
}

/** What sending throws when the platform answers so. */
async function attempt(
  subject: Subject,
  answer: (request: ConnectorRequest) => Partial<ConnectorResponse> | Error,
  lines: string[] = [],
): Promise<unknown> {
  const http: ConnectorHttp = {
    request(request) {
      const given = answer(request);
      if (given instanceof Error) return Promise.reject(given);
      const { status = 200, headers = {}, body = Buffer.alloc(0) } = given;
      return Promise.resolve({ status, headers, body, json: () => parse(body) });
    },
  };
  const context = contextOf(subject, http, lines);
  try {
    const sent = await subject.connector.send!(subject.facts.outbound!, context);
    return `it counts as sent, as ${sent.externalId}`;
  } catch (error) {
    return error;
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return null;
  }
}

function contextOf(subject: Subject, http: ConnectorHttp, lines: string[]): ConnectorContext {
  const channel = channelOf(subject);
  const note = (...args: unknown[]) => void lines.push(JSON.stringify(args));
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
  const log = Object.fromEntries(levels.map((level) => [level, note])) as unknown as Logger;
  return {
    ...{ channel, http, log, webhookUrl: null },
    signal: new AbortController().signal,
    clock: () => AT,
    resolve: () => Promise.reject(new Rejected('HOST_NOT_ALLOWED', 'No host is allowed here.')),
    renewSettings: async (renew) => ({ ...channel.settings, ...(await renew(channel.settings)) }),
  };
}
