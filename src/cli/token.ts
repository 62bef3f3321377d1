import { Option, type Command } from 'commander';
import { Permission } from '../auth/permissions';
import { createApiKey } from '../domain/access/api-keys';
import { withSession, workspaceUuid } from './session';

interface TokenOptions {
  name: string;
  workspace?: string;
  scopes: Permission[];
}

/** `parley token create`: the way back in for who has lost the owner token. */
export function tokenCommand(program: Command, stop: AbortSignal): void {
  program
    .command('token')
    .description('API tokens')
    .command('create')
    .description('make an API key and print its token, and nothing else, on standard output')
    .option('--name <name>', 'what it is for', 'Command line')
    .option('--workspace <id>', 'the workspace that it is for (default: the first)')
    .addOption(
      new Option('--scopes <scopes...>', 'what it may do')
        .choices(Object.values(Permission))
        .default(Object.values(Permission), 'everything'),
    )
    .action((options: TokenOptions) => createToken(options, stop));
}

async function createToken({ name, workspace, scopes }: TokenOptions, stop: AbortSignal) {
  const workspaceId = workspace === undefined ? undefined : workspaceUuid(workspace);
  await withSession({ workspaceId, stop }, async ({ run }) => {
    const input = { name, scopes, channelIds: null, expiresAt: null };
    const { token } = await run(createApiKey, { input });
    process.stdout.write(`${token}\n`);
  });
}
