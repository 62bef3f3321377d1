import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { ConversationType } from './conversation';
import { MessageType } from './message';
import { Payload } from './shared/errors';
import { JSONObject } from './shared/scalars';
import { MessageTemplateInput } from './template';

@InputType({ description: 'Something that a customer may press.' })
export class MessageChoiceInput {
  @Field({ description: 'What stands there.' })
  title: string;

  @Field(() => String, {
    nullable: true,
    description: 'What comes back beside the title, for programs; unique in the message.',
  })
  payload?: string | null;

  @Field(() => String, { nullable: true, description: 'What stands below it, smaller.' })
  description?: string | null;
}

@InputType({ description: 'A message that is to be sent.' })
export class MessageSendInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The text, which may be missing where files or a template go out; how long it may be, and how that is counted, stands in `canReply.capabilities`.',
  })
  body?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The message of the same conversation that it answers, where the channel can name it.',
  })
  replyToId?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Files that you have uploaded (`POST /uploads`), at most 20; what may be sent stands in `canReply.capabilities`.',
  })
  attachmentIds?: string[] | null;

  @Field(() => JSONObject, {
    nullable: true,
    description: 'Structured parts beside the text, such as `html`, as the connector knows them.',
  })
  content?: Record<string, unknown> | null;

  @Field(() => String, {
    nullable: true,
    description:
      'For API keys only: the name of the person who wrote it, at most 200 characters. It then counts as a person’s message, as that of a user does; left out, it is a machine’s, which e-mail marks as automatic and some platforms take for a shorter time.',
  })
  authorName?: string | null;
  @Field(() => [MessageChoiceInput], {
    nullable: true,
    description:
      'What the customer may press; what may be offered stands in `canReply.capabilities`. They stand in `Message.content` under `choices`.',
  })
  choices?: MessageChoiceInput[] | null;

  @Field(() => MessageTemplateInput, {
    nullable: true,
    description:
      'One of `messageTemplates` instead of a text and files. It can be sent when free text can’t; the message’s body is its text.',
  })
  template?: MessageTemplateInput | null;
}

/** A payload about a message on its way out. */
@ObjectType({ simpleResolvers: true })
export abstract class SendingPayload extends Payload {
  @Field(() => MessageType, { nullable: true, description: 'The message.' })
  message: MessageType | null;

  @Field(() => ConversationType, { nullable: true, description: 'The conversation that it is in.' })
  conversation: ConversationType | null;
}

@ObjectType({ description: 'What `messageSend` did.', simpleResolvers: true })
export class MessageSendPayload extends SendingPayload {}

@ObjectType({ description: 'What `messageSendRetry` did.', simpleResolvers: true })
export class MessageSendRetryPayload extends SendingPayload {}

@ObjectType({ description: 'What `messageCancel` did.', simpleResolvers: true })
export class MessageCancelPayload extends SendingPayload {}
