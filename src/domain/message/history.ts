/** What something said over time: each version stood until the next one, or until it was deleted. */

export interface Version {
  body: string | null;
  /** Provider's time of the edit that it came from; null for how it was at first. */
  at: Date | null;
}

/** A version that stands no longer, as it is kept. */
export interface PastVersion extends Version {
  id: string;
  /** What ended it. */
  kind: 'EDITED' | 'DELETED';
  /** When. */
  occurredAt: Date;
}

export interface History {
  /** In the order in which they stood. */
  past: readonly PastVersion[];
  /** What stands now; null after a deletion, and where nothing is known yet. */
  current: Version | null;
  deletedAt: Date | null;
}

/** News of its life. */
export interface Revision {
  versions: readonly Version[];
  /** Provider's time of the deletion. */
  deletedAt: Date | null;
}

/** A version that has ended, to be kept or set right. */
export interface EndedVersion extends Version {
  /** Null where it is not kept yet. */
  id: string | null;
  kind: 'EDITED' | 'DELETED';
  occurredAt: Date;
}

export interface RevisedHistory {
  /** Versions to keep, and those of which something else is known to have ended them. */
  ended: EndedVersion[];
  /** The newest version, also of what is deleted; null where nothing is known. */
  newest: Version | null;
  deletedAt: Date | null;
  isEdited: boolean;
  isDeleted: boolean;
}

/**
 * Puts versions that are told in any order into their places: in the order of their times, the first
 * one in front, the deletion after all of them. What is known already changes nothing.
 * @returns null where that is so of all the news.
 */
export function revise(history: History, news: Revision): RevisedHistory | null {
  const known = [
    ...history.past.map((version) => ({ version, past: version })),
    ...(history.current ? [{ version: history.current, past: null }] : []),
  ];
  const times = new Set(known.map(({ version }) => timeOf(version)));
  const told = news.versions.filter((version) => {
    const isNew = !times.has(timeOf(version));
    times.add(timeOf(version));
    return isNew;
  });
  const deletedAt = earlier(history.deletedAt, news.deletedAt);
  if (told.length === 0 && deletedAt?.getTime() === history.deletedAt?.getTime()) return null;
  const all = [...known, ...told.map((version) => ({ version, past: null }))].sort(
    (a, b) => timeOf(a.version) - timeOf(b.version),
  );
  const ended = all.flatMap(({ version, past }, index): EndedVersion[] => {
    const next = all[index + 1]?.version;
    const occurredAt = next ? next.at! : deletedAt;
    if (!occurredAt) return [];
    const kind = next ? 'EDITED' : 'DELETED';
    if (past?.kind === kind && past.occurredAt.getTime() === occurredAt.getTime()) return [];
    return [{ body: version.body, at: version.at, id: past?.id ?? null, kind, occurredAt }];
  });
  return {
    ended,
    newest: all.at(-1)?.version ?? null,
    deletedAt,
    isEdited: told.length > 0,
    isDeleted: deletedAt !== null && history.deletedAt === null,
  };
}

function timeOf({ at }: Version): number {
  return at?.getTime() ?? Number.NEGATIVE_INFINITY;
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (!a || !b) return a ?? b;
  return a < b ? a : b;
}
