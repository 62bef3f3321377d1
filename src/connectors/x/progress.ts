import { z } from 'zod';

/** How far lists of posts and messages have been read. */

/**
 * Of one list: everything up to `since` is read. A pass that is under way has come down to `below`,
 * and began with `newest`.
 */
const place = z.object({
  since: z.string(),
  below: z.string().nullable(),
  newest: z.string().nullable(),
});
export type ListPlace = z.infer<typeof place>;

const progress = z.object({ lists: z.record(z.string(), place) });
export type Progress = z.infer<typeof progress>;

export function readProgress(cursor: unknown): Progress {
  return progress.safeParse(cursor).data ?? { lists: {} };
}

/** Where a list is that was read through. */
export function readTo(since: string): ListPlace {
  return { since, below: null, newest: null };
}
