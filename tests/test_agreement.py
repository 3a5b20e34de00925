"""A manifest and the lockfile beside it: what the one asks for and the other does not have."""

from __future__ import annotations

import json
import re

import pytest

from tests.conftest import Repo, Yett
from yett.checks.dependencies.agreement import stale
from yett.parse.tree import Tree
from yett.rules.dependencies import STALE_LOCK


def said(files: dict[str, str]) -> list[tuple[int, str]]:
    manifest = next(iter(files))
    return [(hit.line, hit.message) for hit in stale(manifest, files[manifest], Tree.of(files))]


def _files(example: str) -> dict[str, str]:
    _, *parts = re.split(r"^# file: (\S+)\n", example, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_rule_s_examples() -> None:
    assert [said(_files(example)) for example in STALE_LOCK.bad] == [
        [(4, "uv.lock does not have innocent, which the manifest asks for: lock again")]
    ]
    assert [said(_files(example)) for example in STALE_LOCK.good] == [[]]


UV = """\
version = 1

[[package]]
name = "shop"
version = "1"
source = { virtual = "." }
dependencies = [
    { name = "django" },
]

[package.metadata]
requires-dist = [
    { name = "django", specifier = ">=5.1,<6" },
    { name = "tzdata", marker = "sys_platform == 'win32'" },
]

[[package]]
name = "django"
version = "5.1.2"
source = { registry = "https://pypi.org/simple" }
"""


@pytest.mark.parametrize(
    ("dependencies", "expected"),
    (
        ('["Django <6, >= 5.1"]', []),
        ('["django>=5.1,<6", "tzdata; sys_platform == \'win32\'"]', []),
        (
            '["django>=5.1.3,<6"]',
            ["uv.lock was made for django >=5.1,<6, the manifest asks for >=5.1.3,<6: lock again"],
        ),
        ('["django>=5.1,<6", "shop[extra]"]', []),
        (
            '["django>=5.1,<6", "psycopg[binary]>=3"]',
            ["uv.lock does not have psycopg, which the manifest asks for: lock again"],
        ),
    ),
)
def test_uv(dependencies: str, expected: list[str]) -> None:
    manifest = f'[project]\nname = "shop"\nversion = "1"\ndependencies = {dependencies}\n'
    assert [text for _, text in said({"pyproject.toml": manifest, "uv.lock": UV})] == expected


def test_poetry() -> None:
    lock = '[[package]]\nname = "django"\nversion = "5.1.2"\n\n[metadata]\nlock-version = "2.0"\n'
    manifest = (
        '[tool.poetry.dependencies]\npython = "^3.11"\nDjango = "==5.1.3"\n'
        'colorama = {version = "*", markers = "x"}\nown = {path = "own"}\n\n'
        '[tool.poetry.group.dev.dependencies]\npytest = "^8"\n'
    )
    assert said({"a/pyproject.toml": manifest, "a/poetry.lock": lock}) == [
        (3, "poetry.lock was made for Django 5.1.2, the manifest asks for ==5.1.3: lock again"),
        (8, "poetry.lock does not have pytest, which the manifest asks for: lock again"),
    ]


NPM = {"dependencies": {"express": "^4.19.0"}, "devDependencies": {"jest": "^29.0.0"}}


@pytest.mark.parametrize(
    ("name", "lock"),
    (
        ("package-lock.json", json.dumps({"lockfileVersion": 3, "packages": {"": NPM}})),
        ("yarn.lock", '# yarn lockfile v1\n\nexpress@^4.18.0, express@^4.19.0:\n  version "4.19.2"\n\njest@^29.0.0:\n'),
        (
            "yarn.lock",
            '__metadata:\n  version: 8\n\n"express@npm:^4.19.0":\n  version: 4.19.2\n\n"jest@npm:^29.0.0":\n',
        ),
        (
            "pnpm-lock.yaml",
            "importers:\n  .:\n    dependencies:\n      express:\n        specifier: ^4.19.0\n"
            "        version: 4\n    devDependencies:\n      jest:\n        specifier: ^29.0.0\n        version: 29\n",
        ),
        ("pnpm-lock.yaml", "lockfileVersion: 5.4\nspecifiers:\n  express: ^4.19.0\n  jest: ^29.0.0\n"),
        ("bun.lock", json.dumps({"lockfileVersion": 1, "workspaces": {"": NPM}})[:-1] + ",}"),
    ),
)
def test_javascript(name: str, lock: str) -> None:
    assert said({"package.json": json.dumps(NPM), name: lock}) == []
    raised = json.dumps({**NPM, "dependencies": {"express": "^4.20.0", "helmet": "^8.0.0"}}, indent=1)
    lines = said({"package.json": raised, name: lock})
    assert [line for line, _ in lines] == [3, 4]
    assert f"{name} was made for express" in lines[0][1]
    assert lines[1][1] == f"{name} does not have helmet, which the manifest asks for: lock again"


@pytest.mark.parametrize(
    ("files", "expected"),
    (
        (
            {
                "composer.json": '{"require": {"php": "^8.2", "ext-json": "*", "acme/a": "^1",\n "acme/old": "^1"}}',
                "composer.lock": '{"packages": [{"name": "acme/a", "replace": {"acme/c": "*"}}], "packages-dev": []}',
            },
            [(2, "composer.lock does not have acme/old, which the manifest asks for: lock again")],
        ),
        (
            {
                "composer.json": '{"require": {"acme/c": "^1"}}',
                "composer.lock": '{"packages": [{"name": "acme/a", "replace": {"acme/c": "*"}}], "packages-dev": []}',
            },
            [],
        ),
        (
            {
                "Cargo.toml": '[dependencies]\nserde = "1"\nother = { package = "real" }\nx.workspace = true\n',
                "Cargo.lock": '[[package]]\nname = "real"\nversion = "1.0.0"\n',
            },
            [(2, "Cargo.lock does not have serde, which the manifest asks for: lock again")],
        ),
        (
            {
                "go.mod": "module shop\n\ngo 1.24\n\nrequire (\n\tgolang.org/x/text v0.20.0\n\texample.com/own v1\n)\n"
                "replace example.com/own => ./own\n",
                "go.sum": "golang.org/x/text v0.19.0 h1:a=\ngolang.org/x/text v0.19.0/go.mod h1:a=\n",
            },
            [(6, "go.sum has no checksum of golang.org/x/text v0.20.0: run `go mod tidy`")],
        ),
        (
            {
                "Gemfile": 'source "https://rubygems.org"\ngem "rails", "~> 8.0"\ngem "puma"\n',
                "Gemfile.lock": "GEM\n  specs:\n    rails (8.0.1)\n\nDEPENDENCIES\n  rails (~> 8.0)\n\nBUNDLED WITH\n",
            },
            [(3, "Gemfile.lock does not have puma, which the manifest asks for: lock again")],
        ),
        (
            {
                "Pipfile": '[packages]\ndjango = "*"\nredis = "*"\nwin = {version="*", markers="x"}\n',
                "Pipfile.lock": '{"_meta": {}, "default": {"django": {}}, "develop": {}}',
            },
            [(3, "Pipfile.lock does not have redis, which the manifest asks for: lock again")],
        ),
        ({"package.json": "{", "package-lock.json": "{}"}, []),
        ({"package.json": '{"dependencies": {"a": "1"}}', "package-lock.json": "[]"}, []),
        ({"package.json": '{"dependencies": {"a": "1"}}'}, []),
        ({"pyproject.toml": "[project]\ndependencies = 3\n", "uv.lock": "\0"}, []),
    ),
)
def test_the_others(files: dict[str, str], expected: list[tuple[int, str]]) -> None:
    assert said(files) == expected


def test_a_lockfile_that_falls_behind_brings_up_its_manifest(repo: Repo, yett: Yett) -> None:
    manifest, lock = json.dumps(NPM, indent=1), json.dumps({"lockfileVersion": 3, "packages": {"": NPM}})
    repo.commit({"web/package.json": manifest, "web/package-lock.json": lock})
    repo.stage({"web/package-lock.json": lock.replace("^4.19.0", "^4.18.0")})
    found = json.loads(yett(repo.root, "check", "--staged", "--only", "dependencies", "--format", "json").out)
    said = [(each["rule"], each["path"], each["line"], each["action"]) for each in found["findings"]]
    assert ("dependencies/stale-lock", "web/package.json", 3, "warn") in said
