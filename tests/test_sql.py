"""SQL scripts: where statements begin and end, and what the rules make of them."""

from __future__ import annotations

import random
from contextlib import suppress

import pglast
import pytest

from tests.support import limited
from yett.model import Hit, Severity, Unknown
from yett.parse import sql, statements
from yett.parse.source import ParseError, Span
from yett.parse.sql_in_shell import extract
from yett.parse.tree import Tree
from yett.rules.sql import judge


def _statements(text: str) -> list[str]:
    return [" ".join(token.text for token in statement.tokens) for statement in sql.parse(text).statements]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("", []),
        (";;", []),
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT \"a;b\"", ["SELECT ';'", 'SELECT "a;b"']),
        ("SELECT 1 -- ;\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("/* ; /* ; */ ; */ SELECT 1", ["SELECT 1"]),
        # What does not nest in one system is closed by the first mark in another.
        ("/* a /* b */ SELECT 1", ["SELECT 1"]),
        ("SELECT $$;$$, $a$ $$;$$ $a$::text", ["SELECT $$;$$ , $a$ $$;$$ $a$ :: text"]),
        ("SELECT E'\\';', 'a\\'::text; SELECT 2", ["SELECT E'\\';' , 'a\\' :: text", "SELECT 2"]),
        ("SELECT $1, a$b, :x, :'y', x::int", ["SELECT $1 , a$b , :x , :'y' , x :: int"]),
        ("COPY t FROM stdin;\n1;'\n\\.\nSELECT 1", ["COPY t FROM stdin", "SELECT 1"]),
        ("\\set a 'b\nSELECT 1 \\gexec\nSELECT 2", ["SELECT 1", "SELECT 2"]),
        (
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN b END; END; SELECT 2",
            [
                "CREATE FUNCTION f ( ) RETURNS int BEGIN ATOMIC SELECT 1 ; SELECT CASE WHEN a THEN b END ; END",
                "SELECT 2",
            ],
        ),
        ("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3", None),
        # MySQL
        (
            "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;\nSELECT `a;`",
            ["CREATE PROCEDURE p ( ) BEGIN SELECT 1 ; END", "SELECT `a;`"],
        ),
        ("SELECT `a`, 'it\\'s;', \"b\\\";\" # ;\n;", ["SELECT `a` , 'it\\'s;' , \"b\\\";\""]),
        ("/*!40101 SET `a`=1 */;/* ; */", ["SET `a` = 1"]),
        (
            "CREATE PROCEDURE p() BEGIN IF `a` THEN SELECT 1; END IF; CASE a WHEN 1 THEN SELECT 2; "
            "END CASE; END; SELECT 3",
            [
                "CREATE PROCEDURE p ( ) BEGIN IF `a` THEN SELECT 1 ; END IF ; "
                "CASE a WHEN 1 THEN SELECT 2 ; END CASE ; END",
                "SELECT 3",
            ],
        ),
        # SQL Server
        ("SELECT [a;b].[c]\nGO\nSELECT 'GO'\ngo 5\nSELECT 3", ["SELECT [a;b] . [c]", "SELECT 'GO'", "SELECT 3"]),
        (
            "CREATE PROC dbo.p @a NVARCHAR(5) AS SELECT 1; SELECT 2\nGO",
            ["CREATE PROC dbo . p @a NVARCHAR ( 5 ) AS SELECT 1 ; SELECT 2"],
        ),
        # Oracle
        (
            "CREATE PROCEDURE p IS a NUMBER; BEGIN NULL; END;\n/\nSELECT 8\n/ 2 FROM dual;",
            ["CREATE PROCEDURE p IS a NUMBER ; BEGIN NULL ; END", "SELECT 8 / 2 FROM dual"],
        ),
        ("SELECT q'[it's;]' FROM dual WHERE a = SYSDATE;", ["SELECT q'[it's;]' FROM dual WHERE a = SYSDATE"]),
        ("GRANT SELECT ON {{ table }} TO ${USER}", ["GRANT SELECT ON {{ table }} TO ${USER}"]),
    ),
)
def test_statements(text: str, expected: list[str] | None) -> None:
    assert len(_statements(text)) == 2 if expected is None else _statements(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    (
        ("SELECT 1;\nSELECT 'a", 2, "the quote ' is never closed"),
        ("\n\n/* a", 3, "the comment is never closed"),
        ("SELECT $a$ b $$", 1, "the quote $a$ is never closed"),
    ),
)
def test_what_is_never_closed_is_an_error(text: str, line: int, reason: str) -> None:
    with pytest.raises(ParseError) as caught:
        sql.parse(text)
    assert (caught.value.line, caught.value.reason) == (line, reason)


def test_a_backslash_may_turn_out_to_be_an_escape() -> None:
    assert _statements("INSERT INTO t VALUES ('it\\'s'); SELECT 1") == [
        "INSERT INTO t VALUES ( 'it\\'s' )",
        "SELECT 1",
    ]


def test_places() -> None:
    script = sql.parse("SELECT 1;\n  GRANT a\nTO b;")
    tokens = script.statements[1].tokens
    assert script.span(tokens[0], tokens[-1]) == Span(2, 3, 3, 5)
    text = "DO $x$ BEGIN GRANT a TO b; END $x$;"
    inner = sql.inner(sql.parse(text).statements[0].tokens[1])
    assert all(text[token.start : token.end] == token.text for token in inner[:-1])
    assert inner[1].text == "GRANT"


@pytest.mark.parametrize(
    ("text", "dialect"),
    (
        ("SELECT 1", ""),
        ("CREATE TABLE `a` (b INT) ENGINE=InnoDB", "mysql"),
        ("CREATE TABLE [dbo].[a] (b NVARCHAR(5))\nGO", "tsql"),
        ("CREATE TABLE a (b VARCHAR2(5), c NUMBER)", "oracle"),
        ("CREATE TABLE a (b bigserial, c jsonb)", "postgres"),
    ),
)
def test_dialects(text: str, dialect: str) -> None:
    assert sql.parse(text).dialect == dialect


_PIECES = (
    *(
        "select 1",
        "select 'a;b'",
        "select 'a''b;'",
        'select "x;y"',
        "select e'\\';'",
        "select $$a;b$$",
        "select $q$;$$;$q$",
    ),
    *("-- a;b\n", "/* c;d */", "/* e /* f; */ g; */", "select a.b -- x\n + 1", "insert into t values (1, ';')"),
    *("create table t (a int default 5, b text)", "grant select on t to r", "do $do$ begin perform 1; end $do$"),
    *(
        "create function f(a int) returns int language sql as 'select 1; select 2'",
        "select u&'d;a'",
        "select b'01', 1.5e3",
    ),
    *("select a[1], b::int, c <> d", "alter table t add column c text", "select 1 /* in ; side */ + 2", "select x'1f'"),
)


def test_statements_end_where_postgresql_ends_them() -> None:
    """`pglast` uses PostgreSQL's own scanner."""
    chooser = random.Random(7)
    for _ in range(400):
        pieces = chooser.choices(_PIECES, k=chooser.randint(1, 8))
        text = "".join(piece + chooser.choice((";", ";\n", " ;\n\n", "; ;")) for piece in pieces)
        expected = [text[part].strip() for part in pglast.split(text, with_parser=False, only_slices=True)]
        ours = [text[each.tokens[0].start : each.tokens[-1].end] for each in sql.parse(text).statements]
        assert len(ours) == len(expected), text
        assert all(theirs.find(own) >= 0 for own, theirs in zip(ours, expected, strict=True)), text


def _tokens(text: str) -> tuple[sql.Token, ...]:
    return sql.parse(text).statements[0].tokens


def test_a_grant() -> None:
    text = "GRANT SELECT (a, b), UPDATE ON TABLE s.t, \"U\" TO GROUP r, 'u'@'%', x@localhost WITH GRANT OPTION"
    grant = statements.grant(_tokens(text), 0)
    assert grant is not None
    assert [privilege.words for privilege in grant.privileges] == ["SELECT", "UPDATE"]
    assert (grant.kind, grant.objects) == ("TABLE", (("s", "t"), ("U",)))
    assert [account.text for account in grant.accounts] == ["r", "u@%", "x@localhost"]
    assert grant.option is not None
    assert text[grant.option.start :] == "GRANT OPTION"


@pytest.mark.parametrize(
    ("text", "kind", "objects"),
    (
        ("GRANT ALL ON *.* TO a", "TABLE", (("*", "*"),)),
        ("GRANT ALL ON `shop`.* TO a", "TABLE", (("shop", "*"),)),
        ("GRANT ALL ON ALL TABLES IN SCHEMA a, b TO c", "ALL TABLES", (("a",), ("b",))),
        ("GRANT ALL ON DATABASE a TO b", "DATABASE", (("a",),)),
        ("GRANT CONTROL ON SCHEMA::dbo TO b", "SCHEMA", (("dbo",),)),
        ("GRANT EXECUTE ON FUNCTION f(int, text) TO b", "FUNCTION", (("f",),)),
        ("GRANT a TO b", "", ()),
        ("ALTER DEFAULT PRIVILEGES FOR ROLE x IN SCHEMA s GRANT SELECT ON TABLES TO b", "TABLE", (("TABLES",),)),
    ),
)
def test_what_a_grant_is_on(text: str, kind: str, objects: tuple[tuple[str, ...], ...]) -> None:
    grant = statements.grant(_tokens(text), 0)
    assert grant is not None
    if grant.defaults:
        assert grant.accounts[0].name == "b"
    else:
        assert (grant.kind, grant.objects) == (kind, objects)


@pytest.mark.parametrize("text", ("GRANT", "GRANT a", "GRANT a ON b", "GRANT TO", "REVOKE a FROM b", "ALTER TABLE a"))
def test_what_is_no_grant(text: str) -> None:
    grant = statements.grant(_tokens(text), 0)
    assert grant is None or not grant.privileges


def test_users_of_one_statement() -> None:
    found = statements.login(
        _tokens("CREATE USER IF NOT EXISTS 'a'@'h' IDENTIFIED BY 'x', b IDENTIFIED WITH p AS 'y' REQUIRE SSL"), 0
    )
    assert [login.account.text for login in found] == ["a@h", "b"]
    assert [token.text for token in found[1].options][-2:] == ["REQUIRE", "SSL"]


def test_a_routine() -> None:
    text = (
        "CREATE OR REPLACE FUNCTION s.f(IN a text, b integer DEFAULT 1, OUT c numeric) RETURNS text LANGUAGE 'plpgsql' "
        "SECURITY DEFINER SET search_path TO s, pg_temp SET work_mem = '1MB' AS $$ BEGIN END $$"
    )
    routine = statements.routine(_tokens(text), 0)
    assert routine is not None
    assert (routine.name, routine.language, routine.replaces) == (("s", "f"), "plpgsql", True)
    assert [(each.name, each.type.split()[0]) for each in routine.parameters if not each.name.startswith("$")] == [
        ("a", "TEXT"),
        ("b", "INTEGER"),
        ("c", "NUMERIC"),
    ]
    assert [name for name, _ in routine.sets] == ["search_path", "work_mem"]
    assert [token.text for token in routine.sets[0][1]] == ["TO", "s", ",", "pg_temp"]
    assert routine.definer is not None
    assert routine.body is not None


def test_columns() -> None:
    text = (
        'CREATE TABLE IF NOT EXISTS s.t (a varchar(20) NOT NULL, "B c" text, PRIMARY KEY (a), d '
        "numeric(4, 2), CHECK (a > 'x'))"
    )
    assert [(each.table, each.name, each.type, each.size) for each in statements.columns(_tokens(text), 0)] == [
        (("s", "t"), "a", "varchar", 20),
        (("s", "t"), "B c", "text", None),
        (("s", "t"), "d", "numeric", 4),
    ]
    added = statements.columns(_tokens("ALTER TABLE t ADD COLUMN IF NOT EXISTS a text, DROP COLUMN b, ADD c int"), 0)
    assert [(each.name, each.type) for each in added] == [("a", "text"), ("c", "int")]


def _found(text: str, *, paths: bool = False) -> list[tuple[str, int]]:
    """What is found; that a function has no search path is left out, as it is true of most of these."""
    return [
        (rule.id.partition("/")[2], hit.line)
        for rule, hit in judge(text, "schema.sql", Tree.of({}))
        if isinstance(hit, Hit) and (paths or rule.id != "sql/function-search-path")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;", [1]),
        ("CREATE PROCEDURE p() LANGUAGE sql AS $$ SELECT 1 $$;", [1]),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = '' AS $$ SELECT 1 $$;", []),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\nALTER FUNCTION f() SET search_path = '';",
            [],
        ),
        ("CREATE PROCEDURE p() LANGUAGE SQL SELECT 1;", []),  # MySQL
        ("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib', 'f';", []),
    ),
)
def test_a_function_says_where_it_looks(text: str, expected: list[int]) -> None:
    assert _found(text, paths=True) == [("function-search-path", line) for line in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("EXEC AS USER = 'dbo';", [("execute-as", 1)]),
        ("CREATE TRIGGER t ON o\nWITH EXECUTE AS 'shop'\nAFTER INSERT AS SELECT 1;", [("execute-as", 2)]),
        ("CREATE PROC p WITH EXECUTE AS CALLER AS SELECT 1;", []),
        ("EXEC sp_help 'as';\nEXEC dbo.as_user @user = 1;", []),
        ("MERGE INTO a USING OPENROWSET('x', 'y', 'z') AS b ON 1 = 1 WHEN MATCHED THEN DELETE;", [("remote-query", 1)]),
        ("SELECT openrowset FROM t;", []),
        ("CREATE MATERIALIZED VIEW public.u AS SELECT * FROM auth.users;", [("auth-users-view", 1)]),
        ("CREATE VIEW u AS SELECT 1 FROM orders JOIN auth.users ON true;", [("auth-users-view", 1)]),
        ("CREATE VIEW u AS SELECT 1 FROM oauth.users;", []),
        (
            "CREATE POLICY p ON o USING (((select auth.jwt()) ->> 'user_metadata')::bool);",
            [("policy-user-metadata", 1)],
        ),
        ("CREATE TABLE s.o (id int);\nCREATE POLICY p ON s.o USING (a());", [("policy-without-rls", 2)]),
        (
            'CREATE TABLE o (id int);\nALTER TABLE IF EXISTS ONLY "o" ENABLE ROW LEVEL SECURITY;'
            "\nCREATE POLICY p ON o USING (a());",
            [],
        ),
        (
            "CREATE TABLE o (id int);\nALTER TABLE s.o FORCE ROW LEVEL SECURITY, ENABLE ROW LEVEL SECURITY;"
            "\nCREATE POLICY p ON s.o USING (a());",
            [],
        ),
    ),
)
def test_who_acts_and_who_sees(text: str, expected: list[tuple[str, int]]) -> None:
    assert _found(text) == expected


@pytest.mark.parametrize(
    "text",
    (
        "",
        "-- GRANT ALL ON DATABASE shop TO app\n/* CREATE ROLE a SUPERUSER; */",
        "SELECT 'GRANT ALL ON *.* TO x'",
        "COPY t FROM stdin;\nGRANT ALL ON DATABASE a TO b;\n\\.\n",
        "INSERT INTO t VALUES ('x', 'GRANT ALL ON *.* TO a');",
        # A name that is like a key word.
        "CREATE TABLE grants (superuser boolean, password_reset_token text, card_brand text, track_id int);",
        "CREATE ROLE app NOLOGIN NOSUPERUSER; GRANT app TO deploy_owner;",
        # The parameter is compared, bound, or an integer.
        "CREATE FUNCTION f(a text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF a = 'x' THEN EXECUTE 'SELECT 1'; "
        "END IF; EXECUTE 'SELECT $1' USING a; END $$;",
        "CREATE FUNCTION f(a text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF a NOT IN ('x', 'y') "
        "THEN RAISE; END IF; "
        "EXECUTE 'SELECT ' || a; END $$;",
        "CREATE FUNCTION f(a text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT ' || a::int; END $$;",
        "CREATE FUNCTION f(t regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'TRUNCATE ' || t; END $$;",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FOR r IN "
        "SELECT * FROM pg_tables "
        "LOOP EXECUTE 'ANALYZE ' || r.tablename; END LOOP; END $$;",
    ),
)
def test_nothing_is_found(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("grant all privileges on database shop to app", [("grant-all", 1)]),
        ("BEGIN;\nGRANT ALL ON ALL TABLES IN SCHEMA a TO\n  app;\nCOMMIT;", [("grant-all", 2)]),
        # No semicolons in T-SQL.
        (
            "USE shop\nGRANT SELECT ON dbo.a TO b\nGRANT EXECUTE ON dbo.c TO public\nALTER SERVER "
            "ROLE sysadmin\n  ADD MEMBER x\nGO",
            [("public-grant", 3), ("superuser-role", 4)],
        ),
        (
            "IF NOT EXISTS (SELECT 1)\nCREATE LOGIN a WITH PASSWORD = N'q9XvT2" + "kLm8Rw'\nGO\nEXEC dbo.x",
            [("plain-password", 2)],
        ),
        # A grant in a function that is in a string.
        (
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS '\nBEGIN\n GRANT ALL ON DATABASE a TO app;\nEND'",
            [("grant-all", 3)],
        ),
        (
            "CREATE FUNCTION f(a text) RETURNS void LANGUAGE plpgsql AS $$\nDECLARE q text; "
            "BEGIN\nq := 'SELECT ' || a;\n"
            "q := q || ' FROM t';\nEXECUTE q; END $$;",
            [("dynamic-sql-concat", 5)],
        ),
        (
            "CREATE FUNCTION f(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN\nEXECUTE "
            "format('SELECT %1$s', $1); END $$;",
            [("dynamic-sql-concat", 2)],
        ),
        (
            "CREATE PACKAGE BODY shop AS\nPROCEDURE a IS BEGIN NULL; END;\nPROCEDURE b(p VARCHAR2) IS\nBEGIN\n"
            "EXECUTE IMMEDIATE 'DROP TABLE ' || p;\nEND;\nEND;\n/",
            [("dynamic-sql-concat", 5)],
        ),
        (
            "CREATE PROC dbo.a @n NVARCHAR(50), @i INT AS\nDECLARE @q NVARCHAR(MAX)\nSET @q = "
            "N'SELECT ' + CAST(@i AS VARCHAR)\n"
            "EXEC(@q)\nSET @q += @n\nEXEC(@q)\nGO",
            [("dynamic-sql-concat", 6)],
        ),
        ("CREATE USER a IDENTIFIED BY tiger QUOTA 5M ON x; SELECT SYSDATE FROM dual", [("plain-password", 1)]),
        ("EXEC master.dbo.xp_cmdshell 'dir'\nGO", [("xp-cmdshell", 1)]),
    ),
)
def test_what_is_found(text: str, expected: list[tuple[str, int]]) -> None:
    assert _found(text) == expected


def test_a_password_never_stands_in_what_is_said() -> None:
    secret = "q9XvT2" + "kLm8Rw"
    for rule, found in judge(f"CREATE ROLE a LOGIN PASSWORD '{secret}';", "schema.sql", Tree.of({})):
        assert secret not in repr(found), rule.id


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("psql <<EOF\nGRANT a TO b;\nEOF\necho c\n", "GRANT a TO b; ;"),
        ("psql <<-'SQL'\n\tGRANT a TO b\n\tSQL\nmysql <<X\nSELECT 1;\nX\n", "GRANT a TO b ; SELECT 1; ;"),
        ("cat <<EOF\nGRANT a TO b;\nEOF\n", ""),
        ("mysql -u a -e \"GRANT a TO b\" && psql -c 'SELECT 1'", "GRANT a TO b; SELECT 1;"),
        ("psql <<EOF\nGRANT a TO b;\n", "\nGRANT a TO b;"),
        ("echo psql", ""),
    ),
)
def test_sql_in_a_shell_script(text: str, expected: str) -> None:
    found = extract(text)
    assert [len(line) for line in found.split("\n")] == [len(line) for line in text.split("\n")]
    assert found.split() == expected.split()


def test_a_password_that_is_filled_in_is_unknown() -> None:
    found = list(judge("CREATE ROLE a LOGIN PASSWORD '${PASSWORD}';", "schema.sql", Tree.of({})))
    assert [type(each) for _, each in found] == [Unknown]


def test_root_from_anywhere_is_worse() -> None:
    found = [
        hit.severity
        for rule, hit in judge("CREATE USER 'root'@'%' IDENTIFIED BY '${P}' REQUIRE SSL;", "a.sql", Tree.of({}))
        if rule.id == "sql/wildcard-host" and isinstance(hit, Hit)
    ]
    assert found == [Severity.CRITICAL]


def test_too_many_calls_in_calls_are_an_error() -> None:
    call = "f(" * 500 + "a" + ")" * 500
    text = f"CREATE FUNCTION g(a text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE {call}; END $$;"
    with pytest.raises(ParseError):
        _found(text)


@pytest.mark.parametrize(
    "piece",
    (
        *(
            "a ",
            "(",
            "BEGIN CREATE ",
            "GRANT ALL ON a TO b\n",
            "/* /* */ ",
            "$a$$a$",
            "<%",
            "{{",
            "\\;",
            "''",
            "DO $$ x $$;",
        ),
        *("/ ", "CASE ", "ALTER\n", ":'", "[", "q'(a' ", "CREATE TABLE t (pin text);"),
        *("CREATE VIEW a AS SELECT 1 FROM auth.users\n", "CREATE POLICY p ON t USING (a)\n", "EXECUTE AS USER = 'a'\n"),
    ),
)
def test_hostile_text_does_not_hang(piece: str) -> None:
    text = "GO\n" + piece * (300_000 // max(2, len(piece)))
    with limited(), suppress(ParseError):
        _found(text)
