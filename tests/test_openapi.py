"""OpenAPI documents: what the rules' own examples do not show."""

from __future__ import annotations

import json

import pytest

from yett.model import Hit, Severity
from yett.parse import openapi
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules import openapi as family


def hits(text: str, path: str = "openapi.yaml") -> list[tuple[str, Hit]]:
    return [(rule.id, hit) for rule, hit in family.judge(text, path, Tree.of({})) if isinstance(hit, Hit)]


@pytest.mark.parametrize(
    "text",
    (
        "kind: Deployment\nmetadata: {name: openapi}\n",
        "openapi: yes\n",
        "- openapi: 3.0.0\n",
        "tools:\n  openapi: 3.0.0\n",
        "",
    ),
)
def test_other_documents_are_left_alone(text: str) -> None:
    assert hits(text) == []


def test_yaml_and_json_are_one() -> None:
    document = {
        "openapi": "3.0.3",
        "servers": [{"url": "http://api.shop.example"}],
        "security": [{"login": []}],
        "paths": {"/orders": {"post": {"security": [], "responses": {}}}},
        "components": {"securitySchemes": {"login": {"type": "http", "scheme": "basic"}}},
    }
    expected = ["openapi/http-server", "openapi/basic-auth", "openapi/unsecured-operation"]
    for text in (json.dumps(document), json.dumps(document, indent=2), json.dumps(document, indent="\t")):
        assert [rule for rule, _ in hits(text, "openapi.json")] == expected


def test_places_in_json_with_tabs() -> None:
    text = '{\n\t"swagger": "2.0",\n\t"host": "shop.example",\n\t"schemes": ["http"],\n\t"paths": {}\n}\n'
    assert [(rule, hit.line, hit.column) for rule, hit in hits(text, "a.json")] == [("openapi/http-server", 4, 14)]


@pytest.mark.parametrize(
    ("url", "reported"),
    (
        ("http://api.shop.example/v1", True),
        ("HTTP://api.shop.example", True),
        ("https://api.shop.example", False),
        ("http://localhost/v1", False),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("//api.shop.example", False),
        ("http://{host}/v1", False),
    ),
)
def test_which_servers_are_reached_in_clear(url: str, reported: bool) -> None:
    text = f'openapi: 3.0.0\nservers: [{{url: "{url}"}}]\npaths: {{}}\n'
    assert [rule for rule, _ in hits(text)] == (["openapi/http-server"] if reported else [])


def test_passwords_in_clear_weigh_more() -> None:
    text = 'swagger: "2.0"\nschemes: [http]\nsecurityDefinitions: {login: {type: basic}}\npaths: {}\n'
    assert [hit.severity for rule, hit in hits(text) if rule == "openapi/basic-auth"] == [Severity.HIGH]


def test_reading_without_a_login_is_told_softly() -> None:
    text = "openapi: 3.0.0\nsecurity: [{a: []}]\npaths: {/prices: {get: {security: []}}}\n"
    text += "components: {securitySchemes: {a: {type: http, scheme: bearer}}}\n"
    assert [hit.severity for _, hit in hits(text)] == [Severity.INFO]


def test_an_operation_knows_its_path() -> None:
    api = openapi.load("openapi: 3.0.0\npaths: {/a: {get: {}, x-note: {}, parameters: []}, /b: null}\n")
    assert api is not None
    assert [(each.path, each.method) for each in api.operations] == [("/a", "get")]


@pytest.mark.parametrize(
    "text", ("openapi: 3.0.0\npaths: {\n", "openapi: 3.0.0\na: &a [*a]\n", "openapi: 3.0.0\na: 1\na: 2\n")
)
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(ParseError):
        hits(text)
