/**
 * The schema as text, for reviews and for comparing two databases: to be read, not to be run. It
 * comes from the catalogs, because the embedded PostgreSQL has no pg_dump, and leaves out what may
 * differ between servers: the owner's name, the version, the order in which things were created.
 */
import type { ClientBase } from 'pg';

/** What TypeORM keeps of its own; no migration makes it, so it is no part of the schema. */
const BOOKKEEPING = 'schema_migration';

/** Whose rights are part of the schema; those of the owner are implied. */
const GRANTEES = `('public', 'parley_api', 'parley_system')`;

const HEADER = `-- The schema after all migrations, as the catalogs of PostgreSQL tell it.
-- Written by \`npm run schema:write\`; to be reviewed and compared, not to be run.
`;

/**
 * Writes down the schema that the connection creates tables in: the same text for the same schema.
 * @throws Error when it holds a kind of object that the dump can't show.
 */
export async function dumpSchema(client: Pick<ClientBase, 'query'>): Promise<string> {
  const read = async (text: string): Promise<string[]> => {
    const { rows } = await client.query<{ line: string }>(text);
    return rows.map(({ line }) => line);
  };
  const unknown = await read(UNKNOWN);
  if (unknown.length) throw new Error(`The schema dump can't show ${unknown.join(', ')}.`);
  const sections = [
    await read(EXTENSIONS),
    await read(SCHEMA_GRANTS),
    ...(await read(TEXT_SEARCH)).map((text) => [text]),
    ...(await read(TABLES)).map((text) => [text]),
    ...(await read(FUNCTIONS)).map((text) => [text.trimEnd()]),
  ];
  const text = sections.filter((lines) => lines.length).map((lines) => lines.join('\n'));
  return `${[HEADER.trimEnd(), ...text].join('\n\n')}\n`;
}

const NAMESPACE = `(select oid from pg_namespace where nspname = current_schema())`;

/** Whether an extension brought the object. */
const ofExtension = (catalog: string, oid: string) =>
  `exists (select from pg_depend where classid = '${catalog}'::regclass and objid = ${oid} and deptype = 'e')`;

/** `grant … on … to …;` per grantee, from an access list. */
const grants = (acl: string, owner: string, on: string) => `
  select string_agg(format('grant %s on %s to %s;', rights, ${on}, grantee), E'\\n' order by grantee)
  from (
    select coalesce(r.rolname, 'public') grantee,
      lower(string_agg(privilege_type || case when is_grantable then ' with grant option' else '' end,
        ', ' order by privilege_type)) rights
    from aclexplode(${acl}) a left join pg_roles r on r.oid = a.grantee
    where a.grantee <> ${owner} and coalesce(r.rolname, 'public') in ${GRANTEES}
    group by 1
  ) granted`;

const owner = (oid: string, of: string) => `
  case when pg_get_userbyid(${oid}) in ${GRANTEES}
    then format('alter %s owner to %s;', ${of}, pg_get_userbyid(${oid})) end`;

/** Kinds that no query below reads. */
const UNKNOWN = `
  select case relkind when 'v' then 'view ' when 'm' then 'materialized view ' when 'f' then 'foreign table '
    when 'S' then 'sequence ' else 'composite type ' end || relname line
  from pg_class c
  where relnamespace = ${NAMESPACE} and not ${ofExtension('pg_class', 'c.oid')}
    and relname not like '${BOOKKEEPING}%'
    and (relkind in ('v', 'm', 'f', 'c') or relkind = 'S'
      and not exists (select from pg_depend where objid = c.oid and deptype = 'i'))
  union all
  select 'type ' || typname from pg_type t
  where typnamespace = ${NAMESPACE} and typtype in ('d', 'e', 'r', 'm') and not ${ofExtension('pg_type', 't.oid')}
  union all
  select 'aggregate or procedure ' || proname from pg_proc p
  where pronamespace = ${NAMESPACE} and prokind in ('a', 'p') and not ${ofExtension('pg_proc', 'p.oid')}
  order by 1`;

/** Without versions: they come with the server. */
const EXTENSIONS = `
  select format('create extension %I;', extname) line
  from pg_extension where extname <> 'plpgsql' order by extname collate "C"`;

const SCHEMA_GRANTS = `
  select line from (
    ${grants('nspacl', 'nspowner', `'schema'`).replace('select string_agg', `select string_agg`)}
  ) g (line), pg_namespace n where n.oid = ${NAMESPACE}`;
