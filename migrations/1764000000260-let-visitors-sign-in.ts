import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose a visitor turned out to be, once they had signed in. It only adds. */
export class LetVisitorsSignIn1764000000260 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      alter table chat_session
        -- the signed-in customer who took it over, and the customer whom it stood for until then
        add column claimed_by uuid,
        add column claimed_from uuid,
        add constraint chat_session_claimed_by_fk foreign key (workspace_id, claimed_by)
          references customer (workspace_id, id),
        add constraint chat_session_claimed_from_fk foreign key (workspace_id, claimed_from)
          references customer (workspace_id, id);
      create index chat_session_claimed on chat_session (workspace_id, claimed_by)
        where claimed_by is not null;
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`
      alter table chat_session drop column claimed_by, drop column claimed_from;
    `);
  }
}
