import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages that go out and come in by another channel than their conversation's. */
export class CarryMessages1764000000240 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      alter table message add carrier_channel_id uuid;
      alter table message add constraint message_carrier_channel_fk
        foreign key (workspace_id, carrier_channel_id) references channel (workspace_id, id);
      create index message_carried on message (workspace_id, carrier_channel_id, external_id)
        where carrier_channel_id is not null;
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('alter table message drop column carrier_channel_id');
  }
}
