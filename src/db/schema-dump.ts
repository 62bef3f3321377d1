/**
 * The schema as text, for reviews and for comparing two databases: to be read, not to be run. It
 * comes from the catalogs, because the embedded PostgreSQL has no pg_dump, and leaves out what may
 * differ between servers: the owner's name, versions, the order in which things were created.
 */
import type { ClientBase } from 'pg';

/** A connection to the database whose schema is read. */
export type CatalogReader = Pick<ClientBase, 'query'>;

const HEADER = `-- The schema after all migrations, as the catalogs of PostgreSQL tell it.
-- Written by \`npm run schema:write\`; to be reviewed and compared, not to be run.`;

/**
 * Writes down the schema in which the connection creates its tables: the same text for the same
 * schema, on every supported version of PostgreSQL.
 *
 * @throws Error when the schema holds a kind of object that the text would not show.
 */
export async function dumpSchema(client: CatalogReader): Promise<string> {
  const unknown = await linesOf(client, UNKNOWN);
  if (unknown.length) throw new Error(`The schema dump can't show: ${unknown.join(', ')}.`);
  const paragraphs = [
    [HEADER],
    await linesOf(client, EXTENSIONS),
    await linesOf(client, SCHEMA_GRANTS),
    await linesOf(client, TEXT_SEARCH),
    ...(await readTables(client)),
    ...(await grouped(client, FUNCTIONS)).values(),
  ];
  const text = paragraphs.filter((lines) => lines.length).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

async function readTables(client: CatalogReader): Promise<string[][]> {
  const inside = await grouped(client, INSIDE_TABLES);
  const beside = await grouped(client, BESIDE_TABLES);
  return [...(await grouped(client, TABLES))].map(([name, [opening, closing]]) => [
    `${opening} (`,
    (inside.get(name) ?? []).map((line) => `  ${line}`).join(',\n'),
    `)${closing};`,
    ...(beside.get(name) ?? []),
  ]);
}

async function linesOf(client: CatalogReader, query: string): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(query);
  return rows.map(({ line }) => line);
}

async function grouped(client: CatalogReader, query: string): Promise<Map<string, string[]>> {
  const { rows } = await client.query<{ object: string; line: string }>(query);
  const groups = new Map<string, string[]>();
  for (const { object, line } of rows) groups.set(object, [...(groups.get(object) ?? []), line]);
  return groups;
}

const NAMESPACE = `(select oid from pg_namespace where nspname = current_schema())`;

/** Whose rights are part of the schema; those of an owner go without saying. */
const GRANTEES = `('PUBLIC', 'parley_api', 'parley_system')`;

/** The condition that no extension has brought an object. */
const own = (catalog: string, oid: string) => `
  not exists (select from pg_depend d
    where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e')`;

/** A lateral table with a line for each grantee, from an access list. */
const grants = (acl: string, owner: string, target: string) => `
  lateral (
    select format('GRANT %s ON %s TO %s;', string_agg(privilege_type, ', ' order by privilege_type),
        ${target}, grantee) line, grantee
    from (
      select case a.grantee when 0 then 'PUBLIC' else pg_get_userbyid(a.grantee) end grantee,
        a.privilege_type || case when a.is_grantable then ' WITH GRANT OPTION' else '' end privilege_type
      from aclexplode(${acl}) a where a.grantee <> ${owner}
    ) granted
    where grantee in ${GRANTEES}
    group by grantee
  ) granted`;

const EXTENSIONS = `
  select format('CREATE EXTENSION %I;', extname) line
  from pg_extension where extname <> 'plpgsql' order by extname collate "C"`;

const SCHEMA_GRANTS = `
  select line from pg_namespace n, ${grants('nspacl', 'nspowner', `'SCHEMA CURRENT_SCHEMA'`)}
  where n.oid = ${NAMESPACE} and grantee <> 'PUBLIC' order by line collate "C"`;

const TEXT_SEARCH = `
  with configuration as (
    select c.oid, cfgname, prsname, cfgparser from pg_ts_config c join pg_ts_parser p on p.oid = cfgparser
    where cfgnamespace = ${NAMESPACE} and ${own('pg_ts_config', 'c.oid')}
  ), token as (
    select cfgname, alias, string_agg(mapdict::regdictionary::text, ', ' order by mapseqno) dictionaries
    from configuration c, ts_token_type(cfgparser) t, pg_ts_config_map m
    where m.mapcfg = c.oid and m.maptokentype = t.tokid
    group by cfgname, alias
  )
  select line from (
    select cfgname, 1 part, format('CREATE TEXT SEARCH CONFIGURATION %I (PARSER = %I);', cfgname, prsname) line
    from configuration
    union all
    select cfgname, 2, format('ALTER TEXT SEARCH CONFIGURATION %I ADD MAPPING FOR %s WITH %s;',
      cfgname, string_agg(alias, ', ' order by alias collate "C"), dictionaries)
    from token group by cfgname, dictionaries
  ) lines order by cfgname collate "C", part, line collate "C"`;

/** Partitions come and go with time; and what TypeORM keeps of its own is made by no migration. */
const OUR_TABLES = `
  with t as (
    select c.*, quote_ident(relname) as name from pg_class c
    where relnamespace = ${NAMESPACE} and relkind in ('r', 'p') and not relispartition
      and relname <> 'schema_migration' and ${own('pg_class', 'c.oid')}
  )`;

/** Two rows per table: what stands before its columns, and after. */
const TABLES = `${OUR_TABLES}
  select name object, line from t, lateral (values
    (1, format('CREATE %sTABLE %s', case relpersistence when 'u' then 'UNLOGGED ' else '' end, name)),
    (2, coalesce(' PARTITION BY ' || pg_get_partkeydef(oid), '')
      || coalesce(' WITH (' || array_to_string(reloptions, ', ') || ')', ''))
  ) part (number, line)
  order by name collate "C", number`;

/** Columns in their order, then constraints; NOT NULL is one of them from PostgreSQL 18 on. */
const INSIDE_TABLES = `${OUR_TABLES}
  select object, line from (
    select t.name object, 1 part, a.attnum number, '' as sort,
      concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        case when a.attcollation <> y.typcollation then 'COLLATE ' || a.attcollation::regcollation end,
        case a.attidentity
          when 'a' then 'GENERATED ALWAYS AS IDENTITY' when 'd' then 'GENERATED BY DEFAULT AS IDENTITY' end,
        case a.attgenerated
          when '' then 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)
          else format('GENERATED ALWAYS AS (%s) %s', pg_get_expr(d.adbin, d.adrelid),
            case a.attgenerated when 's' then 'STORED' else 'VIRTUAL' end) end,
        case when a.attnotnull then 'NOT NULL' end) line
    from t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      join pg_type y on y.oid = a.atttypid
      left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
    union all
    select t.name, 2, position(contype::text in 'pucxf'), conname,
      format('CONSTRAINT %I %s', conname, pg_get_constraintdef(c.oid, true))
    from t join pg_constraint c on c.conrelid = t.oid and contype in ('p', 'u', 'c', 'x', 'f')
  ) lines order by object, part, number, sort collate "C"`;

const BESIDE_TABLES = `${OUR_TABLES}
  select object, line from (
    select name object, 1 part, format('ALTER TABLE %s OWNER TO parley_system;', name) line
    from t where pg_get_userbyid(relowner) = 'parley_system'
    union all
    select name, 2, pg_get_indexdef(indexrelid, 0, true) || ';' from t join pg_index i on indrelid = t.oid
    where not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
    union all
    select name, 3, pg_get_triggerdef(g.oid, true) || ';'
    from t join pg_trigger g on tgrelid = t.oid and not tgisinternal
    union all
    select name, 4, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', name) from t where relrowsecurity
    union all
    select name, 5, format('ALTER TABLE %s FORCE ROW LEVEL SECURITY;', name) from t where relforcerowsecurity
    union all
    select name, 6, concat_ws(' ', format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', policyname, name,
        permissive, cmd, array_to_string(roles, ', ')),
      'USING (' || qual || ')', 'WITH CHECK (' || with_check || ')') || ';'
    from t join pg_policies p on p.schemaname = current_schema() and p.tablename = relname
    union all
    select name, 7, line from t, ${grants('relacl', 'relowner', `'TABLE ' || name`)}
  ) lines order by object, part, line collate "C"`;

const FUNCTIONS = `
  with f as (
    select p.*, p.oid::regprocedure::text as name from pg_proc p
    where pronamespace = ${NAMESPACE} and prokind in ('f', 'w') and ${own('pg_proc', 'p.oid')}
  )
  select name object, line from (
    select name, 1 part, rtrim(replace(pg_get_functiondef(f.oid),
      format(' FUNCTION %I.%I(', current_schema(), proname), format(' FUNCTION %I(', proname)), E'\\n') || ';' line
    from f
    union all
    select name, 2, format('ALTER FUNCTION %s OWNER TO parley_system;', name)
    from f where pg_get_userbyid(proowner) = 'parley_system'
    union all
    select name, 3, format('REVOKE ALL ON FUNCTION %s FROM PUBLIC;', name) from f
    where not exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)
    union all
    select name, 4, line from f, ${grants('proacl', 'proowner', `'FUNCTION ' || name`)}
    where grantee <> 'PUBLIC'
  ) lines order by name collate "C", part, line collate "C"`;

/** Objects of the schema that no query above reads, so that none is left out in silence. */
const UNKNOWN = `
  select line from (
    select case relkind when 'v' then 'view ' when 'm' then 'materialized view ' when 'S' then 'sequence '
      when 'f' then 'foreign table ' else 'composite type ' end || relname line
    from pg_class c
    where relnamespace = ${NAMESPACE} and relkind in ('v', 'm', 'S', 'f', 'c') and ${own('pg_class', 'c.oid')}
      -- a sequence that belongs to a column comes with it
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid
        and refclassid = 'pg_class'::regclass and deptype in ('a', 'i'))
    union all
    select 'type ' || typname from pg_type t
    where typnamespace = ${NAMESPACE} and typtype in ('d', 'e', 'r') and ${own('pg_type', 't.oid')}
    union all
    select 'procedure or aggregate ' || proname from pg_proc p
    where pronamespace = ${NAMESPACE} and prokind in ('p', 'a') and ${own('pg_proc', 'p.oid')}
    union all
    select format('grant on column %s.%s', relname, attname)
    from pg_attribute a join pg_class c on c.oid = attrelid
    where relnamespace = ${NAMESPACE} and attacl is not null and ${own('pg_class', 'c.oid')}
  ) lines order by line collate "C"`;
