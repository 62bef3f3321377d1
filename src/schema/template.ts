import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { ChannelType } from './channel';
import { MessageTemplateStatus, TemplateParameterKind } from './enums';
import { connectionOf } from './shared/connection';
import { Payload } from './shared/errors';
import { Node } from './shared/node';
import { DateTime, JSONObject } from './shared/scalars';

@ObjectType({ description: 'Something that a template leaves open.', simpleResolvers: true })
export class TemplateParameter {
  @Field({ description: 'Its name, unique in the template, such as `body.1` or `header.name`.' })
  key: string;

  @Field(() => TemplateParameterKind, { description: 'What stands for it.' })
  kind: keyof typeof TemplateParameterKind;

  @Field(() => String, { nullable: true, description: 'An example, as the platform has it.' })
  example: string | null;
}

@ObjectType('MessageTemplate', {
  implements: Node,
  simpleResolvers: true,
  description:
    'A message that a platform has approved, to be filled in: it can be sent when free text can’t, such as after a channel’s time for answers.',
})
export class MessageTemplateType extends Node {
  @Field(() => ChannelType, { nullable: true, description: 'The channel whose account has it.' })
  channel: ChannelType | null;

  @Field({ description: 'The platform’s id of it.' })
  externalId: string;

  @Field({ description: 'Its name; unique in the channel together with the language.' })
  name: string;

  @Field({ description: 'Its language as the platform writes it, such as `en_US`.' })
  language: string;

  @Field(() => String, { nullable: true, description: 'What it is for, in the platform’s word.' })
  category: string | null;

  @Field(() => MessageTemplateStatus, { description: 'Whether it can be sent.' })
  status: keyof typeof MessageTemplateStatus;

  @Field(() => String, { nullable: true, description: 'Why, in the platform’s words.' })
  statusReason: string | null;

  @Field({ description: 'All of its text, with `{{key}}` where parameters stand.' })
  body: string;

  @Field(() => [TemplateParameter], {
    description: 'What it leaves open; all of it has to be given.',
  })
  parameters: TemplateParameter[];

  @Field(() => [JSONObject], { description: 'Its parts as the platform has them.' })
  components: Record<string, unknown>[];

  @Field(() => DateTime, { description: 'When it was last found changed on the platform.' })
  syncedAt: Date;
}

export const MessageTemplateConnection = connectionOf('MessageTemplate', () => MessageTemplateType);

@InputType({ description: 'What stands for a parameter of a template.' })
export class TemplateParameterInput {
  @Field({ description: 'Of the parameter.' })
  key: string;

  @Field({
    description:
      'One line of text; of files the address, which begins with https://, and of URL what is added to the button’s address.',
  })
  value: string;
}

@InputType({ description: 'A template that is to be sent, filled in.' })
export class MessageTemplateInput {
  @Field({ description: 'Its name.' })
  name: string;

  @Field({ description: 'Its language as the platform writes it, such as `en_US`.' })
  language: string;

  @Field(() => [TemplateParameterInput], {
    nullable: true,
    description: 'What stands for its parameters: for each exactly one.',
  })
  parameters?: TemplateParameterInput[] | null;
}

@ObjectType({ description: 'What `messageTemplatesSync` did.', simpleResolvers: true })
export class MessageTemplatesSyncPayload extends Payload {
  @Field(() => ChannelType, { nullable: true, description: 'The channel.' })
  channel: ChannelType | null;

  @Field(() => Int, { nullable: true, description: 'How many templates the account has.' })
  templateCount: number | null;
}
