/** The channel on which processes hear of changes: `<workspace> <conversation>`. */
export const PRESENCE_CHANNEL = 'parley_presence';
