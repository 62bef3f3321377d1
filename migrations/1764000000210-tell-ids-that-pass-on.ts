import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Phone numbers pass on to other people: an identity that is known only as a further id of somebody
 * does not make two people one.
 */
export class TellIdsThatPassOn1764000000210 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(
      'alter table customer_identity add column is_alias boolean not null default false',
    );
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('alter table customer_identity drop column is_alias');
  }
}
