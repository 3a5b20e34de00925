"""Who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.sql import Token
from yett.parse.statements import Account, Grant, Login
from yett.rules.hits import hit, short
from yett.rules.sql.code import Code

GRANT_ALL = Rule(
    id="sql/grant-all",
    title="Application role gets every right",
    severity=Severity.HIGH,
    why="Whoever injects SQL into the application then changes tables, drops them or reads those of others: the role's "
    "rights are all that stands in between.",
    fix="Grant what the application does: `GRANT SELECT, INSERT, UPDATE ON orders TO shop_app`; keep ALL to the role "
    "that owns the tables and runs migrations.",
    refs=(
        "CWE-250",
        "CWE-732",
        "PCI DSS 7.2.2",
        "PCI DSS 7.2.5",
        "https://www.postgresql.org/docs/current/sql-grant.html",
    ),
    bad=(
        """\
GRANT ALL PRIVILEGES ON DATABASE shop TO shop_app; -- <- here
GRANT ALL ON ALL TABLES IN SCHEMA public TO shop_app; -- <- here
-- next
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT ALL ON TABLES TO shop_app;
GRANT ALL ON orders TO reporting; -- <- here
""",
        """\
CREATE USER 'shop'@'10.0.%' IDENTIFIED WITH caching_sha2_password REQUIRE SSL;
GRANT ALL PRIVILEGES ON *.* TO 'shop'@'10.0.%'; -- <- here
GRANT ALL ON `shop`.* TO 'shop'@'10.0.%'; -- <- here
""",
        """\
DO $$
BEGIN
    GRANT ALL ON ALL TABLES IN SCHEMA shop TO shop_app; -- <- here
END
$$;
""",
        """\
# file: docker-entrypoint-initdb.d/init.sh
#!/bin/sh
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" <<-EOSQL
    CREATE DATABASE shop;
    GRANT ALL PRIVILEGES ON DATABASE shop TO $SHOP_USER; -- <- here
EOSQL
mysql -e "GRANT ALL ON *.* TO 'shop'@'10.0.%'" # <- here
""",
    ),
    good=(
        """\
GRANT SELECT, INSERT, UPDATE ON orders, order_lines TO shop_app;
GRANT USAGE ON SCHEMA shop TO shop_app;
GRANT ALL ON SEQUENCE orders_id_seq TO shop_app;
GRANT ALL ON ALL TABLES IN SCHEMA shop TO shop_owner;
GRANT ALL PRIVILEGES ON DATABASE shop TO migrator;
REVOKE ALL ON ALL TABLES IN SCHEMA shop FROM shop_app;
-- GRANT ALL ON DATABASE shop TO shop_app;
""",
        """\
GRANT SELECT, INSERT ON `shop`.* TO 'shop'@'10.0.%';
GRANT ALL PRIVILEGES ON *.* TO 'root'@'localhost';
""",
    ),
)

PUBLIC_GRANT = Rule(
    id="sql/public-grant",
    title="Right granted to everybody",
    severity=Severity.HIGH,
    why="PUBLIC is every role that exists and every one to come: the next reporting login has the right as well.",
    fix="Name the role that needs it: `GRANT SELECT ON orders TO reporting`, and "
    "`REVOKE CREATE ON SCHEMA public FROM PUBLIC` where the server is older than PostgreSQL 15.",
    refs=("CWE-732", "PCI DSS 7.2.2", "https://www.postgresql.org/docs/current/ddl-priv.html"),
    bad=(
        """\
GRANT SELECT ON customers TO PUBLIC; -- <- here
GRANT ALL ON SCHEMA public TO public; -- <- here
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC; -- <- here
GRANT EXECUTE ON FUNCTION refund(bigint) TO PUBLIC; -- <- here
""",
        """\
GRANT EXECUTE ON dbo.RefundOrder TO public; -- <- here
GO
""",
    ),
    good=(
        """\
GRANT SELECT ON customers TO public_website;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT SELECT ON public.customers TO reporting;
GRANT USAGE ON TYPE money_amount TO PUBLIC;
""",
    ),
)

SUPERUSER_ROLE = Rule(
    id="sql/superuser-role",
    title="Role above the rules of the database",
    severity=Severity.CRITICAL,
    why="Such a role runs programs on the server, reads its files, makes itself any other role or passes by row-level "
    "security: one injected statement is the whole machine.",
    fix="Create the role without it, as in `CREATE ROLE shop_app LOGIN NOSUPERUSER NOCREATEROLE`, and grant its needs.",
    refs=(
        "CWE-250",
        "PCI DSS 7.2.2",
        "PCI DSS 7.2.5",
        "https://www.postgresql.org/docs/current/sql-createrole.html",
        "https://dev.mysql.com/doc/refman/8.4/en/privileges-provided.html",
    ),
    bad=(
        """\
CREATE ROLE shop_app LOGIN SUPERUSER; -- <- here
ALTER USER reporting WITH CREATEROLE BYPASSRLS; -- <- here
GRANT pg_execute_server_program TO shop_app; -- <- here
""",
        """\
GRANT SELECT, FILE, SUPER ON *.* TO 'shop'@'10.0.%'; -- <- here
""",
        """\
EXEC sp_addsrvrolemember 'shop_app', 'sysadmin'; -- <- here
ALTER SERVER ROLE sysadmin ADD MEMBER shop_app; -- <- here
ALTER ROLE db_owner ADD MEMBER shop_app; -- <- here
GO
""",
        """\
GRANT CREATE SESSION, DROP ANY TABLE TO shop_app; -- <- here
GRANT DBA TO shop_app; -- <- here
""",
    ),
    good=(
        """\
CREATE ROLE shop_app LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS;
CREATE ROLE replicator LOGIN REPLICATION;
GRANT pg_monitor TO metrics;
ALTER ROLE postgres SUPERUSER;
""",
        """\
GRANT SELECT, INSERT ON shop.* TO 'shop'@'10.0.%';
GRANT PROCESS, REPLICATION CLIENT ON *.* TO 'exporter'@'localhost';
""",
        """\
ALTER ROLE db_datareader ADD MEMBER reporting;
EXEC sp_dropsrvrolemember 'shop_app', 'sysadmin';
GO
""",
    ),
)

GRANT_OPTION = Rule(
    id="sql/grant-option",
    title="Right that may be passed on",
    severity=Severity.LOW,
    level=Action.INFO,
    why="The role grants the right to others, and nobody who reads these files knows to whom.",
    fix="Leave out `WITH GRANT OPTION` and `WITH ADMIN OPTION`, and grant from the role that owns the object.",
    refs=("CWE-269", "PCI DSS 7.2.2", "https://www.postgresql.org/docs/current/sql-grant.html"),
    bad=(
        """\
GRANT SELECT ON orders TO reporting WITH GRANT OPTION; -- <- here
GRANT auditors TO team_lead WITH ADMIN OPTION; -- <- here
""",
    ),
    good=("GRANT SELECT ON orders TO reporting;\nREVOKE GRANT OPTION FOR SELECT ON orders FROM reporting;\n",),
)

_OWNERS = frozenset(("dba", "postgres", "sys", "system", "ddl", "flyway", "liquibase", "rdsadmin"))
_EVERY_TABLE = frozenset(("ALL TABLES", "TABLES"))
_READERS = re.compile(
    r"(?i)(?:^|_)(?:anon|authenticated|guest|reports?|reporting|reader|read_?only|ro|bi|metrics)(?:_|$)"
)
_HARMLESS_ALL = frozenset(
    (
        *("SEQUENCE", "ALL SEQUENCES", "SEQUENCES", "FUNCTION", "ALL FUNCTIONS", "FUNCTIONS", "PROCEDURE", "TYPE"),
        *(
            "ALL PROCEDURES",
            "ALL ROUTINES",
            "ROUTINES",
            "ROUTINE",
            "LANGUAGE",
            "DOMAIN",
            "TYPES",
            "TABLESPACE",
            "LARGE",
        ),
        *("FOREIGN", "PROCEDURES", "DIRECTORY"),
    )
)


def is_owner(account: Account) -> bool:
    if account.name.lower() == "root":
        return account.host in ("localhost", "127.0.0.1", "::1")
    name = account.name.lower().replace("-", "_")
    return name == "service_role" or any(
        part in _OWNERS or part.endswith("owner") or part.startswith(("migrat", "deploy")) for part in name.split("_")
    )


def is_public(account: Account) -> bool:
    return account.name.lower() == "public" and account.host is None


def _object(grant: Grant) -> str:
    names = ", ".join(".".join(part for part in path) for path in grant.objects[:3])
    kind = grant.kind.lower()
    if grant.kind.startswith("ALL "):
        return f"{kind} in schema {names}"
    if grant.defaults:
        return f"{kind} to come"
    if not grant.kind:
        return "the whole server"
    return names if grant.kind == "TABLE" else f"{kind} {names}"


def _stated(grant: Grant) -> bool:
    return any(privilege.words in ("ALL", "ALL PRIVILEGES") for privilege in grant.privileges)


def grant_all(code: Code) -> Iterator[Hit | Unknown]:
    for grant in code.grants:
        accounts = [each for each in grant.accounts if not is_public(each) and not is_owner(each)]
        if not accounts or not _stated(grant) or grant.kind in _HARMLESS_ALL:
            continue
        who = ", ".join(account.text for account in accounts[:3])
        what = _object(grant)
        # Every right on its own database is what a small shop gives the one role it has, migrations and all.
        broad = not grant.kind or any(path == ("*", "*") for path in grant.objects)
        if grant.kind in _EVERY_TABLE and _READERS.search(who):
            broad = True
        yield hit(
            code.span(grant.verb, grant.privileges[0].last),
            f"{short(who)} gets every right on {short(what)}",
            fix=f"`GRANT SELECT, INSERT, UPDATE ON … TO {short(who)}`, with the tables that it uses.",
            subject=f"{what} {who}",
            severity=None if broad else Severity.MEDIUM,
            confidence=None if broad else Confidence.MEDIUM,
        )


_COMMON_TO_ALL = frozenset(("TYPE", "TYPES", "LANGUAGE", "DOMAIN"))


def public_grant(code: Code) -> Iterator[Hit | Unknown]:
    for grant in code.grants:
        public = next((account for account in grant.accounts if is_public(account)), None)
        if public is None or grant.kind in _COMMON_TO_ALL:
            continue
        rights = ", ".join(privilege.words for privilege in grant.privileges)
        # PostgreSQL gives these to everybody by itself; a REVOKE may stand elsewhere.
        usual = set(rights.split(", ")) <= {"EXECUTE", "USAGE", "CONNECT", "TEMPORARY", "TEMP"}
        what = _object(grant)
        yield hit(
            code.span(public.first, public.last) if not grant.defaults else code.span(grant.verb),
            f"every role gets {short(rights)} on {short(what)}",
            fix=f"Name the role: `GRANT {short(rights)} ON {short(what)} TO …`.",
            subject=f"{rights} {what}",
            severity=Severity.MEDIUM if usual else None,
        )


_ATTRIBUTES = frozenset(("SUPERUSER", "CREATEROLE", "BYPASSRLS", "REPLICATION", "CREATEUSER"))
_GLOBAL = frozenset(
    (
        *(
            "SUPER",
            "FILE",
            "PROCESS",
            "SHUTDOWN",
            "GRANT OPTION",
            "CREATE USER",
            "SYSTEM_USER",
            "SET_USER_ID",
            "SET USER",
        ),
        *("SYSTEM_VARIABLES_ADMIN", "SET_ANY_DEFINER", "BINLOG_ADMIN", "CONTROL SERVER", "ALTER ANY LOGIN", "CONTROL"),
        *("IMPERSONATE ANY LOGIN", "ALTER ANY DATABASE", "SYSDBA", "SYSOPER", "EXEMPT ACCESS POLICY", "BECOME USER"),
        *("UNSAFE ASSEMBLY", "EXTERNAL ACCESS ASSEMBLY", "ALTER SYSTEM", "GRANT ANY PRIVILEGE", "GRANT ANY ROLE"),
    )
)
_ROLES = frozenset(
    (
        *("pg_write_server_files", "pg_execute_server_program", "pg_read_server_files", "pg_write_all_data"),
        *("pg_read_all_data", "rds_superuser", "cloudsqlsuperuser", "azure_pg_admin", "alloydbsuperuser", "dba"),
        *("imp_full_database", "exp_full_database", "sysadmin", "securityadmin", "db_owner", "accountadmin"),
    )
)
_ORACLE_ANY = re.compile(r"(?:SELECT|INSERT|UPDATE|DELETE|DROP|ALTER|CREATE|EXECUTE|GRANT) ANY \w+")
_WATCHERS = re.compile(r"monitor|export|metric|datadog|zabbix|newrelic|telegraf|pmm|prometheus|grafana", re.IGNORECASE)
_REPLICAS = re.compile(r"repl|slave|standby|backup|barman|wal|debezium|cdc|stream|airbyte|fivetran|dms", re.IGNORECASE)


def superuser_role(code: Code) -> Iterator[Hit | Unknown]:
    for login in code.logins:
        yield from _attribute(code, login)
    for grant in code.grants:
        yield from _granted(code, grant)
    yield from _members(code)


def _attribute(code: Code, login: Login) -> Iterator[Hit]:
    name = login.account.name
    if name.lower() in ("postgres", "supabase_admin") or code.dialect in ("mysql", "oracle"):
        return
    found = [token for token in login.options if token.word in _ATTRIBUTES]
    for token in found[:1]:
        words = [each.word for each in found]
        if words == ["REPLICATION"] and _REPLICAS.search(name):
            return
        yield hit(
            code.span(token),
            f"{login.kind.lower()} {short(name)} gets {' and '.join(words)}",
            fix=f"`{login.verb.word} {login.kind} {short(name)} …` without {', '.join(words)}.",
            subject=f"{login.kind} {name} {' '.join(words)}",
            severity=None if {"SUPERUSER", "CREATEUSER", "CREATEROLE"} & set(words) else Severity.HIGH,
        )


def _granted(code: Code, grant: Grant) -> Iterator[Hit]:
    accounts = [account for account in grant.accounts if not is_owner(account)]
    if not accounts or grant.defaults or grant.kind not in ("", "TABLE", "SERVER"):
        return
    everywhere = grant.kind != "TABLE" or any(path == ("*", "*") for path in grant.objects)
    who = accounts[0].text
    for privilege in grant.privileges:
        words = privilege.words.upper()
        if grant.kind:
            bad = everywhere and words in _GLOBAL
        else:
            bad = words in _GLOBAL or words.lower() in _ROLES or _ORACLE_ANY.fullmatch(words) is not None
        if not bad or (words == "PROCESS" and _WATCHERS.search(who)):
            continue
        # Rights on the structure of others' objects; a role that reads everything is bad, but no way to the machine.
        mild = words.startswith(("SELECT ANY", "CREATE ANY", "INSERT ANY")) or words in (
            "PROCESS",
            "PG_READ_ALL_DATA",
            "PG_WRITE_ALL_DATA",
        )
        yield hit(
            code.span(privilege.first, privilege.last),
            f"{short(who)} gets {short(words)}, which reaches beyond its own tables",
            fix=f"Leave {short(words)} out of the rights of {short(who)}.",
            subject=f"{words} {who}",
            severity=Severity.MEDIUM if mild else None,
        )
        return


_PROCEDURES = frozenset(("sp_addsrvrolemember", "sp_addrolemember"))
_SERVER_ROLES = frozenset(
    ("sysadmin", "securityadmin", "serveradmin", "db_owner", "db_securityadmin", "##ms_serversecuritymanager##")
)


def _members(code: Code) -> Iterator[Hit]:
    """Members of the server roles of SQL Server."""
    for head in code.heads:
        if head.word not in ("EXEC", "EXECUTE", "ALTER") and head.word.lower() not in _PROCEDURES:
            continue
        own = head.own[:40]
        if head.word != "ALTER":
            words = [token.text.lower().strip("[]") for token in own[:8]]
            if not any(word in _PROCEDURES for word in words):
                continue
            role = next((token for token in own if _plain(token) in _SERVER_ROLES), None)
            names = [token for token in own if token.kind == "text" and token is not role]
            who = _plain(names[0]) if names else "a login"
        elif any(token.word == "MEMBER" for token in own[:8]):
            place = next(index for index, token in enumerate(own) if token.word == "MEMBER")
            role = next((token for token in own[:place] if _plain(token) in _SERVER_ROLES), None)
            who = _plain(own[place + 1]) if place + 1 < len(own) and own[place - 1].word == "ADD" else ""
        else:
            continue
        if role is None or not who:
            continue
        yield hit(
            code.span(role),
            f"{short(who)} becomes a member of {_plain(role)}",
            fix=f"Grant {short(who)} what it does, or `db_datareader` and `db_datawriter`.",
            subject=f"{_plain(role)} {who}",
            severity=Severity.HIGH if _plain(role).startswith("db_") else None,
        )


def _plain(token: Token) -> str:
    return token.text.lower().lstrip("n").strip("'[]\"") if token.kind == "text" else token.text.lower().strip("'[]\"")


def grant_option(code: Code) -> Iterator[Hit | Unknown]:
    for grant in code.grants:
        accounts = [account for account in grant.accounts if not is_owner(account)]
        if grant.option is None or not accounts:
            continue
        who = ", ".join(account.text for account in accounts[:3])
        rights = ", ".join(privilege.words for privilege in grant.privileges)
        yield hit(
            code.span(grant.option),
            f"{short(who)} may pass {short(rights)} on",
            fix="End the statement before `WITH`.",
            subject=f"{rights} {_object(grant)} {who}",
        )


RULES = (
    (GRANT_ALL, grant_all),
    (PUBLIC_GRANT, public_grant),
    (SUPERUSER_ROLE, superuser_role),
    (GRANT_OPTION, grant_option),
)
