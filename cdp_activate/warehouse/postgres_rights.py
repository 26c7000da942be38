"""What a role may do on PostgreSQL, and the statement that grants it what it lacks.

https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cdp_activate.warehouse.base import STATE_SCHEMA
from cdp_activate.warehouse.postgres_session import Session


def lacking_to_keep(session: Session) -> Iterator[str]:
    """To make schemas and temporary tables, and to keep those that are there."""
    rights = session.rows(
        "select kind, quote_ident(current_database()), quote_ident(current_user) "
        "from (values (1, 'create'), (2, 'temporary')) as wanted (place, kind) "
        "where not has_database_privilege(current_database(), kind) order by place"
    )
    if rights:
        _, database, me = rights[0]
        kinds = ", ".join(kind for kind, _, _ in rights)
        yield f"grant {kinds} on database {database} to {me};"
    owners = session.rows(
        "select distinct quote_ident(pg_get_userbyid(nspowner)), quote_ident(current_user) "
        "from pg_namespace where not pg_has_role(nspowner, 'usage') "
        "and (nspname = ? or starts_with(nspname::text, 'cdp_run_')) order by 1",
        [STATE_SCHEMA],
    )
    for owner, me in owners:
        yield f"grant {owner} to {me};  -- the owner of our tables: `role: {owner}` in the profile"


def lacking_to_read(session: Session, relations: Iterable[str]) -> Iterator[str]:
    """To read tables and views, as dbt names them; of those that are not there nothing is said."""
    said: set[str] = set()
    for relation in relations:
        # Whose schema may not be used cannot be asked after by its name.
        found = session.rows(
            "select quote_ident(nspname), format('%I.%I', nspname, relname), "
            "quote_ident(current_user), has_schema_privilege(nsp.oid, 'usage'), "
            "has_table_privilege(rel.oid, 'select') from pg_class as rel "
            "join pg_namespace as nsp on nsp.oid = relnamespace, parse_ident(?) as name "
            "where relname = name[cardinality(name)] and nspname = name[cardinality(name) - 1]",
            [relation],
        )
        for schema, table, me, may_use, may_read in found:
            grants = {
                f"grant usage on schema {schema} to {me};": may_use,
                f"grant select on {table} to {me};": may_read,
            }
            for grant, given in grants.items():
                if not given and grant not in said:
                    said.add(grant)
                    yield grant
