/** SQL that every table of a workspace needs; used by migrations only. */

/**
 * Row-level security for a table: the API's role sees and writes the rows of the workspace that its
 * connection is bound to, and none while it is bound to none; the system's role sees all.
 */
export function tenantTable(table: string): string {
  return `
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy workspace_only on ${table} to parley_api
      using (workspace_id = (select current_workspace_id()))
      with check (workspace_id = (select current_workspace_id()));
    create policy all_workspaces on ${table} to parley_system using (true) with check (true);
    grant select, insert, update, delete on ${table} to parley_api, parley_system;
  `;
}

/** A foreign key inside the workspace, by the naming that the entities use. */
export function belongsTo(name: string, column: string, table: string, target = 'id'): string {
  return `constraint ${name} foreign key (workspace_id, ${column}) references ${table} (workspace_id, ${target})`;
}
