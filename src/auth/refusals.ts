/** Why nobody was admitted; the message is for the caller and tells the next step. */
export abstract class Refusal extends Error {
  /** The code of the top-level GraphQL error. */
  abstract readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN' | 'BAD_USER_INPUT';
}

/**
 * The caller isn't known, or not any longer. Every cause gives the caller the same words, so that
 * nobody learns which keys, users or workspaces there are.
 */
export class Unauthenticated extends Refusal {
  readonly code = 'UNAUTHENTICATED';

  /** @param reason for debug logs only; never holds the token or what is in it. */
  constructor(readonly reason: string) {
    super('Send an Authorization header: Bearer followed by an API key or an access token.');
  }
}

/** The user is known and belongs to several workspaces, and the request doesn't say which it is for. */
export class WorkspaceAmbiguous extends Refusal {
  readonly code = 'BAD_USER_INPUT';

  constructor() {
    super(
      'You belong to several workspaces: send a Parley-Workspace header with the id (wsp_…) of the one that you mean.',
    );
  }
}

/** A script uses an end customer's token on a page that the token's chat is not for. */
export class OriginRefused extends Refusal {
  readonly code = 'FORBIDDEN';

  constructor(origin: string) {
    super(
      `Pages of ${origin.slice(0, 200)} may not use this chat: add that, to the letter, to the channel’s setting “origins”.`,
    );
  }
}
