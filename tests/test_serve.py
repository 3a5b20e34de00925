"""OSV's API over the local database: what it answers, what it refuses, and to whom."""

from __future__ import annotations

import http.client
import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.test_advisories import CRITICAL, NOW, built, entry, listed_bucket
from yett.advisories import osv
from yett.advisories import serve as serving
from yett.advisories.build import update
from yett.advisories.lookup import Advisories, advisories
from yett.advisories.record import Record, read
from yett.advisories.serve import Server, address, server
from yett.errors import YettError

RECORDS: dict[str, list[dict[str, Any]]] = {
    "PyPI": [
        entry("GHSA-1", "Example_Lib", "introduced 0", "fixed 1.2", aliases=["CVE-1"], severity=[{"score": CRITICAL}]),
        entry("PYSEC-1", "example-lib", "introduced 1", "last_affected 1.5", listed=("0.9.0", "2004d")),
        entry("PYSEC-2", "example-lib", "introduced 0", "fixed 1.3-odd"),
        entry("MAL-1", "evil"),
        entry("GHSA-2", "both", "introduced 0", published="2025-12-31T00:00:00Z"),
    ],
    "npm": [
        entry("GHSA-2", "@scope/both", "introduced 0", "fixed 2.0.0", "limit 3.0.0", ecosystem="npm"),
        entry("GHSA-3", "left", "introduced 0", "fixed 1.0.0", "introduced 2.0.0", ecosystem="npm"),
    ],
    "Maven": [entry("GHSA-4", "org.example:lib", "introduced 0", "fixed 2.0", ecosystem="Maven")],
    "Go": [entry("GO-1", "example.com/a/b", "introduced 0", "fixed 1.2.3", ecosystem="Go")],
}


class Answer(NamedTuple):
    code: int
    document: Any


class Asking(NamedTuple):
    """Asks a server that runs."""

    listening: Server

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.listening.server_address[1], timeout=10)
        content = body if isinstance(body, str | bytes | None) else json.dumps(body)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, content, names)
        answer = connection.getresponse()
        found = Answer(answer.status, json.loads(answer.read()))
        connection.close()
        return found

    def ids(self, path: str, body: object) -> list[str]:
        return [item["id"] for item in self("POST", path, body).document.get("vulns", [])]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serve")
    update(str(listed_bucket(folder / "osv", RECORDS)), str(folder / "db"), (), NOW)
    return folder / "db"


def running(listening: Server) -> Iterator[Asking]:
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    yield Asking(listening)
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture
def ask(database: Path) -> Iterator[Asking]:
    yield from running(server(str(database), 0))


def about(name: str, version: str = "", ecosystem: str = "PyPI", **more: object) -> dict[str, object]:
    asked: dict[str, object] = {"package": {"name": name, "ecosystem": ecosystem}, **more}
    return {**asked, "version": version} if version else asked


def by_purl(purl: str, **more: object) -> dict[str, object]:
    return {"package": {"purl": purl}, **more}


@pytest.mark.parametrize(
    ("asked", "ids"),
    (
        (about("example-lib", "1.0"), ["GHSA-1", "PYSEC-1", "PYSEC-2"]),
        (about("Example.LIB", "1.2"), ["PYSEC-1", "PYSEC-2"]),
        (about("example-lib", "1.5"), ["PYSEC-1"]),
        (about("example-lib", "1.5.1"), []),
        (about("example-lib", "0.9"), ["GHSA-1", "PYSEC-1", "PYSEC-2"]),  # listed as 0.9.0
        (about("example-lib", "2004d"), ["GHSA-1", "PYSEC-1", "PYSEC-2"]),  # no version: nobody can say of the others
        (about("example-lib"), ["GHSA-1", "PYSEC-1", "PYSEC-2"]),
        (about("innocent", "1"), []),
        (about("'; DROP TABLE advisory; --", "1"), []),
        (about("evil", "0.0.1"), ["MAL-1"]),
        (about("both", "7"), ["GHSA-2"]),
        (about("@scope/both", "1.9.9", "npm"), ["GHSA-2"]),
        (about("@scope/both", "2.0.0", "npm"), []),
        (about("left", "1.5.0", "npm"), []),
        (about("left", "2.0.1", "npm"), ["GHSA-3"]),
        (by_purl("pkg:pypi/example-lib@1.5"), ["PYSEC-1"]),
        (by_purl("pkg:pypi/example-lib", version="1.5"), ["PYSEC-1"]),
        (by_purl("pkg:npm/%40scope/both@1.0.0"), ["GHSA-2"]),
        (by_purl("pkg:npm/@scope/both"), ["GHSA-2"]),
        (by_purl("pkg:maven/org.example/lib@1.0?type=jar#sub"), ["GHSA-4"]),
        (by_purl("pkg:golang/example.com/a/b@v1.2.2"), ["GO-1"]),
        (by_purl("pkg:golang/example.com/a/b@1.2.3"), []),
    ),
)
def test_query(ask: Asking, asked: dict[str, object], ids: list[str]) -> None:
    assert sorted(ask.ids("/v1/query", asked)) == ids
    (result,) = ask("POST", "/v1/querybatch", {"queries": [asked]}).document["results"]
    assert sorted(item["id"] for item in result.get("vulns", [])) == ids
    assert all(set(item) == {"id", "modified"} for item in result.get("vulns", []))


def test_a_record(ask: Asking) -> None:
    assert ask("GET", "/v1/vulns/GHSA-1") == (
        200,
        {
            "schema_version": "1.7.0",
            "id": "GHSA-1",
            "modified": "2026-01-01T00:00:00Z",
            "aliases": ["CVE-1"],
            "summary": "About GHSA-1",
            "affected": [
                {
                    "package": {"ecosystem": "PyPI", "name": "example-lib"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}],
                }
            ],
            "database_specific": {"severity": "CRITICAL", "severity_source": "CVSS 3.1 9.8"},
        },
    )
    both = ask("GET", "/v1/vulns/GHSA-2").document
    assert [item["package"]["name"] for item in both["affected"]] == ["both", "@scope/both"]
    assert [item["ranges"][0]["type"] for item in both["affected"]] == ["ECOSYSTEM", "SEMVER"]
    assert both["published"] == "2025-12-31T00:00:00Z"
    assert ask("GET", "/v1/vulns/PYSEC-1").document["affected"][0]["versions"] == ["0.9", "2004d"]


def test_a_fixed_version_that_is_none_ends_the_range(ask: Asking) -> None:
    """pip-audit 2.10 ends in a traceback over it."""
    (affected,) = ask("GET", "/v1/vulns/PYSEC-2").document["affected"]
    assert affected["ranges"][0]["events"] == [{"introduced": "0"}, {"limit": "1.3-odd"}]


def test_records_come_back_as_they_went_in(database: Path) -> None:
    """Read again as an advisory of OSV, a record gives the same rows: nothing an audit needs is lost."""
    opened = advisories(str(database))
    assert isinstance(opened, Advisories)
    for entries in RECORDS.values():
        for document in entries:
            told = osv.by_id(opened, document["id"])
            again = read(told, RECORDS)
            assert isinstance(again, Record)
            if document["id"] not in ("GHSA-2", "PYSEC-2"):  # one in two archives, one with an odd version
                before = read(document, RECORDS)
                assert isinstance(before, Record)
                assert again._replace(severity=before.severity, source=before.source) == before


def test_batch_keeps_the_order(ask: Asking) -> None:
    queries = [about("both", "1"), about("innocent", "1"), about("evil", "1")]
    answer = ask("POST", "/v1/querybatch", {"queries": queries}).document["results"]
    assert [[item["id"] for item in result.get("vulns", [])] for result in answer] == [["GHSA-2"], [], ["MAL-1"]]
    assert answer[1] == {}
    assert ask("POST", "/v1/querybatch", {"queries": []}) == (200, {"results": []})


@pytest.mark.parametrize("path", ("/v1/query", "/v1/querybatch"))
def test_pages(ask: Asking, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(osv, "PAGE", 2)
    question = about("example-lib", "1.0")
    token: str | None = None
    seen: list[list[str]] = []
    while token is not None or not seen:
        asked = {**question, "page_token": token} if token else question
        answer = ask("POST", path, asked if path == "/v1/query" else {"queries": [asked]}).document
        page = answer if path == "/v1/query" else answer["results"][0]
        seen.append([item["id"] for item in page["vulns"]])
        token = page.get("next_page_token")
    assert seen == [["GHSA-1", "PYSEC-1"], ["PYSEC-2"]]


@pytest.mark.parametrize(
    ("asked", "told"),
    (
        ("", "is JSON"),
        ("{", "is JSON"),
        (b"\xff\xfe", "is JSON"),
        ("[" * 100_000, "is JSON"),
        ('{"package": ' + "9" * 5000 + "}", "is JSON"),
        ("[]", "is a JSON object"),
        ({}, "names a package"),
        ({"commit": "6879efc2c1596d11a6a6ad296f80063b558d5e0f"}, "commits are not in the database"),
        ({"package": "a"}, "names a package"),
        ({"package": {}}, "a purl, or a name and an ecosystem"),
        ({"package": {"name": "a"}}, "a purl, or a name and an ecosystem"),
        ({"package": {"name": 1, "ecosystem": "PyPI"}}, "all of them text"),
        (about("a", ecosystem="Hex"), "has nothing on the ecosystem 'Hex'"),
        ({**about("a"), "version": 1}, "all of them text"),
        (by_purl("pkg:cobol/a@1"), "not a package URL"),
        (by_purl("pypi/a@1"), "not a package URL"),
        (by_purl("pkg:pypi/"), "not a package URL"),
        (by_purl("pkg:pypi/a@1", version="1"), "the version is given twice"),
        ({"package": {"purl": "pkg:pypi/a", "name": "a"}}, "a purl, or a name and an ecosystem"),
        (about("a", page_token="-1"), "no such page"),
        (about("a", page_token="9" * 99), "no such page"),
        (about("a", page_token=["1"]), "no such page"),
    ),
)
def test_a_bad_query(ask: Asking, asked: object, told: str) -> None:
    code, document = ask("POST", "/v1/query", asked)
    assert code == 400
    assert document["code"] == 3
    assert told in document["message"]
    if isinstance(asked, dict):
        assert ask("POST", "/v1/querybatch", {"queries": [about("evil"), asked]}).code == 400


@pytest.mark.parametrize("asked", ({}, {"queries": 3}, {"queries": [3]}, {"queries": [about("a")] * 1001}))
def test_a_bad_batch(ask: Asking, asked: object) -> None:
    assert ask("POST", "/v1/querybatch", asked).code == 400


@pytest.mark.parametrize(
    ("method", "path", "code"),
    (
        ("GET", "/v1/vulns/GHSA-0", 404),
        ("GET", "/v1/vulns/", 404),
        ("GET", "/v1/vulns/%2e%2e%2f%00", 404),
        ("GET", "/v1/query", 405),
        ("GET", "/", 404),
        ("GET", "/../../etc/passwd", 404),
        ("POST", "/v1/else", 404),
    ),
)
def test_nothing_there(ask: Asking, method: str, path: str, code: int) -> None:
    assert ask(method, path, "{}" if method == "POST" else None).code == code


@pytest.mark.parametrize(
    "headers",
    (
        {"Host": "attacker.example"},  # a name that was made to mean this machine
        {"Host": "attacker.example:8642"},
        {"Host": ""},
        {"Origin": "https://attacker.example"},
    ),
)
def test_a_page_in_a_browser_is_refused(ask: Asking, headers: dict[str, str]) -> None:
    assert ask("POST", "/v1/query", about("evil", "1"), **headers).code == 403
    assert ask("GET", "/v1/vulns/MAL-1", **headers).code == 403


@pytest.mark.parametrize("host", ("127.0.0.1", "localhost:1", "127.0.0.1:9999"))
def test_this_machine_by_its_names(ask: Asking, host: str) -> None:
    assert ask("GET", "/v1/vulns/MAL-1", Host=host).code == 200


@pytest.mark.parametrize(("length", "code"), (("17000000", 413), ("-1", 411), ("many", 411), ("٣", 411), ("", 411)))
def test_how_long_a_question_is(ask: Asking, length: str, code: int) -> None:
    with socket.create_connection(("127.0.0.1", ask.listening.server_address[1]), timeout=10) as connection:
        connection.sendall(f"POST /v1/query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n".encode())
        assert connection.recv(100).startswith(f"HTTP/1.1 {code} ".encode())


def test_a_slow_client_keeps_nobody_waiting(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving._Handler, "timeout", 0.2)
    with socket.create_connection(("127.0.0.1", ask.listening.server_address[1]), timeout=10) as slow:
        slow.sendall(b"POST /v1/query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
        assert ask("GET", "/v1/vulns/MAL-1").code == 200
        assert slow.recv(100) == b""  # and is not waited for without end


def test_many_at_once(ask: Asking) -> None:
    failed: list[object] = []

    def several() -> None:
        for _ in range(20):
            ids = sorted(ask.ids("/v1/query", about("example-lib", "1.0")))
            if ids != ["GHSA-1", "PYSEC-1", "PYSEC-2"]:
                failed.append(ids)

    threads = [threading.Thread(target=several) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_this_machine_alone(ask: Asking) -> None:
    assert ask.listening.server_address[0] == "127.0.0.1"
    assert address(ask.listening) == f"http://127.0.0.1:{ask.listening.server_address[1]}"


def test_it_cannot_listen(ask: Asking, database: Path) -> None:
    with pytest.raises(YettError, match=r"cannot listen at 127.0.0.1:\d+: address already in use"):
        server(str(database), ask.listening.server_address[1])
    with pytest.raises(YettError, match="cannot listen at 127.0.0.1:99999: "):
        server(str(database), 99999)


def test_without_a_database(tmp_path: Path) -> None:
    with pytest.raises(YettError, match="there is no advisory database at"):
        server(str(tmp_path / "none"), 0)


def test_a_damaged_database_is_no_clean_bill(tmp_path: Path) -> None:
    path = built(tmp_path, entry("X-1", "a", "introduced 0"))
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE affected")
    connection.close()
    for ask in running(server(str(path), 0)):
        for code, document in (
            ask("POST", "/v1/query", about("a", "1")),
            ask("POST", "/v1/querybatch", {"queries": [about("a", "1")]}),
            ask("GET", "/v1/vulns/X-1"),
        ):
            assert code == 500
            assert "is damaged" in document["message"]


def test_until_it_is_interrupted(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Server, poll_interval: float = 0.5) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "serve_forever", interrupted)
    said: list[str] = []
    assert serving.serve(str(database), 0, said.append) == 0
    assert said[0].startswith("http://127.0.0.1:")
