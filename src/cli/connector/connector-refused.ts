/** What the command can't do for a connector, in words for whoever asked. */
export class ConnectorRefused extends Error {}
