/** What can be sent on a channel, known before it is tried. Data only, so that front ends get it too. */

export type MediaKind = 'image' | 'video' | 'audio' | 'document';

/** What files of a kind may be. */
export interface MediaLimit {
  /** Media types, such as `image/png`, or `image/*`. */
  contentTypes: readonly string[];
  largestBytes: number;
  /** How many of this kind one message may hold. */
  most: number;
  /** Longest text beside one, counted as texts are; 0: none. Absent: as long as without. */
  longestText?: number;
}

/** What one message may hold. */
export interface Capabilities {
  text: {
    /** In `unit`s; 0 where no text can be sent. */
    longest: number;
    /** How the platform counts. `utf16` is JavaScript's length. */
    unit: 'utf16' | 'codePoints' | 'graphemes' | 'bytes' | 'weighted';
    /** What of the text's markup the platform shows. */
    markup: 'NONE' | 'HTML' | 'MARKDOWN';
  };
  media: Partial<Record<MediaKind, MediaLimit>>;
  /** Most files of all kinds in one message. */
  mostAttachments: number;
  /** Whether text and files may go in one message. */
  textWithMedia: boolean;
  /** Whether a message can name the one that it answers. */
  replies: boolean;
  /** Whether the company can react to messages. */
  reactions: boolean;
  /** The only reactions that it can give; absent: any emoji. */
  reactionChoices?: readonly string[];
  edits: boolean;
  /** Whether what the company sent can be deleted. */
  deletions: boolean;
  /** Whether what others wrote can be deleted too, such as comments under the company's own posts. */
  deletionsOfOthers?: boolean;
  /** Whether what others wrote can be hidden from the public, and shown again. */
  hiding: boolean;
  /** Of public talk: whether a message can be answered in private, once, so many hours after it. */
  privateReplies?: { hours: number };
  readMarks: boolean;
  typing: boolean;
  /** Whether templates that the platform has approved can be sent, also when free text can't. */
  templates: boolean;
  /** What a message may offer to press; absent: nothing. */
  choices?: ChoiceLimit;
  /** Whether the company may write first. */
  proactive: boolean;
  /** For how long after the customer's last message free text is allowed; absent: always. */
  replyWindow?: ReplyWindow;
}

export interface ChoiceLimit {
  most: number;
  /** Longest text above them, counted as texts are; absent: as long as without. */
  longestText?: number;
  /** In characters. */
  longestTitle: number;
  /** In characters; absent: no descriptions. */
  longestDescription?: number;
}

export interface ReplyWindow {
  hours: number;
  /** For how many hours in all a person, not a machine, may still answer. */
  humanHours?: number;
}

/** Nothing can be sent. */
export const silent: Capabilities = {
  text: { longest: 0, unit: 'utf16', markup: 'NONE' },
  media: {},
  mostAttachments: 0,
  textWithMedia: false,
  replies: false,
  reactions: false,
  edits: false,
  deletions: false,
  hiding: false,
  readMarks: false,
  typing: false,
  templates: false,
  proactive: false,
};
