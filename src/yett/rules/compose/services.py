"""What the services of a Compose file are."""

from __future__ import annotations

import re

from yett.model import Edit
from yett.parse.compose import Project, Service
from yett.parse.source import Span
from yett.parse.stages import is_dev, is_prod
from yett.parse.yaml import Mapping, Node, Scalar

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

_TRIAL = (
    r"(?:^|[/._-])(?:dev|devel|develop|development|local|tests?|testing|e2e|ci|demo|examples?|samples?"
    r"|devcontainer|debug)(?:[/._-]|$)"
)


def is_trial(path: str) -> bool:
    """Whether a path says that nothing of worth is run by it: development, tests, examples."""
    return re.search(_TRIAL, path.lower()) is not None


_STAGES = ("NODE_ENV", "APP_ENV", "RAILS_ENV", "RACK_ENV", "FLASK_ENV", "DJANGO_ENV", "ASPNETCORE_ENVIRONMENT")
_NAMES_OF_DATA = ("POSTGRES_DB", "MYSQL_DATABASE", "MARIADB_DATABASE", "MONGO_INITDB_DATABASE")
_TRAPS = frozenset({"mailhog", "mailpit", "mailcatcher", "maildev", "mailcrab", "inbucket", "mailtrap", "smtp4dev"})
"""Images that catch mail instead of sending it."""


def is_for_developers(project: Project) -> bool:
    """Whether a project is one of the machine it is written on: by its path, or because the source is mounted into a
    service, mail is caught, a database is named so, or a service is told that this is development."""
    if is_prod(project.file):
        return False
    return is_trial(project.file) or any(_is_developed(service) for service in project.services)


def _is_developed(service: Service) -> bool:
    if service.image_name in _TRAPS:
        return True
    build = service.get("build")
    context = build.get("context") if isinstance(build, Mapping) else build
    source = {".", context.text.rstrip("/").removeprefix("./") or "." if isinstance(context, Scalar) else "."}
    for mount in service.mounts():
        if mount.source.startswith(".") and mount.source.rstrip("/").removeprefix("./") in source:
            return True
    telling = (each.value or "" for each in service.environment() if each.name in (*_STAGES, *_NAMES_OF_DATA))
    return any(is_dev(value) for value in telling)


def is_reachable(service: Service) -> bool:
    """Whether other machines reach a service: a port is published, or it stands in the network of the host."""
    network = service.text("network_mode")
    return any(not port.is_local for port in service.ports()) or (network is not None and network.text == "host")


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
