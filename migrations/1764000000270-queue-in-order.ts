import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds what is to be sent next however long the queue is, and tells who a machine writes for. */
export class QueueInOrder1764000000270 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create index outbound_queue_order
        on outbound_queue (workspace_id, channel_id, queued_at, message_id);
      alter table message add is_for_person boolean not null default false;
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`
      drop index outbound_queue_order;
      alter table message drop column is_for_person;
    `);
  }
}
