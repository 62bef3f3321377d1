import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { GraphQLJSON } from 'graphql-scalars';
import { ChannelKind } from '../domain/channel/kinds';
import { Capabilities } from './capabilities';
import { Visibility } from './enums';

export const ConnectorSettingKind = {
  TEXT: 'text',
  URL: 'url',
  HOST: 'host',
  NUMBER: 'number',
  TOGGLE: 'toggle',
  CHOICE: 'choice',
  LIST: 'list',
  FORM: 'form',
  CHANNEL: 'channel',
} as const;
registerEnumType(ConnectorSettingKind, {
  name: 'ConnectorSettingKind',
  description: 'What a setting is, and so how it is entered.',
  valuesConfig: {
    TEXT: { description: 'A text.' },
    URL: { description: 'The URL of a server, of https unless the operator allows it.' },
    HOST: { description: 'The name or address of a host.' },
    NUMBER: { description: 'A whole number.' },
    TOGGLE: { description: 'true or false.' },
    CHOICE: { description: 'One of `choices`.' },
    LIST: { description: 'A list of texts.' },
    FORM: {
      description:
        'A list of at most 30 questions: objects with `key`, `label`, `kind` (line, text, email, phone, choice or consent), `required`, for a choice `choices`, and for texts `longest`.',
    },
    CHANNEL: { description: 'The id of another channel, of the connector `connector`.' },
  },
});

@ObjectType({ description: 'One value that a setting can have.', simpleResolvers: true })
export class ConnectorSettingChoice {
  @Field({ description: 'What is sent.' })
  value: string;

  @Field({ description: 'What people read.' })
  label: string;
}

@ObjectType({
  description: 'One setting of a connector’s channels: enough to draw its input.',
  simpleResolvers: true,
})
export class ConnectorSetting {
  @Field({ description: 'Its name in the object of settings.' })
  key: string;

  @Field({ description: 'What people read beside the input.' })
  label: string;

  @Field({ description: 'What it is, and where to find it.' })
  description: string;

  @Field(() => ConnectorSettingKind, { description: 'What it is.' })
  kind: (typeof ConnectorSettingKind)[keyof typeof ConnectorSettingKind];

  @Field({ description: 'Whether it must be given, because there is no default.' })
  required: boolean;

  @Field({ description: 'Whether it is kept encrypted, and can never be read again.' })
  secret: boolean;

  @Field(() => [ConnectorSettingChoice], {
    nullable: true,
    description: 'The values that a choice can have; null for everything else.',
  })
  choices: ConnectorSettingChoice[] | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'The value that it has where none is given; null where there is none.',
  })
  default: unknown;

  @Field(() => String, {
    nullable: true,
    description:
      'A regular expression (ECMAScript, flag u) that the whole text, or each of a list, must match.',
  })
  pattern: string | null;

  @Field(() => Int, { nullable: true, description: 'The longest text, in UTF-16 code units.' })
  longest: number | null;

  @Field(() => Int, { nullable: true, description: 'The least number.' })
  least: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The largest number, or the most entries of a list.',
  })
  most: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The connector whose channels can be named.',
  })
  connector: string | null;
}

@ObjectType({ description: 'What can be sent by the kind of talk.', simpleResolvers: true })
export class ChannelCapabilities {
  @Field(() => Capabilities, {
    nullable: true,
    description: 'In private conversations; null where there are none, or nothing can be sent.',
  })
  private: Capabilities | null;

  @Field(() => Capabilities, {
    nullable: true,
    description: 'In public conversations; null where there are none, or nothing can be sent.',
  })
  public: Capabilities | null;
}

@ObjectType('Connector', {
  description: 'A platform that channels can be connected to.',
  simpleResolvers: true,
})
export class ConnectorType {
  @Field({ description: 'Its name for programs, such as `email`.' })
  id: string;

  @Field({ description: 'What people call the platform.' })
  label: string;

  @Field({ description: 'What it does.' })
  description: string;

  @Field(() => ChannelKind, { description: 'The kind of its channels.' })
  kind: ChannelKind;

  @Field(() => Visibility, { description: 'Visibility of its conversations, unless one differs.' })
  visibility: keyof typeof Visibility;

  @Field(() => ChannelCapabilities, { description: 'What can be sent.' })
  capabilities: ChannelCapabilities;

  @Field(() => [ConnectorSetting], {
    description: 'What its channels need, in the order of a form.',
  })
  settings: ConnectorSetting[];

  @Field({ description: 'Whether the platform sends what happens to `Channel.webhookUrl`.' })
  takesWebhooks: boolean;

  @Field({ description: 'Whether it reads by itself what happens.' })
  reads: boolean;

  @Field({ description: 'Whether messages can be sent by it.' })
  sends: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Key of the setting that names the channel by which its channels’ messages go out; null where they go out by themselves, or not at all.',
  })
  answersBy: string | null;
}
