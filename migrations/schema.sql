-- The schema after all migrations, as the catalogs of PostgreSQL tell it.
-- Written by `npm run schema:write`; to be reviewed and compared, not to be run.

CREATE EXTENSION btree_gin;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION unaccent;

GRANT CREATE, USAGE ON SCHEMA CURRENT_SCHEMA TO parley_system;
GRANT USAGE ON SCHEMA CURRENT_SCHEMA TO parley_api;

CREATE TEXT SEARCH CONFIGURATION parley (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION parley ADD MAPPING FOR asciihword, asciiword, hword, hword_asciipart, hword_numpart, hword_part, numhword, numword, word WITH unaccent, simple;
ALTER TEXT SEARCH CONFIGURATION parley ADD MAPPING FOR email, file, float, host, int, sfloat, uint, url, url_path, version WITH simple;

CREATE TABLE api_key (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  token_hash bytea NOT NULL,
  token_hint text NOT NULL,
  scopes text[] NOT NULL,
  channel_ids uuid[],
  created_at timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone,
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  CONSTRAINT api_key_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT api_key_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX api_key_token ON api_key USING btree (token_hash);
ALTER TABLE api_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_key FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON api_key AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON api_key AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE api_key TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE api_key TO parley_system;

CREATE TABLE app_user (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  email text NOT NULL,
  name text,
  role text NOT NULL,
  status text NOT NULL,
  channel_ids uuid[],
  issuer text,
  subject text,
  created_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT app_user_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT app_user_email_key UNIQUE (workspace_id, email),
  CONSTRAINT app_user_subject_key UNIQUE (workspace_id, issuer, subject),
  CONSTRAINT app_user_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX app_user_email ON app_user USING btree (email);
CREATE INDEX app_user_subject ON app_user USING btree (issuer, subject);
ALTER TABLE app_user ENABLE ROW LEVEL SECURITY;
ALTER TABLE app_user FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON app_user AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON app_user AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE app_user TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE app_user TO parley_system;

CREATE TABLE attachment (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  message_id uuid NOT NULL,
  file_name text,
  content_type text,
  byte_size bigint,
  source_url text,
  created_at timestamp(3) with time zone NOT NULL,
  status text DEFAULT 'REMOTE'::text NOT NULL,
  external_id text,
  storage_key text,
  sha256 bytea,
  content_id text,
  failure text,
  fetched_at timestamp(3) with time zone,
  CONSTRAINT attachment_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT attachment_message_fk FOREIGN KEY (workspace_id, message_id) REFERENCES message(workspace_id, id),
  CONSTRAINT attachment_stored_file_fk FOREIGN KEY (workspace_id, storage_key) REFERENCES stored_file(workspace_id, storage_key),
  CONSTRAINT attachment_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX attachment_message ON attachment USING btree (workspace_id, message_id, id);
CREATE INDEX attachment_stored_file ON attachment USING btree (workspace_id, storage_key) WHERE storage_key IS NOT NULL;
ALTER TABLE attachment ENABLE ROW LEVEL SECURITY;
ALTER TABLE attachment FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON attachment AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON attachment AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE attachment TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE attachment TO parley_system;

CREATE TABLE audit_entry (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  actor jsonb DEFAULT '{}'::jsonb NOT NULL,
  action text NOT NULL,
  subject text,
  detail jsonb DEFAULT '{}'::jsonb NOT NULL,
  recorded_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT audit_entry_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT audit_entry_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX audit_entry_recorded ON audit_entry USING btree (workspace_id, recorded_at, id);
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON audit_entry AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON audit_entry AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE audit_entry TO parley_system;
GRANT INSERT, SELECT ON TABLE audit_entry TO parley_api;

CREATE TABLE awaited_item (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  channel_id uuid NOT NULL,
  message_external_id text NOT NULL,
  item_key text NOT NULL,
  item jsonb NOT NULL,
  received_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT awaited_item_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT awaited_item_key UNIQUE (workspace_id, channel_id, message_external_id, item_key),
  CONSTRAINT awaited_item_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT awaited_item_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX awaited_item_received ON awaited_item USING btree (workspace_id, received_at);
ALTER TABLE awaited_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE awaited_item FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON awaited_item AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON awaited_item AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE awaited_item TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE awaited_item TO parley_system;

CREATE TABLE channel (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  connector text,
  name text NOT NULL,
  external_id text NOT NULL,
  identity_scope text DEFAULT ''::text NOT NULL,
  visibility text NOT NULL,
  status text DEFAULT 'ACTIVE'::text NOT NULL,
  settings jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  updated_at timestamp(3) with time zone NOT NULL,
  webhook_key text,
  secrets bytea,
  CONSTRAINT channel_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT channel_external_key UNIQUE (workspace_id, kind, external_id),
  CONSTRAINT channel_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX channel_chat ON channel USING btree (id) WHERE connector = 'web-chat'::text;
CREATE INDEX channel_connected ON channel USING btree (connector, workspace_id, id) WHERE connector IS NOT NULL AND status = 'ACTIVE'::text;
CREATE INDEX channel_created ON channel USING btree (workspace_id, created_at, id);
ALTER TABLE channel ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON channel AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON channel AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE channel TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE channel TO parley_system;

CREATE TABLE channel_state (
  workspace_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  health text DEFAULT 'OK'::text NOT NULL,
  health_reason text,
  health_since timestamp(3) with time zone,
  last_inbound_at timestamp(3) with time zone,
  last_outbound_at timestamp(3) with time zone,
  cursor jsonb,
  source_holder uuid,
  source_until timestamp(3) with time zone,
  health_parts jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT channel_state_pkey PRIMARY KEY (workspace_id, channel_id),
  CONSTRAINT channel_state_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT channel_state_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
ALTER TABLE channel_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_state FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON channel_state AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON channel_state AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE channel_state TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE channel_state TO parley_system;

CREATE TABLE chat_session (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  channel_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  claimed_by uuid,
  claimed_from uuid,
  CONSTRAINT chat_session_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT chat_session_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT chat_session_claimed_by_fk FOREIGN KEY (workspace_id, claimed_by) REFERENCES customer(workspace_id, id),
  CONSTRAINT chat_session_claimed_from_fk FOREIGN KEY (workspace_id, claimed_from) REFERENCES customer(workspace_id, id),
  CONSTRAINT chat_session_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX chat_session_claimed ON chat_session USING btree (workspace_id, claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX chat_session_expiry ON chat_session USING btree (workspace_id, channel_id, expires_at);
ALTER TABLE chat_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE chat_session FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON chat_session AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON chat_session AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE chat_session TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE chat_session TO parley_system;

CREATE TABLE company (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  domain text,
  external_ref text,
  created_at timestamp(3) with time zone NOT NULL,
  updated_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT company_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT company_external_ref_key UNIQUE (workspace_id, external_ref),
  CONSTRAINT company_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
ALTER TABLE company ENABLE ROW LEVEL SECURITY;
ALTER TABLE company FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON company AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON company AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE company TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE company TO parley_system;

CREATE TABLE conversation (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  channel_id uuid NOT NULL,
  customer_id uuid,
  post_id uuid,
  assignee_id uuid,
  thread_key text NOT NULL,
  visibility text NOT NULL,
  status text DEFAULT 'OPEN'::text NOT NULL,
  subject text,
  started_at timestamp(3) with time zone NOT NULL,
  first_inbound_at timestamp(3) with time zone,
  first_response_at timestamp(3) with time zone,
  last_message_id uuid,
  last_message_at timestamp(3) with time zone NOT NULL,
  message_count integer DEFAULT 0 NOT NULL,
  closed_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone NOT NULL,
  updated_at timestamp(3) with time zone NOT NULL,
  last_inbound_at timestamp(3) with time zone,
  answers jsonb,
  platform jsonb DEFAULT '{}'::jsonb NOT NULL,
  fact_times jsonb DEFAULT '{}'::jsonb NOT NULL,
  delivered_until timestamp(3) with time zone,
  read_until timestamp(3) with time zone,
  CONSTRAINT conversation_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT conversation_thread_key UNIQUE (workspace_id, channel_id, thread_key),
  CONSTRAINT conversation_assignee_fk FOREIGN KEY (workspace_id, assignee_id) REFERENCES app_user(workspace_id, id),
  CONSTRAINT conversation_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT conversation_customer_fk FOREIGN KEY (workspace_id, customer_id) REFERENCES customer(workspace_id, id),
  CONSTRAINT conversation_post_fk FOREIGN KEY (workspace_id, post_id) REFERENCES post(workspace_id, id),
  CONSTRAINT conversation_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX conversation_active ON conversation USING btree (workspace_id, last_message_at, id);
CREATE INDEX conversation_assignee_active ON conversation USING btree (workspace_id, assignee_id, last_message_at, id);
CREATE INDEX conversation_channel_active ON conversation USING btree (workspace_id, channel_id, last_message_at, id);
CREATE INDEX conversation_customer_active ON conversation USING btree (workspace_id, customer_id, last_message_at, id);
CREATE INDEX conversation_first_inbound ON conversation USING btree (workspace_id, channel_id, first_inbound_at);
CREATE INDEX conversation_post_active ON conversation USING btree (workspace_id, post_id, last_message_at, id) WHERE post_id IS NOT NULL;
CREATE INDEX conversation_search ON conversation USING gin (workspace_id, search_key(COALESCE(subject, ''::text)) gin_trgm_ops);
CREATE INDEX conversation_started ON conversation USING btree (workspace_id, started_at, id);
CREATE INDEX conversation_status_active ON conversation USING btree (workspace_id, status, last_message_at, id);
ALTER TABLE conversation ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON conversation AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON conversation AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE conversation TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE conversation TO parley_system;

CREATE TABLE conversation_link (
  workspace_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  linked_id uuid NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT conversation_link_pkey PRIMARY KEY (workspace_id, conversation_id, linked_id),
  CONSTRAINT conversation_link_conversation_fk FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation(workspace_id, id),
  CONSTRAINT conversation_link_linked_fk FOREIGN KEY (workspace_id, linked_id) REFERENCES conversation(workspace_id, id),
  CONSTRAINT conversation_link_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
ALTER TABLE conversation_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_link FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON conversation_link AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON conversation_link AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE conversation_link TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE conversation_link TO parley_system;

CREATE TABLE conversation_tag (
  workspace_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT conversation_tag_pkey PRIMARY KEY (workspace_id, conversation_id, tag_id),
  CONSTRAINT conversation_tag_conversation_fk FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation(workspace_id, id),
  CONSTRAINT conversation_tag_tag_fk FOREIGN KEY (workspace_id, tag_id) REFERENCES tag(workspace_id, id),
  CONSTRAINT conversation_tag_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX conversation_tag_tag ON conversation_tag USING btree (workspace_id, tag_id, conversation_id);
ALTER TABLE conversation_tag ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_tag FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON conversation_tag AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON conversation_tag AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE conversation_tag TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE conversation_tag TO parley_system;

CREATE TABLE customer (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  name text,
  email text,
  phone text,
  external_ref text,
  company_id uuid,
  stage text NOT NULL,
  properties jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  updated_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT customer_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT customer_email_key UNIQUE (workspace_id, email),
  CONSTRAINT customer_external_ref_key UNIQUE (workspace_id, external_ref),
  CONSTRAINT customer_company_fk FOREIGN KEY (workspace_id, company_id) REFERENCES company(workspace_id, id),
  CONSTRAINT customer_stage_fk FOREIGN KEY (workspace_id, stage) REFERENCES lifecycle_stage(workspace_id, key),
  CONSTRAINT customer_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX customer_company ON customer USING btree (workspace_id, company_id);
CREATE INDEX customer_created ON customer USING btree (workspace_id, created_at, id);
CREATE INDEX customer_search ON customer USING gin (workspace_id, search_key((((COALESCE(name, ''::text) || ' '::text) || COALESCE(email, ''::text)) || ' '::text) || COALESCE(external_ref, ''::text)) gin_trgm_ops);
CREATE INDEX customer_updated ON customer USING btree (workspace_id, updated_at, id);
ALTER TABLE customer ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON customer AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON customer AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE customer TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE customer TO parley_system;

CREATE TABLE customer_identity (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  customer_id uuid NOT NULL,
  channel_kind text NOT NULL,
  scope text DEFAULT ''::text NOT NULL,
  external_id text NOT NULL,
  handle text,
  display_name text,
  created_at timestamp(3) with time zone NOT NULL,
  profile jsonb DEFAULT '{}'::jsonb NOT NULL,
  profile_at timestamp(3) with time zone,
  fact_times jsonb DEFAULT '{}'::jsonb NOT NULL,
  is_alias boolean DEFAULT false NOT NULL,
  CONSTRAINT customer_identity_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT customer_identity_key UNIQUE (workspace_id, channel_kind, scope, external_id),
  CONSTRAINT customer_identity_customer_fk FOREIGN KEY (workspace_id, customer_id) REFERENCES customer(workspace_id, id),
  CONSTRAINT customer_identity_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX customer_identity_customer ON customer_identity USING btree (workspace_id, customer_id, id);
CREATE INDEX customer_identity_search ON customer_identity USING gin (workspace_id, search_key((((COALESCE(handle, ''::text) || ' '::text) || COALESCE(display_name, ''::text)) || ' '::text) || external_id) gin_trgm_ops);
ALTER TABLE customer_identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer_identity FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON customer_identity AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON customer_identity AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE customer_identity TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE customer_identity TO parley_system;

CREATE TABLE customer_tag (
  workspace_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT customer_tag_pkey PRIMARY KEY (workspace_id, customer_id, tag_id),
  CONSTRAINT customer_tag_customer_fk FOREIGN KEY (workspace_id, customer_id) REFERENCES customer(workspace_id, id),
  CONSTRAINT customer_tag_tag_fk FOREIGN KEY (workspace_id, tag_id) REFERENCES tag(workspace_id, id),
  CONSTRAINT customer_tag_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX customer_tag_tag ON customer_tag USING btree (workspace_id, tag_id, customer_id);
ALTER TABLE customer_tag ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer_tag FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON customer_tag AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON customer_tag AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE customer_tag TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE customer_tag TO parley_system;

CREATE TABLE event_head (
  workspace_id uuid NOT NULL,
  "position" bigint NOT NULL,
  CONSTRAINT event_head_pkey PRIMARY KEY (workspace_id),
  CONSTRAINT event_head_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
ALTER TABLE event_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_head FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON event_head AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON event_head AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE event_head TO parley_system;
GRANT SELECT ON TABLE event_head TO parley_api;

CREATE TABLE event_log (
  workspace_id uuid NOT NULL,
  "position" bigint NOT NULL,
  sequenced_at timestamp with time zone NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  version smallint NOT NULL,
  occurred_at timestamp(3) with time zone NOT NULL,
  recorded_at timestamp(3) with time zone NOT NULL,
  actor jsonb NOT NULL,
  subject uuid NOT NULL,
  conversation_id uuid,
  customer_id uuid,
  channel_id uuid,
  data jsonb NOT NULL,
  CONSTRAINT event_log_pkey PRIMARY KEY (workspace_id, "position", sequenced_at),
  CONSTRAINT event_log_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
) PARTITION BY RANGE (sequenced_at);
CREATE INDEX event_log_conversation ON ONLY event_log USING btree (workspace_id, conversation_id, "position") WHERE conversation_id IS NOT NULL;
CREATE INDEX event_log_customer ON ONLY event_log USING btree (workspace_id, customer_id, "position") WHERE customer_id IS NOT NULL;
ALTER TABLE event_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_log FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON event_log AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON event_log AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE event_log TO parley_system;
GRANT SELECT ON TABLE event_log TO parley_api;

CREATE TABLE event_outbox (
  workspace_id uuid NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  tx xid8 DEFAULT pg_current_xact_id() NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  version smallint NOT NULL,
  occurred_at timestamp(3) with time zone NOT NULL,
  recorded_at timestamp(3) with time zone NOT NULL,
  actor jsonb NOT NULL,
  subject uuid NOT NULL,
  data jsonb NOT NULL,
  conversation_id uuid,
  customer_id uuid,
  channel_id uuid,
  CONSTRAINT event_outbox_pkey PRIMARY KEY (workspace_id, seq),
  CONSTRAINT event_outbox_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
) WITH (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_vacuum_insert_threshold=-1, autovacuum_analyze_scale_factor=0.5);
CREATE INDEX event_outbox_append_order ON event_outbox USING btree (seq);
CREATE INDEX event_outbox_commit_order ON event_outbox USING btree (tx, seq);
ALTER TABLE event_outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON event_outbox AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON event_outbox AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE event_outbox TO parley_system;
GRANT INSERT, SELECT ON TABLE event_outbox TO parley_api;

CREATE TABLE event_relay (
  workspace_id uuid NOT NULL,
  "position" bigint NOT NULL,
  CONSTRAINT event_relay_pkey PRIMARY KEY (workspace_id),
  CONSTRAINT event_relay_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
ALTER TABLE event_relay ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_relay FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON event_relay AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON event_relay AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE event_relay TO parley_system;
GRANT SELECT ON TABLE event_relay TO parley_api;

CREATE TABLE idempotency_record (
  workspace_id uuid NOT NULL,
  caller text NOT NULL,
  key text NOT NULL,
  mutation text NOT NULL,
  input_hash bytea NOT NULL,
  answer jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT idempotency_record_pkey PRIMARY KEY (workspace_id, caller, key),
  CONSTRAINT idempotency_record_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX idempotency_record_expiry ON idempotency_record USING btree (workspace_id, expires_at);
ALTER TABLE idempotency_record ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_record FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON idempotency_record AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON idempotency_record AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE idempotency_record TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE idempotency_record TO parley_system;

CREATE TABLE inbound_delivery (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  channel_id uuid NOT NULL,
  received_at timestamp(3) with time zone NOT NULL,
  source text NOT NULL,
  event_key text NOT NULL,
  headers jsonb DEFAULT '{}'::jsonb NOT NULL,
  body bytea NOT NULL,
  CONSTRAINT inbound_delivery_pkey PRIMARY KEY (workspace_id, id, received_at),
  CONSTRAINT inbound_delivery_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT inbound_delivery_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
) PARTITION BY RANGE (received_at);
CREATE INDEX inbound_delivery_received ON ONLY inbound_delivery USING btree (workspace_id, channel_id, received_at, id);
ALTER TABLE inbound_delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbound_delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON inbound_delivery AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON inbound_delivery AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE inbound_delivery TO parley_system;
GRANT INSERT, SELECT ON TABLE inbound_delivery TO parley_api;

CREATE TABLE inbound_queue (
  workspace_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  received_at timestamp(3) with time zone NOT NULL,
  due_at timestamp(3) with time zone NOT NULL,
  attempts smallint DEFAULT 0 NOT NULL,
  is_dead boolean DEFAULT false NOT NULL,
  error text,
  CONSTRAINT inbound_queue_pkey PRIMARY KEY (workspace_id, delivery_id),
  CONSTRAINT inbound_queue_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT inbound_queue_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
) WITH (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_vacuum_insert_threshold=-1, autovacuum_analyze_scale_factor=0.5);
CREATE INDEX inbound_queue_dead ON inbound_queue USING btree (workspace_id, received_at, delivery_id) WHERE is_dead;
CREATE INDEX inbound_queue_turn ON inbound_queue USING btree (workspace_id, channel_id, received_at, delivery_id) WHERE NOT is_dead;
ALTER TABLE inbound_queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbound_queue FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON inbound_queue AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON inbound_queue AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE inbound_queue TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE inbound_queue TO parley_system;

CREATE TABLE lifecycle_stage (
  workspace_id uuid NOT NULL,
  key text NOT NULL,
  name text NOT NULL,
  "position" smallint NOT NULL,
  CONSTRAINT lifecycle_stage_pkey PRIMARY KEY (workspace_id, key),
  CONSTRAINT lifecycle_stage_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
ALTER TABLE lifecycle_stage ENABLE ROW LEVEL SECURITY;
ALTER TABLE lifecycle_stage FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON lifecycle_stage AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON lifecycle_stage AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE lifecycle_stage TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE lifecycle_stage TO parley_system;

CREATE TABLE lifecycle_transition (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  customer_id uuid NOT NULL,
  from_stage text,
  to_stage text NOT NULL,
  reason text,
  actor jsonb DEFAULT '{}'::jsonb NOT NULL,
  occurred_at timestamp(3) with time zone NOT NULL,
  recorded_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT lifecycle_transition_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT lifecycle_transition_customer_fk FOREIGN KEY (workspace_id, customer_id) REFERENCES customer(workspace_id, id),
  CONSTRAINT lifecycle_transition_to_fk FOREIGN KEY (workspace_id, to_stage) REFERENCES lifecycle_stage(workspace_id, key),
  CONSTRAINT lifecycle_transition_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX lifecycle_transition_customer ON lifecycle_transition USING btree (workspace_id, customer_id, occurred_at, id);
ALTER TABLE lifecycle_transition ENABLE ROW LEVEL SECURITY;
ALTER TABLE lifecycle_transition FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON lifecycle_transition AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON lifecycle_transition AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE lifecycle_transition TO parley_system;
GRANT INSERT, SELECT ON TABLE lifecycle_transition TO parley_api;

CREATE TABLE message (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  external_id text,
  direction text NOT NULL,
  author_customer_id uuid,
  author_user_id uuid,
  author_name text,
  body text NOT NULL,
  reply_to_id uuid,
  reply_to_external_id text,
  reply_to_channel_id uuid,
  response_id uuid,
  responded_at timestamp(3) with time zone,
  sent_at timestamp(3) with time zone NOT NULL,
  order_key bigint DEFAULT 0 NOT NULL,
  received_at timestamp(3) with time zone NOT NULL,
  edited_at timestamp(3) with time zone,
  deleted_at timestamp(3) with time zone,
  status text,
  client_key text,
  delivered_at timestamp(3) with time zone,
  read_at timestamp(3) with time zone,
  failure jsonb,
  content jsonb,
  hidden_at timestamp(3) with time zone,
  platform jsonb,
  is_automatic boolean DEFAULT false NOT NULL,
  hiding_at timestamp(3) with time zone,
  private_reply_id uuid,
  carrier_channel_id uuid,
  is_for_person boolean DEFAULT false NOT NULL,
  CONSTRAINT message_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT message_external_key UNIQUE (workspace_id, channel_id, external_id),
  CONSTRAINT message_author_customer_fk FOREIGN KEY (workspace_id, author_customer_id) REFERENCES customer(workspace_id, id),
  CONSTRAINT message_author_user_fk FOREIGN KEY (workspace_id, author_user_id) REFERENCES app_user(workspace_id, id),
  CONSTRAINT message_carrier_channel_fk FOREIGN KEY (workspace_id, carrier_channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT message_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT message_conversation_fk FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation(workspace_id, id),
  CONSTRAINT message_private_reply_fk FOREIGN KEY (workspace_id, private_reply_id) REFERENCES message(workspace_id, id),
  CONSTRAINT message_reply_to_fk FOREIGN KEY (workspace_id, reply_to_id) REFERENCES message(workspace_id, id),
  CONSTRAINT message_response_fk FOREIGN KEY (workspace_id, response_id) REFERENCES message(workspace_id, id),
  CONSTRAINT message_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX message_answered ON message USING btree (workspace_id, conversation_id, responded_at) WHERE direction = 'INBOUND'::text;
CREATE INDEX message_awaiting_parent ON message USING btree (workspace_id, reply_to_channel_id, reply_to_external_id) WHERE reply_to_id IS NULL AND reply_to_external_id IS NOT NULL;
CREATE INDEX message_carried ON message USING btree (workspace_id, carrier_channel_id, external_id) WHERE carrier_channel_id IS NOT NULL;
CREATE INDEX message_channel_sent ON message USING btree (workspace_id, channel_id, sent_at);
CREATE INDEX message_conversation_order ON message USING btree (workspace_id, conversation_id, sent_at, order_key, id);
CREATE INDEX message_replies ON message USING btree (workspace_id, reply_to_id, sent_at, order_key, id) WHERE reply_to_id IS NOT NULL;
CREATE INDEX message_search ON message USING gin (workspace_id, to_tsvector('parley'::regconfig, "left"(body, 131072)));
CREATE UNIQUE INDEX message_client_key ON message USING btree (workspace_id, channel_id, client_key) WHERE client_key IS NOT NULL;
ALTER TABLE message ENABLE ROW LEVEL SECURITY;
ALTER TABLE message FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON message AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON message AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE message TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE message TO parley_system;

CREATE TABLE message_action (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  message_id uuid NOT NULL,
  user_id uuid,
  kind text NOT NULL,
  reaction text,
  status text NOT NULL,
  failure jsonb,
  attempts smallint DEFAULT 0 NOT NULL,
  requested_at timestamp(3) with time zone NOT NULL,
  settled_at timestamp(3) with time zone,
  CONSTRAINT message_action_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT message_action_message_fk FOREIGN KEY (workspace_id, message_id) REFERENCES message(workspace_id, id),
  CONSTRAINT message_action_user_fk FOREIGN KEY (workspace_id, user_id) REFERENCES app_user(workspace_id, id),
  CONSTRAINT message_action_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX message_action_message ON message_action USING btree (workspace_id, message_id, requested_at, id);
ALTER TABLE message_action ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_action FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON message_action AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON message_action AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE message_action TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE message_action TO parley_system;

CREATE TABLE message_reaction (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  message_id uuid NOT NULL,
  customer_id uuid,
  user_id uuid,
  actor_key text NOT NULL,
  reaction text NOT NULL,
  reacted_at timestamp(3) with time zone NOT NULL,
  removed_at timestamp(3) with time zone,
  external_id text,
  CONSTRAINT message_reaction_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT message_reaction_key UNIQUE (workspace_id, message_id, actor_key, reaction),
  CONSTRAINT message_reaction_customer_fk FOREIGN KEY (workspace_id, customer_id) REFERENCES customer(workspace_id, id),
  CONSTRAINT message_reaction_message_fk FOREIGN KEY (workspace_id, message_id) REFERENCES message(workspace_id, id),
  CONSTRAINT message_reaction_user_fk FOREIGN KEY (workspace_id, user_id) REFERENCES app_user(workspace_id, id),
  CONSTRAINT message_reaction_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX message_reaction_external ON message_reaction USING btree (workspace_id, external_id) WHERE external_id IS NOT NULL;
ALTER TABLE message_reaction ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_reaction FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON message_reaction AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON message_reaction AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE message_reaction TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE message_reaction TO parley_system;

CREATE TABLE message_revision (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  message_id uuid NOT NULL,
  kind text NOT NULL,
  previous_body text NOT NULL,
  occurred_at timestamp(3) with time zone NOT NULL,
  recorded_at timestamp(3) with time zone NOT NULL,
  previous_at timestamp(3) with time zone,
  CONSTRAINT message_revision_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT message_revision_message_fk FOREIGN KEY (workspace_id, message_id) REFERENCES message(workspace_id, id),
  CONSTRAINT message_revision_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX message_revision_message ON message_revision USING btree (workspace_id, message_id, occurred_at, id);
ALTER TABLE message_revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_revision FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON message_revision AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON message_revision AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE message_revision TO parley_system;
GRANT INSERT, SELECT, UPDATE ON TABLE message_revision TO parley_api;

CREATE TABLE message_template (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  channel_id uuid NOT NULL,
  external_id text NOT NULL,
  name text NOT NULL,
  language text NOT NULL,
  category text,
  status text NOT NULL,
  status_reason text,
  status_at timestamp(3) with time zone,
  body text NOT NULL,
  parameters jsonb NOT NULL,
  components jsonb NOT NULL,
  synced_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT message_template_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT message_template_name UNIQUE (workspace_id, channel_id, name, language),
  CONSTRAINT message_template_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT message_template_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
ALTER TABLE message_template ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_template FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON message_template AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON message_template AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE message_template TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE message_template TO parley_system;

CREATE TABLE outbound_queue (
  workspace_id uuid NOT NULL,
  message_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  queued_at timestamp(3) with time zone NOT NULL,
  due_at timestamp(3) with time zone NOT NULL,
  attempts smallint DEFAULT 0 NOT NULL,
  is_uncertain boolean DEFAULT false NOT NULL,
  locked_by uuid,
  locked_until timestamp(3) with time zone,
  CONSTRAINT outbound_queue_pkey PRIMARY KEY (workspace_id, message_id),
  CONSTRAINT outbound_queue_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT outbound_queue_message_fk FOREIGN KEY (workspace_id, message_id) REFERENCES message(workspace_id, id),
  CONSTRAINT outbound_queue_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX outbound_queue_order ON outbound_queue USING btree (workspace_id, channel_id, queued_at, message_id);
CREATE INDEX outbound_queue_turn ON outbound_queue USING btree (workspace_id, channel_id, conversation_id, queued_at, message_id);
ALTER TABLE outbound_queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbound_queue FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON outbound_queue AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON outbound_queue AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE outbound_queue TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE outbound_queue TO parley_system;

CREATE TABLE post (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  channel_id uuid NOT NULL,
  external_id text NOT NULL,
  body text,
  url text,
  author_name text,
  published_at timestamp(3) with time zone NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  edited_at timestamp(3) with time zone,
  deleted_at timestamp(3) with time zone,
  platform jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT post_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT post_external_key UNIQUE (workspace_id, channel_id, external_id),
  CONSTRAINT post_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT post_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX post_channel_published ON post USING btree (workspace_id, channel_id, published_at, id);
CREATE INDEX post_published ON post USING btree (workspace_id, published_at, id);
ALTER TABLE post ENABLE ROW LEVEL SECURITY;
ALTER TABLE post FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON post AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON post AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE post TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE post TO parley_system;

CREATE TABLE post_revision (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  post_id uuid NOT NULL,
  kind text NOT NULL,
  previous_body text,
  previous_at timestamp(3) with time zone,
  occurred_at timestamp(3) with time zone NOT NULL,
  recorded_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT post_revision_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT post_revision_post_fk FOREIGN KEY (workspace_id, post_id) REFERENCES post(workspace_id, id),
  CONSTRAINT post_revision_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX post_revision_post ON post_revision USING btree (workspace_id, post_id, occurred_at, id);
ALTER TABLE post_revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE post_revision FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON post_revision AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON post_revision AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE post_revision TO parley_system;
GRANT INSERT, SELECT, UPDATE ON TABLE post_revision TO parley_api;

CREATE UNLOGGED TABLE presence (
  workspace_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  actor_kind text NOT NULL,
  actor_id uuid NOT NULL,
  activity text NOT NULL,
  since timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT presence_pkey PRIMARY KEY (workspace_id, conversation_id, actor_kind, actor_id),
  CONSTRAINT presence_activity_check CHECK (activity = ANY (ARRAY['VIEWING'::text, 'TYPING'::text])),
  CONSTRAINT presence_conversation_fk FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation(workspace_id, id),
  CONSTRAINT presence_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX presence_expiry ON presence USING btree (workspace_id, expires_at);
ALTER TABLE presence ENABLE ROW LEVEL SECURITY;
ALTER TABLE presence FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON presence AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON presence AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE presence TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE presence TO parley_system;

CREATE TABLE rate_budget (
  workspace_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  bucket text NOT NULL,
  remaining integer NOT NULL,
  resets_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT rate_budget_pkey PRIMARY KEY (workspace_id, channel_id, bucket),
  CONSTRAINT rate_budget_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT rate_budget_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
ALTER TABLE rate_budget ENABLE ROW LEVEL SECURITY;
ALTER TABLE rate_budget FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON rate_budget AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON rate_budget AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE rate_budget TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE rate_budget TO parley_system;

CREATE TABLE stored_file (
  workspace_id uuid NOT NULL,
  storage_key text NOT NULL,
  byte_size bigint NOT NULL,
  kept_at timestamp(3) with time zone NOT NULL,
  is_loose boolean DEFAULT true NOT NULL,
  CONSTRAINT stored_file_pkey PRIMARY KEY (workspace_id, storage_key),
  CONSTRAINT stored_file_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX stored_file_loose ON stored_file USING btree (workspace_id, kept_at) WHERE is_loose;
ALTER TABLE stored_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE stored_file FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON stored_file AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON stored_file AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE stored_file TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE stored_file TO parley_system;

CREATE TABLE tag (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT tag_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT tag_name_key UNIQUE (workspace_id, name_key),
  CONSTRAINT tag_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
ALTER TABLE tag ENABLE ROW LEVEL SECURITY;
ALTER TABLE tag FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON tag AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON tag AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE tag TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE tag TO parley_system;

CREATE TABLE touchpoint (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  customer_id uuid NOT NULL,
  type text NOT NULL,
  stage text,
  channel_id uuid,
  conversation_id uuid,
  message_id uuid,
  source text NOT NULL,
  external_id text NOT NULL,
  occurred_at timestamp(3) with time zone NOT NULL,
  recorded_at timestamp(3) with time zone NOT NULL,
  properties jsonb DEFAULT '{}'::jsonb NOT NULL,
  cost_amount numeric(20,6),
  cost_currency text,
  value_amount numeric(20,6),
  value_currency text,
  sentiment real,
  CONSTRAINT touchpoint_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT touchpoint_external_key UNIQUE (workspace_id, source, external_id),
  CONSTRAINT touchpoint_channel_fk FOREIGN KEY (workspace_id, channel_id) REFERENCES channel(workspace_id, id),
  CONSTRAINT touchpoint_conversation_fk FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation(workspace_id, id),
  CONSTRAINT touchpoint_customer_fk FOREIGN KEY (workspace_id, customer_id) REFERENCES customer(workspace_id, id),
  CONSTRAINT touchpoint_message_fk FOREIGN KEY (workspace_id, message_id) REFERENCES message(workspace_id, id),
  CONSTRAINT touchpoint_stage_fk FOREIGN KEY (workspace_id, stage) REFERENCES lifecycle_stage(workspace_id, key),
  CONSTRAINT touchpoint_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX touchpoint_channel_occurred ON touchpoint USING btree (workspace_id, channel_id, occurred_at, id);
CREATE INDEX touchpoint_customer_occurred ON touchpoint USING btree (workspace_id, customer_id, occurred_at, id);
CREATE INDEX touchpoint_occurred ON touchpoint USING btree (workspace_id, occurred_at, id);
CREATE INDEX touchpoint_type_occurred ON touchpoint USING btree (workspace_id, type, occurred_at, id);
ALTER TABLE touchpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE touchpoint FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON touchpoint AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON touchpoint AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE touchpoint TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE touchpoint TO parley_system;

CREATE TABLE upload (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  file_name text NOT NULL,
  content_type text NOT NULL,
  byte_size bigint NOT NULL,
  storage_key text NOT NULL,
  uploaded_by jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT upload_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT upload_stored_file_fk FOREIGN KEY (workspace_id, storage_key) REFERENCES stored_file(workspace_id, storage_key),
  CONSTRAINT upload_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX upload_expiry ON upload USING btree (workspace_id, expires_at);
CREATE INDEX upload_stored_file ON upload USING btree (workspace_id, storage_key);
ALTER TABLE upload ENABLE ROW LEVEL SECURITY;
ALTER TABLE upload FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON upload AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON upload AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE upload TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE upload TO parley_system;

CREATE TABLE webhook_attempt (
  workspace_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  number integer NOT NULL,
  started_at timestamp(3) with time zone NOT NULL,
  duration_ms integer NOT NULL,
  request_url text NOT NULL,
  request_headers jsonb DEFAULT '{}'::jsonb NOT NULL,
  response_status integer,
  response_body text,
  error text,
  CONSTRAINT webhook_attempt_pkey PRIMARY KEY (workspace_id, delivery_id, number),
  CONSTRAINT webhook_attempt_delivery_fk FOREIGN KEY (workspace_id, delivery_id) REFERENCES webhook_delivery(workspace_id, id),
  CONSTRAINT webhook_attempt_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
ALTER TABLE webhook_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON webhook_attempt AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON webhook_attempt AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE webhook_attempt TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE webhook_attempt TO parley_system;

CREATE TABLE webhook_delivery (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  kind text NOT NULL,
  "position" bigint,
  event_id uuid,
  type text NOT NULL,
  subject uuid,
  in_order boolean DEFAULT false NOT NULL,
  status text NOT NULL,
  attempt_count integer DEFAULT 0 NOT NULL,
  due_at timestamp(3) with time zone,
  locked_by uuid,
  round_attempts integer DEFAULT 0 NOT NULL,
  round_began_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone NOT NULL,
  finished_at timestamp(3) with time zone,
  CONSTRAINT webhook_delivery_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT webhook_delivery_endpoint_fk FOREIGN KEY (workspace_id, endpoint_id) REFERENCES webhook_endpoint(workspace_id, id),
  CONSTRAINT webhook_delivery_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery USING btree (workspace_id, endpoint_id, due_at) WHERE status = 'PENDING'::text;
CREATE INDEX webhook_delivery_of_endpoint ON webhook_delivery USING btree (workspace_id, endpoint_id, id);
CREATE INDEX webhook_delivery_status ON webhook_delivery USING btree (workspace_id, endpoint_id, status, id);
CREATE INDEX webhook_delivery_turn ON webhook_delivery USING btree (workspace_id, endpoint_id, subject, "position") WHERE status = 'PENDING'::text AND in_order;
ALTER TABLE webhook_delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON webhook_delivery AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON webhook_delivery AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE webhook_delivery TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE webhook_delivery TO parley_system;

CREATE TABLE webhook_endpoint (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  url text NOT NULL,
  description text,
  event_types text[],
  ordered boolean DEFAULT false NOT NULL,
  status text NOT NULL,
  disabled_reason text,
  disabled_at timestamp(3) with time zone,
  failing_since timestamp(3) with time zone,
  resting_until timestamp(3) with time zone,
  "position" bigint NOT NULL,
  missed_before bigint,
  secret bytea NOT NULL,
  previous_secret bytea,
  previous_secret_until timestamp(3) with time zone,
  permissions text[] NOT NULL,
  channel_ids uuid[],
  created_at timestamp(3) with time zone NOT NULL,
  updated_at timestamp(3) with time zone NOT NULL,
  deleted_at timestamp(3) with time zone,
  CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (workspace_id, id),
  CONSTRAINT webhook_endpoint_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX webhook_endpoint_created ON webhook_endpoint USING btree (workspace_id, created_at, id);
ALTER TABLE webhook_endpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_endpoint FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON webhook_endpoint AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON webhook_endpoint AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE webhook_endpoint TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE webhook_endpoint TO parley_system;

CREATE TABLE workspace (
  workspace_id uuid NOT NULL,
  name text NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT workspace_pkey PRIMARY KEY (workspace_id)
);
ALTER TABLE workspace ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspace FORCE ROW LEVEL SECURITY;
CREATE POLICY all_workspaces ON workspace AS PERMISSIVE FOR ALL TO parley_system USING (true) WITH CHECK (true);
CREATE POLICY workspace_only ON workspace AS PERMISSIVE FOR ALL TO parley_api USING ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id))) WITH CHECK ((workspace_id = ( SELECT current_workspace_id() AS current_workspace_id)));
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE workspace TO parley_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE workspace TO parley_system;

CREATE OR REPLACE FUNCTION current_workspace_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('parley.workspace_id', true), '')::uuid $function$;

CREATE OR REPLACE FUNCTION drop_delivery_partition(before timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO '$user', 'public', 'pg_temp'
 SET "TimeZone" TO 'UTC'
 SET lock_timeout TO '1s'
AS $function$
    declare
      name text;
      began timestamptz;
      ended timestamptz;
    begin
      perform pg_advisory_xact_lock(hashtext('parley delivery partitions'));
      select relname, starts, ends into name, began, ended from (
        select c.relname,
          (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''([^'']+)''\)'))[1]::timestamptz
            as starts,
          (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz
            as ends
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'inbound_delivery'::regclass
      ) partitions where ends <= before and not exists (
        select from inbound_queue q join channel h
          on h.workspace_id = q.workspace_id and h.id = q.channel_id
        where not q.is_dead and q.received_at >= starts and q.received_at < ends
          and h.status = 'PAUSED'
      ) order by ends limit 1;
      if name is not null then
        delete from inbound_queue where received_at >= began and received_at < ended;
        execute format('drop table parley_log.%I', name);
      end if;
      return name;
    end $function$;
REVOKE ALL ON FUNCTION drop_delivery_partition(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_delivery_partition(timestamp with time zone) TO parley_system;

CREATE OR REPLACE FUNCTION drop_event_partition(before timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO '$user', 'public', 'pg_temp'
 SET "TimeZone" TO 'UTC'
 SET lock_timeout TO '1s'
AS $function$
        declare
          name text;
        begin
          perform pg_advisory_xact_lock(hashtext('parley event partitions'));
          select relname into name from (
            select c.relname, (regexp_match(
                pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz as ends
            from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'event_log'::regclass
          ) partitions where ends <= before order by ends limit 1;
          if name is not null then
            execute format('drop table parley_log.%I', name);
          end if;
          return name;
        end $function$;
REVOKE ALL ON FUNCTION drop_event_partition(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_event_partition(timestamp with time zone) TO parley_system;

CREATE OR REPLACE FUNCTION ensure_delivery_partitions(until timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO '$user', 'public', 'pg_temp'
 SET "TimeZone" TO 'UTC'
AS $function$
        declare
          week timestamptz;
          name text;
        begin
          perform pg_advisory_xact_lock(hashtext('parley delivery partitions'));
          for week in select generate_series(
            date_trunc('week', now()) - interval '7 days', greatest(until, now()), interval '7 days'
          ) loop
            name := to_char(week, '"inbound_delivery_"IYYY"w"IW');
            if to_regclass('parley_log.' || name) is null then
              execute format('create table parley_log.%I (like inbound_delivery including all)', name);
              -- of the partition alone: one of the whole table would have to hold the time
              execute format('create unique index on parley_log.%I (workspace_id, channel_id, event_key)', name);
              execute format('alter table inbound_delivery attach partition parley_log.%I for values from (%L) to (%L)',
                name, week, week + interval '7 days');
            end if;
          end loop;
        end $function$;
REVOKE ALL ON FUNCTION ensure_delivery_partitions(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_delivery_partitions(timestamp with time zone) TO parley_system;

CREATE OR REPLACE FUNCTION ensure_event_partitions(until timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO '$user', 'public', 'pg_temp'
 SET "TimeZone" TO 'UTC'
AS $function$
        declare
          week timestamptz;
          name text;
        begin
          perform pg_advisory_xact_lock(hashtext('parley event partitions'));
          for week in select generate_series(
            date_trunc('week', now()), greatest(until, now()), interval '7 days'
          ) loop
            name := to_char(week, '"event_log_"IYYY"w"IW');
            if to_regclass('parley_log.' || name) is null then
              execute format('create table parley_log.%I (like event_log including all)', name);
              execute format('alter table event_log attach partition parley_log.%I for values from (%L) to (%L)',
                name, week, week + interval '7 days');
            end if;
          end loop;
        end $function$;
REVOKE ALL ON FUNCTION ensure_event_partitions(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_event_partitions(timestamp with time zone) TO parley_system;

CREATE OR REPLACE FUNCTION find_api_key(hash bytea)
 RETURNS SETOF api_key
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO '$user', 'public', 'pg_temp'
AS $function$ select * from api_key where token_hash = hash $function$;
ALTER FUNCTION find_api_key(bytea) OWNER TO parley_system;
REVOKE ALL ON FUNCTION find_api_key(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_api_key(bytea) TO parley_api;

CREATE OR REPLACE FUNCTION find_chat_channel(wanted uuid)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO '$user', 'public', 'pg_temp'
AS $function$ select workspace_id from channel where id = wanted and connector = 'web-chat' $function$;
ALTER FUNCTION find_chat_channel(uuid) OWNER TO parley_system;
REVOKE ALL ON FUNCTION find_chat_channel(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_chat_channel(uuid) TO parley_api;

CREATE OR REPLACE FUNCTION find_users(token_issuer text, token_subject text, token_email text)
 RETURNS SETOF app_user
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO '$user', 'public', 'pg_temp'
AS $function$
          select * from app_user where issuer = token_issuer and subject = token_subject
          union all
          select * from app_user where issuer is null and email = token_email
        $function$;
ALTER FUNCTION find_users(text,text,text) OWNER TO parley_system;
REVOKE ALL ON FUNCTION find_users(text,text,text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_users(text,text,text) TO parley_api;

CREATE OR REPLACE FUNCTION like_literal(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$ select replace(replace(replace(value, '\', '\\'), '%', '\%'), '_', '\_') $function$;

CREATE OR REPLACE FUNCTION search_among(ids uuid[], words text)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 10
 SET search_path TO '$user', 'public', 'pg_temp'
AS $function$
          select c.id from conversation c
          where c.workspace_id = current_workspace_id() and c.id = any(ids) and (
            exists (
              select from message m
              where m.workspace_id = c.workspace_id and m.conversation_id = c.id
                and m.deleted_at is null
                and to_tsvector('parley', m.body) @@ websearch_to_tsquery('parley', words)
            )
            or search_key(coalesce(c.subject, '')) like '%' || like_literal(search_key(words)) || '%'
            or exists (
              select from customer k
              where k.workspace_id = c.workspace_id and k.id = c.customer_id
                and search_key(coalesce(k.name, '') || ' ' || coalesce(k.email, '') || ' ' || coalesce(k.external_ref, ''))
                  like '%' || like_literal(search_key(words)) || '%'
            )
            or exists (
              select from customer_identity i
              where i.workspace_id = c.workspace_id and i.customer_id = c.customer_id
                and search_key(coalesce(i.handle, '') || ' ' || coalesce(i.display_name, '') || ' ' || i.external_id)
                  like '%' || like_literal(search_key(words)) || '%'
            )
          )
        $function$;
ALTER FUNCTION search_among(uuid[],text) OWNER TO parley_system;
REVOKE ALL ON FUNCTION search_among(uuid[],text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_among(uuid[],text) TO parley_api;

CREATE OR REPLACE FUNCTION search_conversations(words text)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 100
 SET search_path TO '$user', 'public', 'pg_temp'
AS $function$
          select conversation_id from search_messages(words)
          union
          select c.id from conversation c
          where c.workspace_id = current_workspace_id()
            and search_key(coalesce(c.subject, '')) like '%' || like_literal(search_key(words)) || '%'
          union
          select c.id from conversation c
          where c.workspace_id = current_workspace_id()
            and c.customer_id in (select search_customers(words))
        $function$;
ALTER FUNCTION search_conversations(text) OWNER TO parley_system;
REVOKE ALL ON FUNCTION search_conversations(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_conversations(text) TO parley_api;

CREATE OR REPLACE FUNCTION search_customers(words text)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 100
 SET search_path TO '$user', 'public', 'pg_temp'
AS $function$
          select c.id from customer c
          where c.workspace_id = current_workspace_id()
            and search_key(coalesce(c.name, '') || ' ' || coalesce(c.email, '') || ' ' || coalesce(c.external_ref, ''))
              like '%' || like_literal(search_key(words)) || '%'
          union
          select i.customer_id from customer_identity i
          where i.workspace_id = current_workspace_id()
            and search_key(coalesce(i.handle, '') || ' ' || coalesce(i.display_name, '') || ' ' || i.external_id)
              like '%' || like_literal(search_key(words)) || '%'
        $function$;
ALTER FUNCTION search_customers(text) OWNER TO parley_system;
REVOKE ALL ON FUNCTION search_customers(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_customers(text) TO parley_api;

CREATE OR REPLACE FUNCTION search_key(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO '$user', 'public', 'pg_temp'
AS $function$ select lower(unaccent('unaccent'::regdictionary, value)) $function$;

CREATE OR REPLACE FUNCTION search_messages(words text)
 RETURNS TABLE(conversation_id uuid, message_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 100
 SET search_path TO '$user', 'public', 'pg_temp'
AS $function$
          select m.conversation_id, m.id from message m
          where m.workspace_id = current_workspace_id()
            and to_tsvector('parley', left(m.body, 131072)) @@ websearch_to_tsquery('parley', words)
            and m.deleted_at is null
        $function$;
ALTER FUNCTION search_messages(text) OWNER TO parley_system;
REVOKE ALL ON FUNCTION search_messages(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_messages(text) TO parley_api;
