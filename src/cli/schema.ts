import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { writeSchema } from '../db/write-schema';
import { buildSchema, printSdl } from '../server/build-schema';

/** `parley schema …`: writes the files that are generated from the code, for developers. */
export function schemaCommand(program: Command): void {
  const schema = program.command('schema').description('write generated files (for developers)');
  schema
    .command('graphql')
    .description('print the GraphQL schema')
    .argument('[file]', 'the file to write', 'src/schema/schema.graphql')
    .action((file: string) => writeFileSync(file, printSdl(buildSchema())));
  schema
    .command('sql')
    .description('dump the schema of a migrated empty database')
    .argument('[file]', 'the file to write', 'migrations/schema.sql')
    .action((file: string) => writeSchema(file));
}
