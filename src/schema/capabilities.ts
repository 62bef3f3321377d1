import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';

export const TextUnit = {
  UTF16: 'utf16',
  CODE_POINTS: 'codePoints',
  GRAPHEMES: 'graphemes',
  BYTES: 'bytes',
  WEIGHTED: 'weighted',
} as const;
registerEnumType(TextUnit, {
  name: 'TextUnit',
  description: 'How a platform counts the length of a text.',
  valuesConfig: {
    UTF16: { description: 'UTF-16 code units: the length of a string in JavaScript.' },
    CODE_POINTS: { description: 'Unicode code points.' },
    GRAPHEMES: { description: 'Characters as people see them.' },
    BYTES: { description: 'Bytes in UTF-8.' },
    WEIGHTED: { description: 'As X counts: links 23, emoji 2, most other scripts 2 a character.' },
  },
});

export const TextMarkup = { NONE: 'NONE', HTML: 'HTML', MARKDOWN: 'MARKDOWN' } as const;
registerEnumType(TextMarkup, {
  name: 'TextMarkup',
  description: 'What of a text’s markup a platform shows.',
});

export const MediaKind = {
  IMAGE: 'image',
  VIDEO: 'video',
  AUDIO: 'audio',
  DOCUMENT: 'document',
} as const;
registerEnumType(MediaKind, { name: 'MediaKind', description: 'What kind of file is sent.' });

type ValueOf<T> = T[keyof T];

@ObjectType({ description: 'What texts may be.', simpleResolvers: true })
export class TextCapability {
  @Field(() => Int, { description: 'The longest, in `unit`; 0 where no text can be sent.' })
  longest: number;

  @Field(() => TextUnit, { description: 'How the platform counts.' })
  unit: ValueOf<typeof TextUnit>;

  @Field(() => TextMarkup, { description: 'What of its markup the platform shows.' })
  markup: ValueOf<typeof TextMarkup>;
}

@ObjectType({ description: 'What files of a kind may be.', simpleResolvers: true })
export class MediaCapability {
  @Field(() => MediaKind, { description: 'The kind.' })
  kind: ValueOf<typeof MediaKind>;

  @Field(() => [String], { description: 'Media types, such as `image/png`, or `image/*`.' })
  contentTypes: string[];

  @Field(() => Int, { description: 'The largest, in bytes.' })
  largestBytes: number;

  @Field(() => Int, { description: 'How many of this kind one message may hold.' })
  most: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Longest text beside one, counted as texts are, 0 for none; null: as without.',
  })
  longestText?: number | null;
}

@ObjectType({
  description: 'For how long after the customer’s last message free text is allowed.',
  simpleResolvers: true,
})
export class ReplyWindow {
  @Field(() => Int, { description: 'In hours.' })
  hours: number;

  @Field(() => Int, {
    nullable: true,
    description: 'For a person rather than a machine, in hours in all; null: no longer.',
  })
  humanHours?: number | null;
}

@ObjectType({
  description: 'For how long a public message can be answered in private, once.',
  simpleResolvers: true,
})
export class PrivateReplyWindow {
  @Field(() => Int, { description: 'In hours after it was sent.' })
  hours: number;
}

@ObjectType({ description: 'What a message may offer to press.', simpleResolvers: true })
export class ChoiceCapability {
  @Field(() => Int, { description: 'Most choices of one message.' })
  most: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Longest text above them, counted as texts are; null: as without.',
  })
  longestText?: number | null;

  @Field(() => Int, { description: 'Longest title, in characters.' })
  longestTitle: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Longest description, in characters; null: there are none.',
  })
  longestDescription?: number | null;
}

@ObjectType({
  description: 'What can be sent, known before it is tried.',
  simpleResolvers: true,
})
export class Capabilities {
  @Field(() => TextCapability, { description: 'What texts may be.' })
  text: TextCapability;

  @Field(() => [MediaCapability], { description: 'The kinds of files that can be sent.' })
  media: MediaCapability[];

  @Field(() => Int, { description: 'Most files of all kinds in one message.' })
  mostAttachments: number;

  @Field({ description: 'Whether text and files may go in one message.' })
  textWithMedia: boolean;

  @Field({ description: 'Whether a message can name the one that it answers.' })
  replies: boolean;

  @Field({ description: 'Whether the company can react to messages.' })
  reactions: boolean;

  @Field(() => [String], {
    nullable: true,
    description: 'The only reactions that it can give, such as `like`; null: any emoji.',
  })
  reactionChoices?: readonly string[] | null;

  @Field({ description: 'Whether what was sent can be edited.' })
  edits: boolean;

  @Field({ description: 'Whether what was sent can be deleted.' })
  deletions: boolean;

  @Field({
    description:
      'Whether what others wrote can be deleted too, such as comments under the company’s posts.',
  })
  deletionsOfOthers: boolean;

  @Field({ description: 'Whether what others wrote can be hidden from the public.' })
  hiding: boolean;

  @Field(() => PrivateReplyWindow, {
    nullable: true,
    description:
      'Whether public messages can be answered in private (`messageReplyPrivately`); null: they can’t.',
  })
  privateReplies?: PrivateReplyWindow | null;

  @Field({ description: 'Whether the customer can be told that a message was read.' })
  readMarks: boolean;

  @Field({ description: 'Whether the customer can be told that somebody types.' })
  typing: boolean;

  @Field({ description: 'Whether templates that the platform has approved can be sent.' })
  templates: boolean;

  @Field(() => ChoiceCapability, {
    nullable: true,
    description: 'What a message may offer to press; null: nothing.',
  })
  choices?: ChoiceCapability | null;

  @Field({ description: 'Whether the company may write first.' })
  proactive: boolean;

  @Field(() => ReplyWindow, {
    nullable: true,
    description: 'For how long after the customer’s last message; null: always.',
  })
  replyWindow?: ReplyWindow | null;
}
