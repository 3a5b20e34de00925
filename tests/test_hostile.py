"""What a hostile pull request may hold is looked at in time: the worst texts for each check, and that none of them
hangs it. The limit is one of the processor's time, far above what any of them takes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import pytest

from tests.support import limited
from yett.checks import config, dependencies, python, secrets
from yett.errors import YettError
from yett.model import Blob, Gap
from yett.parse import grammar
from yett.parse.tree import Tree
from yett.policy import read


class Case(NamedTuple):
    name: str
    path: str
    make: Callable[[], str]


def _settings(number: int) -> str:
    return f"class Config{number}:\n    DEBUG = True\n    SECRET_KEY = None\n"


_CONFIG = (
    Case("blank lines that may be Apache's", "httpd.conf", lambda: "ServerTokens Full\n" + "\n" * 500_000),
    Case("blanks that may be Apache's", "httpd.conf", lambda: "ServerTokens Full\n" + "\n " * 200_000),
    Case(
        "options of one section",
        "httpd.conf",
        lambda: "<Directory /srv>\n" + "Options Indexes\n" * 8_000 + "</Directory>\n",
    ),
    Case(
        "orders of one section",
        "httpd.conf",
        lambda: "<Directory /srv>\nOptions Indexes\n" + "Order allow,deny\nAllow from all\n" * 5_000 + "</Directory>\n",
    ),
    Case(
        "blank lines of a manifest",
        "deployment.yaml",
        lambda: "apiVersion: v1\nkind: Pod\nmetadata:\n  name: shop\n" + "\n" * 500_000,
    ),
    Case("blank lines of values", "prod.tfvars", lambda: 'name = "shop"\n' + "\n" * 500_000),
    Case("secrets among values", "prod.tfvars", lambda: 'db_password = "h7G' + 'q2kZp9x"\n' * 20_000),
    Case("blank lines of SQL", "schema.sql", lambda: "GRANT ALL ON shop TO web;\n" + "\n" * 500_000),
    Case("blanks of a batch", "schema.sql", lambda: "GO" + " " * 500_000 + "x\nGRANT ALL ON shop TO web;\n"),
    Case(
        "a word of a script",
        ".github/workflows/ci.yml",
        lambda: (
            "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event."
            + "a-" * 100_000
            + " }}\n"
        ),
    ),
    Case("blank lines of nginx", "nginx.conf", lambda: "server {\n" + "\n" * 500_000 + "\n"),
    Case(
        "settings of one block",
        "nginx.conf",
        lambda: "http {\n server {\n  location / {\n" + "   autoindex on;\n" * 12_000 + "  }\n }\n}\n",
    ),
    Case(
        "variables of one word",
        "nginx.conf",
        lambda: "http {\n server {\n  location / {\n   proxy_pass http://" + "$a$" * 20_000 + ";\n  }\n }\n}\n",
    ),
    Case(
        "templates that are made",
        "app.py",
        lambda: (
            "from flask import Flask, render_template_string, request\napp = Flask(__name__)\n"
            + "made = 1\nrender_template_string(made)\n" * 5_000
        ),
    ),
    Case("blanks of HCL", "main.tf", lambda: 'resource "aws_s3_bucket" "a" {\n  acl' + "\n" * 12_000 + '= "x"\n}\n'),
    Case("quotes of HCL", "main.tf", lambda: "# aws_\n" + '"\n' * 12_000),
    Case("braces of JavaScript", "server.js", lambda: 'require("express")\n' + "a {\n" * 60_000),
    Case("early data of one server", "nginx.conf", lambda: "server {\n" + " ssl_early_data on;\n" * 12_000 + "}\n"),
    Case(
        "variables that are set again",
        "nginx.conf",
        lambda: "server {\n" + " set $a $arg_a;\n proxy_pass http://$a;\n" * 2_000 + "}\n",
    ),
    Case(
        "rewrites of one server",
        "nginx.conf",
        lambda: "server {\n" + " rewrite ^/a(b)$ /$1;\n return 301 http://a$9$arg_a;\n" * 5_000 + "}\n",
    ),
    Case(
        "certificates that are not checked",
        "httpd.conf",
        lambda: "<VirtualHost *:443>\nSSLProxyEngine on\n" + "SSLProxyVerify none\n" * 12_000 + "</VirtualHost>\n",
    ),
    Case("lines of a build", "Dockerfile", lambda: "FROM alpine:3.19\n" + "RUN x\n" * 8_000),
    Case("downloads of one line", "Dockerfile", lambda: "FROM alpine:3.19\nRUN " + "curl x | " * 20_000 + "b\n"),
    Case("words in front of a command", "Dockerfile", lambda: "FROM alpine:3.19\nRUN " + "! " * 160_000 + "b\n"),
    Case("name of a listener", "server.properties", lambda: "listeners=" + "-" * 200_000 + "\n"),
    Case("comments that do not end", "renovate.json", lambda: "{" + "/* " * 100_000),
    Case(
        "actions of one statement",
        "policy.json",
        lambda: (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": ['
            + '"s3:*", ' * 30_000
            + '"s3:*"]}]}'
        ),
    ),
    Case(
        "sessions of one server",
        "server.js",
        lambda: 'require("express-session")\n' + "app.use(session({ secret: key }));\n" * 8_000,
    ),
    Case(
        "settings that are read again",
        "app.py",
        lambda: (
            "from flask import Flask\napp = Flask(__name__)\n"
            + f"x = [{'1, ' * 10_000}]\n"
            + "app.secret_key = x\n" * 1_500
        ),
    ),
    Case(
        "colons of a login",
        ".gitlab-ci.yml",
        lambda: "a:\n  script:\n    - docker login -p " + "a:a@" * 20_000 + "\n",
    ),
    Case("lines that go on", "pg_hba.conf", lambda: "a\\\n" * 80_000),
    Case(
        "lines that servers share",
        "haproxy.cfg",
        lambda: "backend b\n" + " server x 10.0.0.1:443 ssl\n default-server check\n" * 12_000,
    ),
    Case("classes of settings", "config.py", lambda: "import flask\n" + "".join(map(_settings, range(6_000)))),
    Case(
        "rules of one role",
        "role.yaml",
        lambda: (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nrules:\n"
            + "- {apiGroups: [''], resources: [secrets], verbs: ['*']}\n" * 3_000
            + "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nroleRef: {kind: Role, name: b}\n"
            * 3_000
        ),
    ),
)


@pytest.mark.parametrize("case", _CONFIG, ids=lambda case: case.name)
def test_no_configuration_hangs(case: Case) -> None:
    data = case.make().encode()
    assert config.wants(case.path)
    with limited():
        list(config.inspect(Blob(case.path, "", data)))


@pytest.mark.parametrize(
    ("path", "text"),
    [("main.tf", "# aws_\n" + "a {\n}\n" * 4_000), ("server.js", 'require("express")\n' + "a();\n" * 4_000)],
)
def test_what_takes_too_long_is_said(path: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar, "SECONDS", -1.0)
    with limited():
        said = list(config.inspect(Blob(path, "", text.encode())))
    assert [each.check for each in said if isinstance(each, Gap)] == ["config"]


@pytest.mark.parametrize("path", ["app.py", "shop/settings.py"])
def test_a_module_that_is_gone_through_too_often_is_said(path: str) -> None:
    text = "from flask import Flask\nINSTALLED_APPS = []\nMIDDLEWARE = []\nROOT_URLCONF = ''\napp = Flask(__name__)\n"
    text += "app.config['DEBUG'] = a\n" * 2_000 + "if a:\n    b = 1\n" * 2_000
    text += "".join(f"A{number} = 1\nif a:\n    b = 1\n" for number in range(2_000))
    with limited():
        said = list(config.inspect(Blob(path, "", text.encode())))
    assert any(isinstance(each, Gap) and "too many statements" in each.reason for each in said)


def test_no_requirement_hangs() -> None:
    text = '[project]\nname = "shop"\ndependencies = ["a[' + " " * 20_000 + 'x", "b"]\n'
    tree = Tree.of({"pyproject.toml": text, "uv.lock": 'version = 1\n\n[[package]]\nname = "c"\nversion = "1.0"\n'})
    check = dependencies.load("", 30.0, 0.0)
    assert check.among is not None
    with limited():
        list(check.among(Blob("pyproject.toml", "", text.encode()), tree))


@pytest.mark.parametrize(
    "piece", ['"', "\\", " ", "=", "a-", "password = ", "token: ", "-----BEGIN ", "FRESHDESK_API_KEY="]
)
def test_no_text_hangs_the_search_for_secrets(piece: str) -> None:
    text = "password = " + piece * (200_000 // len(piece))
    inspect = secrets.load().inspect
    with limited():
        list(inspect(Blob("notes.txt", "", text.encode())))


@pytest.mark.parametrize(
    ("judge", "piece"),
    (("generic._judged", "_secret_="), ("generic._judged", "password="), ("commands.reference", "--token=")),
)
def test_keys_inside_a_value_are_few(judge: str, piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would be asked for the 256 characters behind it, over and over."""
    asked: list[object] = []
    module, name = judge.split(".")
    monkeypatch.setattr(f"yett.rules.secrets.{module}.{name}", lambda *given: asked.append(given))
    text = piece * 1000
    list(secrets.load().inspect(Blob("a.env", "", text.encode())))
    assert 0 < len(asked) < len(text) / 256 * 12


@pytest.mark.parametrize("piece", ["(", "[", "-", "a.", "not ", "x = 1\n", "eval(x)\n"])
def test_no_python_hangs(piece: str) -> None:
    inspect = python.load().inspect
    with limited():
        list(inspect(Blob("app.py", "", (piece * (40_000 // len(piece))).encode())))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", '[project]\nname = "shop"\n[tool.' + "a." * 40_000 + "b]\n"),
        ("pyproject.toml", '[project]\nname = "shop"\nrequires-python = ">=3.' + "1" * 40_000 + '"\n'),
        ("pip.conf", "[global]\nindex-url" + " " * 40_000 + "x\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '6.0'\n\npackages:\n\n  " + ";1." * 15_000 + ":\n    dev: true\n"),
    ],
    ids=["parts of a key", "digits of a version", "blanks of a setting", "points of a host"],
)
def test_no_lockfile_or_setting_hangs(path: str, text: str) -> None:
    check = dependencies.load("", 30.0, 0.0)
    assert check.wants(path)
    with limited():
        list(check.inspect(Blob(path, "", text.encode())))


def test_no_blanks_behind_a_name_hang_the_search_for_secrets() -> None:
    text = "KNAPSACK_PRO_API_KEY=" + " " * 100_000 + "x"
    with limited():
        list(secrets.load().inspect(Blob("a.py", "", text.encode())))


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 60_000 + " = 1\n",
        "\n" * 200_000 + "[tool.yett]\nversion = 1\n",
        "a = " + "[" * 200_000,
        "a = " + "1" * 200_000,
        "tool = 1\n",
    ],
    ids=["parts of a key", "blank lines", "brackets", "digits", "no table"],
)
def test_no_policy_hangs(text: str) -> None:
    with limited(), suppress(YettError):
        read.toml(text.encode(), "pyproject.toml")
