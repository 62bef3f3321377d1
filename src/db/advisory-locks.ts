/**
 * The numbers of the advisory locks that this database knows, all in one place, because two that are
 * the same would wait for each other. Any constants that no other program locks; the same in every
 * version of Parley.
 */
export const advisoryLocks = {
  /** Held by the process that migrates and starts the installation. */
  migration: 7_264_401,
  /** Shared by commands of the CLI that use an embedded database which another process owns. */
  sharedDatabase: 7_264_402,
  /** Held by the process that relays events to NATS. */
  relay: 7_264_403,
  /** Held by the process that sequences events. */
  sequencer: 7_264_410,
  /** Beside the hash of a channel's id: held by the process that renews its tokens. */
  renewal: 7_264_420,
  /** Beside the hash of a channel's id: held while deliveries of it are taken in. */
  inbound: 7_264_421,
} as const;
