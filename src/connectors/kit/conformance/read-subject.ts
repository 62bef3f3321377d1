import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connector } from '../connector';
import type { ConformanceFacts, Fixture, Subject } from './subject';

/** Reads what stands beside a connector's code: its fixtures and its BEHAVIOR.md. */
export async function readSubject(
  connector: Connector,
  facts: ConformanceFacts,
  folder: string,
): Promise<Subject> {
  const behaviour = await readFile(join(folder, 'BEHAVIOR.md'), 'utf8').catch(() => null);
  const fixtures = await readFixtures(join(folder, 'fixtures'));
  return { connector, facts, behaviour, fixtures, leftToWrite: await findLeftToWrite(folder) };
}

/** The marks that a scaffold leaves where only its author knows what belongs there. */
async function findLeftToWrite(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => /\.(ts|md)$/.test(name)).sort();
  const found = await Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      return [...text.matchAll(/TO WRITE: (.*?)(?: \*\/)?$/gm)].map(
        ([, what]) => `${name}: ${what}`,
      );
    }),
  );
  return found.flat();
}

const beside = /\.(items|headers)\.json$/;

async function readFixtures(folder: string): Promise<Fixture[]> {
  const files = (await readdir(folder).catch(() => [])).filter((name) => !name.endsWith('.md'));
  return Promise.all(
    files
      .filter((file) => !beside.test(file))
      .sort()
      .map(async (file) => {
        const name = file.replace(/\.[^.]+$/, '');
        const json = async (kind: string) => {
          const text = await readFile(join(folder, `${name}.${kind}.json`), 'utf8').catch(
            () => null,
          );
          return text === null ? null : (JSON.parse(text) as unknown);
        };
        return {
          name,
          body: await readFile(join(folder, file)),
          headers: ((await json('headers')) ?? {}) as Record<string, string>,
          items: await json('items'),
        };
      }),
  );
}
