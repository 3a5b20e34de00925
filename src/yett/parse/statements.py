"""What SQL statements that grant, log in or define say: rights, accounts, routines, columns.

Each reader takes tokens and the index of a statement's first one, and gives None for what it does not know.
"""

from __future__ import annotations

from collections.abc import Sequence

from yett.lean import NamedTuple
from yett.parse.sql import Token, closing, parts, path_of, value

Tokens = Sequence[Token]


class Account(NamedTuple):
    """Somebody who logs in, or a role. `host` is None where none is written (MySQL then means any)."""

    name: str
    host: str | None
    first: Token
    last: Token

    @property
    def text(self) -> str:
        return self.name if self.host is None else f"{self.name}@{self.host}"


class Privilege(NamedTuple):
    """A right, its words in upper case, or the name of a role."""

    words: str
    first: Token
    last: Token


class Grant(NamedTuple):
    """`kind` is TABLE, SCHEMA, DATABASE, FUNCTION, "ALL TABLES", …, or "" where rights are not on an object (then they
    are roles, or rights on the whole server). `option` is the word that lets the grantee pass them on."""

    verb: Token
    privileges: tuple[Privilege, ...]
    kind: str
    objects: tuple[tuple[str, ...], ...]
    accounts: tuple[Account, ...]
    option: Token | None
    rest: tuple[Token, ...]
    defaults: bool = False


class Login(NamedTuple):
    """CREATE or ALTER of a USER, ROLE or LOGIN. `options` are the tokens behind the name."""

    verb: Token
    kind: str
    account: Account
    options: tuple[Token, ...]


class Parameter(NamedTuple):
    name: str
    type: str


class Routine(NamedTuple):
    """A function or procedure. `sets` are the names that SET clauses set, with the tokens of their values."""

    verb: Token
    kind: str
    name: tuple[str, ...]
    named: Token
    parameters: tuple[Parameter, ...]
    header: tuple[Token, ...]
    body: Token | None
    definer: Token | None
    sets: tuple[tuple[str, tuple[Token, ...]], ...]
    language: str
    replaces: bool
    tokens: tuple[Token, ...]


class Column(NamedTuple):
    """A column of a table; `table_at` is the table's name, and `size` the number in parentheses behind the type."""

    table: tuple[str, ...]
    table_at: Token
    name: str
    at: Token
    type: str
    size: int | None
    rest: tuple[Token, ...]


def end_of(tokens: Tokens, at: int, stop: int | None = None) -> int:
    """The index behind the last token of the statement that begins at an index, `stop` at the most."""
    stop = len(tokens) if stop is None else stop
    for index in range(at, stop):
        if tokens[index].text == ";" and tokens[index].kind == "mark":
            return index
    return stop


_OBJECT_KINDS = frozenset(
    (
        *("TABLE", "SCHEMA", "DATABASE", "FUNCTION", "PROCEDURE", "ROUTINE", "SEQUENCE", "TYPE", "LANGUAGE", "DOMAIN"),
        *("TABLESPACE", "PARAMETER", "OBJECT", "LOGIN", "USER", "ROLE", "SERVER", "ENDPOINT", "PACKAGE", "TABLES"),
        *(
            "SEQUENCES",
            "FUNCTIONS",
            "ROUTINES",
            "PROCEDURES",
            "TYPES",
            "SCHEMAS",
            "VIEW",
            "DIRECTORY",
            "LARGE",
            "FOREIGN",
        ),
        *("CERTIFICATE", "WAREHOUSE", "STAGE", "ASSEMBLY", "SYMMETRIC", "ASYMMETRIC"),
    )
)
_TAILS = frozenset(("WITH", "REQUIRE", "IDENTIFIED", "GRANTED", "AS", "BY", "CASCADE", "RESTRICT", "COPY", "REVOKE"))
_VERBS = frozenset(
    (
        *(
            "GRANT",
            "REVOKE",
            "CREATE",
            "ALTER",
            "DROP",
            "EXEC",
            "EXECUTE",
            "SELECT",
            "INSERT",
            "UPDATE",
            "DELETE",
            "USE",
        ),
        *(
            "SET",
            "IF",
            "BEGIN",
            "END",
            "DECLARE",
            "PRINT",
            "DENY",
            "FLUSH",
            "RETURN",
            "PRINT",
            "COMMIT",
            "GO",
            "PERFORM",
        ),
    )
)


def grant(tokens: Tokens, at: int) -> Grant | None:
    """GRANT, also within ALTER DEFAULT PRIVILEGES (then `at` is that of ALTER)."""
    end = end_of(tokens, at)
    first = at
    defaults = tokens[at].word == "ALTER"
    if defaults:
        at = next((index for index in range(at, end) if tokens[index].word == "GRANT"), end)
    if at >= end or tokens[at].word != "GRANT":
        return None
    on = to = -1
    depth = 0
    for index in range(at + 1, end):
        token = tokens[index]
        depth += (token.text == "(") - (token.text == ")") if token.kind == "mark" else 0
        if depth == 0 and token.word == "ON" and on < 0:
            on = index
        elif depth == 0 and token.word == "TO":
            to = index
            break
    if to < 0:
        return None
    privileges = tuple(
        Privilege(_words(tokens, start, stop), tokens[start], tokens[stop - 1])
        for start, stop in parts(tokens, at + 1, on if on > 0 else to)
        if stop > start
    )
    kind, objects = _objects(tokens, on + 1, to) if on > 0 else ("", ())
    accounts: list[Account] = []
    index = to + 1
    while index < end:
        account, index = account_at(tokens, index)
        if account is None:
            break
        accounts.append(account)
        # MySQL 5 and MariaDB put the password of each account here.
        while (
            index < end
            and tokens[index].word in ("IDENTIFIED", "BY", "WITH", "PASSWORD", "AS", "USING", "VIA")
            and (tokens[index].word != "WITH" or tokens[index - 1].word == "IDENTIFIED")
        ):
            index += 1
            if index < end and tokens[index].kind == "text":
                index += 1
        if index < end and tokens[index].text == ",":
            index += 1
            continue
        break
    rest = tuple(tokens[to + 1 : end])
    option = None
    for place in range(index, end - 1):
        if tokens[place].word in ("GRANT", "ADMIN") and tokens[place + 1].word in ("OPTION", "TRUE"):
            option = tokens[place]
            if place + 2 < end and tokens[place + 2].word in ("FALSE", "OFF"):
                option = None
            break
        if place > index and tokens[place].word in _VERBS:
            break
    return Grant(tokens[first], privileges, kind, objects, tuple(accounts), option, rest, defaults)


def _words(tokens: Tokens, start: int, stop: int) -> str:
    """The words of a right, without the columns it is for."""
    words: list[str] = []
    depth = 0
    for token in tokens[start:stop]:
        depth += (token.text == "(") - (token.text == ")") if token.kind == "mark" else 0
        if depth == 0 and token.text != ")":
            words.append(token.word or value(token))
    return " ".join(words)


def _objects(tokens: Tokens, start: int, stop: int) -> tuple[str, tuple[tuple[str, ...], ...]]:
    at = start
    kind = ""
    if tokens[at].word == "ALL" and at + 1 < stop and tokens[at + 1].word in _OBJECT_KINDS:
        kind = f"ALL {tokens[at + 1].word}"
        while at < stop and tokens[at].word != "SCHEMA":
            at += 1
        at += 1
    elif tokens[at].word in _OBJECT_KINDS and at + 1 < stop and tokens[at + 1].text != ".":
        kind = tokens[at].word
        at += 1
        if at < stop and tokens[at].text == "::":
            at += 1
    if not kind:
        kind = "TABLE"
    if at >= stop:
        return kind, ()
    return kind, tuple(path_of(tokens, first)[0] for first, _ in parts(tokens, at, stop))


def account_at(tokens: Tokens, at: int) -> tuple[Account | None, int]:
    """The account that begins at an index, and the index behind it."""
    size = len(tokens)
    if (
        at + 1 < size
        and tokens[at].word in ("GROUP", "ROLE", "USER", "LOGIN")
        and tokens[at + 1].kind
        in (
            "word",
            "name",
            "text",
        )
    ):
        at += 1
    if at >= size or tokens[at].kind not in ("word", "name", "text", "var"):
        return None, at
    first = tokens[at]
    name = value(first)
    host: str | None = None
    last = first
    at += 1
    if (
        first.kind == "word"
        and at + 1 < size
        and first.word in ("CURRENT_USER", "SESSION_USER")
        and tokens[at].text == "("
    ):
        at += 2
    if at + 1 < size and tokens[at].text == "@" and tokens[at + 1].kind in ("text", "name", "word", "number"):
        host, last = value(tokens[at + 1]), tokens[at + 1]
        at += 2
    elif at + 1 < size and tokens[at].text == "@" and tokens[at + 1].text == "%":
        host, last = "%", tokens[at + 1]
        at += 2
    elif at < size and tokens[at].kind == "var" and tokens[at].text[0] == "@" and tokens[at].start == last.end:
        host, last = tokens[at].text[1:], tokens[at]
        at += 1
    return Account(name, host, first, last), at


_LOGIN_KINDS = frozenset(("USER", "ROLE", "LOGIN", "GROUP"))


def login(tokens: Tokens, at: int) -> tuple[Login, ...]:
    """CREATE or ALTER of users, roles or logins: MySQL takes several at once, each with options of its own."""
    end = end_of(tokens, at)
    verb = tokens[at]
    if verb.word not in ("CREATE", "ALTER"):
        return ()
    index = at + 1
    while index < end and tokens[index].word in ("OR", "REPLACE"):
        index += 1
    if index >= end or tokens[index].word not in _LOGIN_KINDS:
        return ()
    kind = tokens[index].word
    index += 1
    if index < end and tokens[index].word == "MAPPING":
        return ()
    if index < end and tokens[index].word == "IF":
        while index < end and tokens[index].word in ("IF", "NOT", "EXISTS"):
            index += 1
    found: list[Login] = []
    while index < end:
        account, index = account_at(tokens, index)
        if account is None:
            break
        start = index
        depth = 0
        while index < end:
            token = tokens[index]
            depth += (token.text == "(") - (token.text == ")") if token.kind == "mark" else 0
            if depth == 0 and token.text == "," and _is_account(tokens, index + 1):
                break
            if (
                index > start
                and token.word in ("CREATE", "GRANT", "GO", "FLUSH", "EXEC")
                and tokens[index - 1].text != "."
            ):
                # T-SQL needs nothing between two statements.
                end = index
                break
            index += 1
        found.append(Login(verb, kind, account, tuple(tokens[start:index])))
        if index < end and tokens[index].text == ",":
            index += 1
    return tuple(found)


def _is_account(tokens: Tokens, at: int) -> bool:
    """Whether another account of the same statement begins here; T-SQL has a comma between options as well."""
    if at >= len(tokens) or tokens[at].kind not in ("text", "name", "word"):
        return False
    return at + 1 >= len(tokens) or tokens[at + 1].text != "="


_ROUTINE_KINDS = frozenset(("FUNCTION", "PROCEDURE", "PROC"))


def routine(tokens: Tokens, at: int) -> Routine | None:
    """CREATE or ALTER of a function or procedure, with all that follows up to the end of the statement."""
    verb = tokens[at]
    if verb.word not in ("CREATE", "ALTER"):
        return None
    index, size = at + 1, len(tokens)
    replaces = False
    while index < size and index < at + 10 and tokens[index].word not in _ROUTINE_KINDS:
        if tokens[index].word in ("TRIGGER", "TABLE", "VIEW", "EVENT", "EXTENSION", "INDEX", "ROLE", "USER", "TYPE"):
            return None
        replaces = replaces or tokens[index].word in ("REPLACE", "ALTER")
        index += 1
    if index >= size or tokens[index].word not in _ROUTINE_KINDS:
        return None
    kind = "PROCEDURE" if tokens[index].word == "PROC" else tokens[index].word
    index += 1
    while index < size and tokens[index].word in ("IF", "NOT", "EXISTS"):
        index += 1
    if index >= size:
        return None
    named = tokens[index]
    name, index = path_of(tokens, index)
    if not name:
        return None
    parameters: tuple[Parameter, ...] = ()
    if index < size and tokens[index].text == "(":
        close = closing(tokens, index)
        parameters = _parameters(tokens, index + 1, close)
        index = close + 1
    elif index < size and tokens[index].kind == "var":
        stop = next((place for place in range(index, size) if tokens[place].word == "AS"), size)
        parameters = _parameters(tokens, index, stop)
        index = stop
    header, body, definer, sets, language = _clauses(tokens, index, size)
    return Routine(
        verb, kind, name, named, parameters, header, body, definer, sets, language, replaces, tuple(tokens[at:])
    )


_MODES = frozenset(("IN", "OUT", "INOUT", "VARIADIC"))


def _parameters(tokens: Tokens, start: int, stop: int) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    number = 0
    for first, end in parts(tokens, start, stop):
        number += 1
        words = list(tokens[first:end])
        while words and words[0].word in _MODES:
            words = words[1:]
        if not words:
            continue
        name, rest = value(words[0]), words[1:]
        while rest and (rest[0].word in _MODES or rest[0].word in ("AS", "NOCOPY")):
            rest = rest[1:]
        if not rest:
            name, rest = "", words
        type_name = " ".join(token.text.upper() for token in rest[:3] if token.kind in ("word", "name", "mark"))
        # PostgreSQL calls the first of them $1 as well.
        found.append(Parameter(f"${number}", type_name))
        if name:
            found.append(Parameter(name.lower(), type_name))
    return tuple(found)


Clauses = tuple[tuple[Token, ...], Token | None, Token | None, tuple[tuple[str, tuple[Token, ...]], ...], str]


def _clauses(tokens: Tokens, start: int, size: int) -> Clauses:
    """What stands around a body: SECURITY DEFINER, SET, LANGUAGE; and the body where it is a string."""
    body: Token | None = None
    definer: Token | None = None
    language = ""
    sets: list[tuple[str, tuple[Token, ...]]] = []
    index = start
    while index < size:
        token = tokens[index]
        word = token.word
        if token.text == ";" or word in ("BEGIN", "DECLARE"):
            break
        following = tokens[index + 1] if index + 1 < size else None
        if word in ("AS", "IS") and following is not None and following.kind in ("body", "text"):
            body = body or following
            index += 1
        elif token.kind == "body" and body is None:
            body = token
        elif word == "SECURITY" and following is not None and following.word == "DEFINER":
            definer = token
        elif word == "LANGUAGE" and following is not None and following.kind in ("word", "name", "text"):
            language = value(following).lower()
            index += 1
        elif word == "SET" and following is not None and following.kind in ("word", "name"):
            stop = index + 2
            if (
                following.word == "SCHEMA"
                or (stop < size and tokens[stop].word in ("TO", "FROM"))
                or (stop < size and tokens[stop].text == "=")
            ):
                name, stop = path_of(tokens, index + 1)
                first = stop
                stop += 1
                while stop < size and (
                    tokens[stop].text == ","
                    or tokens[stop - 1].text == ","
                    or stop == first + 1
                    or (tokens[stop].text in ("$", '"$user"') and stop == first + 1)
                ):
                    stop += 1
                sets.append((".".join(name).lower(), tuple(tokens[first:stop])))
                index = stop - 1
        index += 1
    return tuple(tokens[start:index]), body, definer, tuple(sets), language


_NO_COLUMN = frozenset(
    (
        *(
            "PRIMARY",
            "FOREIGN",
            "UNIQUE",
            "CONSTRAINT",
            "CHECK",
            "KEY",
            "INDEX",
            "EXCLUDE",
            "LIKE",
            "FULLTEXT",
            "SPATIAL",
        ),
        *("PERIOD", "PARTITION", "ENGINE"),
    )
)


def columns(tokens: Tokens, at: int) -> tuple[Column, ...]:
    """The columns that CREATE TABLE or ALTER TABLE … ADD defines."""
    end = end_of(tokens, at)
    index = at + 1
    while index < end and tokens[index].word != "TABLE":
        if tokens[index].kind != "word" or index > at + 6:
            return ()
        index += 1
    index += 1
    while index < end and tokens[index].word in ("IF", "NOT", "EXISTS", "ONLY"):
        index += 1
    if index >= end:
        return ()
    table_at = tokens[index]
    table, index = path_of(tokens, index)
    if not table or index >= end:
        return ()
    if tokens[at].word == "CREATE":
        if tokens[index].text != "(":
            return ()
        stop = closing(tokens, index)
        ranges = parts(tokens, index + 1, stop)
    else:
        ranges = parts(tokens, index, end)
    found: list[Column] = []
    for first, stop in ranges:
        if tokens[at].word == "ALTER":
            first = _added(tokens, first, stop)
        if first >= stop or tokens[first].kind not in ("word", "name", "text") or tokens[first].word in _NO_COLUMN:
            continue
        found.append(_column(table, table_at, tokens, first, stop))
    return tuple(found)


def _added(tokens: Tokens, first: int, stop: int) -> int:
    """The index of the name in `ADD [COLUMN] [IF NOT EXISTS] name type`, or `stop`."""
    if tokens[first].word not in ("ADD", "MODIFY", "CHANGE"):
        return stop
    first += 1
    while first < stop and (tokens[first].word in ("COLUMN", "IF", "NOT", "EXISTS") or tokens[first].text == "("):
        first += 1
    return first


def _column(table: tuple[str, ...], table_at: Token, tokens: Tokens, first: int, stop: int) -> Column:
    name = value(tokens[first])
    type_name, index = path_of(tokens, first + 1)
    size: int | None = None
    if index < stop and tokens[index].word == "VARYING":
        index += 1
    if (
        index + 1 < stop
        and tokens[index].text == "("
        and tokens[index + 1].text.isdecimal()
        and len(tokens[index + 1].text) < 7
    ):
        size = int(tokens[index + 1].text)
    type_word = (type_name[-1] if type_name else "").lower()
    return Column(table, table_at, name, tokens[first], type_word, size, tuple(tokens[first + 1 : stop]))
