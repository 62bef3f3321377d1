import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Health by parts, so that one that gets on well does not hide another's trouble. Only adds. */
export class SplitChannelHealth1764000000110 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      alter table channel_state
        -- what each part last told, as { PART: { health, reason, at } }; the worst one counts
        add column health_parts jsonb not null default '{}'
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query('alter table channel_state drop column health_parts');
  }
}
