"""pg_hba.conf: who may log in from where, and how (https://www.postgresql.org/docs/current/auth-pg-hba-conf.html)."""

from __future__ import annotations

import re

from yett.lean import NamedTuple
from yett.parse.source import Span


class Field(NamedTuple):
    """One field of a line. `names` are its parts, split at commas outside quotes."""

    text: str
    span: Span
    names: tuple[str, ...]


class Entry(NamedTuple):
    """A record. `kind` is local, host, hostssl, hostnossl, hostgssenc or hostnogssenc; `address` is None for local, and
    holds address and mask, `10.0.0.0/255.0.0.0`, where they are two fields."""

    kind: Field
    databases: Field
    users: Field
    address: Field | None
    method: Field
    options: tuple[Field, ...]
    line: int


class Include(NamedTuple):
    kind: str
    path: str
    line: int


class Odd(NamedTuple):
    """A line that PostgreSQL would refuse."""

    line: int
    column: int
    text: str


KINDS = frozenset(("local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"))
METHODS = frozenset(
    (
        *("trust", "reject", "scram-sha-256", "md5", "password", "gss", "sspi", "ident", "peer", "ldap", "radius"),
        *("cert", "pam", "bsd", "oauth", "krb5", "crypt"),
    )
)
_INCLUDES = frozenset(("include", "include_if_exists", "include_dir"))
_FIELD = re.compile(r'(?:"[^"\n]*"|[^\s"#])+')
_PART = re.compile(r'"([^"]*)"|([^,"]+)')
_MASK = re.compile(r"\d+\.\d+\.\d+\.\d+|[0-9a-fA-F:]*::?[0-9a-fA-F:]*")


def read(text: str) -> tuple[Entry | Include | Odd, ...]:
    """The lines of a text, in order; a later one counts only where no earlier one matches."""
    found: list[Entry | Include | Odd] = []
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        number += 1
        first = number
        before: list[Field] = []
        fields = _fields(lines[number - 1], number)
        # A backslash at the end takes the next line along (PostgreSQL 14).
        while lines[number - 1].endswith("\\") and number < len(lines):
            before += (field for field in fields if field.text != "\\")
            number += 1
            fields = _fields(lines[number - 1], number)
        if fields := before + fields:
            found.append(_line(fields, first))
    return tuple(found)


def _fields(line: str, number: int) -> list[Field]:
    found: list[Field] = []
    at = 0
    while at < len(line):
        if line[at] == "#":
            break
        match = _FIELD.match(line, at)
        if match is None:
            at += 1
            continue
        end = match.end()
        # `all, shop` is one field: a comma takes the next word along.
        while line[end - 1] == ",":
            more = re.compile(r"\s*").match(line, end)
            following = _FIELD.match(line, more.end() if more else end)
            if following is None:
                break
            end = following.end()
        text = line[at:end]
        names = tuple((part[0] or part[1]).strip() for part in _PART.findall(text))
        whole = names[0] if len(names) == 1 else text
        found.append(Field(whole, Span(number, at + 1, number, end + 1), names))
        at = end
    return found


def _line(fields: list[Field], number: int) -> Entry | Include | Odd:
    first = fields[0]
    word = first.text.lower()
    if word in _INCLUDES and len(fields) == 2:
        return Include(word, fields[1].text.strip("'\""), number)
    odd = Odd(number, first.span.column, first.text)
    if word not in KINDS:
        return odd
    if word == "local":
        if len(fields) < 4:
            return odd
        return Entry(first, fields[1], fields[2], None, fields[3], tuple(fields[4:]), number)
    if len(fields) < 5:
        return odd
    address, rest = fields[3], fields[4:]
    if rest[0].text.lower() not in METHODS and len(rest) > 1 and _MASK.fullmatch(rest[0].text):
        joined = Span(number, address.span.column, rest[0].span.end_line, rest[0].span.end_column)
        address = Field(f"{address.text}/{rest[0].text}", joined, (f"{address.text}/{rest[0].text}",))
        rest = rest[1:]
    return Entry(first, fields[1], fields[2], address, rest[0], tuple(rest[1:]), number)
