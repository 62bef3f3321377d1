import { Option, type Command } from 'commander';
import { Permission } from '../auth/permissions';
import { createApiKey } from '../domain/access/api-keys';
import { withSession } from './session';

/** `parley token create`: the way back in for who has lost the owner token. */
export function tokenCommand(program: Command): void {
  program
    .command('token')
    .description('API tokens')
    .command('create')
    .description('make an API key and print its token')
    .option('--name <name>', 'what it is for', 'Command line')
    .option('--workspace <id>', 'the workspace that it is for (default: the first)')
    .addOption(
      new Option('--scopes <scopes...>', 'what it may do (default: everything)').choices(
        Object.values(Permission),
      ),
    )
    .action((options: { name: string; workspace?: string; scopes?: Permission[] }) =>
      withSession(options.workspace, async ({ run }) => {
        const scopes = options.scopes ?? Object.values(Permission);
        const input = { name: options.name, scopes, channelIds: null, expiresAt: null };
        const { token } = await run(createApiKey, { input });
        process.stdout.write(`${token}\n`);
      }),
    );
}
