import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the channels that are read for without looking at all others. */
export class FindSources1764000000155 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create index channel_connected on channel (connector, workspace_id, id)
        where connector is not null and status = 'ACTIVE';
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('drop index channel_connected');
  }
}
