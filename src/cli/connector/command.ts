import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { checks } from '../../connectors/kit/conformance/checks';
import { loadSubject } from '../../connectors/kit/conformance/load-subject';
import { connectors } from '../../connectors/registry';
import { ChannelKind } from '../../domain/channel/kinds';
import { ConnectorRefused } from './connector-refused';
import { registered } from './register';
import { filesOf } from './templates';

/** Where connectors are written, from the root of the sources. */
const FOLDER = 'src/connectors';

/** `parley connector`: for whoever writes one. */
export function connectorCommand(program: Command): void {
  const command = program
    .command('connector')
    .description('Writes and checks connectors; to be run where the sources are.');
  command
    .command('new <name>')
    .description('makes the folder of a new connector, and registers it')
    .option('--kind <kind>', 'the kind of its channels; absent: its name in capitals')
    .option('--label <label>', 'what people call the platform; absent: its name')
    .action((name: string, options: NewOptions) => makeConnector(name, options));
  command
    .command('check [name]')
    .description('says what a connector, or each of them, has still to do')
    .action((name?: string) => checkConnectors(name));
}

interface NewOptions {
  kind?: string;
  label?: string;
}

async function makeConnector(id: string, options: NewOptions): Promise<void> {
  const root = sources();
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new ConnectorRefused(
      `${id} is no name for a connector: write it in kebab-case, such as my-platform.`,
    );
  }
  const kind = options.kind ?? id.toUpperCase().replaceAll('-', '_');
  if (!(kind in ChannelKind)) {
    throw new ConnectorRefused(
      `There is no kind ${kind} of channels: add it in src/domain/channel/kinds.ts, or name one by --kind: ${Object.keys(ChannelKind).join(', ')}.`,
    );
  }
  const folder = join(root, id);
  if (existsSync(folder)) throw new ConnectorRefused(`${FOLDER}/${id} is there already.`);
  const name = id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const label = options.label ?? name[0]!.toUpperCase() + name.slice(1);
  const registry = join(root, 'registry.ts');
  const entered = registered(await readFile(registry, 'utf8'), { id, name });
  for (const [file, text] of Object.entries(filesOf({ id, name, label, kind }))) {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await writeFile(registry, entered);
  process.stdout.write(
    `${FOLDER}/${id} is there and registered.\nSee docs/connectors.md, then run: npm run format && npm run parley -- connector check ${id}\n`,
  );
}

async function checkConnectors(only?: string): Promise<void> {
  const root = sources();
  const ids = only === undefined ? Object.keys(connectors) : [only];
  let left = 0;
  for (const id of ids) {
    const connector = connectors[id];
    if (!connector) {
      throw new ConnectorRefused(
        `There is no connector ${id}: there are ${Object.keys(connectors).join(', ')}.`,
      );
    }
    const subject = await loadSubject(connector, root);
    const problems: string[] = [];
    for (const check of checks) problems.push(...(await check.problems(subject)));
    left += problems.length;
    process.stdout.write(
      problems.length === 0
        ? `${id} conforms.\n`
        : `${id}:\n${problems.map((one) => `  - ${one}\n`).join('')}`,
    );
  }
  if (left > 0) process.exitCode = 1;
}

/** The folder of the connectors' sources, below where the command is run. */
function sources(): string {
  const root = resolve(FOLDER);
  if (existsSync(join(root, 'registry.ts'))) return root;
  throw new ConnectorRefused(
    `There is no ${FOLDER} here: run this command where Parley's sources are.`,
  );
}
