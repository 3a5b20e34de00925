"""SQL scripts: statements with places, in the dialects of PostgreSQL, MySQL, SQL Server and Oracle.

The splitter knows what may hide a semicolon: strings and their escapes, dollar quotes, comments, `DELIMITER`, bodies
of routines, data of `COPY`, commands of the client. It does not check the grammar; what reads a statement looks for
what it knows and lets the rest be.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from yett.lean import NamedTuple
from yett.parse.source import ParseError, Span


class Token(NamedTuple):
    """A piece of a statement. `kind` is word, name (a quoted identifier), text (a string), body (in dollar quotes),
    number, var (a placeholder or variable) or mark; `word` is a word in upper case, "" for every other kind."""

    kind: str
    text: str
    start: int
    word: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Statement(NamedTuple):
    tokens: tuple[Token, ...]


class Script:
    """A text, what it is written for ("postgres", "mysql", "tsql", "oracle" or "") and its statements."""

    def __init__(self, text: str, dialect: str, statements: tuple[Statement, ...]) -> None:
        self.text = text
        self.dialect = dialect
        self.statements = statements
        self._lines: list[int] = []

    def span(self, first: Token, last: Token | None = None) -> Span:
        """The place of a token, or from one token to another."""
        return Span(*self._place(first.start), *self._place((last or first).end))

    def _place(self, offset: int) -> tuple[int, int]:
        if not self._lines:
            self._lines = [0, *(match.end() for match in re.finditer("\n", self.text))]
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def is_on_new_line(self, token: Token, before: Token) -> bool:
        return "\n" in self.text[before.end : token.start]


def parse(text: str) -> Script:
    """The statements of a text. Raises `ParseError` for a quote or comment that nothing closes."""
    dialect = _dialect(text)
    try:
        return Script(text, dialect, tuple(_Splitter(text, dialect).statements()))
    except ParseError:
        # A backslash is a letter to one system and an escape to another, which shows only where it goes wrong.
        if dialect == "mysql":
            raise
        try:
            return Script(text, dialect, tuple(_Splitter(text, dialect, escapes=True).statements()))
        except ParseError:
            pass
        raise


def inner(token: Token) -> tuple[Token, ...]:
    """The tokens of a body that is held in a string, their places those of the whole text. What is no SQL gives ()."""
    if token.kind == "body":
        width = token.text.index("$", 1) + 1
        text = token.text[width:-width]
    elif token.kind == "text":
        width = token.text.index("'") + 1 if "'" in token.text else 1
        text = token.text[width:-1].replace("''", "' ")
    else:
        return ()
    try:
        statements = list(_Splitter(text, "postgres", base=token.start + width, nested=True).statements())
    except ParseError:
        return ()
    return tuple(each for statement in statements for each in (*statement.tokens, Token("mark", ";", token.end)))


def value(token: Token) -> str:
    """What a string or a quoted name says, or the token's own text."""
    text = token.text
    if token.kind == "text":
        if text[0] in "'\"":
            quote, begin = text[0], 1
        else:
            begin = text.index("'") + 1
            quote = "'"
        return text[begin:-1].replace(quote * 2, quote)
    if token.kind == "name":
        close = text[-1]
        return text[1:-1].replace(close * 2, close)
    if token.kind == "body":
        width = text.index("$", 1) + 1
        return text[width:-width]
    return text


_DIALECTS: tuple[tuple[str, str], ...] = (
    (
        "mysql",
        r"`\w+`|\bENGINE\s*=|\bAUTO_INCREMENT\b|^[ \t]*DELIMITER\s|/\*!\d|\bFLUSH\s+PRIVILEGES\b|'@'|@'"
        r"|\bPREPARE\s+\w+\s+FROM\b|\bIDENTIFIED\s+WITH\b|\bDEFINER\s*=|\bINFILE\b|\bUNSIGNED\b|\bSET\s+GLOBAL\b|\bON\s+\*\.\*|\bOUTFILE\b",
    ),
    (
        "tsql",
        r"^[ \t]*GO[ \t]*+;?[ \t]*$|\[\w+\]\.\[|\[dbo\]|\bdbo\.|\bNVARCHAR\b|\bsp_\w+|\bxp_\w+|\bDECLARE\s+@"
        r"|\bSET\s+NOCOUNT\b|\bCREATE\s+LOGIN\b|\bIDENTITY\s*\(|\bN'|^[ \t]*@\w+\s+\w+"
        r"|\bDATETIME2\b|\bUNIQUEIDENTIFIER\b|\bSERVER\s+ROLE\b"
        r"|\bEXEC(?:UTE)?\s*\(\s*[@N']|\bADD\s+MEMBER\b|\bSET\s+@\w+\s*\+?=\s*N?'",
    ),
    (
        "oracle",
        r"\bVARCHAR2\b|\bEXECUTE\s+IMMEDIATE\b|^/\s*$|\bDBMS_\w+|\bPACKAGE\s+BODY\b|\bNUMBER\b|\bSYSDATE\b|\bAUTHID\b"
        r"|\bUTL_\w+|\bEDITIONABLE\b|\bSYS_REFCURSOR\b|%TYPE\b|%ROWTYPE\b|\bPLS_INTEGER\b|\bDEFAULT\s+TABLESPACE\b",
    ),
    (
        "postgres",
        r"\$\w*\$|\bPLPGSQL\b|\b(?:BIG)?SERIAL\b|\bOWNER\s+TO\b|\bsearch_path\b|\bJSONB?\b|\bCREATE\s+EXTENSION\b|::"
        r"|\bBYTEA\b|\bpg_\w+|\bROW\s+LEVEL\s+SECURITY\b|\bNOSUPERUSER\b|\bSUPERUSER\b|\bBYPASSRLS\b|\bTIMESTAMPTZ\b"
        r"|^\\[a-z]|\bIN\s+SCHEMA\b|\bSECURITY\s+DEFINER\b|\bRETURNS\s+TRIGGER\b|\bNOLOGIN\b|\bON\s+CONFLICT\b",
    ),
)
_SAMPLE = 1 << 14
_dialects: list[tuple[str, re.Pattern[str]]] = []


def _dialect(text: str) -> str:
    """What most of the words that only one system knows belong to; "" where there is none of them."""
    if not _dialects:
        _dialects.extend((name, re.compile(pattern, re.I | re.M)) for name, pattern in _DIALECTS)
    middle = len(text) // 2
    sample = text if len(text) <= 2 * _SAMPLE else text[:_SAMPLE] + text[middle : middle + _SAMPLE]
    counts = {name: sum(1 for _ in pattern.finditer(sample)) for name, pattern in _dialects}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""


_ESCAPED = r"'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'"
_STANDARD = r"'[^']*(?:''[^']*)*'"
_Q_QUOTED = (
    r"[nN]?[qQ]'(?:\[.{0,1000}?\]'|\{.{0,1000}?\}'|<.{0,1000}?>'|\(.{0,1000}?\)'|(?P<q>[^\s\w]).{0,1000}?(?P=q)')|"
)
_patterns: dict[tuple[str, bool], re.Pattern[str]] = {}


def _pattern(dialect: str, escapes: bool) -> re.Pattern[str]:
    key = (dialect, escapes)
    if key not in _patterns:
        mysql, tsql, oracle = dialect == "mysql", dialect == "tsql", dialect == "oracle"
        alternatives = [
            r"(?P<blank>\s+)",
            r"(?P<comment>--[^\n]*" + (r"|\#[^\n]*" if mysql else "") + ")",
            (r"(?P<code>/\*M?!\d*|\*/)" if mysql else r"(?P<code>(?!))"),
            r"(?P<block>/\*)",
            r"(?P<var>\$\{[^}\n]{0,300}\}|\{\{[^}\n]{0,300}\}\}|\{%[^%\n]{0,300}%\}|<%[^%\n]{0,300}%>|\$\([\w.]{1,100}\)"
            r"|%\(\w{1,100}\)s|%s\b"
            r"|\$\d+|\$[A-Za-z_]\w{0,100}(?![\w$])|@@?[\w.$\#]+|(?<![:\w]):[A-Za-z_]\w*"
            + ("" if mysql or tsql or oracle else r"|(?<!:):'[^'\n]*'|(?<!:):\"[^\"\n]*\"")
            + (r"|&&?\w+\.?" if oracle else "")
            + r"|\?)",
            r"(?P<text>"
            + (_Q_QUOTED if oracle else "")
            + rf"[eE]{_ESCAPED}|(?:[nNbBxX]|[uU]&|_\w+(?='))?"
            + (_ESCAPED if escapes or mysql else _STANDARD)
            + (r'|"[^"\\]*(?:(?:\\.|"")[^"\\]*)*"' if mysql else "")
            + ")",
            r"(?P<name>`[^`]*(?:``[^`]*)*`"
            + ("" if mysql else r'|(?:[uU]&)?"[^"]*(?:""[^"]*)*"')
            + (r"|\[(?:[^\]\n]|\]\]){1,130}\]" if tsql else "")
            + ")",
            r"""(?P<open>['`"])""",
            (r"(?P<dollar>(?!))" if mysql or tsql or oracle else r"(?P<dollar>\$(?:[^\W\d]\w*)?\$)"),
            r"(?P<meta>\\)",
            r"(?P<number>\d[\w.]*)",
            r"(?P<word>[^\W\d][\w$]*|\#\#?\w+)",
            r"(?P<mark>\|\||:=|::|<>|!=|<=|>=|=>|->>?|\+=|.)",
        ]
        _patterns[key] = re.compile("|".join(alternatives), re.S)
    return _patterns[key]


_BLOCK = re.compile(r"/\*|\*/")
_GO = re.compile(r"[ \t]*+(?:\d++[ \t]*+)?;?[ \t]*+(?:--[^\n]*+)?(?=\n|\Z)")
_DELIMITER = re.compile(r"[ \t]+(\S+)[^\n]*")
_REST = re.compile(r"[ \t]*(?=\n|\Z)")
_DATA_END = re.compile(r"^\\\.[ \t]*$", re.M)
_AFTER_END = frozenset(("IF", "LOOP", "WHILE", "REPEAT", "FOR"))
_ROUTINES = frozenset(("PROCEDURE", "FUNCTION", "TRIGGER", "PACKAGE", "EVENT", "PROC"))


class _Splitter:
    """One walk over a text. `base` is added to every place, `nested` says that it is a routine's body."""

    def __init__(self, text: str, dialect: str, *, escapes: bool = False, base: int = 0, nested: bool = False) -> None:
        self._text = text
        self._dialect = dialect
        self._pattern = _pattern(dialect, escapes)
        self._base = base
        self._nested = nested
        self._tokens: list[Token] = []
        self._nests = dialect not in ("mysql", "oracle")
        self._delimiter = ";"
        self._depth = 0
        self._parens = 0
        self._begun = False
        self._routine: bool | None = None

    def statements(self) -> Iterator[Statement]:
        text, match_at = self._text, self._pattern.match
        at, size = 0, len(text)
        while at < size:
            if self._delimiter != ";" and text.startswith(self._delimiter, at):
                at += len(self._delimiter)
                yield from self._flush()
                continue
            match = match_at(text, at)
            assert match is not None  # the last alternative takes any character
            kind = match.lastgroup
            start, at = at, match.end()
            if kind in ("blank", "comment", "code"):
                continue
            if kind == "word":
                word = match.group().upper()
                if word == "DELIMITER" and not self._tokens and (found := _DELIMITER.match(text, at)):
                    self._delimiter = found[1]
                    at = found.end()
                    continue
                if word == "GO" and (found := self._go(start, at)):
                    at = found.end()
                    yield from self._flush()
                    continue
                self._tokens.append(Token("word", match.group(), start + self._base, word))
                self._count(word)
            elif kind == "mark":
                mark = match.group()
                if mark == ";" and self._ends():
                    copies = self._is_copy()
                    yield from self._flush()
                    if copies:
                        end = _DATA_END.search(text, at)
                        at = end.end() if end else size
                    continue
                if mark == "/" and self._dialect in ("oracle", "") and self._is_alone(start, at):
                    yield from self._flush()
                    continue
                self._parens += (mark == "(") - (mark == ")")
                self._tokens.append(Token("mark", mark, start + self._base))
            elif kind == "block":
                at = self._comment_end(start)
            elif kind == "dollar":
                at = self._dollar_end(start, match.group())
                self._tokens.append(Token("body", text[start:at], start + self._base))
            elif kind == "meta":
                at = self._meta_end(start)
                if self._dialect != "tsql":
                    yield from self._flush()
            elif kind == "open":
                raise self._error(start, f"the quote {match.group()} is never closed")
            else:
                self._tokens.append(Token(kind or "mark", match.group(), start + self._base))
        yield from self._flush()

    def _flush(self) -> Iterator[Statement]:
        if self._tokens:
            yield Statement(tuple(self._tokens))
        self._tokens = []
        self._depth = self._parens = 0
        self._begun = False
        self._routine = None

    def _error(self, at: int, reason: str) -> ParseError:
        before = self._text[:at]
        return ParseError(before.count("\n") + 1, len(before) - before.rfind("\n"), reason)

    def _is_alone(self, start: int, end: int) -> bool:
        return self._begins_line(start) and _REST.match(self._text, end) is not None

    def _begins_line(self, start: int) -> bool:
        return not self._tokens or "\n" in self._text[self._tokens[-1].end - self._base : start]

    def _go(self, start: int, end: int) -> re.Match[str] | None:
        if self._dialect not in ("tsql", "") or not self._begins_line(start):
            return None
        return _GO.match(self._text, end)

    def _comment_end(self, start: int) -> int:
        if not self._nests:
            end = self._text.find("*/", start + 2)
            if end < 0:
                raise self._error(start, "the comment is never closed")
            return end + 2
        depth, at = 1, start + 2
        while depth:
            match = _BLOCK.search(self._text, at)
            if match is None:
                # What nests here does not nest elsewhere: then the first mark closes it.
                self._nests = False
                end = self._text.find("*/", start + 2)
                if end < 0:
                    raise self._error(start, "the comment is never closed")
                return end + 2
            depth += 1 if match.group() == "/*" else -1
            at = match.end()
        return at

    def _dollar_end(self, start: int, tag: str) -> int:
        end = self._text.find(tag, start + len(tag))
        if end < 0:
            raise self._error(start, f"the quote {tag[:40]} is never closed")
        return end + len(tag)

    def _meta_end(self, start: int) -> int:
        if self._dialect == "mysql":
            return start + 2
        if self._text.startswith("\\;", start):
            return start + 2
        end = self._text.find("\n", start)
        line = self._text[start : end if end >= 0 else len(self._text)]
        separator = line.find("\\\\")
        return start + (separator + 2 if separator > 0 else len(line))

    def _is_routine(self) -> bool:
        """Whether what has been read so far begins a routine; asked once it holds a word that matters to that."""
        if self._routine is None:
            words = [token.word for token in self._tokens[:12] if token.kind == "word"]
            first = words[0] if words else ""
            if first in ("CREATE", "ALTER"):
                self._routine = any(word in _ROUTINES for word in words[1:8]) or words[1:5].count("BODY") > 0
            else:
                self._routine = first in ("DECLARE", "BEGIN") and self._dialect == "oracle"
        return self._routine

    def _count(self, word: str) -> None:
        """Follow the blocks of a routine that is not held in a string."""
        if word == "BEGIN":
            if self._is_routine():
                self._begun = True
                self._depth += 1
        elif word == "CASE":
            if self._begun and not self._is_after("END"):
                self._depth += 1
        elif word == "END":
            if self._begun:
                self._depth -= 1
        elif word in _AFTER_END and self._begun and self._is_after("END"):
            self._depth += 1

    def _is_after(self, word: str) -> bool:
        return len(self._tokens) > 1 and self._tokens[-2].word == word

    def _ends(self) -> bool:
        """Whether a semicolon here ends the statement."""
        if self._delimiter != ";":
            return False
        if self._nested:
            return True
        if self._parens > 0 and any(token.word == "RULE" for token in self._tokens[:5]):
            return False  # the actions of a rule
        if not self._is_routine():
            return True
        if self._dialect == "tsql":
            return not self._has_batches()
        if self._dialect == "oracle":
            return self._oracle_ends()
        return self._depth <= 0

    def _has_batches(self) -> bool:
        return self._tokens[0].word in ("CREATE", "ALTER")

    def _oracle_ends(self) -> bool:
        words = [token.word for token in self._tokens[:12]]
        if "PACKAGE" in words or ("TYPE" in words and "BODY" in words):
            return False  # ends at the slash: its parts have ends of their own
        if self._begun:
            return self._depth <= 0
        if self._tokens[0].word in ("DECLARE", "BEGIN"):
            return False
        return not any(token.word in ("IS", "AS") for token in self._tokens) or any(
            token.word in ("LANGUAGE", "EXTERNAL") for token in self._tokens
        )

    def _is_copy(self) -> bool:
        tokens = self._tokens
        return (
            bool(tokens)
            and tokens[0].word == "COPY"
            and any(token.word == "STDIN" and tokens[index - 1].word == "FROM" for index, token in enumerate(tokens))
        )


_OPENERS = frozenset(("BEGIN", "THEN", "ELSE", "LOOP", "DO", "ATOMIC", "AS", "IS", "TRY", "CATCH"))


def starts(script: Script, tokens: Sequence[Token]) -> Iterator[int]:
    """The indexes at which a statement may begin: the first, those behind a semicolon or an opening word, and in
    T-SQL, which needs no semicolons, the first of each line."""
    for index, token in enumerate(tokens):
        if index == 0:
            yield index
        elif token.kind == "word":
            before = tokens[index - 1]
            if (
                before.text == ";"
                or before.word in _OPENERS
                or (script.dialect in ("tsql", "") and script.is_on_new_line(token, before))
            ):
                yield index


_MAX_WITHIN = 50_000
"""Tokens between two parentheses: no table has so many columns."""


def closing(tokens: Sequence[Token], at: int) -> int:
    """The index of the parenthesis that closes the one at an index, or of the last token."""
    depth = 0
    for index in range(at, min(len(tokens), at + _MAX_WITHIN)):
        text = tokens[index].text
        if tokens[index].kind == "mark":
            depth += (text == "(") - (text == ")")
            if depth == 0:
                return index
    return len(tokens) - 1


def parts(tokens: Sequence[Token], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between commas outside parentheses, from `start` to before `end`."""
    depth, first = 0, start
    for index in range(start, end):
        if tokens[index].kind == "mark":
            text = tokens[index].text
            depth += (text == "(") - (text == ")")
            if text == "," and depth == 0:
                yield first, index
                first = index + 1
    if first < end:
        yield first, end


def path_of(tokens: Sequence[Token], at: int) -> tuple[tuple[str, ...], int]:
    """The parts of a dotted name that begins at an index, and the index behind it."""
    names: list[str] = []
    size = len(tokens)
    while at < size and (tokens[at].kind in ("word", "name", "var", "text") or tokens[at].text == "*"):
        names.append(value(tokens[at]))
        at += 1
        if at < size and tokens[at].text == ".":
            at += 1
            while at < size and tokens[at].text == ".":
                at += 1
            continue
        break
    return tuple(names), at
