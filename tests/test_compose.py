"""Compose files: what is read of them, and what the rules say beyond their own examples."""

from __future__ import annotations

import pytest

from yett.model import Edit, Hit, Severity, Unknown
from yett.parse.compose import Mount, Port, Project, filled, parse
from yett.parse.names import is_compose
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules import compose


def _project(text: str, path: str = "compose.yaml", others: dict[str, str] | None = None) -> Project:
    found = parse(text, path, Tree.of({**(others or {}), path: text}))
    assert found
    return found


def _said(
    text: str, path: str = "compose.yaml", others: dict[str, str] | None = None
) -> list[tuple[str, Hit | Unknown]]:
    tree = Tree.of({**(others or {}), path: text})
    return [(rule.id.partition("/")[2], said) for rule, said in compose.judge(text, path, tree)]


def _hits(rule: str, text: str, path: str = "compose.yaml", others: dict[str, str] | None = None) -> list[Hit]:
    return [said for name, said in _said(text, path, others) if name == rule and isinstance(said, Hit)]


@pytest.mark.parametrize(
    ("path", "wanted"),
    (
        ("compose.yaml", True),
        ("docker-compose.yml", True),
        ("deploy/docker-compose.prod.yml", True),
        ("compose-dev.yaml", True),
        ("docker_compose.yml", True),
        ("docker-stack.yml", True),
        ("shop.compose.yml", True),
        ("composer.yml", False),
        ("compose.json", False),
        ("decompose.yaml", False),
        ("stack.yml", False),
    ),
)
def test_names_of_compose_files(path: str, wanted: bool) -> None:
    assert is_compose(path) == wanted


@pytest.mark.parametrize(
    ("text", "value"),
    (
        ("plain", "plain"),
        ("${A}", None),
        ("$A", None),
        ("${A:-b}", "b"),
        ("${A-b}c", "bc"),
        ("${A:?must}", None),
        ("$$A", "$A"),
        ("${A:-${B:-c}}", None),  # nested defaults stay unknown
    ),
)
def test_variables_have_their_defaults(text: str, value: str | None) -> None:
    assert filled(text) == value


@pytest.mark.parametrize(
    ("text", "host", "published", "target", "local"),
    (
        ("5432", "", "", "5432", False),
        ("5432:5432", "", "5432", "5432", False),
        ("127.0.0.1:5432:5432", "127.0.0.1", "5432", "5432", True),
        ("127.0.0.1::5432", "127.0.0.1", "", "5432", True),
        ("[::1]:80:80/tcp", "[::1]", "80", "80", True),
        ("3000-3005:3000-3005", "", "3000-3005", "3000-3005", False),
        ("${BIND:-127.0.0.1}:80:80", "127.0.0.1", "80", "80", True),
        ("${PORT}:80", "", "${PORT}", "80", False),
        ("6060:6060/udp", "", "6060", "6060", False),
    ),
)
def test_ports_in_the_short_form(text: str, host: str, published: str, target: str, local: bool) -> None:
    (service,) = _project(f'services:\n  a:\n    image: b:1\n    ports:\n      - "{text}"\n').services
    (port,) = service.ports()
    assert port == Port(host, published, target, port.at)
    assert port.is_local == local


def test_ports_in_the_long_form() -> None:
    text = "services:\n  a:\n    image: b:1\n    ports:\n      - target: 80\n        published: 127.0.0.1:8080\n"
    (port,) = _project(text).services[0].ports()
    assert (port.host, port.published, port.target) == ("127.0.0.1", "8080", "80")
    assert list(port.targets()) == [80]


@pytest.mark.parametrize(
    ("text", "mount"),
    (
        ("/data", ("volume", "", "/data", False)),
        ("data:/data", ("volume", "data", "/data", False)),
        ("./data:/data:ro,z", ("bind", "./data", "/data", True)),
        ("~/x:/x", ("bind", "~/x", "/x", False)),
        ("C:\\\\data:/data", ("bind", "C:\\data", "/data", False)),
        ("${DATA:-/srv}:/data", ("bind", "/srv", "/data", False)),
    ),
)
def test_mounts_in_the_short_form(text: str, mount: tuple[str, str, str, bool]) -> None:
    (service,) = _project(f'services:\n  a:\n    image: b:1\n    volumes:\n      - "{text}"\n').services
    (found,) = service.mounts()
    assert isinstance(found, Mount)
    assert (found.kind, found.source, found.target, found.read_only) == mount


def test_merge_keys_and_anchors_are_followed() -> None:
    text = (
        "x-a: &a {privileged: true, user: app}\nx-b: &b {user: root, read_only: true}\n"
        "services:\n  shop:\n    <<: [*a, *b]\n    image: shop:1\n"
    )
    (service,) = _project(text).services
    assert service.is_true("privileged")
    user = service.text("user")
    assert user
    assert user.text == "app"  # the first one named wins
    assert service.is_true("read_only")


BASE = "services:\n  base:\n    image: shop:1\n    privileged: true\n    security_opt: [no-new-privileges:true]\n"
CHILD = "services:\n  shop:\n    extends:\n      file: {}\n      service: base\n    image: shop:2\n"


def test_what_extends_takes_from_a_file_nobody_judges_is_found_here() -> None:
    text = CHILD.format("common.yml")
    (found,) = _hits("privileged", text, others={"common.yml": BASE})
    assert found.line == 4
    assert not _hits("no-new-privileges", text, others={"common.yml": BASE})


def test_what_extends_takes_from_another_compose_file_is_found_there() -> None:
    text = CHILD.format("compose.base.yaml")
    assert not _hits("privileged", text, others={"compose.base.yaml": BASE})
    assert not _hits("no-new-privileges", text, others={"compose.base.yaml": BASE})


@pytest.mark.parametrize(
    "text",
    (
        "services:\n  a:\n    extends: b\n    image: x:1\n  b:\n    extends: a\n    image: x:1\n",
        "services:\n  a:\n    extends: a\n    image: x:1\n",
        "services:\n  a:\n    extends: {file: compose.yaml, service: a}\n    image: x:1\n",
        "services:\n  a:\n    extends: {file: ../../outside.yml, service: a}\n    image: x:1\n",
        "services:\n  a:\n    extends: {file: missing.yml, service: a}\n    image: x:1\n",
        "services:\n  a: 5\n  b: [1]\n  c: null\n  d: {image: [1], ports: 5, volumes: {a: b}, deploy: 3}\n",
        "services:\n  a: {image: x:1, ports: [[1], {target: [1]}], volumes: [[1], {}], build: {args: 1}}\n",
    ),
)
def test_odd_files_are_read_without_an_exception(text: str) -> None:
    assert isinstance(_said(text), list)


@pytest.mark.parametrize("text", ("", "a: 1\n", "services:\n", "- a\n", "services: [a]\n", "plain"))
def test_what_is_no_compose_file_says_nothing(text: str) -> None:
    assert _said(text) == []


def test_the_first_version_of_the_format_is_read() -> None:
    assert _hits("privileged", "shop:\n  image: shop:1\n  privileged: true\n", "docker-compose.yml")


def test_too_many_services_are_refused() -> None:
    with pytest.raises(ParseError):
        _said("services:\n" + "".join(f"  a{n}: {{image: b}}\n" for n in range(1_001)))


def test_a_part_of_a_service_lacks_nothing() -> None:
    found = {name for name, _ in _said('services:\n  shop:\n    environment:\n      DEBUG: "1"\n')}
    assert found == set()


def test_passwords_of_a_trial_weigh_less() -> None:
    text = (
        "services:\n  db:\n    image: mysql:8\n    ports: ['3306:3306']\n"
        "    environment:\n      MYSQL_ROOT_PASSWORD: root\n"
    )
    (found,) = _hits("default-credentials", text)
    assert found.severity is None
    (found,) = _hits("default-credentials", text, "tests/docker-compose.yml")
    assert found.severity is Severity.MEDIUM
    assert not _hits("plain-secret-env", text)  # one finding is enough


def test_what_an_anchor_holds_is_said_once() -> None:
    text = (
        "x-env: &env\n  API_TOKEN: q9Xv" + "T2kLm8Rw\nservices:\n"
        "  api:\n    image: a:1\n    environment: *env\n  worker:\n    image: a:1\n    environment: *env\n"
    )
    assert len(_hits("plain-secret-env", text)) == 1


def test_a_client_without_a_password_is_not_an_open_server() -> None:
    text = "services:\n  {0}:\n    image: {0}:7\n    environment:\n      REDIS_PASSWORD: ${{REDIS_PASSWORD:-}}\n"
    assert not _hits("default-credentials", text.format("api"))
    assert _hits("default-credentials", text.format("redis"))


def test_a_published_store_without_password_weighs_more() -> None:
    text = "services:\n  cache:\n    image: redis:7\n    ports: ['6379:6379']\n"
    (found,) = _hits("no-authentication", text)
    assert found.severity is Severity.HIGH
    (found,) = _hits("no-authentication", text.replace("'6379:6379'", "'127.0.0.1:6379:6379'"))
    assert found.severity is None


@pytest.mark.parametrize(
    ("name", "severity"),
    (("shop", None), ("devices", None), ("shop-dev", Severity.MEDIUM), ("shop_test", Severity.MEDIUM)),
)
def test_a_database_that_is_named_for_trials_is_one(name: str, severity: Severity | None) -> None:
    head = "services:\n  db:\n    image: mysql:8.4\n    ports: ['3306:3306']\n    environment:\n"
    text = f"{head}      MYSQL_DATABASE: {name}\n      MYSQL_ROOT_PASSWORD: {'ro' + 'ot'}\n"
    (found,) = _hits("default-credentials", text)
    assert found.severity == severity


def test_no_secret_is_said() -> None:
    secret = "q9Xv" + "T2kLm8Rw"
    text = f"services:\n  a:\n    image: b:1\n    environment:\n      DB_PASSWORD: {secret}\n      URL: amqp://u:{secret}@q/\n"
    found = _hits("plain-secret-env", text)
    assert len(found) == 2
    assert secret not in repr(_said(text))


@pytest.mark.parametrize(
    ("text", "edited"),
    (
        (
            "services:\n  shop:\n    image: shop:1\n",
            "services:\n  shop:\n    security_opt:\n      - no-new-privileges:true\n    image: shop:1\n",
        ),
        ("services:\n  shop: {image: shop:1}\n", ""),
        ("services:\n  shop:\n    image: shop:1\n    security_opt: [apparmor:shop]\n", ""),
    ),
)
def test_the_edit_for_new_privileges(text: str, edited: str) -> None:
    (found,) = _hits("no-new-privileges", text)
    assert _edited(text, found.edits) == (edited or text)


def _edited(text: str, edits: tuple[Edit, ...]) -> str:
    lines = text.split("\n")
    for edit in edits:
        line = lines[edit.line - 1]
        lines[edit.line - 1 : edit.end_line] = (
            line[: edit.column - 1] + edit.text + line[edit.end_column - 1 :]
        ).split("\n")
    return "\n".join(lines)


def test_a_value_from_outside_is_unknown() -> None:
    text = "services:\n  a:\n    image: ${IMAGE}\n    user: ${RUN_AS}\n    privileged: ${PRIVILEGED}\n"
    found = {name for name, said in _said(text) if isinstance(said, Unknown)}
    assert found >= {"latest-tag", "root-user", "privileged"}
