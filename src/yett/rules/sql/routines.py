"""Functions that run with the rights of somebody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.sql import Token, value
from yett.parse.statements import Routine
from yett.rules.hits import hit, short
from yett.rules.sql.code import Code

SECURITY_DEFINER_SEARCH_PATH = Rule(
    id="sql/security-definer-search-path",
    title="SECURITY DEFINER function without a search path",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="The function runs with its owner's rights, but finds tables and operators by the caller's search_path: the "
    "caller puts objects of their own in front.",
    fix="`SET search_path = pg_catalog, shop, pg_temp` behind SECURITY DEFINER, with the schemas that it uses.",
    refs=(
        "CWE-426",
        "PCI DSS 6.2.4",
        "https://www.postgresql.org/docs/current/sql-createfunction.html",
    ),
    bad=(
        """\
CREATE FUNCTION refund(order_id bigint) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER -- <- here
AS $$
BEGIN
    UPDATE orders SET refunded = true WHERE id = order_id;
END;
$$;
ALTER FUNCTION cancel(bigint) SECURITY DEFINER; -- <- here
""",
    ),
    good=(
        """\
CREATE FUNCTION refund(order_id bigint) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, shop, pg_temp
AS $$
BEGIN
    UPDATE orders SET refunded = true WHERE id = order_id;
END;
$$;
CREATE FUNCTION total(order_id bigint) RETURNS numeric LANGUAGE sql SECURITY INVOKER
AS 'SELECT sum(price) FROM order_lines';
""",
        """\
CREATE FUNCTION refund(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$;
ALTER FUNCTION refund(bigint) SET search_path = '';
""",
    ),
)

UNSAFE_SEARCH_PATH = Rule(
    id="sql/unsafe-search-path",
    title="SECURITY DEFINER function that looks in temporary tables first",
    severity=Severity.LOW,
    level=Action.INFO,
    confidence=Confidence.MEDIUM,
    why="Unless pg_temp stands at the end of search_path, PostgreSQL looks for tables there before anything else, and "
    "every caller may create them; `$user` and a path taken over with FROM CURRENT are no better.",
    fix="End the list with pg_temp, as in `SET search_path = shop, pg_temp`, or set it to `''` and write names out.",
    refs=("CWE-426", "PCI DSS 6.2.4", "https://www.postgresql.org/docs/current/sql-createfunction.html"),
    bad=(
        """\
CREATE FUNCTION refund(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = public -- <- here
AS $$ UPDATE orders SET refunded = true WHERE id = order_id $$;
""",
    ),
    good=(
        """\
CREATE FUNCTION refund(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path TO shop, pg_temp
AS $$ UPDATE orders SET refunded = true WHERE id = order_id $$;
CREATE FUNCTION cancel(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = ''
AS $$ UPDATE shop.orders SET cancelled = true WHERE id = order_id $$;
CREATE FUNCTION now_utc() RETURNS timestamp LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog
AS $$ SELECT now() AT TIME ZONE 'UTC' $$;
""",
    ),
)

FUNCTION_SEARCH_PATH = Rule(
    id="sql/function-search-path",
    title="Function without a search path",
    severity=Severity.LOW,
    level=Action.INFO,
    confidence=Confidence.MEDIUM,
    why="The function finds tables and operators by the caller's search_path, and with it what somebody put in front "
    "of them. That matters most where others call it: in an extension, a trigger, or an API of the database.",
    fix="`SET search_path = pg_catalog, pg_temp` on the function, with the schemas that it uses.",
    refs=("CWE-426", "PCI DSS 6.2.4", "https://www.postgresql.org/docs/current/extend-extensions.html"),
    bad=(
        """\
\\echo Use "CREATE EXTENSION shop" to load this file. \\quit
CREATE FUNCTION shop_total(bigint) RETURNS numeric LANGUAGE sql AS $$ SELECT 1.0 $$; -- <- here
""",
    ),
    good=(
        """\
\\echo Use "CREATE EXTENSION shop" to load this file. \\quit
CREATE FUNCTION shop_total(bigint) RETURNS numeric LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$ SELECT 1.0 $$;
CREATE FUNCTION shop_key(bigint) RETURNS text LANGUAGE c AS 'MODULE_PATHNAME', 'shop_key';
""",
        "CREATE PROCEDURE shop_total() LANGUAGE SQL SELECT 1;\n",
    ),
)

UNTRUSTED_LANGUAGE = Rule(
    id="sql/untrusted-language",
    title="Function in a language without limits",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="A function in an untrusted language runs as the database's system user, with files, network and commands.",
    fix="Write it in `plpgsql` or a trusted language (`plperl`, `plv8`), or do the work in the application.",
    refs=("CWE-250", "CWE-78", "PCI DSS 2.2.4", "https://www.postgresql.org/docs/current/plpython.html"),
    bad=(
        """\
CREATE EXTENSION plpython3u; -- <- here
CREATE FUNCTION fetch_rates() RETURNS text LANGUAGE plpython3u AS $$ return "" $$; -- <- here
CREATE LANGUAGE plperlu; -- <- here
""",
    ),
    good=(
        "CREATE EXTENSION plv8;\nCREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;\n",
    ),
)

DEFINER_ROOT = Rule(
    id="sql/definer-root",
    title="Routine that runs as root",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    confidence=Confidence.MEDIUM,
    why="In MySQL a routine, view or trigger runs with the rights of its DEFINER unless it says SQL SECURITY INVOKER: "
    "whoever may call it acts as root.",
    fix="Give it a definer with the rights it needs, or `SQL SECURITY INVOKER`.",
    refs=("CWE-250", "PCI DSS 7.2.5", "https://dev.mysql.com/doc/refman/8.4/en/stored-objects-security.html"),
    bad=("CREATE DEFINER=`root`@`localhost` PROCEDURE refund(IN id INT) UPDATE orders SET refunded = 1; -- <- here\n",),
    good=(
        """\
CREATE DEFINER=`shop_owner`@`localhost` PROCEDURE refund(IN id INT) UPDATE orders SET refunded = 1;
CREATE DEFINER=`root`@`localhost` PROCEDURE cancel(IN id INT) SQL SECURITY INVOKER UPDATE orders SET cancelled = 1;
""",
    ),
)


def _path(routine: Routine) -> tuple[Token, ...] | None:
    return next((tokens for name, tokens in routine.sets if name == "search_path"), None)


def _altered(code: Code) -> set[str]:
    """The functions that get a search path later in the script."""
    return {
        routine.name[-1].lower()
        for routine in code.routines
        if routine.verb.word == "ALTER" and _path(routine) is not None
    }


def security_definer_search_path(code: Code) -> Iterator[Hit | Unknown]:
    altered = _altered(code)
    for routine in code.routines:
        if routine.definer is None or _is_mysql(routine) or _path(routine) is not None:
            continue
        if routine.name[-1].lower() in altered:
            continue
        name = ".".join(routine.name)
        yield hit(
            code.span(routine.definer, _next(routine, routine.definer)),
            f"{short(name)} runs with its owner's rights and the caller's search_path",
            fix="`SECURITY DEFINER SET search_path = pg_catalog, …, pg_temp`, with the schemas that "
            f"{short(name)} uses.",
            subject=name,
        )


def _next(routine: Routine, token: Token) -> Token:
    return routine.tokens[routine.tokens.index(token) + 1]


def _is_mysql(routine: Routine) -> bool:
    """MySQL writes SQL SECURITY DEFINER, and has no search path."""
    if routine.definer is None:
        return False
    at = routine.tokens.index(routine.definer)
    return routine.tokens[at - 1].word == "SQL" and routine.tokens[at - 2].word != "LANGUAGE"


def unsafe_search_path(code: Code) -> Iterator[Hit | Unknown]:
    for routine in code.routines:
        path = _path(routine)
        if routine.definer is None or path is None or _is_mysql(routine):
            continue
        names = [value(token).lower() for token in path if token.kind in ("word", "name", "text")]
        names = [part.strip().strip('"') for name in names for part in name.split(",") if name not in ("to",)]
        if [name for name in names if name] in ([], ["pg_catalog"]) or names[-1] == "pg_temp":
            continue
        set_at = next(
            index
            for index, token in enumerate(routine.tokens)
            if token.word == "SET" and _sets_path(routine.tokens, index)
        )
        yield hit(
            code.span(routine.tokens[set_at], path[-1]),
            f"{short('.'.join(routine.name))} finds temporary tables of the caller before its own",
            fix=f"`SET search_path = {short(', '.join(names))}, pg_temp`.",
            subject=f"{'.'.join(routine.name)} {' '.join(names)}",
        )


def _sets_path(tokens: Sequence[Token], index: int) -> bool:
    return index + 1 < len(tokens) and value(tokens[index + 1]).lower() == "search_path"


def function_search_path(code: Code) -> Iterator[Hit | Unknown]:
    altered = _altered(code)
    for routine in code.routines:
        if routine.verb.word != "CREATE" or routine.definer is not None or _path(routine) is not None:
            continue
        if routine.language not in ("sql", "plpgsql") or routine.name[-1].lower() in altered:
            continue
        if routine.language == "sql" and code.dialect != "postgres" and "$" not in code.script.text:
            continue  # MySQL and DB2 say LANGUAGE SQL as well
        name = ".".join(routine.name)
        yield hit(
            code.span(routine.named),
            f"{short(name)} finds what it names by the caller's search_path",
            fix="`SET search_path = pg_catalog, pg_temp` in front of AS.",
            subject=name,
        )


_UNTRUSTED = frozenset(
    (
        *(
            "plpythonu",
            "plpython2u",
            "plpython3u",
            "plperlu",
            "pltclu",
            "plsh",
            "plrubyu",
            "pllua_u",
            "plluau",
            "pljavau",
        ),
        *("plr", "javau", "plphpu"),
    )
)


def untrusted_language(code: Code) -> Iterator[Hit | Unknown]:
    for routine in code.routines:
        if routine.language in _UNTRUSTED:
            at = next(token for token in routine.tokens if value(token).lower() == routine.language)
            yield hit(
                code.span(at),
                f"{short('.'.join(routine.name))} is written in {routine.language}, which may do what the server may",
                subject=f"{'.'.join(routine.name)} {routine.language}",
            )
    for head in code.heads_of("CREATE"):
        own = head.own
        if any(token.word in ("EXTENSION", "LANGUAGE") for token in own[1:5]) and "FUNCTION" not in head.words():
            for token in own[2:9]:
                if value(token).lower() in _UNTRUSTED:
                    yield hit(
                        code.span(token),
                        f"{value(token).lower()} lets functions do what the server may",
                        subject=f"extension {value(token).lower()}",
                    )


def definer_root(code: Code) -> Iterator[Hit | Unknown]:
    for head in code.heads_of("CREATE"):
        own = head.own[:40]
        at = next((index for index, token in enumerate(own[:8]) if token.word == "DEFINER"), -1)
        if at < 0 or at + 2 >= len(own) or own[at + 1].text != "=" or value(own[at + 2]).lower() != "root":
            continue
        if any(token.word == "INVOKER" for token in own):
            continue
        kind = next(
            (t.word for t in own[at:] if t.word in ("PROCEDURE", "FUNCTION", "TRIGGER", "VIEW", "EVENT")), "ROUTINE"
        )
        place = next((index for index, token in enumerate(own) if token.word == kind), -1)
        name = value(own[place + 1]) if 0 < place < len(own) - 1 else ""
        yield hit(
            code.span(own[at], own[at + 2]),
            f"{kind.lower()} {short(name)} runs as root",
            fix="`SQL SECURITY INVOKER`, or a definer with fewer rights.",
            subject=f"{kind} {name}",
        )


RULES = (
    (SECURITY_DEFINER_SEARCH_PATH, security_definer_search_path),
    (UNSAFE_SEARCH_PATH, unsafe_search_path),
    (FUNCTION_SEARCH_PATH, function_search_path),
    (UNTRUSTED_LANGUAGE, untrusted_language),
    (DEFINER_ROOT, definer_root),
)
