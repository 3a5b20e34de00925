"""SQL that a routine puts together from what it is called with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from yett.lean import NamedTuple
from yett.model import Hit, Rule, Severity, Unknown
from yett.parse import sql
from yett.parse.source import ParseError
from yett.parse.sql import Token, value
from yett.parse.statements import Parameter, routine
from yett.rules.hits import hit, short
from yett.rules.sql.code import Code

DYNAMIC_SQL_CONCAT = Rule(
    id="sql/dynamic-sql-concat",
    title="SQL put together from a parameter",
    severity=Severity.HIGH,
    why="The caller's text becomes part of the statement: bound parameters in the application do not help against an "
    "injection inside the database, which often runs with the rights of the owner.",
    fix="Pass values with `EXECUTE … USING`, `sp_executesql` with parameters or `EXECUTE stmt USING @v`, and quote "
    "names with `format('%I', …)`, `QUOTENAME(…)` or `DBMS_ASSERT`.",
    refs=(
        "CWE-89",
        "PCI DSS 6.2.4",
        "https://www.postgresql.org/docs/current/plpgsql-statements.html",
    ),
    bad=(
        """\
CREATE FUNCTION find_orders(p_customer text) RETURNS SETOF orders LANGUAGE plpgsql AS $$
DECLARE
    query text;
BEGIN
    RETURN QUERY EXECUTE 'SELECT * FROM orders WHERE customer = ''' || p_customer || ''''; -- <- here
    query := format('SELECT * FROM %s', p_customer);
    EXECUTE query; -- <- here
END;
$$;
""",
        """\
DELIMITER //
CREATE PROCEDURE find_orders(IN p_customer VARCHAR(80))
BEGIN
    SET @query = CONCAT('SELECT * FROM orders WHERE customer = "', p_customer, '"');
    PREPARE stmt FROM @query; -- <- here
    EXECUTE stmt;
END//
DELIMITER ;
""",
        """\
CREATE PROCEDURE dbo.FindOrders @Customer NVARCHAR(80) AS
BEGIN
    DECLARE @query NVARCHAR(MAX) = N'SELECT * FROM orders WHERE customer = ''' + @Customer + '''';
    EXEC sp_executesql @query; -- <- here
    EXEC('SELECT * FROM ' + @Customer) -- <- here
END
GO
""",
        """\
CREATE OR REPLACE PROCEDURE drop_orders(p_table IN VARCHAR2) IS
BEGIN
    EXECUTE IMMEDIATE 'DROP TABLE ' || p_table; -- <- here
END;
/
""",
    ),
    good=(
        """\
CREATE FUNCTION find_orders(p_customer text, p_table text, p_limit int) RETURNS SETOF orders LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT * FROM orders WHERE customer = $1' USING p_customer;
    EXECUTE format('SELECT * FROM %I WHERE customer = %L LIMIT %s', p_table, p_customer, p_limit);
    EXECUTE 'ANALYZE ' || quote_ident(p_table);
    EXECUTE 'SELECT 1' || CASE WHEN p_table = 'orders' THEN ' FOR UPDATE' ELSE '' END;
END;
$$;
CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
""",
        """\
DELIMITER //
CREATE PROCEDURE find_orders(IN p_customer VARCHAR(80), IN p_limit INT)
BEGIN
    SET @customer = p_customer;
    SET @query = CONCAT('SELECT * FROM orders WHERE customer = ? LIMIT ', p_limit);
    PREPARE stmt FROM @query;
    EXECUTE stmt USING @customer;
END//
DELIMITER ;
""",
        """\
CREATE PROCEDURE dbo.FindOrders @Customer NVARCHAR(80), @Table SYSNAME AS
BEGIN
    DECLARE @query NVARCHAR(MAX) = N'SELECT * FROM ' + QUOTENAME(@Table) + N' WHERE customer = @c';
    EXEC sp_executesql @query, N'@c NVARCHAR(80)', @c = @Customer;
END
GO
""",
        """\
CREATE OR REPLACE PROCEDURE drop_orders(p_table IN VARCHAR2, p_id IN NUMBER) IS
BEGIN
    EXECUTE IMMEDIATE 'DROP TABLE ' || DBMS_ASSERT.SIMPLE_SQL_NAME(p_table);
    EXECUTE IMMEDIATE 'DELETE FROM orders WHERE id = :1' USING p_id;
END;
/
""",
    ),
)

_SAFE_TYPES = frozenset(
    (
        *("INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "MEDIUMINT", "SERIAL", "BIGSERIAL", "NUMERIC", "DECIMAL"),
        *(
            "REAL",
            "FLOAT",
            "DOUBLE",
            "DATE",
            "TIME",
            "TIMESTAMP",
            "TIMESTAMPTZ",
            "DATETIME",
            "DATETIME2",
            "BOOLEAN",
            "BOOL",
        ),
        *("BIT", "UUID", "UNIQUEIDENTIFIER", "MONEY", "OID", "REGCLASS", "REGTYPE", "REGPROC", "REGPROCEDURE", "YEAR"),
        *("REGNAMESPACE", "REGROLE", "INTERVAL", "NUMBER", "PLS_INTEGER", "BINARY_INTEGER", "INT2", "INT4", "INT8"),
        *("FLOAT4", "FLOAT8", "NATURAL", "POSITIVE", "SMALLDATETIME", "DATETIMEOFFSET", "SIMPLE_INTEGER", "DEC", "TID"),
    )
)
_SAFE_CALLS = frozenset(
    (
        *(
            "QUOTE_IDENT",
            "QUOTE_LITERAL",
            "QUOTE_NULLABLE",
            "QUOTENAME",
            "QUOTE",
            "LENGTH",
            "CHAR_LENGTH",
            "LEN",
            "MD5",
        ),
        *("ABS", "COUNT", "ARRAY_LENGTH", "TO_CHAR", "TO_DATE", "TO_NUMBER", "TO_TIMESTAMP", "EXTRACT", "DATE_TRUNC"),
        *("DATEPART", "DATEDIFF", "HASHBYTES", "SHA1", "SHA2", "ROUND", "FLOOR", "CEIL", "SUM", "HEX", "OBJECT_ID"),
        *("OBJECT_NAME", "DB_ID", "OBJECT_SCHEMA_NAME", "TO_REGCLASS", "CARDINALITY", "STR", "YEAR", "MONTH", "DAY"),
        *(
            "DBMS_ASSERT",
            "ISNUMERIC",
            "DATALENGTH",
            "TRY_CONVERT",
            "TRY_CAST",
            "POSITION",
            "STRPOS",
            "INSTR",
            "CHARINDEX",
        ),
    )
)
_SAFE_NAME = re.compile(r"QUOTE|ESCAPE|SANITI[SZ]E|_IDENT\b|NAME_CHECK|VALIDATE", re.IGNORECASE)
_ID_FIELD = re.compile(
    r"(?:.*_)?(?:id|no|num|number|date|at|on|time|year|month|day|count|seq|version|oid|pk|key)", re.IGNORECASE
)
_TSQL_HEADS = frozenset(
    (
        *(
            "EXEC",
            "EXECUTE",
            "SET",
            "SELECT",
            "DECLARE",
            "IF",
            "BEGIN",
            "END",
            "PRINT",
            "RETURN",
            "WHILE",
            "INSERT",
            "UPDATE",
        ),
        *(
            "DELETE",
            "ELSE",
            "FETCH",
            "OPEN",
            "CLOSE",
            "CREATE",
            "DROP",
            "RAISERROR",
            "THROW",
            "TRUNCATE",
            "MERGE",
            "WITH",
        ),
    )
)


_MAX_DEPTH = 60


class _Unit(NamedTuple):
    """A routine's body, or a batch that is in none."""

    name: str
    parameters: tuple[Parameter, ...]
    tokens: tuple[Token, ...]


def dynamic_sql_concat(code: Code) -> Iterator[Hit | Unknown]:
    for unit in _units(code):
        walk = _Walk(code, unit)
        for sink, origin in walk.found():
            yield hit(
                code.span(sink),
                f"{short(origin)} becomes part of the SQL that {short(unit.name)} runs here",
                fix=_FIXES.get(code.dialect, _FIXES["postgres"]).format(short(origin)),
                subject=f"{unit.name} {origin} {sink.word}",
            )


_FIXES = {
    "postgres": "`EXECUTE … USING {0}` where it is a value, `format('… %I …', {0})` where it is a name.",
    "mysql": "`EXECUTE stmt USING @v` with a `?` in the statement in the place of {0}.",
    "tsql": "`EXEC sp_executesql @query, N'@p …', @p = {0}` where it is a value, `QUOTENAME({0})` where it is a name.",
    "oracle": "`EXECUTE IMMEDIATE … USING {0}` where it is a value, else `DBMS_ASSERT.SIMPLE_SQL_NAME({0})`.",
}


def _units(code: Code) -> Iterator[_Unit]:
    for found in code.routines:
        if found.body is not None:
            if found.language in ("plpgsql", "") or found.body.kind == "body":
                yield _Unit(".".join(found.name), found.parameters, sql.inner(found.body))
        elif code.dialect != "postgres":
            yield _Unit(".".join(found.name), found.parameters, found.tokens)
    if code.dialect == "oracle":
        for statement in code.script.statements:
            yield from _packaged(statement.tokens)
    if code.dialect in ("tsql", "mysql"):
        for statement in code.script.statements:
            if not _begins_routine(statement.tokens):
                yield _Unit("this script", (), statement.tokens)


def _begins_routine(tokens: tuple[Token, ...]) -> bool:
    return tokens[0].word in ("CREATE", "ALTER") and any(
        token.word in ("PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "EVENT") for token in tokens[1:12]
    )


def _packaged(tokens: tuple[Token, ...]) -> Iterator[_Unit]:
    """The procedures of a package's body."""
    if [token.word for token in tokens[:6]].count("PACKAGE") == 0 or "BODY" not in [token.word for token in tokens[:7]]:
        return
    places = [
        index
        for index, token in enumerate(tokens)
        if token.word in ("PROCEDURE", "FUNCTION")
        and index > 3
        and tokens[index - 1].text in (";", "IS", "AS", "is", "as")
    ]
    for place, following in zip(places, [*places[1:], len(tokens)], strict=False):
        own = (Token("word", "CREATE", tokens[place].start, "CREATE"), *tokens[place:following])
        found = routine(own, 0)
        if found:
            yield _Unit(".".join(found.name), found.parameters, own)


class _Walk:
    """One pass over a body: which names hold text of the caller, and where such text is run."""

    def __init__(self, code: Code, unit: _Unit) -> None:
        self._code = code
        self._tokens = unit.tokens
        self._at_names = code.dialect in ("tsql", "mysql")
        self._safe = {
            parameter.name for parameter in unit.parameters if parameter.type.split(" ")[0].split("(")[0] in _SAFE_TYPES
        }
        self._tainted: dict[str, str] = {
            parameter.name: parameter.name
            for parameter in unit.parameters
            if parameter.name not in self._safe and not parameter.type.startswith(("REFCURSOR", "SYS_REFCURSOR"))
        }
        self._known: set[str] = set()
        self._depth = 0
        self._is_script = unit.name == "this script"
        self._read_types()

    def _read_types(self) -> None:
        tokens = self._tokens
        for index in range(len(tokens) - 1):
            token, following = tokens[index], tokens[index + 1]
            if token.kind in ("word", "var") and following.word in _SAFE_TYPES:
                self._safe.add(token.text.lower())
            if following.text in ("=", ":=", "+=") and token.kind == "var":
                self._known.add(token.text.lower())
            if token.word == "DECLARE" and following.kind == "var":
                self._known.add(following.text.lower())
            if (
                token.kind in ("word", "var")
                and (following.word in ("IN", "NOT") or following.text in ("~", "!~", "!"))
                and self._is_checked(index + 1)
            ):
                self._tainted.pop(token.text.lower(), None)

    def _is_checked(self, at: int) -> bool:
        """`p NOT IN ('a', 'b')`, `p !~ '^[a-z]+$'`: somebody looks at what comes in."""
        texts = [token.text.upper() if token.kind != "text" else "'" for token in self._tokens[at : at + 4]]
        shape = " ".join(texts)
        return shape.startswith(("IN ( '", "NOT IN ( '", "~ '", "! ~ '", "!~ '", "NOT REGEXP '", "NOT LIKE '"))

    def found(self) -> Iterator[tuple[Token, str]]:
        index = 0
        tokens = self._tokens
        while index < len(tokens):
            token = tokens[index]
            if self._is_assigned(index):
                index = self._assign(index)
                continue
            if token.kind == "var" and index and tokens[index - 1].text.upper() in ("DECLARE", ","):
                self._declare(index)
            elif token.word in ("EXECUTE", "EXEC", "PREPARE", "OPEN", "SP_EXECUTESQL", "PARSE"):
                expression = self._sink(index)
                if expression:
                    origin = self._unsafe(*expression)
                    if origin:
                        yield token, origin
                    index = max(index, expression[1] - 1)
            index += 1

    # What is assigned

    def _is_assigned(self, index: int) -> bool:
        tokens = self._tokens
        if index + 1 >= len(tokens) or tokens[index].kind not in ("word", "var"):
            return False
        text = tokens[index + 1].text
        if text in (":=", "+="):
            return True
        if text != "=":
            return False
        before = tokens[index - 1] if index else None
        if (
            before is None
            or before.text in (";", ",")
            or before.word in ("SET", "SELECT", "BEGIN", "THEN", "ELSE", "LOOP")
        ):
            return before is None or before.text != "," or tokens[index].kind == "var"
        return False

    def _assign(self, index: int) -> int:
        """Take what is assigned at an index, and give the index behind it."""
        start = index + 2
        end = self._end(start)
        name = self._tokens[index].text.lower()
        self._set(name, start, end, self._tokens[index + 1].text == "+=")
        return max(end, start)

    def _declare(self, index: int) -> None:
        """`DECLARE @query NVARCHAR(MAX) = …`"""
        depth = 0
        for at in range(index + 1, min(index + 10, len(self._tokens))):
            text = self._tokens[at].text
            depth += (text == "(") - (text == ")")
            if text == "=":
                self._set(self._tokens[index].text.lower(), at + 1, self._end(at + 1), False)
            if text in ("=", ";") or (text == "," and depth == 0):
                return

    def _set(self, name: str, start: int, end: int, adds: bool) -> None:
        if name in self._safe:
            return
        origin = self._unsafe(start, end)
        if origin:
            self._tainted[name] = origin
        elif not adds and name in self._tainted and not self._mentions(name, start, end):
            del self._tainted[name]

    def _mentions(self, name: str, start: int, end: int) -> bool:
        return any(token.text.lower() == name for token in self._tokens[start:end])

    def _end(self, start: int, *words: str) -> int:
        """Where the expression that begins at an index ends: a semicolon, a comma or one of the words, outside
        parentheses; in T-SQL the next statement."""
        tokens = self._tokens
        depth = 0
        for index in range(start, len(tokens)):
            token = tokens[index]
            if token.kind == "mark":
                depth += (token.text == "(") - (token.text == ")")
                if depth < 0 or token.text == ";" or (depth == 0 and token.text == ","):
                    return index
            elif depth == 0 and token.word and index > start:
                if token.word in words:
                    return index
                if self._code.dialect == "tsql" and token.word in _TSQL_HEADS:
                    return index
        return len(tokens)

    # What is run

    def _sink(self, index: int) -> tuple[int, int] | None:
        tokens = self._tokens
        token = tokens[index]
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if following is None:
            return None
        before = tokens[index - 1] if index else None
        match token.word:
            case "EXECUTE" | "EXEC" if following.word == "IMMEDIATE":
                return index + 2, self._end(index + 2, "INTO", "USING", "BULK", "RETURNING")
            case "EXECUTE" | "EXEC" if self._code.dialect == "tsql":
                if following.text == "(":
                    return index + 2, sql.closing(tokens, index + 1)
                return None
            case "SP_EXECUTESQL":
                start = index + 1
                if start + 1 < len(tokens) and tokens[start + 1].text == "=":
                    start += 2
                return start, self._end(start)
            case "EXECUTE" if self._code.dialect in ("postgres", "", "oracle"):
                if following.word in ("FUNCTION", "PROCEDURE", "ON") or (before and before.word in ("GRANT", "REVOKE")):
                    return None
                return index + 1, self._end(index + 1, "INTO", "USING", "LOOP")
            case "PREPARE" if index + 2 < len(tokens) and tokens[index + 2].word == "FROM":
                return index + 3, self._end(index + 3)
            case "OPEN" if index + 2 < len(tokens) and tokens[index + 2].word == "FOR":
                start = index + 3
                if start < len(tokens) and tokens[start].word in ("SELECT", "WITH", "EXECUTE"):
                    return None
                return start, self._end(start, "USING")
            case "PARSE" if following.text == "(" and before and before.text == ".":
                places = list(sql.parts(tokens, index + 2, sql.closing(tokens, index + 1)))
                return places[1] if len(places) > 1 else None
        return None

    # What is in an expression

    def _unsafe(self, start: int, end: int) -> str | None:
        self._depth += 1
        try:
            return self._looked_through(start, end)
        finally:
            self._depth -= 1

    def _looked_through(self, start: int, end: int) -> str | None:
        """The parameter whose text gets into the value of an expression as it is, None where there is none."""
        tokens = self._tokens
        if self._depth > _MAX_DEPTH:
            place = self._code.span(tokens[min(start, len(tokens) - 1)])
            raise ParseError(place.line, place.column, f"an expression nests more than {_MAX_DEPTH} calls deep")
        index = start
        in_condition = False
        while index < end:
            token = tokens[index]
            following = tokens[index + 1] if index + 1 < end else None
            if token.word in ("WHEN", "CASE"):
                in_condition = True
            elif token.word in ("THEN", "ELSE"):
                in_condition = False
            elif token.kind in ("word", "name") and following is not None and following.text == "(":
                close = min(sql.closing(tokens, index + 1), end)
                origin = None if in_condition else self._call(token, index + 2, close)
                if origin:
                    return origin
                index = close
            elif token.word == "DBMS_ASSERT":
                while index + 1 < end and tokens[index].text != "(":
                    index += 1
                index = min(sql.closing(tokens, index), end)
            elif not in_condition:
                origin = self._origin(index, end)
                if origin:
                    return origin
            index += 1
        return None

    def _origin(self, index: int, end: int) -> str | None:
        tokens = self._tokens
        token = tokens[index]
        if token.kind not in ("word", "name", "var"):
            return None
        name = token.text.lower().strip('"')
        if name in self._safe or (index > 0 and tokens[index - 1].text == "."):
            return None
        if index + 2 < end and tokens[index + 1].text == "::" and tokens[index + 2].word in _SAFE_TYPES:
            return None
        if (
            token.word == "NEW"
            and index + 2 < end
            and tokens[index + 1].text == "."
            and self._code.dialect == "postgres"
        ):
            field = value(tokens[index + 2])
            return None if _ID_FIELD.fullmatch(field) else f"NEW.{field}"
        if name in self._tainted:
            return self._tainted[name]
        # A variable that nothing here sets comes from whoever runs the script.
        if self._is_script and token.kind == "var" and name.startswith("@") and not name.startswith("@@"):
            return None if name in self._known else token.text
        return None

    def _call(self, called: Token, start: int, end: int) -> str | None:
        word = value(called).upper()
        if word in _SAFE_CALLS or _SAFE_NAME.search(word):
            return None
        arguments = list(sql.parts(self._tokens, start, end))
        if word == "FORMAT" and self._code.dialect in ("postgres", ""):
            return self._format(arguments)
        if word == "CAST":
            place = next((at for at in range(end - 1, start, -1) if self._tokens[at].word == "AS"), end)
            if place + 1 < end and self._tokens[place + 1].word in _SAFE_TYPES:
                return None
            return self._unsafe(start, place)
        if word == "CONVERT" and self._tokens[start].word in _SAFE_TYPES:
            return None
        if word == "REPLACE" and len(arguments) > 1 and _doubles_quotes(self._tokens, arguments):
            return None
        if word in ("IF", "IIF", "DECODE", "NULLIF") and len(arguments) > 1:
            arguments = arguments[1:]
        for first, last in arguments:
            origin = self._unsafe(first, last)
            if origin:
                return origin
        return None

    def _format(self, arguments: Sequence[tuple[int, int]]) -> str | None:
        """format() of PostgreSQL: %I and %L quote what they stand for, %s does not."""
        if not arguments:
            return None
        first, last = arguments[0]
        origin = self._unsafe(first, last)
        if origin:
            return origin
        text = "".join(value(token) for token in self._tokens[first:last] if token.kind in ("text", "body"))
        number = 0
        for position, kind in _SPECIFIER.findall(text):
            if kind == "%":
                continue
            number = int(position[:-1][:6]) if position else number + 1
            if kind == "s" and number < len(arguments):
                origin = self._unsafe(*arguments[number])
                if origin:
                    return origin
        return None


_SPECIFIER = re.compile(r"%(\d+\$)?-?\d*([sIL%])")


def _doubles_quotes(tokens: Sequence[Token], arguments: Sequence[tuple[int, int]]) -> bool:
    start, end = arguments[1]
    return end - start == 1 and tokens[start].kind == "text" and value(tokens[start]) in ("'", "]", "`", '"')


RULES = ((DYNAMIC_SQL_CONCAT, dynamic_sql_concat),)
