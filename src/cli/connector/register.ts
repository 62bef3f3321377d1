import { ConnectorRefused } from './connector-refused';

/**
 * The registry's text with one more connector, in the order of their names.
 * @throws ConnectorRefused where the registry does not look as expected.
 */
export function registered(text: string, { id, name }: { id: string; name: string }): string {
  const line = `import { ${name} } from './${id}';`;
  const imports = text
    .split('\n')
    .filter((it) => /^import \{ \w+ \} from '\.\/[a-z0-9-]+';$/.test(it));
  const list = /(export const connectors: [^=]*= )\{([^}]*)\};/.exec(text);
  if (!list) {
    throw new ConnectorRefused(
      'src/connectors/registry.ts does not look as expected: enter the connector by hand.',
    );
  }
  const entries = list[2]!
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const entry = id === name ? name : `'${id}': ${name}`;
  const all = [...entries, entry].sort((a, b) =>
    a.replaceAll("'", '') < b.replaceAll("'", '') ? -1 : 1,
  );
  const sorted = [...imports, line].sort();
  const kept = text
    .split('\n')
    .filter((it) => !imports.includes(it))
    .join('\n');
  return `${sorted.join('\n')}\n${kept.replace(list[0], `${list[1]}{ ${all.join(', ')} };`)}`;
}
