import type { Capabilities, MediaKind, MediaLimit } from '../../connectors/kit/capabilities';

/** Capabilities as callers see them: what can be told apart by a kind is a list. */
export type CapabilitiesView = Omit<Capabilities, 'media' | 'deletionsOfOthers'> & {
  deletionsOfOthers: boolean;
  media: ({ kind: MediaKind } & MediaLimit)[];
};

export function presentCapabilities(capabilities: Capabilities): CapabilitiesView {
  const media = Object.entries(capabilities.media) as [MediaKind, MediaLimit][];
  return {
    ...capabilities,
    deletionsOfOthers: capabilities.deletionsOfOthers ?? false,
    media: media.map(([kind, limit]) => ({ kind, ...limit })),
  };
}
