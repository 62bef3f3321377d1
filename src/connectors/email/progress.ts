/** How far a folder has been read. */
export interface FolderProgress {
  /** What its UIDs are valid under; another one makes them all new. */
  uidValidity: string;
  /** The highest that was read. */
  uid: number;
  /** When the newest of them came in, from which it is read again when UIDs have become new. */
  at: string;
}

export type Progress = Record<string, FolderProgress>;

/** Progress as it was kept; without what is none. */
export function progressOf(cursor: Readonly<Record<string, unknown>> | null): Progress {
  const folders = cursor?.['folders'];
  if (typeof folders !== 'object' || folders === null) return {};
  return Object.fromEntries(
    Object.entries(folders as Record<string, Partial<FolderProgress>>).filter(
      (entry): entry is [string, FolderProgress] =>
        typeof entry[1].uidValidity === 'string' &&
        typeof entry[1].uid === 'number' &&
        typeof entry[1].at === 'string',
    ),
  );
}
