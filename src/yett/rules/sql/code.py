"""What the rules look at: the statements of a script and of the routines in it, read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yett.lean import NamedTuple
from yett.parse import sql, statements
from yett.parse.source import Span
from yett.parse.sql import Token
from yett.parse.statements import Column, Grant, Login, Routine

_MAX_DEPTH = 3
"""Strings of code in strings of code; nobody reads on after that."""

_RIGHTS = frozenset(("SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE", "EXEC", "ALTER", "CREATE"))
_HEADS = _RIGHTS | frozenset(
    (
        *(
            "GRANT",
            "REVOKE",
            "DENY",
            "DROP",
            "USE",
            "SET",
            "IF",
            "BEGIN",
            "END",
            "DECLARE",
            "PRINT",
            "RETURN",
            "COMMIT",
        ),
        *("WHILE", "MERGE", "TRUNCATE", "COPY", "LOAD", "DO", "PERFORM", "REPLACE", "CHANGE", "OPEN", "BACKUP", "WITH"),
        *("FLUSH", "XP_CMDSHELL", "SP_CONFIGURE", "SP_ADDSRVROLEMEMBER", "SP_ADDROLEMEMBER", "ELSE", "RAISERROR"),
    )
)
"""What the statements begin with that anybody here asks for, and those that end such a one where no semicolon does."""

_ROUTINES = frozenset(("PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "VIEW"))


class Head(NamedTuple):
    """A place at which a statement begins: `tokens[at]` is its first word, and `stop` the index behind its last."""

    tokens: tuple[Token, ...]
    at: int
    stop: int

    @property
    def word(self) -> str:
        return self.tokens[self.at].word

    @property
    def own(self) -> tuple[Token, ...]:
        return self.tokens[self.at : self.stop]

    def words(self) -> str:
        """The beginning of the statement in upper case, for looking things up in it."""
        return " ".join(token.text.upper() for token in self.tokens[self.at : min(self.stop, self.at + 24)])


class Code:
    """A script as the rules see it. `grants` and the rest hold what stands in routines as well."""

    def __init__(self, text: str) -> None:
        self.script = sql.parse(text)
        self.heads: list[Head] = []
        self.grants: list[Grant] = []
        self.logins: list[Login] = []
        self.routines: list[Routine] = []
        self.columns: list[Column] = []
        for statement in self.script.statements:
            self._take(statement.tokens, 0)

    @property
    def dialect(self) -> str:
        return self.script.dialect

    def span(self, first: Token, last: Token | None = None) -> Span:
        return self.script.span(first, last)

    def heads_of(self, *words: str) -> Iterator[Head]:
        return (head for head in self.heads if head.word in words)

    def _take(self, tokens: tuple[Token, ...], depth: int) -> None:
        if tokens[0].word in ("INSERT", "REPLACE") and self.dialect not in ("tsql", ""):
            self.heads.append(Head(tokens, 0, len(tokens)))
            return
        for head, routine_stop in self._heads(tokens):
            self.heads.append(head)
            match head.word:
                case "GRANT":
                    self._grant(head)
                case "CREATE" | "ALTER":
                    self._define(head, routine_stop)
            if depth < _MAX_DEPTH and head.word in ("CREATE", "DO"):
                for inner in self._bodies(head):
                    self._take(inner, depth + 1)

    def _heads(self, tokens: tuple[Token, ...]) -> list[tuple[Head, int]]:
        """The statements in a stretch of tokens, each with the index at which a routine that begins there would end.

        Each ends where the next one begins, so that all of them together are no longer than the stretch.
        """
        found: list[tuple[Head, int]] = []
        stop = grant_stop = alter_stop = routine_stop = len(tokens)
        for at in reversed(list(self._starts(tokens))):
            word = tokens[at].word
            own_stop = {"GRANT": grant_stop, "ALTER": alter_stop}.get(word, stop)
            found.append((Head(tokens, at, statements.end_of(tokens, at, own_stop)), routine_stop))
            stop = at
            # `GRANT` may go on with SELECT in the next line, and ALTER with SET.
            if word not in _RIGHTS:
                grant_stop = at
            if word != "SET":
                alter_stop = at
            if word in ("CREATE", "ALTER") and any(token.word in _ROUTINES for token in tokens[at + 1 : at + 5]):
                routine_stop = at
        found.reverse()
        return found

    def _starts(self, tokens: tuple[Token, ...]) -> Iterator[int]:
        for at in sql.starts(self.script, tokens):
            word = tokens[at].word
            # WITH in a new line goes on with a statement, unless a semicolon stands in front.
            if word in _HEADS and (word != "WITH" or at == 0 or tokens[at - 1].text == ";"):
                yield at

    def _bodies(self, head: Head) -> Iterator[tuple[Token, ...]]:
        own = head.own
        is_function = any(token.word == "FUNCTION" for token in own[:4])
        for index, token in enumerate(own):
            if token.kind == "body" or (is_function and token.kind == "text" and own[index - 1].word == "AS"):
                inner = sql.inner(token)
                if inner:
                    yield inner

    def _grant(self, head: Head) -> None:
        grant = statements.grant(head.own, 0)
        if grant:
            self.grants.append(grant)

    def _define(self, head: Head, routine_stop: int) -> None:
        own = head.own
        following = own[1].word if len(own) > 1 else ""
        if head.word == "ALTER" and following == "DEFAULT":
            self._grant(head)
            return
        self.logins.extend(statements.login(own, 0))
        routine = statements.routine(head.tokens[head.at : routine_stop], 0) if _is_routine(own) else None
        if routine:
            self.routines.append(routine)
        elif following in ("TABLE", "TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL", "EXTERNAL", "FOREIGN", "OR"):
            self.columns.extend(statements.columns(own, 0))


def _is_routine(own: Sequence[Token]) -> bool:
    return any(token.word in ("PROCEDURE", "PROC", "FUNCTION") for token in own[1:12])
