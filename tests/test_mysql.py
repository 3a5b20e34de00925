"""Option files of MySQL: how they are read, and what is made of them."""

from __future__ import annotations

import pytest

from yett.model import Hit, Unknown
from yett.parse.keyvalue import MYSQL, read
from yett.parse.tree import Tree
from yett.rules.mysql import judge


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("[mysqld]\na = b # c", [("mysqld", "a", "b")]),
        ("[ mysqld ] # x\na=b#c", [("mysqld", "a", "b#c")]),
        ("; a = b\n# c = d\n[x]\n\te", [("x", "e", "")]),
        ("[x]\na = 'b # c' # d", [("x", "a", "b # c")]),
        ('[x]\na = "b', [("x", "a", '"b')]),
        ("!includedir /etc/mysql/conf.d/", [("", "!includedir /etc/mysql/conf.d/", "")]),
        ("[x]\na =", [("x", "a", "")]),
        ("[x]\nskip-a # b", [("x", "skip-a", "")]),
    ),
)
def test_options(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(option.section, option.key, option.value) for option in read(text, MYSQL)] == expected


def _found(files: dict[str, str]) -> list[tuple[str, int]]:
    path = next(iter(files))
    return [
        (rule.id.partition("/")[2], found.line)
        for rule, found in judge(files[path], path, Tree.of(files))
        if isinstance(found, Hit)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("[mysqld-8.0]\nSKIP_GRANT_TABLES", [("skip-grant-tables", 2)]),
        ("[mysqld]\nskip-grant-tables=OFF", []),
        ("[mariadb]\nloose-skip-ssl", [("no-secure-transport", 2)]),
        ("[mysqld]\nskip-ssl=0", []),
        ("[mysqld]\ndisable-local-infile", []),
        ("[mysqld]\nenable-local-infile", [("local-infile", 2)]),
        # The last one holds.
        ("[mysqld]\nlocal-infile=1\nlocal_infile=0", []),
        ("[mysqld]\ntls-version=TLSv1.3", []),
        ("[mysqld]\ntls_version=TLSv1.1,TLSv1.2", [("no-secure-transport", 2)]),
        # What another program asks for.
        ("[client]\nskip-grant-tables\nbind-address=0.0.0.0", []),
        ("[mysqld]\nbind-address=::\nrequire-secure-transport", [("bind-all", 2)]),
        ("[client]\npassword=changeme", [("password-in-cnf", 2)]),
        ("[mysqld]\nwsrep_sst_auth=sst:q9XvT2" + "kLm8Rw", [("password-in-cnf", 2)]),
        ("[client]\npassword\n", []),
    ),
)
def test_options_are_judged(text: str, expected: list[tuple[str, int]]) -> None:
    assert _found({"my.cnf": text}) == expected


def test_an_included_file_may_set_it() -> None:
    main = "[mysqld]\nbind-address = 10.0.0.5\n!includedir conf.d\n"
    assert _found({"my.cnf": main, "conf.d/a.cnf": "[mysqld]\nrequire_secure_transport=ON\n"}) == []
    assert _found({"my.cnf": main, "conf.d/a.cnf": "[mysqld]\nmax_connections=5\n"}) == [("no-secure-transport", 2)]
    assert [type(found) for _, found in judge(main, "my.cnf", Tree.of({}))] == [Unknown]
    assert _found({"my.cnf": "!include my.cnf\n[mysqld]\nskip-ssl\n"}) == [("no-secure-transport", 3)]


def test_a_password_never_stands_in_what_is_said() -> None:
    secret = "q9XvT2" + "kLm8Rw"
    found = [each for _, each in judge(f"[client]\npassword={secret}\n", "my.cnf", Tree.of({}))]
    assert found
    assert secret not in repr(found)
