import type { Connector, Manifest } from '../../connectors/kit/connector';
import type { SettingField } from '../../connectors/kit/settings';
import { defaultOf, formFields } from '../../connectors/kit/settings-shape';
import { presentCapabilities, type CapabilitiesView } from '../outbound/present-capabilities';

/** A connector as callers see it. */
export function presentConnector(connector: Connector) {
  const { manifest, webhook } = connector;
  const sends = connector.send !== undefined;
  const { id, label, description, kind, visibility, settings } = manifest;
  return {
    ...{ id, label, description, kind, visibility },
    capabilities: capabilitiesOf(manifest, sends),
    settings: formFields(settings).map(presentSetting),
    takesWebhooks: webhook !== undefined,
    reads: connector.source !== undefined,
    sends,
    answersBy: manifest.answersBy ?? null,
  };
}

/** Every connector, by its label. */
export function listConnectors(connectors: Readonly<Record<string, Connector>>) {
  return Object.values(connectors)
    .map(presentConnector)
    .sort((a, b) => a.label.localeCompare(b.label, 'en'));
}

export interface ChannelCapabilitiesView {
  private: CapabilitiesView | null;
  public: CapabilitiesView | null;
}

/** What can be sent; nothing by a connector that only takes in. */
export function capabilitiesOf(
  { capabilities }: Pick<Manifest, 'capabilities'>,
  sends: boolean,
): ChannelCapabilitiesView {
  const present = (kind: 'private' | 'public') => {
    const found = capabilities[kind];
    return sends && found ? presentCapabilities(found) : null;
  };
  return { private: present('private'), public: present('public') };
}

function presentSetting(field: SettingField) {
  const { key, label, description, kind, optional, secret } = field;
  const fallback = defaultOf(field) ?? null;
  return {
    ...{ key, label, description, kind },
    required: !optional && fallback === null,
    secret: secret === true,
    choices: field.kind === 'choice' ? field.choices : null,
    default: fallback,
    pattern: 'pattern' in field ? (field.pattern ?? null) : null,
    longest: field.kind === 'text' ? (field.longest ?? null) : null,
    least: field.kind === 'number' ? field.least : null,
    most: field.kind === 'number' || field.kind === 'list' ? field.most : null,
    connector: field.kind === 'channel' ? field.connector : null,
  };
}
