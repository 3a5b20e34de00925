"""What the services of a Compose file are."""

from __future__ import annotations

import re

from yett.model import Edit
from yett.parse.compose import Project, Service
from yett.parse.source import Span
from yett.parse.yaml import Mapping, Node

DATABASES = frozenset(
    {
        *("postgres", "postgresql", "postgis", "timescaledb", "pgvector", "mysql", "mariadb", "percona", "mssql"),
        *("server", "mongo", "mongodb", "redis", "redis-stack", "redis-stack-server", "valkey", "keydb", "memcached"),
        *("cassandra", "couchdb", "couchbase", "neo4j", "influxdb", "elasticsearch", "opensearch", "clickhouse-server"),
        *("rabbitmq", "kafka", "cp-kafka", "zookeeper", "cp-zookeeper", "etcd", "cockroach", "arangodb", "dragonfly"),
    }
)
"""Last parts of the names of images that keep data or pass messages on (`server` is that of Microsoft SQL Server)."""
EDGES = frozenset({"nginx", "traefik", "caddy", "haproxy", "httpd", "envoy", "nginx-proxy", "kong", "openresty"})

_TRIAL = re.compile(
    r"(?:^|[/._-])(?:dev|devel|development|local|tests?|testing|e2e|ci|demo|examples?|samples?|devcontainer|debug)(?:[/._-]|$)"
)


def is_trial(path: str) -> bool:
    """Whether a path says that nothing of worth is run by it: development, tests, examples."""
    return _TRIAL.search(path.lower()) is not None


def is_database(service: Service) -> bool:
    name = service.image_name
    return name in DATABASES and (name != "server" or "mssql" in (service.image or ""))


def span(node: Node) -> Span:
    """The place of a value; of a collection that spans lines, its first line."""
    if node.end_line == node.line:
        return Span(node.line, node.column, node.end_line, node.end_column)
    return Span(node.line, node.column, node.line, 0)


def added(project: Project, service: Service, key: str, lines: tuple[str, ...]) -> tuple[Edit, ...]:
    """The edit that puts a key in front of what a service has; none where that is not safe to write."""
    node = service.node
    if not isinstance(node, Mapping) or not node.entries or key in service.whole or node.line <= service.key.line:
        return ()
    first = project.lines[node.line - 1]
    if first[: node.column - 1].strip() or first[node.column - 1 : node.column] in ("{", "&", "*"):
        return ()
    indent = " " * (node.column - 1)
    text = "".join(f"{line}\n{indent}" for line in lines)
    return (Edit(node.line, node.column, node.line, node.column, text),)
