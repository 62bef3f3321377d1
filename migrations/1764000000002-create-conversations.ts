import type { MigrationInterface, QueryRunner } from 'typeorm';
import { belongsTo, tenantTable } from './tenancy';

/** Channels, and the private and public talk on them. */
export class CreateConversations1764000000002 implements MigrationInterface {
  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      create table channel (
        workspace_id uuid not null references workspace,
        id uuid not null,
        kind text not null,
        connector text,
        name text not null,
        external_id text not null,
        identity_scope text not null default '',
        visibility text not null,
        status text not null default 'ACTIVE',
        settings jsonb not null default '{}',
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        primary key (workspace_id, id),
        constraint channel_external_key unique (workspace_id, kind, external_id)
      );
      create index channel_created on channel (workspace_id, created_at, id);
      ${tenantTable('channel')}

      create table post (
        workspace_id uuid not null references workspace,
        id uuid not null,
        channel_id uuid not null,
        external_id text not null,
        body text,
        url text,
        author_name text,
        published_at timestamptz(3) not null,
        created_at timestamptz(3) not null,
        primary key (workspace_id, id),
        constraint post_external_key unique (workspace_id, channel_id, external_id),
        ${belongsTo('post_channel_fk', 'channel_id', 'channel')}
      );
      create index post_published on post (workspace_id, published_at, id);
      create index post_channel_published on post (workspace_id, channel_id, published_at, id);
      ${tenantTable('post')}

      create table conversation (
        workspace_id uuid not null references workspace,
        id uuid not null,
        channel_id uuid not null,
        customer_id uuid,
        post_id uuid,
        assignee_id uuid,
        thread_key text not null,
        visibility text not null,
        status text not null default 'OPEN',
        subject text,
        started_at timestamptz(3) not null,
        first_inbound_at timestamptz(3),
        first_response_at timestamptz(3),
        -- no foreign key: message already points here, and a message is never removed
        last_message_id uuid,
        last_message_at timestamptz(3) not null,
        message_count integer not null default 0,
        closed_at timestamptz(3),
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        primary key (workspace_id, id),
        constraint conversation_thread_key unique (workspace_id, channel_id, thread_key),
        ${belongsTo('conversation_channel_fk', 'channel_id', 'channel')},
        ${belongsTo('conversation_customer_fk', 'customer_id', 'customer')},
        ${belongsTo('conversation_post_fk', 'post_id', 'post')},
        ${belongsTo('conversation_assignee_fk', 'assignee_id', 'app_user')}
      );
      -- the inbox: everything, by status, channel, customer or assignee, newest first
      create index conversation_active on conversation (workspace_id, last_message_at, id);
      create index conversation_status_active on conversation (workspace_id, status, last_message_at, id);
      create index conversation_channel_active on conversation (workspace_id, channel_id, last_message_at, id);
      create index conversation_customer_active on conversation (workspace_id, customer_id, last_message_at, id);
      create index conversation_assignee_active on conversation (workspace_id, assignee_id, last_message_at, id);
      create index conversation_post_active on conversation (workspace_id, post_id, last_message_at, id)
        where post_id is not null;
      create index conversation_started on conversation (workspace_id, started_at, id);
      -- first response times of a channel over a time range
      create index conversation_first_inbound on conversation (workspace_id, channel_id, first_inbound_at);
      ${tenantTable('conversation')}

      create table message (
        workspace_id uuid not null references workspace,
        id uuid not null,
        conversation_id uuid not null,
        channel_id uuid not null,
        external_id text,
        direction text not null,
        author_customer_id uuid,
        author_user_id uuid,
        author_name text,
        body text not null,
        reply_to_id uuid,
        reply_to_external_id text,
        reply_to_channel_id uuid,
        response_id uuid,
        responded_at timestamptz(3),
        sent_at timestamptz(3) not null,
        order_key bigint not null default 0,
        received_at timestamptz(3) not null,
        edited_at timestamptz(3),
        deleted_at timestamptz(3),
        primary key (workspace_id, id),
        constraint message_external_key unique (workspace_id, channel_id, external_id),
        ${belongsTo('message_conversation_fk', 'conversation_id', 'conversation')},
        ${belongsTo('message_channel_fk', 'channel_id', 'channel')},
        ${belongsTo('message_author_customer_fk', 'author_customer_id', 'customer')},
        ${belongsTo('message_author_user_fk', 'author_user_id', 'app_user')},
        ${belongsTo('message_reply_to_fk', 'reply_to_id', 'message')},
        ${belongsTo('message_response_fk', 'response_id', 'message')}
      );
      create index message_conversation_order
        on message (workspace_id, conversation_id, sent_at, order_key, id);
      -- response metrics of a channel over a time range
      create index message_channel_sent on message (workspace_id, channel_id, sent_at);
      -- replies that came in before the message that they answer
      create index message_awaiting_parent on message (workspace_id, reply_to_channel_id, reply_to_external_id)
        where reply_to_id is null and reply_to_external_id is not null;
      create index message_replies on message (workspace_id, reply_to_id, sent_at, order_key, id)
        where reply_to_id is not null;
      -- which inbound messages of a conversation are unanswered, or answered only later
      create index message_answered on message (workspace_id, conversation_id, responded_at)
        where direction = 'INBOUND';
      ${tenantTable('message')}

      create table message_revision (
        workspace_id uuid not null references workspace,
        id uuid not null,
        message_id uuid not null,
        kind text not null,
        previous_body text not null,
        occurred_at timestamptz(3) not null,
        recorded_at timestamptz(3) not null,
        primary key (workspace_id, id),
        ${belongsTo('message_revision_message_fk', 'message_id', 'message')}
      );
      create index message_revision_message on message_revision (workspace_id, message_id, recorded_at, id);
      ${tenantTable('message_revision', 'insert')}

      create table attachment (
        workspace_id uuid not null references workspace,
        id uuid not null,
        message_id uuid not null,
        file_name text,
        content_type text,
        byte_size bigint,
        source_url text,
        created_at timestamptz(3) not null,
        primary key (workspace_id, id),
        ${belongsTo('attachment_message_fk', 'message_id', 'message')}
      );
      create index attachment_message on attachment (workspace_id, message_id, id);
      ${tenantTable('attachment')}

      create table tag (
        workspace_id uuid not null references workspace,
        id uuid not null,
        name text not null,
        name_key text not null,
        created_at timestamptz(3) not null,
        primary key (workspace_id, id),
        constraint tag_name_key unique (workspace_id, name_key)
      );
      ${tenantTable('tag')}

      create table conversation_tag (
        workspace_id uuid not null references workspace,
        conversation_id uuid not null,
        tag_id uuid not null,
        created_at timestamptz(3) not null,
        primary key (workspace_id, conversation_id, tag_id),
        ${belongsTo('conversation_tag_conversation_fk', 'conversation_id', 'conversation')},
        ${belongsTo('conversation_tag_tag_fk', 'tag_id', 'tag')}
      );
      create index conversation_tag_tag on conversation_tag (workspace_id, tag_id, conversation_id);
      ${tenantTable('conversation_tag')}

      create table customer_tag (
        workspace_id uuid not null references workspace,
        customer_id uuid not null,
        tag_id uuid not null,
        created_at timestamptz(3) not null,
        primary key (workspace_id, customer_id, tag_id),
        ${belongsTo('customer_tag_customer_fk', 'customer_id', 'customer')},
        ${belongsTo('customer_tag_tag_fk', 'tag_id', 'tag')}
      );
      create index customer_tag_tag on customer_tag (workspace_id, tag_id, customer_id);
      ${tenantTable('customer_tag')}
    `);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`
      drop table customer_tag, conversation_tag, tag, attachment, message_revision, message,
        conversation, post, channel
    `);
  }
}
