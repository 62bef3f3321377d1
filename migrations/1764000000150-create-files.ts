import type { MigrationInterface, QueryRunner } from 'typeorm';
import { belongsTo, tenantTable } from './tenancy';

/**
 * Which blobs there are, so that each is kept once and none goes while something points at it, and
 * files that were uploaded to be sent. Safe while older code runs: it only adds.
 */
export class CreateFiles1764000000150 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create table stored_file (
        workspace_id uuid not null references workspace,
        storage_key text not null,
        byte_size bigint not null,
        -- when it was last kept: what was kept a moment ago may not be pointed at yet
        kept_at timestamptz(3) not null,
        -- whether it may be that nothing points at it
        is_loose boolean not null default true,
        primary key (workspace_id, storage_key)
      );
      create index stored_file_loose on stored_file (workspace_id, kept_at) where is_loose;
      ${tenantTable('stored_file')}

      alter table attachment
        add ${belongsTo('attachment_stored_file_fk', 'storage_key', 'stored_file', 'storage_key')};
      create index attachment_stored_file on attachment (workspace_id, storage_key)
        where storage_key is not null;

      create table upload (
        workspace_id uuid not null references workspace,
        id uuid not null,
        file_name text not null,
        content_type text not null,
        byte_size bigint not null,
        storage_key text not null,
        -- who uploaded it: nobody else can send it
        uploaded_by jsonb not null default '{}',
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        primary key (workspace_id, id),
        ${belongsTo('upload_stored_file_fk', 'storage_key', 'stored_file', 'storage_key')}
      );
      create index upload_stored_file on upload (workspace_id, storage_key);
      create index upload_expiry on upload (workspace_id, expires_at);
      ${tenantTable('upload')}
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`
      drop table upload;
      drop index attachment_stored_file;
      alter table attachment drop constraint attachment_stored_file_fk;
      drop table stored_file;
    `);
  }
}
