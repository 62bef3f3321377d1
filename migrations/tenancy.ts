/** SQL that every table of a workspace needs; used by migrations only. */

/**
 * Row-level security for a table: the API's role sees and writes the rows of the workspace that its
 * connection is bound to, and none while it is bound to none; the system's role sees all.
 * @param writes what the API may do beside reading; history is only ever added to.
 */
export function tenantTable(table: string, writes = 'insert, update, delete'): string {
  return `
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy workspace_only on ${table} to parley_api
      using (workspace_id = (select current_workspace_id()))
      with check (workspace_id = (select current_workspace_id()));
    create policy all_workspaces on ${table} to parley_system using (true) with check (true);
    grant select, ${writes} on ${table} to parley_api;
    grant select, insert, update, delete on ${table} to parley_system;
  `;
}

/** A foreign key inside the workspace, by the naming that the entities use. */
export function belongsTo(name: string, column: string, table: string, target = 'id'): string {
  return `constraint ${name} foreign key (workspace_id, ${column}) references ${table} (workspace_id, ${target})`;
}

/**
 * To run before `set search_path from current` in a security definer function: puts a session's
 * temporary tables last, because a caller could else slip in one under the name of a real table.
 */
export const hideTemporaryTables = `
  select set_config('search_path', current_setting('search_path') || ', pg_temp', true);
`;
