import type { Manifest } from '../connectors/kit/connector';

/** The hosts that a channel's connector may speak to: its own, and those that its settings name. */
export function hostsOf(
  manifest: Manifest,
  settings: Readonly<Record<string, unknown>>,
): readonly string[] {
  const named = manifest.settings.flatMap(({ kind, key }) => {
    const value = settings[key];
    if (typeof value !== 'string') return [];
    if (kind === 'host') return [value];
    return kind === 'url' && URL.canParse(value) ? [new URL(value).hostname] : [];
  });
  return [...manifest.hosts, ...named];
}
