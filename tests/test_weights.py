"""How heavily rules weigh in the settings of real projects: what stops a change must be defensible to whoever made it,
and the same line may be harmless elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest

from yett.model import Hit, Rule, Severity
from yett.parse.tree import Tree

LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL


def _weights(family: str, text: str, path: str, name: str, others: dict[str, str] | None = None) -> list[Severity]:
    """The severities of what a rule finds."""
    files = {**(others or {}), path: text}
    said: list[tuple[Rule, object]] = list(
        import_module(f"yett.rules.{family}").judge(text, path, Tree(lambda: tuple(files), _reader(files)))
    )
    return [
        rule.severity if found.severity is None else found.severity
        for rule, found in said
        if isinstance(found, Hit) and rule.id.endswith(f"/{name}")
    ]


def _reader(files: dict[str, str]) -> Callable[[str], bytes | None]:
    return lambda path: files[path].encode() if path in files else None


_DB = "services:\n  db:\n    image: mysql:8.4\n{}    environment:\n      MYSQL_ROOT_PASSWORD: root\n"


@pytest.mark.parametrize(
    ("path", "lines", "weight"),
    (
        ("docker-compose.yml", "    ports: ['3306:3306']\n", CRITICAL),
        ("docker-compose.yml", "    network_mode: host\n", CRITICAL),
        ("docker-compose.yml", "", MEDIUM),  # only the other containers reach it
        ("docker-compose.yml", "    ports: ['127.0.0.1:3306:3306']\n", MEDIUM),
        ("docker/production/docker-compose.yml", "", CRITICAL),
        ("develop/docker-compose.yml", "    ports: ['3306:3306']\n", MEDIUM),
    ),
)
def test_a_known_password(path: str, lines: str, weight: Severity) -> None:
    assert _weights("compose", _DB.format(lines), path, "default-credentials") == [weight]


@pytest.mark.parametrize(
    "other",
    (
        "  shop:\n    build: .\n    volumes: ['.:/app']\n",
        "  shop:\n    build: {context: backend}\n    volumes: ['./backend:/app']\n",
        "  mail:\n    image: axllent/mailpit:v1.20\n",
        "  shop:\n    image: shop:4\n    environment: {APP_ENV: dev}\n",
    ),
)
def test_a_known_password_beside_the_source(other: str) -> None:
    text = _DB.format("    ports: ['3306:3306']\n") + other
    assert _weights("compose", text, "docker-compose.yml", "default-credentials") == [MEDIUM]
    assert _weights("compose", text, "docker-compose.prod.yml", "default-credentials") == [CRITICAL]


@pytest.mark.parametrize(
    ("image", "weights"),
    (
        ("traefik:3.1", [CRITICAL]),  # faces the internet
        ("registry.example.com/shop:4.2", [CRITICAL]),
        ("portainer/portainer-ce:2.21.0", [MEDIUM]),
        ("tecnativa/docker-socket-proxy:0.3", []),
    ),
)
def test_the_socket_of_the_engine(image: str, weights: list[Severity]) -> None:
    text = f"services:\n  it:\n    image: {image}\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']\n"
    assert _weights("compose", text, "compose.yaml", "docker-sock") == weights


@pytest.mark.parametrize(
    ("lines", "name", "weights"),
    (
        ("network_mode: host", "host-namespaces", [HIGH]),
        ("ipc: host", "host-namespaces", [MEDIUM]),
        ("cap_add: [NET_ADMIN]", "capabilities", [MEDIUM]),
        ("cap_add: [NET_ADMIN]\n    network_mode: host", "capabilities", [HIGH]),
        ("cap_add: [SYS_MODULE]", "capabilities", [CRITICAL]),
        ("volumes: ['./.docker/php.ini:/etc/php.ini']", "sensitive-mount", []),
        ("volumes: ['~/.docker:/root/.docker']", "sensitive-mount", [HIGH]),
        ("volumes: ['/lib/modules:/lib/modules:ro']", "sensitive-mount", []),
        ("volumes: ['/lib/modules:/lib/modules']", "sensitive-mount", [HIGH]),
    ),
)
def test_what_a_service_is_given(lines: str, name: str, weights: list[Severity]) -> None:
    text = f"services:\n  shop:\n    image: shop:4\n    {lines}\n"
    assert _weights("compose", text, "compose.yaml", name) == weights


def _workflow(text: str, name: str) -> list[Severity]:
    return _weights("github_actions", text, ".github/workflows/ci.yml", name)


_JOBS = """\
jobs:
  one:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
  two:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
"""


@pytest.mark.parametrize(
    ("scope", "weight"),
    (("id-token", HIGH), ("contents", HIGH), ("pull-requests", MEDIUM), ("checks", MEDIUM), ("statuses", MEDIUM)),
)
def test_a_scope_that_several_jobs_are_given(scope: str, weight: Severity) -> None:
    text = f"on: push\npermissions:\n  {scope}: write\n{_JOBS}"
    assert _workflow(text, "excessive-permissions") == [weight]
    alone = text.replace("  one:\n", "  one:\n    permissions: {}\n")
    assert _workflow(alone, "excessive-permissions") == [LOW]


@pytest.mark.parametrize(
    ("line", "weights"),
    (
        ("DEPLOY_TOKEN: q9Xv" + "T2kLm8Rw", [HIGH]),
        ("STRIPE_SECRET_KEY: q9Xv" + "T2kLm8Rw", [HIGH]),
        ("APP_SECRET: q9Xv" + "T2kLm8Rw", [MEDIUM]),  # signs what the application under test makes
        ("SHOP_ENCRYPTION_KEY: q9Xv" + "T2kLm8Rw", [MEDIUM]),
        ("DATABASE_CREDENTIALS: shop:shop", []),
        ("DATABASE_CREDENTIALS: shop:q9Xv" + "T2kLm8Rw", [HIGH]),
        ("GPG_PASSPHRASE: MAVEN_GPG_PASSPHRASE", []),  # the name of the variable that has it
        ("SHOP_UWSGI_PASS: unix:///run/q9Xv" + "T2kLm8Rw.sock", []),
    ),
)
def test_values_of_a_workflow(line: str, weights: list[Severity]) -> None:
    text = f"on: push\nenv:\n  {line}\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps: [{{run: make}}]\n"
    assert _workflow(text, "hardcoded-credentials") == weights


@pytest.mark.parametrize(
    ("uses", "weight"),
    (("actions/setup-node@v4", LOW), ("actions/setup-node@main", HIGH), ("acme/setup@v4", HIGH)),
)
def test_a_ref_that_can_be_moved(uses: str, weight: Severity) -> None:
    text = f"on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps: [{{uses: {uses}}}]\n"
    assert _workflow(text, "unpinned-uses") == [weight]


@pytest.mark.parametrize(("granted", "weight"), (("contents: read", LOW), ("contents: write", MEDIUM)))
def test_a_token_on_disk(granted: str, weight: Severity) -> None:
    steps = "    runs-on: ubuntu-24.04\n    steps: [{uses: actions/checkout@v4}]\n"
    text = f"on: push\npermissions: {{{granted}}}\njobs:\n  test:\n{steps}"
    assert _workflow(text, "artipacked") == [weight]


_COMMENT = """\
on: issue_comment
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
{}      - uses: actions/checkout@v4
        with: {{ref: "refs/pull/${{{{ github.event.issue.number }}}}/merge"}}
      - run: make test
"""
_ASKS = """\
      - uses: actions/github-script@v7
        with:
          script: |
            const { data } = await github.rest.repos.getCollaboratorPermissionLevel({ ...context.repo, username })
            if (data.permission !== "write") core.setFailed("no")
"""


def test_a_fork_that_somebody_with_rights_starts() -> None:
    assert _workflow(_COMMENT.format(""), "pr-target-checkout") == [CRITICAL]
    assert _workflow(_COMMENT.format(_ASKS), "pr-target-checkout") == [MEDIUM]
    assert _workflow(_COMMENT.format(_ASKS.replace("core.setFailed", "log")), "pr-target-checkout") == [CRITICAL]


@pytest.mark.parametrize(
    ("statement", "weight"),
    (
        ("GRANT ALL PRIVILEGES ON *.* TO 'shop'@'10.0.%';", HIGH),
        ("GRANT ALL PRIVILEGES ON shop.* TO 'shop'@'10.0.%';", MEDIUM),
        ("GRANT ALL ON ALL TABLES IN SCHEMA public TO shop_app;", MEDIUM),
        ("GRANT ALL ON ALL TABLES IN SCHEMA public TO anon;", HIGH),
    ),
)
def test_every_right(statement: str, weight: Severity) -> None:
    assert _weights("sql", statement, "db/init.sql", "grant-all") == [weight]
    assert _weights("sql", statement, "tests/init.sql", "grant-all") == [MEDIUM]


@pytest.mark.parametrize(
    ("path", "weight"),
    (("deploy/shop.yaml", CRITICAL), ("unittests/scans/shop.yaml", MEDIUM), ("deploy/testing.yaml", CRITICAL)),
)
def test_a_manifest_that_tests_are_fed_with(path: str, weight: Severity) -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  containers:\n"
        "    - name: shop\n      image: shop:4\n      securityContext: {privileged: true}\n"
    )
    assert _weights("kubernetes", text, path, "privileged") == [weight]


_CNF = "[mysqld]\n{}skip-grant-tables\n{}port = 3306\n"


def test_a_line_that_a_template_leaves_to_a_variable() -> None:
    assert _weights("mysql", _CNF.format("", ""), "my.cnf", "skip-grant-tables") == [CRITICAL]
    text = _CNF.format("{% if open %}\n", "{% endif %}\n")
    assert _weights("mysql", text, "my.cnf.j2", "skip-grant-tables") == [MEDIUM]


def _script(text: str, name: str) -> list[Severity]:
    return _weights("express", text, "server.js", name)


@pytest.mark.parametrize(
    ("text", "weights"),
    (
        ("request.get({ rejectUnauthorized: false });", [HIGH]),
        ("const tls = own ? { rejectUnauthorized: false } : undefined;", [MEDIUM]),
        ("switch (mode) { case 'no-verify': options.tls = { rejectUnauthorized: false }; }", [MEDIUM]),
        ("connection.ssl = { rejectUnauthorized: false };", [MEDIUM]),
    ),
)
def test_certificates_that_are_not_checked(text: str, weights: list[Severity]) -> None:
    assert _script(text, "tls-reject-off") == weights


@pytest.mark.parametrize(
    ("value", "weights"),
    (
        ("'nine lives'", [CRITICAL]),
        ("Buffer.from('nine lives').toString('hex')", [CRITICAL]),
        ("crypto.randomBytes(20).toString('hex')", []),
        ("String(crypto.randomUUID())", []),
    ),
)
def test_a_key_that_is_drawn_when_the_server_starts(value: str, weights: list[Severity]) -> None:
    text = f"const cookieParser = require('cookie-parser');\nconst key = {value};\napp.use(cookieParser(key));\n"
    assert _script(text, "session-secret") == weights


def test_what_was_minified_is_not_judged() -> None:
    text = "const cookieParser = require('cookie-parser');app.use(cookieParser('nine lives'));"
    assert _script(text, "session-secret") == [CRITICAL]
    assert _script(text * 500, "session-secret") == []


def test_conditions_on_conditions_end() -> None:
    lines = ["let a0 = 1;"] + [f"var a{n} = !a{n - 1}; if (a{n}) {{ a{n - 1} = !a{n}; }}" for n in range(1, 400)]
    text = (
        "const cookieParser = require('cookie-parser');\n"
        + "\n".join(lines)
        + "\nif (a399) app.use(cookieParser(a398));\n"
    )
    assert _script(text, "session-secret") == []


_PART = '{{"openapi": "3.0.0", "info": {}, "paths": {{"/cart": {{"get": {{"security": [{{"key": []}}]}}}}}}}}'


def test_a_piece_of_a_description_defines_nothing() -> None:
    assert _weights("openapi", _PART.format("[]"), "paths/cart.json", "undefined-scheme") == []
    assert _weights("openapi", _PART.format('{"title": "Shop"}'), "openapi.json", "undefined-scheme") == [MEDIUM]
