const SIGNED_IN = 'user:';

/** The identity of a visitor; tokens of companies can't name one, because theirs begin otherwise. */
export const visitorId = (sessionId: string) => `visitor:${sessionId}`;

/** The identity of a customer by the id that the company knows them by. */
export const signedInId = (subject: string) => `${SIGNED_IN}${subject}`;

export const isSignedInId = (externalId: string) => externalId.startsWith(SIGNED_IN);
