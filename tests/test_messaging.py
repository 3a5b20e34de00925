"""Kafka, RabbitMQ, Elasticsearch, Spring and PHP: what their examples do not show."""

from __future__ import annotations

import pytest

from yett.model import Hit
from yett.parse.keyvalue import PHP, PROPERTIES, read
from yett.parse.tree import Tree
from yett.rules import elasticsearch, kafka, php, rabbitmq, spring


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("a=b\nc: d\ne f\n! g\n# h", [("a", "b"), ("c", "d"), ("e", "f")]),
        ("a = b # c", [("a", "b # c")]),
        ("a=b,\\\n   c,\\\n   d\ne=f", [("a", "b,c,d"), ("e", "f")]),
        ("a=b\\\\\nc=d", [("a", "b\\\\"), ("c", "d")]),
        ("a=", [("a", "")]),
        ("a=b\\", [("a", "b")]),
    ),
)
def test_properties(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(setting.key, setting.value) for setting in read(text, PROPERTIES)] == expected


def test_php_settings() -> None:
    text = '[PHP]\n; a = b\nc = On ; d\ne = "f ; g"\nh ='
    assert [(each.section, each.key, each.value) for each in read(text, PHP)] == [
        ("PHP", "c", "On"),
        ("PHP", "e", "f ; g"),
        ("PHP", "h", ""),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("colour=PLAINTEXT://0.0.0.0", []),
        ("listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://localhost:9093", []),
        ("listeners=A://:1,B://:2\nlistener.security.protocol.map=A:SSL,B:PLAINTEXT", [("plaintext", 1)]),
        ("security.protocol=SASL_SSL\nssl.endpoint.identification.algorithm=\n", [("no-hostname-check", 2)]),
        ("bootstrap.servers=a.example:1\nsecurity.protocol=sasl_plaintext", [("plaintext", 2)]),
    ),
)
def test_kafka(text: str, expected: list[tuple[str, int]]) -> None:
    found = kafka.judge(text, "server.properties", Tree.of({}))
    assert [(rule.id.partition("/")[2], hit.line) for rule, hit in found if isinstance(hit, Hit)] == expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    (
        ("listeners.tcp.default = 5672\nlisteners.ssl.default = 5671", "rabbitmq.conf", []),
        ("listeners.tcp.a = ::1:5672", "rabbitmq.conf", []),
        ("management.listener.ip = 0.0.0.0\nmanagement.listener.ssl = true", "rabbitmq.conf", []),
        ('[{rabbit, [{default_pass, <<"guest">>}]}].', "rabbitmq.config", [("defaults", 1)]),
    ),
)
def test_rabbitmq(text: str, path: str, expected: list[tuple[str, int]]) -> None:
    found = rabbitmq.judge(text, path, Tree.of({}))
    assert [(rule.id.partition("/")[2], hit.line) for rule, hit in found if isinstance(hit, Hit)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("network.host: [_local_, 10.0.0.5]\nxpack.security.http.ssl.enabled: false", [("no-tls", 2)]),
        ("network.host: [_local_]\nxpack.security.http.ssl.enabled: false", []),
        ("xpack.security:\n  enabled: 'false'\n", [("security-off", 2)]),
        ("http.cors:\n  enabled: true\n  allow-origin: '*'\n", [("cors-any", 3)]),
    ),
)
def test_elasticsearch(text: str, expected: list[tuple[str, int]]) -> None:
    found = elasticsearch.judge(text, "elasticsearch.yml", Tree.of({}))
    assert [(rule.id.partition("/")[2], hit.line) for rule, hit in found if isinstance(hit, Hit)] == expected


_EXPOSED = "management.endpoints.web.exposure.include=*"


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    (
        (_EXPOSED, "config/application-prod.properties", [("actuator", 1)]),
        (_EXPOSED, "src/test/resources/application.properties", []),
        (_EXPOSED, "application-local.properties", []),
        # A document is for its profile alone.
        (
            f"a=b\n#---\nspring.config.activate.on-profile=dev\n{_EXPOSED}\n#---\nspring.profiles=prod\n{_EXPOSED}",
            "application.properties",
            [("actuator", 7)],
        ),
        ("MANAGEMENT.ENDPOINTS.WEB.EXPOSURE.INCLUDE=health,thread-dump", "application.properties", []),
        ("management.endpoints.web.exposure.include:\n  - health\n  - env\n", "application.yml", [("actuator", 3)]),
        ("management:\n  endpoint:\n    health:\n      show-details: always\n", "application.yml", []),
        ("spring.datasource.password=${DB:x}\n", "application.properties", []),
        ("app.api-key=q9XvT2" + "kLm8Rw", "application.properties", [("plain-password", 1)]),
        ("app.token=default\napp.next-page-token=5", "application.properties", []),
    ),
)
def test_spring(text: str, path: str, expected: list[tuple[str, int]]) -> None:
    found = spring.judge(text, path, Tree.of({}))
    assert [(rule.id.partition("/")[2], hit.line) for rule, hit in found if isinstance(hit, Hit)] == expected


def test_php() -> None:
    text = "display_errors = stdout\nexpose_php = 0\nphp_admin_value[allow_url_include] = On\n"
    found = php.judge(text, "php.ini", Tree.of({}))
    assert [(rule.id, hit.line) for rule, hit in found if isinstance(hit, Hit)] == [
        ("php/display-errors", 1),
        ("php/remote-include", 3),
    ]
