import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Connector } from '../connector';
import { readSubject } from './read-subject';
import type { ConformanceFacts, Subject } from './subject';

/**
 * A registered connector with what the suite has to know of it.
 * @param code the folder of all connectors as it can be loaded; absent: that of this program.
 * @param sources the folder with their fixtures, where that is another one.
 */
export async function loadSubject(
  connector: Connector,
  sources: string,
  code: string = join(__dirname, '../..'),
): Promise<Subject> {
  const { id } = connector.manifest;
  const module = join(code, id, 'conformance');
  // compiled or not: an import of what is compiled needs the ending
  const path = existsSync(`${module}.js`) ? `${module}.js` : module;
  const loaded = (await import(path)) as {
    conformance?: ConformanceFacts;
  };
  if (!loaded.conformance) throw new Error(`${id}/conformance.ts exports no conformance.`);
  return readSubject(connector, loaded.conformance, join(sources, id));
}
