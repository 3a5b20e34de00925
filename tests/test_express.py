"""JavaScript and TypeScript: what expressions come to, and what the rules' own examples do not show."""

from __future__ import annotations

import pytest

from yett.model import Hit, Severity
from yett.parse import javascript
from yett.parse.tree import Tree
from yett.parse.values import Const, Env, Items, Table, Value
from yett.rules import express


def plain(held: Value | None) -> object:
    match held:
        case Const(value=said):
            return said
        case Items(items=items):
            return [plain(item) for item in items]
        case Table(entries=entries):
            return {key: plain(each) for key, each in entries.items()}
        case Env(name=name, default=default):
            return (name, None if default is None else plain(default))
        case _:
            return type(held).__name__


def last_argument(text: str, path: str = "a.js") -> object:
    """What the last argument of the last call of `f` comes to."""
    script = javascript.parse(text, path)
    call = [each for each in script.calls if script.callee(each) == "f"][-1]
    return plain(script.value(javascript.arguments_of(call)[-1]))


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ('f("a\\"b")', 'a"b'),
        ("f(`a`)", "a"),
        ("f(`a${b}`)", "Opaque"),
        ("f(15 * 60 * 1000)", 900000),
        ("f({a: 1, 'b': [true, null], c})", {"a": 1, "b": [True, None], "c": "Opaque"}),
        ("const a = {x: 1}; f({...a, y: 2})", {"x": 1, "y": 2}),
        ("f(Object.assign({}, {x: 1}, {x: 2}))", {"x": 2}),
        ("const a = {}; a.b = {c: 1}; a.b.d = 2; f(a)", {"b": {"c": 1, "d": 2}}),
        ("let a = 1; a = 2; f(a); a = 3;", 2),
        ("const a = 1; function g(a) { f(a) }", "Opaque"),
        ("const a = 1; { const a = 2; f(a) }", 2),
        ("const a = 1; { const a = 2; } f(a)", 1),
        ("const a = a; f(a)", "Opaque"),
        ("f(process.env.A)", ("A", None)),
        ("f(process.env['A'] || 'b')", ("A", "b")),
        ("f(process.env.A ?? 'b')", ("A", "b")),
        ("f(process.env.NODE_ENV === 'production')", True),
        ("f(process.env.NODE_ENV !== 'production' ? 1 : 2)", 2),
        ("f(app.get('env') === 'development')", False),
        ("const a = {x: 'y'}; f(a.x)", "y"),
    ),
)
def test_what_an_expression_comes_to(text: str, expected: object) -> None:
    assert last_argument(text) == expected


def test_types_are_read_over() -> None:
    assert last_argument("const a: A<B> = { x: 1 } as const; f(<T>(y: T) => y, a satisfies C)", "a.ts") == {"x": 1}


@pytest.mark.parametrize(
    ("text", "name"),
    (
        ("const s = require('m'); s()", "m"),
        ("import s from 'm'; s()", "m"),
        ("import * as s from 'm'; s.t()", "m.t"),
        ("import { t as u } from 'm'; u()", "m.t"),
        ("const { t: u } = require('m'); u()", "m.t"),
        ("const u = require('m').t; u()", "m.t"),
        ("require('m').t()", "m.t"),
        ("const m = require('m'); const { t } = m; t()", "m.t"),
    ),
)
def test_names_of_imports(text: str, name: str) -> None:
    script = javascript.parse(text, "a.js")
    assert script.callee(max(script.calls, key=lambda call: call.end_byte)) == name


def hits(text: str, path: str = "src/app.js", files: dict[str, str] | None = None) -> list[tuple[str, Hit]]:
    tree = Tree.of({path: text, **(files or {})})
    return [(rule.id, hit) for rule, hit in express.judge(text, path, tree) if isinstance(hit, Hit)]


TLS = 'const https = require("https");\nconst agent = new https.Agent({ rejectUnauthorized: false });\n'


@pytest.mark.parametrize(
    ("path", "reported"),
    (
        ("src/pay.js", True),
        ("src/pay.ts", True),
        ("src/pay.test.ts", False),
        ("test/pay.js", False),
        ("node_modules/pay/index.js", False),
        ("public/pay.min.js", False),
        ("webpack.config.js", False),
    ),
)
def test_which_files_are_judged(path: str, reported: bool) -> None:
    assert bool(hits(TLS, path)) is reported


def test_a_database_without_a_certificate_weighs_less() -> None:
    text = "const pool = new Pool({ ssl: { rejectUnauthorized: false } });\n"
    assert [(rule, hit.severity) for rule, hit in hits(text)] == [("express/tls-reject-off", Severity.MEDIUM)]


def test_a_server_decides_itself_about_its_clients() -> None:
    assert hits("tls.createServer({ requestCert: true, rejectUnauthorized: false });\n") == []


def test_columns_count_characters() -> None:
    found = hits('const ä = "ö"; const agent = new https.Agent({ rejectUnauthorized: false });\n')
    assert [(hit.line, hit.column) for _, hit in found] == [(1, 48)]


def test_the_rest_of_a_broken_file_is_judged() -> None:
    text = TLS + "const = = ;\nfunction (\n"
    said = [found for _, found in express.judge(text, "src/app.js", Tree.of({}))]
    assert [type(each).__name__ for each in said] == ["Hit", "Unknown"]


def test_a_secret_is_never_told() -> None:
    key = "kT9x" + "Qz27LmWp"
    found = hits(f'const jwt = require("jsonwebtoken");\njwt.sign({{}}, "{key}");\n')
    assert len(found) == 1
    assert not any(key in part for _, hit in found for part in (hit.message, hit.fix, hit.subject))


@pytest.mark.parametrize("text", ("(" * 20000, "f(" + "[" * 5000 + "]" * 5000 + ")", "x = " + "!" * 5000 + "y"))
def test_hostile_texts_end(text: str) -> None:
    hits('require("express");' + text)


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("app.enableCors();", ["cors-all"]),
        ("app.enableCors({ origin: true, credentials: true });", ["cors-all"]),
        ("app.enableCors({ origin: ['https://shop.example'] });", []),
        ("app.enableCors(options);", []),
        ("NestFactory.create(AppModule, { cors: true });", ["cors-all"]),
        ("NestFactory.create(AppModule, { cors: { origin: '*' } });", ["cors-all"]),
        ("NestFactory.create(AppModule, { cors: false });", []),
        ("class A { @Header('Access-Control-Allow-Origin', '*') a() {} }", ["cors-all"]),
        ("class A { @Header('Cache-Control', '*') a() {} }", []),
    ),
)
def test_nest_and_other_sites(text: str, expected: list[str]) -> None:
    source = f"import {{ Header }} from '@nestjs/common';\n{text}\n"
    found = express.judge(source, "src/main.ts", Tree.of({"src/main.ts": source}))
    assert [rule.id.partition("/")[2] for rule, hit in found if isinstance(hit, Hit)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("tls.connect({ minVersion: 'TLSv1.1' });", ["weak-tls"]),
        ("tls.connect({ secureProtocol: 'TLSv1_method' });", ["weak-tls"]),
        ("tls.connect({ secureProtocol: 'TLSv1_2_method' });", []),
        ("tls.connect({ minVersion: least });", []),
        ("Sqrl.autoEscaping(false);", ["escape-off"]),
        ("Sqrl.autoEscaping(true);", []),
        ("const page = Handlebars.compile(a, { noEscape: true });", ["escape-off"]),
        ("const page = Handlebars.compile(a, { noEscape: false });", []),
        ("i18n.configure({ autoescape: false });", []),  # no templates
    ),
)
def test_versions_and_escapes(text: str, expected: list[str]) -> None:
    found = express.judge(text, "src/page.js", Tree.of({"src/page.js": text}))
    assert [rule.id.partition("/")[2] for rule, hit in found if isinstance(hit, Hit)] == expected
