"""postgresql.conf and pg_hba.conf: how they are read, and what is made of them."""

from __future__ import annotations

import pytest

from yett.model import Hit, Severity, Unknown
from yett.parse import hba
from yett.parse.keyvalue import POSTGRES, read
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree
from yett.rules.postgres import judge


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("ssl = on", [("ssl", "on")]),
        ("ssl on", [("ssl", "on")]),
        ("ssl=on#x", [("ssl", "on#x")]),
        ("ssl = on # x", [("ssl", "on")]),
        ("a = 'b # c' # d", [("a", "b # c")]),
        ("a = 'it''s'", [("a", "it's")]),
        ("a = ''", [("a", "")]),
        ("# a = b\n\n  c = d", [("c", "d")]),
        ("a = 'never closed", [("a", "'never closed")]),
        ("include_dir 'conf.d'", [("include_dir", "conf.d")]),
        ("bare", [("bare", "")]),
    ),
)
def test_settings(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(setting.key, setting.value) for setting in read(text, POSTGRES)] == expected


def test_places() -> None:
    (setting,) = read("\n  ssl = 'on'  # x", POSTGRES)
    assert setting.at == Span(2, 3, 2, 6)
    assert setting.value_at == Span(2, 9, 2, 13)


@pytest.mark.parametrize(
    ("line", "fields"),
    (
        ("local all all trust", ("local", "all", "all", None, "trust")),
        ("host all all 10.0.0.0/8 md5", ("host", "all", "all", "10.0.0.0/8", "md5")),
        ("host all all 10.0.0.0 255.0.0.0 md5 # x", ("host", "all", "all", "10.0.0.0/255.0.0.0", "md5")),
        ('host "my db",shop all ::1/128 md5', ("host", '"my db",shop', "all", "::1/128", "md5")),
        ("host a, b c samenet md5 opt=1", ("host", "a, b", "c", "samenet", "md5")),
        ("host all all \\\n 10.0.0.0/8 md5", ("host", "all", "all", "10.0.0.0/8", "md5")),
    ),
)
def test_records(line: str, fields: tuple[str | None, ...]) -> None:
    (entry,) = hba.read(line)
    assert isinstance(entry, hba.Entry)
    address = entry.address.text if entry.address else None
    assert (entry.kind.text, entry.databases.text) == fields[:2]
    assert (entry.users.text, address, entry.method.text) == fields[2:]


def test_names_of_a_field() -> None:
    (entry,) = hba.read('host "my db",shop all ::1/128 md5')
    assert isinstance(entry, hba.Entry)
    assert entry.databases.names == ("my db", "shop")


def _found(files: dict[str, str], path: str = "") -> list[tuple[str, int]]:
    path = path or next(iter(files))
    return [
        (rule.id.partition("/")[2], found.line)
        for rule, found in judge(files[path], path, Tree.of(files))
        if isinstance(found, Hit)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        # A record that an earlier one leaves nothing to.
        ("host all all 10.0.0.0/8 reject\nhost shop a 10.1.0.0/16 trust", []),
        ("hostssl all all 10.0.0.0/8 reject\nhost shop a 10.1.0.0/16 trust", [("trust-auth", 2), ("hba-plain", 2)]),
        # `all` says nothing of replication.
        (
            "hostssl all all 10.0.0.0/8 reject\nhostssl replication a 10.1.0.0/16 trust",
            [("trust-auth", 2)],
        ),
        ("hostssl all all 0.0.0.0/0 scram-sha-256", [("hba-open", 1)]),
        ("hostssl all all 0.0.0.0 0.0.0.0 scram-sha-256", [("hba-open", 1)]),
        ("hostssl shop shop 0.0.0.0/0 scram-sha-256", []),
        ("hostssl all all db.shop.example scram-sha-256", []),
        ("host all all 127.0.0.1/32 password", [("clear-password", 1)]),
        ("{% for a in b %}\nhostssl all all {{ a }} scram-sha-256\n{% endfor %}", []),
    ),
)
def test_access(text: str, expected: list[tuple[str, int]]) -> None:
    assert _found({"pg_hba.conf": text}) == expected


def test_a_line_that_postgresql_refuses_is_an_error() -> None:
    with pytest.raises(ParseError, match="line 2"):
        _found({"pg_hba.conf": "local all all peer\nanybody all all trust\n"})


def test_records_of_an_included_file_come_first_where_they_are_included() -> None:
    files = {
        "pg_hba.conf": "include first.conf\nhostssl all a 10.0.0.0/8 trust",
        "first.conf": "host all all all reject",
    }
    assert _found(files) == []
    assert _found({"pg_hba.conf": files["pg_hba.conf"]}) == [("trust-auth", 2)]
    # An include that goes round in a circle is read once.
    assert _found({"pg_hba.conf": "include pg_hba.conf\n"}) == []


@pytest.mark.parametrize("address", ("127.0.0.1/32", "::1/128", "localhost", "samehost"))
def test_trust_on_this_machine_is_milder(address: str) -> None:
    text = f"host all all {address} trust"
    found = [hit for rule, hit in judge(text, "pg_hba.conf", Tree.of({})) if rule.id == "postgres/trust-auth"]
    assert [hit.severity for hit in found if isinstance(hit, Hit)] == [Severity.MEDIUM]


@pytest.mark.parametrize(
    ("files", "expected"),
    (
        ({"postgresql.conf": "SSL = OFF"}, [("ssl-off", 1)]),
        ({"postgresql.conf": "ssl = off\ninclude 'a.conf'", "a.conf": "ssl = on"}, []),
        # The file that comes first is overridden, not the one that comes last.
        ({"postgresql.conf": "include 'a.conf'\nssl = off", "a.conf": "ssl = on"}, [("ssl-off", 2)]),
        ({"postgresql.conf": "listen_addresses = '*'\n"}, [("ssl-off", 1), ("listen-all", 1)]),
        ({"postgresql.conf": "listen_addresses = '127.0.0.1,::1'\n"}, []),
        ({"postgresql.conf": "ssl = on\nssl_ciphers = 'HIGH:MEDIUM:+3DES:!aNULL'"}, []),
        ({"postgresql.conf": "ssl = on\nssl_ciphers = 'EXPORT'"}, [("weak-tls", 2)]),
        ({"postgresql.conf": "include 'postgresql.conf'\nssl = off"}, [("ssl-off", 2)]),
    ),
)
def test_the_server(files: dict[str, str], expected: list[tuple[str, int]]) -> None:
    assert _found(files) == expected


def test_what_is_filled_in_is_unknown() -> None:
    found = [each for _, each in judge("ssl = ${SSL}\n", "postgresql.conf", Tree.of({}))]
    assert [type(each) for each in found] == [Unknown]
    found = [
        each for _, each in judge("listen_addresses = '10.0.0.5'\ninclude 'a.conf'", "postgresql.conf", Tree.of({}))
    ]
    assert [type(each) for each in found] == [Unknown]
