import { isDeepStrictEqual } from 'node:util';
import type { ConnectedChannel, RawDelivery } from '../connector';
import { Unreadable } from '../errors';
import { LOOK_UP_HEADER } from '../look-up';
import { asJson } from './as-json';
import type { Check, Fixture, Subject } from './subject';

const AT = new Date('2026-11-22T12:00:00.000Z');

/** What no platform sends as it stands. */
const strange: readonly string[] = [
  '',
  '{}',
  '[]',
  'null',
  '"text"',
  '42',
  '{"object":"of the future","entry":[{"changes":[{"field":"unheard"}]}]}',
  '{"items":{}}',
  'nonsense',
  '\u0000\u0001',
];

export const deliveryChecks: readonly Check[] = [
  {
    name: 'has fixtures, each with the items that it says',
    async problems(subject) {
      if (subject.facts.local) return [];
      if (subject.fixtures.length === 0) return ['There is no fixture in fixtures/.'];
      const problems: string[] = [];
      for (const fixture of subject.fixtures) {
        if (fixture.items === null) {
          problems.push(`fixtures/${fixture.name}.items.json is missing.`);
        } else if (!isDeepStrictEqual(asJson(await readFixture(subject, fixture)), fixture.items)) {
          problems.push(`fixtures/${fixture.name} says other items than its pair.`);
        }
      }
      return problems;
    },
  },
  {
    name: 'says the same of the same delivery, and leaves it as it is',
    async problems(subject) {
      const problems: string[] = [];
      for (const fixture of subject.fixtures) {
        const before = Buffer.from(fixture.body);
        const first = asJson(await readFixture(subject, fixture));
        const second = asJson(await readFixture(subject, fixture));
        if (!isDeepStrictEqual(first, second)) {
          problems.push(`${fixture.name} gives different items.`);
        }
        if (!before.equals(fixture.body)) {
          problems.push(`${fixture.name} is changed by reading it.`);
        }
      }
      return problems;
    },
  },
  {
    name: 'makes nothing of what it does not know, and says so of what it can’t read',
    async problems(subject) {
      const problems: string[] = [];
      for (const text of strange) {
        const body = Buffer.from(text);
        try {
          const items = await readFixture(subject, { name: '', body, headers: {}, items: null });
          if (items.some(({ type }) => type === 'message') && text.length < 3) {
            problems.push(`${JSON.stringify(text)} became a message.`);
          }
        } catch (error) {
          if (!(error instanceof Unreadable)) {
            problems.push(`${JSON.stringify(text)} throws ${String(error)} instead of Unreadable.`);
          }
        }
      }
      return problems;
    },
  },
  {
    name: 'can look up what its deliveries ask for',
    async problems(subject) {
      const items = (
        await Promise.all(subject.fixtures.map((fixture) => readFixture(subject, fixture)))
      ).flat();
      const asks = items.some(({ type }) => type === 'lookUp');
      if (asks === 'lookUp' in subject.connector) return [];
      return asks
        ? ['A fixture asks for a look-up, and there is no lookUp.']
        : ['There is lookUp, and no fixture asks for it.'];
    },
  },
  {
    name: 'names what happened alike each time, and differently for what is different',
    problems({ connector: { webhook }, fixtures }) {
      if (!webhook?.eventKey) return [];
      const keys = fixtures.map(({ body, headers }) => webhook.eventKey!(body, headers));
      const again = fixtures.map(({ body, headers }) => webhook.eventKey!(body, headers));
      return isDeepStrictEqual(keys, again) ? [] : ['eventKey is not the same each time.'];
    },
  },
];

/** The channel of the fixtures. */
export function channelOf({ facts: { account, settings } }: Subject): ConnectedChannel {
  return Object.freeze({
    id: 'chn_00000000000000000000000000',
    name: 'Account',
    externalId: account.externalId,
    identityScope: account.identityScope ?? '',
    settings: Object.freeze({ ...settings }),
  });
}

/** What a connector says of a fixture. */
export async function readFixture(subject: Subject, { body, headers }: Fixture) {
  const { connector } = subject;
  // the kit's own, by its header
  const isLookUp = LOOK_UP_HEADER in headers;
  const delivery: RawDelivery = Object.freeze({
    source: connector.webhook && !isLookUp ? 'WEBHOOK' : 'POLL',
    headers: Object.freeze({ ...headers }),
    body,
    receivedAt: AT,
  });
  return connector.normalise(delivery, channelOf(subject));
}
