/** What an upsert did. */
export type UpsertOutcome = 'CREATED' | 'UPDATED' | 'UNCHANGED';
