"""Bills of materials: gathered from lockfiles, valid against the published schemas, the same every time; and VEX."""

from __future__ import annotations

import json
import os
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft7Validator
from packageurl import PackageURL
from referencing import Registry, Resource
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from tests.conftest import Repo, environment
from yett.commands import sbom as command
from yett.errors import YettError
from yett.model import Blob, Finding, Hit, Package, Severity, finding
from yett.parse.lockfiles import Lock, Locked, Skipped, is_lockfile, read
from yett.rules.dependencies import MALICIOUS, VULNERABLE
from yett.sbom import Bom, cyclonedx, digests, gather, identifier, spdx, vex
from yett.sbom.purl import TYPES, purl

LOCKFILES = Path(__file__).parent / "lockfiles"


def locked(name: str, version: str = "1.0", *requires: str, **more: Any) -> Locked:
    ecosystem = more.pop("ecosystem", "PyPI")
    return Locked(
        Package(ecosystem, name, version), more.pop("line", 1), 1, 1, key=f"{name} {version}", requires=requires, **more
    )


# --- purl -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "expected"),
    (
        ("PyPI", "Typing_Extensions", "4.0", "pkg:pypi/typing-extensions@4.0"),
        ("PyPI", "torch", "2.1.0+cu118", "pkg:pypi/torch@2.1.0%2Bcu118"),
        ("npm", "@Acme/thing", "1.0.0", "pkg:npm/%40acme/thing@1.0.0"),
        ("Maven", "org.example:lib", "1.0", "pkg:maven/org.example/lib@1.0"),
        ("RubyGems", "rails", "7.0.0", "pkg:gem/rails@7.0.0"),
        ("Packagist", "Symfony/Http-Kernel", "v5.4.0", "pkg:composer/symfony/http-kernel@v5.4.0"),
        ("Go", "github.com/Azure/go-autorest", "v14.2.0+incompatible",
         "pkg:golang/github.com/Azure/go-autorest@v14.2.0%2Bincompatible"),
        ("crates.io", "serde_json", "1.0.0", "pkg:cargo/serde_json@1.0.0"),
        ("NuGet", "Newtonsoft.Json", "13.0.1", "pkg:nuget/Newtonsoft.Json@13.0.1"),
        ("Hex", "Phoenix", "1.7.0", "pkg:hex/phoenix@1.7.0"),
        ("PyPI", "no-version", "", "pkg:pypi/no-version"),
        ("Elsewhere", "some thing?", "1#2", "pkg:generic/some%20thing%3F@1%232"),
    ),
)  # fmt: skip
def test_purls(ecosystem: str, name: str, version: str, expected: str) -> None:
    made = purl(Package(ecosystem, name, version))
    assert made == expected
    assert PackageURL.from_string(made).to_string() == made


@pytest.mark.parametrize("ecosystem", sorted(TYPES))
@pytest.mark.parametrize(
    "name", ("plain", "with/slash", "@scope/name", "a:b", "a%b", "ü", "a b", "a@b", "\udcff", "\x1b[31m")
)
def test_every_purl_is_one(ecosystem: str, name: str) -> None:
    parsed = PackageURL.from_string(purl(Package(ecosystem, name, "1.0+a/b@c?d#e")))
    assert parsed.type == TYPES[ecosystem]
    assert parsed.version == "1.0+a/b@c?d#e"


# --- gathering --------------------------------------------------------------------------------------------------------


def test_files_are_put_together() -> None:
    one = Lock(
        (locked("a", "1.0", "b 1.0", direct=True, line=3), locked("b", dev=True, line=7), locked("o", optional=True))
    )
    other = Lock((locked("A", line=2, integrity="sha256:" + "0" * 64), locked("b", dev=True, line=9)))
    bom = gather([("x/uv.lock", one), ("requirements.txt", other)], "shop")
    assert [each.ref for each in bom.components] == ["pkg:pypi/a@1.0", "pkg:pypi/b@1.0", "pkg:pypi/o@1.0"]
    a, b, o = bom.components
    assert a.places == (("requirements.txt", 2), ("x/uv.lock", 3))
    assert a.requires == ("pkg:pypi/b@1.0",)
    assert a.hashes == (("SHA-256", "0" * 64),)
    assert (a.scope, b.scope, o.scope) == ("required", "dev", "optional")
    assert bom == gather([("requirements.txt", other), ("x/uv.lock", one)], "shop")


def test_what_nothing_requires_is_a_root() -> None:
    bom = gather([("uv.lock", Lock((locked("a", "1.0", "b 1.0"), locked("b"), locked("c"))))], "shop")
    assert bom.roots == ("pkg:pypi/a@1.0", "pkg:pypi/c@1.0")


def test_edges_lead_through_parts_of_the_project() -> None:
    own = Skipped(1, "core", "is part of the project", gap=False, key="core", requires=("b 1.0", "core"))
    bom = gather([("uv.lock", Lock((locked("a", "1.0", "core"), locked("b")), (own,)))], "shop")
    assert bom.components[0].requires == ("pkg:pypi/b@1.0",)


@pytest.mark.parametrize(
    ("integrity", "expected"),
    (
        ("sha256:" + "ab" * 32, (("SHA-256", "ab" * 32),)),
        ("sha512-" + "AA" * 40 + "==", ()),  # of a wrong length
        ("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", (("SHA-1", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),)),
        ("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= md5:" + "0" * 32,
         (("SHA-1", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("MD5", "0" * 32))),
        ("AB" * 20, (("SHA-1", "ab" * 20),)),
        ("h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", ()),  # Go's own, of a tree
        ("sha256:xyz", ()),
        ("", ()),
    ),
)  # fmt: skip
def test_hashes(integrity: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert digests(integrity) == expected


def test_identifiers_are_uuids() -> None:
    import uuid

    made = uuid.UUID(identifier("text"))
    assert (made.version, made.variant) == (8, uuid.RFC_4122)
    assert identifier("text") != identifier("text2")


# --- documents --------------------------------------------------------------------------------------------------------


def whole() -> Bom:
    """Everything the stored lockfiles hold, and a few packages with odd names."""
    paths = sorted(path for path in LOCKFILES.glob("*/*") if is_lockfile(f"/{path.name}"))
    files = [(f"{path.parent.name}/{path.name}", read(path.name, path.read_bytes())) for path in paths]
    assert len(files) > 5
    odd = Lock(
        (
            locked("\x1b[31m evil\u202e", "1.0 <script>", line=0, resolved="https://x.example.com/a b\x07"),
            locked("@scope/name", ecosystem="npm", resolved="https://registry.npmjs.org/a.tgz", integrity="00" * 32),
            locked("org.example:lib", ecosystem="Maven", direct=True, dev=True),
            locked("name_", "1.0", direct=True, optional=True),
            locked("name-", "1.0"),
            locked("\udcff", "\udcfe"),
        )
    )
    return gather([*((path, lock) for path, lock in files if not lock.error), ("odd\n\udcff", odd)], "shop\x1b", "1.0")


def schema(name: str) -> Any:
    place = resources.files("cyclonedx.schema") / "_res" / f"{name}.SNAPSHOT.schema.json"
    return json.loads(place.read_text(encoding="utf-8"))


def valid(document: Any) -> list[str]:
    """What CycloneDX's own schema has to object to."""
    resources_ = [
        (f"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json", Resource.from_contents(schema(name)))
        for name in ("spdx", "jsf-0.82")
    ]
    validator = Draft7Validator(schema("bom-1.6"), registry=Registry().with_resources(resources_))
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(document)]


def test_cyclonedx_is_valid() -> None:
    document = json.loads(cyclonedx.write(whole()))
    assert valid(document) == []
    assert valid({**document, "serialNumber": "odd"})  # the schema does object
    refs = [each["bom-ref"] for each in document["components"]]
    assert len(refs) == len(set(refs)) > 20
    named = {each["ref"] for each in document["dependencies"]}
    assert named == {*refs, cyclonedx.ROOT}
    assert {ref for each in document["dependencies"] for ref in each.get("dependsOn", ())} <= set(refs)


def test_cyclonedx_says_what_is_known() -> None:
    lock = Lock(
        (
            locked("@acme/web", "2.0.0", "left 1.0", ecosystem="npm", direct=True, line=12,
                   resolved="https://registry.npmjs.org/a.tgz", integrity="sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
            locked("left", ecosystem="npm", dev=True, line=20),
        )
    )  # fmt: skip
    document = json.loads(cyclonedx.write(gather([("package-lock.json", lock)], "shop", "3", "2026-01-31T12:00:00Z")))
    assert document["metadata"]["timestamp"] == "2026-01-31T12:00:00Z"
    assert document["metadata"]["component"] == {
        "type": "application", "bom-ref": "the-project", "name": "shop", "version": "3",
    }  # fmt: skip
    web, left = document["components"]
    assert web == {
        "type": "library",
        "bom-ref": "pkg:npm/%40acme/web@2.0.0",
        "group": "@acme",
        "name": "web",
        "version": "2.0.0",
        "scope": "required",
        "hashes": [{"alg": "SHA-1", "content": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}],
        "purl": "pkg:npm/%40acme/web@2.0.0",
        "externalReferences": [{"type": "distribution", "url": "https://registry.npmjs.org/a.tgz"}],
        "evidence": {"occurrences": [{"location": "package-lock.json", "line": 12}]},
    }
    assert left["scope"] == "excluded"
    assert document["dependencies"] == [
        {"ref": "the-project", "dependsOn": ["pkg:npm/%40acme/web@2.0.0"]},
        {"ref": "pkg:npm/%40acme/web@2.0.0", "dependsOn": ["pkg:npm/left@1.0"]},
        {"ref": "pkg:npm/left@1.0"},
    ]


def test_spdx_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "bill.spdx.json"
    path.write_text(spdx.write(whole()._replace(timestamp="2026-01-31T12:00:00Z")))
    document = parse_file(str(path))
    assert [each.validation_message for each in validate_full_spdx_document(document)] == []
    assert len(document.packages) == len(whole().components) + 1


def test_spdx_relationships() -> None:
    lock = Lock((locked("a", "1.0", "b 1.0", direct=True), locked("b"), locked("d", direct=True, dev=True)))
    document = json.loads(spdx.write(gather([("uv.lock", lock)], "shop")))
    told = {tuple(each.values()) for each in document["relationships"]}
    assert told == {
        ("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Project"),
        ("SPDXRef-Project", "DEPENDS_ON", "SPDXRef-Package-pypi-a-1.0"),
        ("SPDXRef-Package-pypi-d-1.0", "DEV_DEPENDENCY_OF", "SPDXRef-Project"),
        ("SPDXRef-Package-pypi-a-1.0", "DEPENDS_ON", "SPDXRef-Package-pypi-b-1.0"),
    }
    assert document["creationInfo"]["created"] == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize("write", (cyclonedx.write, spdx.write))
def test_the_same_bill_is_the_same_text(write: Any) -> None:
    assert write(whole()) == write(whole())
    assert write(whole()).isascii()
    assert "\x1b" not in json.dumps(json.loads(write(whole())), ensure_ascii=False)
    assert write(whole()) != write(whole()._replace(version="2.0"))


# --- the command ------------------------------------------------------------------------------------------------------


def options(**given: Any) -> SimpleNamespace:
    plain: dict[str, Any] = {
        "tree": None,
        "paths": [],
        "folder": ".",
        "format": "cyclonedx",
        "name": "",
        "version_": "",
    }
    return SimpleNamespace(**{**plain, **given})


def run(**given: Any) -> str:
    said: list[str] = []
    assert command.run(options(**given), environment(), said.append) == 0
    return said[0]


def test_the_index_and_a_commit(repo: Repo) -> None:
    commit = repo.commit({"requirements.txt": "a==1.0\n", "web/package-lock.json": "{}", "bom.json": "not read"})
    repo.stage({"requirements.txt": "a==2.0\n", "web/package-lock.json": '{"lockfileVersion": 3, "packages": {}}'})
    repo.write("requirements.txt", "a==3.0\n")  # on disk alone
    document = json.loads(run(folder=str(repo.root)))
    assert [each["purl"] for each in document["components"]] == ["pkg:pypi/a@2.0"]
    assert document["metadata"]["component"]["name"] == "repo"
    assert "timestamp" not in document["metadata"]
    repo.git("commit", "--quiet", "--message", "2", "--date", "2026-01-31T12:00:00Z")
    with pytest.raises(YettError, match="web/package-lock.json is not an npm lockfile"):
        run(folder=str(repo.root), tree=commit)
    document = json.loads(run(folder=str(repo.root), tree="HEAD", name="shop", version_="7"))
    assert document["metadata"]["component"]["version"] == "7"
    assert len(document["metadata"]["timestamp"]) == 20
    assert run(folder=str(repo.root), tree="HEAD") == run(folder=str(repo.root), tree="HEAD")


def test_named_paths(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("a==1.0\n")
    document = json.loads(run(folder=str(tmp_path), paths=["requirements.txt"], format="spdx"))
    assert document["spdxVersion"] == "SPDX-2.3"
    os.unlink(tmp_path / "requirements.txt")
    (tmp_path / "readme.md").write_text("")
    with pytest.raises(YettError, match="there is no lockfile here"):
        run(folder=str(tmp_path), paths=["."])


def test_half_a_bill_is_none(repo: Repo) -> None:
    repo.stage({"uv.lock": "version = 9\n", "requirements.txt": "a==1.0\n"})
    with pytest.raises(YettError, match=r"uv.lock is not a uv.lock of version 1: a bill without it would not be whole"):
        run(folder=str(repo.root))
    with pytest.raises(YettError, match="there is no commit 'nowhere' here"):
        run(folder=str(repo.root), tree="nowhere")


# --- VEX --------------------------------------------------------------------------------------------------------------


def openvex(*statements: dict[str, Any]) -> bytes:
    return json.dumps(
        {
            "@context": "https://openvex.dev/ns/v0.2.0",
            "@id": "https://example.com/vex/1",
            "author": "Team Web",
            "timestamp": "2026-01-31T12:00:00Z",
            "version": 1,
            "statements": list(statements),
        },
        indent=1,
    ).encode()


FREE = {
    "vulnerability": {"name": "CVE-2026-1", "aliases": ["GHSA-aaaa"]},
    "products": [{"@id": "pkg:pypi/example-lib@1.0"}],
    "status": "not_affected",
    "justification": "vulnerable_code_not_in_execute_path",
    "impact_statement": "the parser is never called",
}


def found(package: Package, *ids: str, rule: Any = VULNERABLE) -> Finding:
    hit = Hit(1, 1, "message", subject=f"{package.name} {ids}", severity=Severity.HIGH)
    return finding(rule, Blob("requirements.txt", "", b""), hit)._replace(package=package, advisories=ids)


HIT = found(Package("PyPI", "Example.Lib", "1.0.0"), "CVE-2026-1", "PYSEC-2026-1")


DAYS = ((Severity.CRITICAL, 14), (Severity.HIGH, 30))


@pytest.mark.parametrize(
    ("severity", "expires"),
    (
        (Severity.CRITICAL, "2026-02-14"),
        (Severity.HIGH, "2026-03-02"),
        (Severity.UNKNOWN, "2026-03-02"),
        (Severity.INFO, "9999-12-31"),  # as with every other waiver
    ),
)
def test_a_statement_ends_by_severity(severity: Severity, expires: str) -> None:
    statements = vex.read(openvex(FREE), "vex.json").statements
    assert [each.expires for each in vex.waivers(statements, [HIT._replace(severity=severity)], DAYS)] == [expires]


def test_a_statement_becomes_a_waiver() -> None:
    read_ = vex.read(openvex(FREE), "vex.json")
    assert read_.stale == ()
    (waiver,) = vex.waivers(read_.statements, [HIT, found(HIT.package, "CVE-2026-2")], DAYS)
    assert waiver._asdict() == {
        "rule": "dependencies/vulnerable",
        "path": "**",
        "fingerprint": HIT.fingerprint,
        "reason": "vulnerable_code_not_in_execute_path: the parser is never called",
        "owner": "Team Web",
        "expires": "2026-03-02",
        "source": "vex.json:10",
    }


@pytest.mark.parametrize(
    ("change", "covered"),
    (
        ({}, True),
        ({"status": "fixed", "justification": "", "impact_statement": ""}, True),
        ({"status": "affected"}, False),
        ({"status": "under_investigation"}, False),
        ({"status": "NOT_AFFECTED"}, False),
        ({"justification": "", "impact_statement": ""}, False),  # no reason given
        ({"vulnerability": {"name": "CVE-2026-2"}}, False),
        ({"vulnerability": "CVE-2026-1"}, True),  # version 0.0 of the format
        ({"vulnerability": {"name": "x", "@id": "https://nvd.nist.gov/vuln/detail/CVE-2026-1"}}, True),
        ({"vulnerability": {"name": "x", "aliases": ["PYSEC-2026-1"]}}, True),
        ({"vulnerability": {}}, False),
        ({"products": ["pkg:pypi/example-lib"]}, True),  # every version
        ({"products": [{"@id": "pkg:pypi/example-lib@1.0.1"}]}, False),
        ({"products": [{"@id": "pkg:npm/example-lib@1.0"}]}, False),
        ({"products": [{"@id": "pkg:pypi/other@1.0"}]}, False),
        ({"products": [{"@id": "shop", "identifiers": {"purl": "pkg:pypi/example-lib@1.0"}}]}, True),
        ({"products": [{"@id": "shop", "subcomponents": [{"@id": "pkg:pypi/example-lib@1.0"}]}]}, True),
        ({"products": [{"@id": "pkg:pypi/example-lib@1.0", "subcomponents": [{"@id": "pkg:pypi/other@1.0"}]}]}, False),
        ({"products": [{"@id": "shop"}]}, False),
        ({"products": None}, False),
        ({"products": [1, [], {"subcomponents": [1, {"subcomponents": [{}]}]}]}, False),
    ),
)
def test_openvex(change: dict[str, Any], covered: bool) -> None:
    read_ = vex.read(openvex({**FREE, **change}), "vex.json")
    assert bool(vex.waivers(read_.statements, [HIT], DAYS)) == covered


def test_what_is_not_honoured_is_told() -> None:
    statement = {**FREE, "justification": "", "impact_statement": " "}
    read_ = vex.read(openvex(statement, {**FREE, "products": [{"@id": "shop"}]}), "vex.json")
    assert [each.why for each in read_.stale] == [
        "not honoured: it gives neither justification nor impact",
        "not honoured: none of its products is the purl of a package",
    ]


def test_a_malicious_package_is_never_explained_away() -> None:
    statements = vex.read(openvex(FREE), "vex.json").statements
    assert vex.waivers(statements, [found(HIT.package, "CVE-2026-1", rule=MALICIOUS)], DAYS) == ()


def test_a_statement_without_a_date_has_no_end() -> None:
    document = json.loads(openvex(FREE))
    document["timestamp"] = "lately"
    (waiver,) = vex.waivers(vex.read(json.dumps(document).encode(), "v").statements, [HIT], DAYS)
    assert waiver.expires == ""  # and so it's not honoured where the policy asks for one


@pytest.mark.parametrize(
    ("analysis", "covered"),
    (
        ({"state": "not_affected", "justification": "code_not_reachable", "detail": "never called"}, True),
        ({"state": "false_positive", "detail": "another package"}, True),
        ({"state": "resolved_with_pedigree", "detail": "patched"}, True),
        ({"state": "not_affected"}, False),
        ({"state": "exploitable", "detail": "x"}, False),
        ({"state": "in_triage", "detail": "x"}, False),
        (None, False),
    ),
)
def test_cyclonedx_vex(analysis: dict[str, str] | None, covered: bool) -> None:
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"timestamp": "2026-01-31T12:00:00Z", "supplier": {"name": "Team Web"}},
        "components": [
            {"type": "library", "name": "a", "components": [
                {"type": "library", "name": "example-lib", "bom-ref": "r1", "purl": "pkg:pypi/example-lib@1.0"}]},
        ],
        "vulnerabilities": [
            {"id": "GHSA-aaaa", "references": [{"id": "CVE-2026-1"}], "analysis": analysis, "affects": [{"ref": "r1"}]},
        ],
    }  # fmt: skip
    read_ = vex.read(json.dumps(document).encode(), "vex.cdx.json")
    got = vex.waivers(read_.statements, [HIT], DAYS)
    assert [(each.owner, each.expires) for each in got] == ([("Team Web", "2026-03-02")] if covered else [])


def test_cyclonedx_vex_versions() -> None:
    affects = {"ref": "pkg:pypi/example-lib", "versions": [{"version": "0.9", "status": "unaffected"},
                                                           {"version": "1.0", "status": "affected"}]}  # fmt: skip
    each = {"id": "CVE-2026-1", "analysis": {"state": "false_positive", "detail": "x"}, "affects": [affects]}
    document = {"bomFormat": "CycloneDX", "vulnerabilities": [each]}
    statements = vex.read(json.dumps(document).encode(), "v").statements
    assert [statement.package.version for statement in statements] == ["0.9"]


@pytest.mark.parametrize("data", (b"", b"{}", b"[]", b"\xff", b"[" * 99_999, b'{"bomFormat": "CycloneDX"}', b"1"))
def test_what_is_no_vex_is_said(data: bytes) -> None:
    with pytest.raises(YettError, match=r"^vex.json is n"):
        vex.read(data, "vex.json")
