import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from './tenancy';

/** How far the log of each workspace has been relayed to NATS. */
export class CreateEventRelay1764000000030 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      -- the position that NATS has confirmed last; no row: nothing was relayed yet
      create table event_relay (
        workspace_id uuid primary key references workspace,
        position bigint not null
      );
      ${tenantTable('event_relay', 'select')}
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`drop table event_relay`);
  }
}
