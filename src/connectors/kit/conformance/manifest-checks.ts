import type { Capabilities } from '../capabilities';
import type { Connector } from '../connector';
import type { Check } from './subject';

/** What looks like a secret by its name has to be marked as one. */
const secretName = /(secret|password|token|jwt|privateKey)$/i;

export const manifestChecks: readonly Check[] = [
  {
    name: 'leaves nothing to write',
    problems: ({ leftToWrite }) => [...leftToWrite],
  },
  {
    name: 'says what it is, and what each of its settings is',
    problems({ connector: { manifest }, behaviour }) {
      const texts = [manifest.label, manifest.description];
      const fields = manifest.settings.filter(
        ({ label, description }) => label.trim() === '' || description.trim().length < 10,
      );
      return [
        ...(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(manifest.id)
          ? []
          : ['manifest.id is not in kebab-case.']),
        ...(texts.some((text) => text.trim() === '')
          ? ['manifest.label or description is empty.']
          : []),
        ...fields.map(({ key }) => `Setting ${key} needs a label and a description.`),
        ...((behaviour?.trim().length ?? 0) >= 200
          ? []
          : ['BEHAVIOR.md is missing, or says nothing.']),
      ];
    },
  },
  {
    name: 'marks its secrets, and names each setting once',
    problems({ connector: { manifest } }) {
      const keys = manifest.settings.map(({ key }) => key);
      return [
        ...manifest.settings
          .filter(({ key, kind, secret }) => kind === 'text' && secretName.test(key) && !secret)
          .map(({ key }) => `Setting ${key} looks like a secret and is not marked as one.`),
        ...keys
          .filter((key) => !/^[a-z][A-Za-z0-9]*$/.test(key))
          .map((key) => `Setting ${key} is not in camelCase.`),
        ...keys
          .filter((key, index) => keys.indexOf(key) !== index)
          .map((key) => `Setting ${key} is there twice.`),
      ];
    },
  },
  {
    name: 'declares what it can do, and no more',
    problems({ connector, facts }) {
      const { private: inPrivate, public: inPublic } = connector.manifest.capabilities;
      const declared = [inPrivate, inPublic].filter((one) => one !== undefined);
      return [
        ...unlike('send', declared.some(canSend), connector),
        ...parts.flatMap(([name, capability]) =>
          unlike(name, declared.some(capability), connector),
        ),
        ...(facts.local
          ? []
          : unlike(
              'markRead',
              declared.some(({ readMarks }) => readMarks),
              connector,
            )),
        ...(connector.manifest.resend === 'looks' && !connector.findSent
          ? ['manifest.resend is looks, and there is no findSent.']
          : []),
        ...linkProblems(connector),
        ...(connector.webhook || connector.source || facts.local
          ? []
          : ['It has neither a webhook nor a source.']),
        ...(Boolean(connector.webhook) === (facts.webhook !== null)
          ? []
          : ['conformance.ts and the connector disagree about a webhook.']),
      ];
    },
  },
];

/** Who has others send sends nothing, and names the setting that says by whom. */
function linkProblems(connector: Connector): string[] {
  const { answersBy, settings } = connector.manifest;
  if (answersBy === undefined) return [];
  const field = settings.find(({ key }) => key === answersBy);
  return [
    ...(field?.kind === 'channel' ? [] : ['manifest.answersBy is no setting of the kind channel.']),
    ...(connector.send
      ? ['There is a send, though manifest.answersBy has another channel send.']
      : []),
  ];
}

function canSend({ text, mostAttachments }: Capabilities): boolean {
  return text.longest > 0 || mostAttachments > 0;
}

type Part = 'send' | 'templates' | 'remove' | 'hide' | 'react' | 'markRead' | 'privateThread';

const parts: readonly [Part, (capabilities: Capabilities) => boolean][] = [
  ['remove', ({ deletions, deletionsOfOthers = false }) => deletions || deletionsOfOthers],
  ['hide', ({ hiding }) => hiding],
  ['react', ({ reactions }) => reactions],
  ['templates', ({ templates }) => templates],
  ['privateThread', ({ privateReplies }) => privateReplies !== undefined],
];

function unlike(name: Part, declared: boolean, connector: Connector): string[] {
  if (declared === (connector[name] !== undefined)) return [];
  return [
    declared
      ? `The capabilities say that it can ${name}, and there is no ${name}.`
      : `There is a ${name}, and no capability says so.`,
  ];
}
