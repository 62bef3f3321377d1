import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { ErrorCode } from '../../domain/kit/errors';

registerEnumType(ErrorCode, {
  name: 'ErrorCode',
  description: 'Why a mutation was refused.',
  valuesConfig: {
    NOT_FOUND: { description: 'An id names nothing that you can see.' },
    INVALID_INPUT: { description: 'A value can’t be used; the path says which.' },
    INVALID_STATE: { description: 'The object is in a state that does not allow this.' },
    CONFLICT: { description: 'Something else already has this value.' },
    REPLY_NOT_ALLOWED: {
      description: 'Nothing can be sent in the conversation now; `reason` is a `ReplyRefusal`.',
    },
    ACTION_NOT_ALLOWED: {
      description:
        'This can’t be done to it on its platform now; `reason` is such as NOT_SUPPORTED, CHANNEL_PAUSED, NEEDS_RECONNECT or WINDOW_CLOSED.',
    },
    FORBIDDEN: { description: 'You may do this, but not with these values.' },
    UNAVAILABLE: { description: 'A platform does not answer at the moment: try again later.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The idempotency key was used for another request.' },
  },
});

@ObjectType({
  description: 'One reason why a mutation was refused; nothing of it was written.',
  simpleResolvers: true,
})
export class UserError {
  @Field(() => ErrorCode, { description: 'The kind of problem, for programs.' })
  code: ErrorCode;

  @Field({ description: 'The problem and what to change, for people.' })
  message: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Which of several reasons of the code it is, for programs: of REPLY_NOT_ALLOWED a `ReplyRefusal`, of a message that can’t be sent such as TEXT_TOO_LONG.',
  })
  reason?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The offending argument or input field, from the arguments inwards.',
  })
  path: string[] | null;
}

/** What every payload has; the objects in it are null when there are errors. */
@ObjectType({ simpleResolvers: true })
export abstract class Payload {
  @Field(() => [UserError], { description: 'Why it was refused; empty when it was done.' })
  userErrors: UserError[];
}
